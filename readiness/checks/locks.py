"""Whether a service that does not get on waits in PostgreSQL for a lock, and who holds that."""

from collections.abc import Mapping
from typing import Any

from readiness.checks.backing import used_backing
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.promises import cause_of
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Role
from readiness.platform import Platform
from readiness.probes import postgres
from readiness.runtime.holders import owners_of_addresses

_DEADLINE_S = 5.0
_LONG_S = 1.0
"""A lock that is waited for so long keeps a request back; shorter waits belong to ordinary work."""


def lock_cause(platform: Platform, service: str) -> Cause | None:
    """The lock for which the service waits now; None where it waits for none, or PostgreSQL does not tell."""
    backing = used_backing(platform, service, Role.POSTGRES)
    if backing is None:
        return None
    answer = postgres.lock_waits(backing.address, backing.credentials, _DEADLINE_S)
    long = [wait for wait in answer.detail["waits"] if wait["waited_s"] >= _LONG_S] if answer.ok else []
    owners = owners_of_addresses(platform.graph, platform.runtime) if long else {}
    mine = [wait for wait in long if owners.get(wait["client_addr"]) == service]
    if not mine:
        return None
    return cause_of(
        CauseClass.DEPENDENCY_TIMEOUT,
        service,
        backing.name,
        Confidence.LIKELY,
        summary=f"{service} waits in {backing.name} for a lock that {_holder(mine[0], owners)} holds",
        evidence=tuple(_told(wait, owners) for wait in mine[:3]),
    )


def _told(wait: Mapping[str, Any], owners: Mapping[str, str]) -> str:
    held = "" if wait["held_s"] is None else f" for {wait['held_s']:.0f} s"
    return (
        f"for {wait['waited_s']:.0f} s: {wait['statement']}; a session of {_holder(wait, owners)} "
        f"({wait['holder_state']}) holds the lock{held}: {wait['holder_statement']}"
    )


def _holder(wait: Mapping[str, Any], owners: Mapping[str, str]) -> str:
    """The node whose session holds the lock; its address where it is none of the graph's."""
    address = wait["holder_addr"]
    return owners.get(address, address or "the server itself")
