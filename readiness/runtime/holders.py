"""Who holds the connections of a backing service that is full."""

from collections import Counter

from readiness.model.address import Address
from readiness.model.contract import Contract
from readiness.model.graph import Graph, Node, Role
from readiness.probes import postgres, redis
from readiness.runtime.protocol import Runtime
from readiness.sources.credentials import credentials


def connection_holders(
    node: Node, contract: Contract, graph: Graph, runtime: Runtime, deadline_s: float
) -> tuple[str, ...]:
    """One line for each node that holds connections, the greediest first; nothing where the server does not tell."""
    port = contract.promise(node.name).port
    address = runtime.address(node.name, port) if port is not None else None
    if address is None:
        return ()
    addresses = _client_addresses(node, address, graph, deadline_s)
    owners = owners_of_addresses(graph, runtime)
    held = Counter(owners.get(client, "somebody outside of the graph") for client in addresses)
    return tuple(f"{name} holds {count} connection(s) to {node.name}" for name, count in held.most_common())


def _client_addresses(node: Node, address: Address, graph: Graph, deadline_s: float) -> list[str]:
    login = credentials(graph, node.name)
    if node.role is Role.POSTGRES:
        answer = postgres.sessions(address, login, deadline_s)
        return [str(session["client_addr"]) for session in answer.detail.get("sessions", ()) if session["client_addr"]]
    if node.role is Role.REDIS:
        answer = redis.clients(address, login, deadline_s)
        return [str(client["addr"]).rpartition(":")[0] for client in answer.detail.get("clients", ())]
    return []


def owners_of_addresses(graph: Graph, runtime: Runtime) -> dict[str, str]:
    """Every address of a container of the graph: its node."""
    return {own: node.name for node in graph for own in _own_addresses(runtime, node.name)}


def _own_addresses(runtime: Runtime, name: str) -> tuple[str, ...]:
    try:
        return runtime.container(name).addresses
    except KeyError:
        # Its container was never made.
        return ()
