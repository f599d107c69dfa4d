"""What is wrong with a consumer group, from what its coordinator tells of it."""

from collections.abc import Mapping, Sequence
from typing import Any

_NEST_SUFFIX = "-server"
"""``@nestjs/microservices`` appends it to the group of a service's settings (``postfixId`` of its Kafka server)."""

State = Mapping[str, Any]
"""One entry of the detail of :func:`readiness.probes.kafka.groups`."""


def names_of(group: str) -> tuple[str, ...]:
    """The names that the group of a service's settings can have at the broker."""
    return group, f"{group}{_NEST_SUFFIX}"


def group_faults(
    group: str, states: Mapping[str, State], addresses: Sequence[str], topics_with_events: frozenset[str]
) -> tuple[str, ...]:
    """Why the group does not do the service's work; () when it does.

    ``states`` has all of :func:`names_of`. ``addresses`` are the service's; on ``topics_with_events`` an event was
    made for it, so that there the group must have committed.
    """
    name = next((name for name in names_of(group) if _own_members(states[name], addresses)), group)
    state = states[name]
    faults = [] if state["state"] == "STABLE" else [f"group {name} is {state['state']}"]
    if not _own_members(state, addresses):
        faults.append(f"group {name} has no member at {', '.join(addresses)}, only {len(state['members'])} others")
    silent = {
        partition["topic"]
        for partition in state["partitions"]
        if partition["committed"] is None and partition["end"] and partition["topic"] in topics_with_events
    }
    faults += [f"group {name} has never committed on {topic}" for topic in sorted(silent)]
    lag = sum(partition["lag"] or 0 for partition in state["partitions"])
    return (*faults, f"group {name} lags by {lag} records") if lag else tuple(faults)


def _own_members(state: State, addresses: Sequence[str]) -> list[Any]:
    return [member for member in state["members"] if str(member["host"]).lstrip("/") in addresses]
