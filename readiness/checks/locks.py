"""Whether a service that does not get on waits in PostgreSQL for a lock, and who holds that."""

from collections.abc import Mapping
from typing import Any

from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.promises import cause_of
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Role
from readiness.platform import Platform
from readiness.probes import postgres
from readiness.runtime.holders import addresses_of

_DEADLINE_S = 5.0
_LONG_S = 1.0
"""A lock that is waited for so long keeps a request back; shorter waits belong to ordinary work."""


def lock_cause(platform: Platform, service: str) -> Cause | None:
    """The lock for which the service waits now; None where it waits for none, or PostgreSQL does not tell."""
    node = platform.contract.promise(service).uses.get(Role.POSTGRES)
    if node is None or node not in platform.graph.nodes or platform.contract.promise(node).port is None:
        return None
    backing = platform.backing(node)
    answer = postgres.lock_waits(backing.address, backing.credentials, _DEADLINE_S)
    waits = answer.detail["waits"] if answer.ok else ()
    ours = addresses_of(platform.runtime, service)
    mine = [wait for wait in waits if wait["client_addr"] in ours and wait["waited_s"] >= _LONG_S]
    if not mine:
        return None
    holder = _holder(platform, mine[0])
    return cause_of(
        CauseClass.DEPENDENCY_TIMEOUT,
        service,
        node,
        Confidence.LIKELY,
        summary=f"{service} waits in {node} for a lock that {holder} holds",
        evidence=tuple(_told(platform, wait) for wait in mine[:3]),
    )


def _told(platform: Platform, wait: Mapping[str, Any]) -> str:
    held = "" if wait["held_s"] is None else f" for {wait['held_s']:.0f} s"
    return (
        f"for {wait['waited_s']:.0f} s: {wait['statement']}; a session of {_holder(platform, wait)} "
        f"({wait['holder_state']}) holds the lock{held}: {wait['holder_statement']}"
    )


def _holder(platform: Platform, wait: Mapping[str, Any]) -> str:
    """The node whose session holds the lock; its address where it is none of the graph's."""
    address = wait["holder_addr"]
    nodes = (node.name for node in platform.graph if address in addresses_of(platform.runtime, node.name))
    return next(nodes, address or "the server itself")
