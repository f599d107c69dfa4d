"""For whom a promise is made on a given platform: the ``each`` of a criterion."""

from readiness.model.contract import Contract
from readiness.model.criterion import Subject, Subjects
from readiness.model.graph import Graph, Kind, Role

STOPPED = "stopped"
PAUSED = "paused"


def platform(contract: Contract, graph: Graph) -> tuple[Subject, ...]:
    """The platform as a whole."""
    return (Subject(graph.name),)


def nodes(contract: Contract, graph: Graph) -> tuple[Subject, ...]:
    """Every container, jobs included."""
    return tuple(Subject(node.name) for node in graph)


def lasting_nodes(contract: Contract, graph: Graph) -> tuple[Subject, ...]:
    """Every container that is meant to go on running."""
    return tuple(Subject(node.name) for node in graph if node.kind is not Kind.JOB)


def privileged_nodes(contract: Contract, graph: Graph) -> tuple[Subject, ...]:
    """Every container that is meant to go on running, and every job that asks for rights over the host."""
    return tuple(Subject(node.name) for node in graph if node.kind is not Kind.JOB or node.privileges.withheld)


def services(contract: Contract, graph: Graph) -> tuple[Subject, ...]:
    """The team's own services."""
    return tuple(Subject(node.name) for node in graph if node.kind is Kind.SERVICE)


def backing(role: Role) -> Subjects:
    """The backing services of one role."""

    def each(contract: Contract, graph: Graph) -> tuple[Subject, ...]:
        return tuple(Subject(node.name) for node in graph if node.role is role)

    return each


def backing_services(contract: Contract, graph: Graph) -> tuple[Subject, ...]:
    """Every backing service of a role that the suite can ask."""
    return tuple(Subject(node.name) for node in graph if node.role is not None)


def edges(contract: Contract, graph: Graph) -> tuple[Subject, ...]:
    """Every use of a backing service by a service, as the contract names it."""
    return tuple(
        Subject(name, dependency)
        for name, promise in contract.services.items()
        if name in graph.nodes
        for dependency in promise.uses.values()
    )


def edges_to(role: Role) -> Subjects:
    """The uses of the backing services of one role."""

    def each(contract: Contract, graph: Graph) -> tuple[Subject, ...]:
        return tuple(edge for edge in edges(contract, graph) if edge.dependency and graph[edge.dependency].role is role)

    return each


def edges_under_loss(contract: Contract, graph: Graph) -> tuple[Subject, ...]:
    """Every use, once with the dependency stopped and once with it paused."""
    return tuple(
        Subject(edge.node, edge.dependency, fault) for edge in edges(contract, graph) for fault in (STOPPED, PAUSED)
    )


def consumers(contract: Contract, graph: Graph) -> tuple[Subject, ...]:
    """Every service that consumes a topic, with the broker it consumes from."""
    return tuple(
        Subject(name, promise.uses.get(Role.KAFKA))
        for name, promise in contract.services.items()
        if promise.kafka.consumes
    )


def flows(contract: Contract, graph: Graph) -> tuple[Subject, ...]:
    """Every declared event from one service to another."""
    return tuple(Subject(flow.producer, flow.consumer, flow.topic) for flow in contract.flows)


def subgraphs(contract: Contract, graph: Graph) -> tuple[Subject, ...]:
    """The services that serve a GraphQL subgraph."""
    return tuple(Subject(name) for name, promise in contract.services.items() if promise.graphql)


def token_holders(contract: Contract, graph: Graph) -> tuple[Subject, ...]:
    """The issuer of tokens, and every service that guards a request with them."""
    if contract.tokens is None:
        return ()
    guarded = dict.fromkeys(request.service for request in contract.tokens.guarded)
    return tuple(Subject(name) for name in {contract.tokens.issuer: None, **guarded})
