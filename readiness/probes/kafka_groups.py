"""Whether a consumer group works, as :func:`readiness.probes.kafka.groups` tells of it; and who is in which."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from readiness.model.address import Address
from readiness.model.evidence import ProbeAnswer
from readiness.probes.deadline import Stopwatch
from readiness.probes.kafka_client import Broker, Detail, run_probe, seconds_left

_NEST_SUFFIX = "-server"
"""``@nestjs/microservices`` appends it to the group of a service's settings (``postfixId`` of its Kafka server)."""


@dataclass(frozen=True)
class Expected:
    """What a service promises of its group."""

    group: str
    addresses: Collection[str]
    """The service's own addresses: a member there is the service."""
    consumes: Collection[str]
    """The topics that it declares."""
    with_events: Collection[str] = ()
    """Topics on which the run itself made an event for it, so that the group must have committed there."""


def names_of(group: str) -> tuple[str, ...]:
    """The names that the group of a service's settings can have at the broker."""
    return group, f"{group}{_NEST_SUFFIX}"


def name_with_member(group: str, states: Mapping[str, Mapping[str, Any]], addresses: Collection[str]) -> str:
    """The one of the group's names under which the service is a member, else one that nobody is in, else its own.

    ``states`` has all of :func:`names_of`.
    """
    joined = (name for name in names_of(group) if has_member(states[name], addresses))
    left = (name for name in names_of(group) if states[name]["state"] != "DEAD" and not states[name]["members"])
    return next(joined, None) or next(left, group)


def has_member(state: Mapping[str, Any], addresses: Collection[str]) -> bool:
    """Whether one of the group's members is at one of these addresses."""
    return any(str(member["host"]).lstrip("/") in addresses for member in state["members"])


def lag_of(state: Mapping[str, Any]) -> int:
    """Records that the group has not committed yet, over all partitions that it knows."""
    return sum(partition["lag"] or 0 for partition in state["partitions"])


def faults(expected: Expected, state: Mapping[str, Any]) -> tuple[str, ...]:
    """What is wrong with the group, the more telling first; nothing where it works."""
    group = expected.group
    found = [] if state["state"] == "STABLE" else [f"group {group} is {state['state']}"]
    if not has_member(state, expected.addresses):
        others = len(state["members"])
        found.append(f"group {group} has no member at {', '.join(expected.addresses)}, only {others} others")
    unread = _unread(expected, state)
    found += [f"nobody in group {group} reads {topic}" for topic in unread]
    silent = {
        partition["topic"]
        for partition in state["partitions"]
        if partition["committed"] is None and partition["end"] and partition["topic"] in expected.with_events
    }
    found += [f"group {group} has never committed on {topic}" for topic in sorted(silent - set(unread))]
    lag = lag_of(state)
    return (*found, f"group {group} lags by {lag} records") if lag else tuple(found)


def _unread(expected: Expected, state: Mapping[str, Any]) -> list[str]:
    """Declared topics that no member was given, where the members' assignments can be read at all."""
    assigned = {entry["topic"] for member in state["members"] for entry in member["assignment"]}
    if not assigned:
        return []
    return sorted(set(expected.consumes) - assigned)


def of_members(address: Address, addresses: Collection[str], deadline_s: float) -> ProbeAnswer:
    """The groups that have a member at one of these addresses: ``detail["groups"]``, by name."""

    def work(broker: Broker, watch: Stopwatch) -> Detail:
        listed = broker.admin.list_consumer_groups(request_timeout=seconds_left(watch))
        names = [group.group_id for group in listed.result(timeout=seconds_left(watch)).valid or ()]
        if not names:
            return {"groups": []}
        described = broker.admin.describe_consumer_groups(names, request_timeout=seconds_left(watch))
        hosts = {
            name: {member.host.lstrip("/") for member in future.result(timeout=seconds_left(watch)).members}
            for name, future in described.items()
        }
        return {"groups": sorted(name for name, found in hosts.items() if found & set(addresses))}

    return run_probe("kafka.group_members", address, deadline_s, work)
