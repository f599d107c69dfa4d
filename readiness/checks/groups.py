"""The consumer group of a service: whether it works, and what is told where it does not."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from readiness.checks.locks import lock_cause
from readiness.checks.refusal import cause_of_a_dead_thread, cause_since
from readiness.diagnosis.promises import BrokenPromise, cause_of
from readiness.model.finding import Blocked, Cause, Unmet
from readiness.platform import Backing, Platform, Service
from readiness.probes import kafka, kafka_groups
from readiness.probes.kafka_groups import Expected

_DEADLINE_S = 10.0
_POLL_S = 0.1


@dataclass(frozen=True)
class GroupSeen:
    """A group when it was seen last."""

    expected: Expected
    faults: tuple[str, ...]
    state: Mapping[str, Any]

    @property
    def has_member(self) -> bool:
        """Whether the service itself is in the group."""
        return kafka_groups.has_member(self.state, self.expected.addresses)

    @property
    def evidence(self) -> tuple[str, ...]:
        """The group as its coordinator tells it, in lines for a person."""
        members = [f"member {m['client_id']} at {m['host']} reads {_topics(m)}" for m in self.state["members"]]
        partitions = [
            f"{p['topic']}, partition {p['partition']}: committed {p['committed']} of {p['end']}"
            for p in self.state["partitions"]
        ]
        return (f"group {self.expected.group} is {self.state['state']}", *members, *partitions)


def _topics(member: Mapping[str, Any]) -> str:
    return ", ".join(sorted({entry["topic"] for entry in member["assignment"]})) or "nothing"


def await_group(platform: Platform, service: Service, broker: Backing, within_s: float) -> GroupSeen:
    """The group once it works, or as it is when the time is over.

    :raises Blocked: the broker does not tell of it.
    """
    group = service.promise.kafka.group
    assert group is not None, f"the contract names no group, although {service.name} consumes"
    expected = Expected(
        group,
        platform.runtime.container(service.name).addresses,
        _existing(service, broker),
        frozenset(flow.topic for flow in platform.contract.flows if flow.consumer == service.name),
    )
    ends = time.monotonic() + within_s
    while True:
        answer = kafka.groups(broker.address, kafka_groups.names_of(group), _DEADLINE_S)
        if answer.ok:
            seen = _seen(expected, answer.detail["groups"])
            if not seen.faults or time.monotonic() >= ends:
                return seen
        elif time.monotonic() >= ends:
            raise Blocked(by=f"kafka.usable[{broker.name}]")
        time.sleep(_POLL_S)


def _seen(expected: Expected, states: Mapping[str, Mapping[str, Any]]) -> GroupSeen:
    named = replace(expected, group=kafka_groups.name_with_member(expected.group, states, expected.addresses))
    return GroupSeen(named, kafka_groups.faults(named, states[named.group]), states[named.group])


def _existing(service: Service, broker: Backing) -> tuple[str, ...]:
    """The declared topics that there are: that one is missing is told by a finding of its own."""
    declared = service.promise.kafka.consumes
    known = kafka.topic_state(broker.address, declared, _DEADLINE_S).detail.get("topics", {})
    return tuple(topic for topic in declared if topic in known)


def group_cause(seen: GroupSeen, service: str, broker: str) -> Cause:
    """The cause that the group's own state shows."""
    summary = "; ".join(seen.faults)
    return cause_of(BrokenPromise.CONSUMER_GROUP, service, broker, summary=summary, evidence=seen.evidence)


def demand_works(platform: Platform, service: Service, broker: Backing, within_s: float, since: float) -> None:
    """The group has to be stable, with a member from the service, and without lag at the end of the time.

    :param since: from when on the service's log may tell why it does not get on (seconds since the epoch).
    :raises Unmet: it is not; with what the service logged where it is there and does not get on.
    :raises Blocked: the broker does not tell of the group.
    """
    seen = await_group(platform, service, broker, within_s)
    if not seen.faults:
        return
    joined = () if seen.has_member else _joined_by(broker, seen)
    # A consumer whose handler throws leaves its group and joins it again, without end.
    comes_back = any(name in joined for name in kafka_groups.names_of(service.promise.kafka.group or ""))
    why = lock_cause(platform, service.name)
    if why is None and (seen.has_member or comes_back):
        why = cause_since(platform, service.name, since)
    elif why is None:
        why = cause_of_a_dead_thread(platform, service.name)
    if why is not None:
        raise Unmet("; ".join(seen.faults), why, seen.evidence)
    elsewhere = (f"{service.name} is a member of {', '.join(joined)} instead",) if joined else ()
    raise Unmet("; ".join(seen.faults), group_cause(seen, service.name, broker.name), elsewhere)


def _joined_by(broker: Backing, seen: GroupSeen) -> tuple[str, ...]:
    """The groups that have a member from the service a moment later."""
    answer = kafka_groups.of_members(broker.address, seen.expected.addresses, _DEADLINE_S)
    return tuple(answer.detail.get("groups", ())) if answer.ok else ()
