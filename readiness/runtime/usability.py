"""Whether a backing service can be used: something is written to it and read back, and nothing of it stays."""

import time

from readiness.model.address import Address, Credentials
from readiness.model.contract import Contract
from readiness.model.evidence import ProbeAnswer
from readiness.model.graph import Graph, Node, Role
from readiness.probes import kafka, postgres, redis
from readiness.runtime.protocol import Runtime
from readiness.sources.credentials import credentials


def first_answer(role: Role, address: Address, credentials: Credentials, deadline_s: float) -> ProbeAnswer:
    """The first question: log-in and a reply that shows that it serves."""
    if role is Role.KAFKA:
        return kafka.metadata(address, deadline_s)
    if role is Role.POSTGRES:
        return postgres.select_one(address, credentials, deadline_s)
    return redis.ping(address, credentials, deadline_s)


def written_and_read(
    role: Role, address: Address, credentials: Credentials, marker: str, deadline_s: float
) -> ProbeAnswer:
    """A write that is read back; its names hold the marker."""
    if role is Role.KAFKA:
        return kafka.write_and_read(address, f"readiness-{marker}-{time.monotonic_ns()}", marker, deadline_s)
    if role is Role.POSTGRES:
        return postgres.write_and_read(address, credentials, deadline_s)
    return redis.write_and_read(address, credentials, marker, deadline_s)


def tried(node: Node, contract: Contract, graph: Graph, runtime: Runtime, deadline_s: float) -> ProbeAnswer | None:
    """What a write to a backing service got; None for a node that is none, or that cannot be asked now."""
    address = _address(node, contract, runtime)
    if node.role is None or address is None:
        return None
    return written_and_read(node.role, address, credentials(graph, node.name), node.name, deadline_s)


def asked(node: Node, contract: Contract, graph: Graph, runtime: Runtime, deadline_s: float) -> tuple[ProbeAnswer, ...]:
    """What a backing service answers to a first question, and to a write where it answers that one."""
    address = _address(node, contract, runtime)
    if node.role is None or address is None:
        return ()
    login = credentials(graph, node.name)
    first = first_answer(node.role, address, login, deadline_s)
    return (first, written_and_read(node.role, address, login, node.name, deadline_s)) if first.ok else (first,)


def _address(node: Node, contract: Contract, runtime: Runtime) -> Address | None:
    port = contract.promise(node.name).port
    return runtime.address(node.name, port) if node.role is not None and port is not None else None
