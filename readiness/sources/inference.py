"""What a contract may leave out, inferred from the Compose file: roles, kinds, ports, uses.

What the contract says always wins. Where nothing tells, nothing is filled in: a guess would be judged like a promise.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from readiness.model.contract import Contract, ServicePromise
from readiness.model.graph import Condition, Graph, Kind, Node, Role
from readiness.sources.hosts import named_nodes, names_of
from readiness.sources.images import is_infrastructure, is_well_known, role_of_image
from readiness.sources.listeners import outside_port

DEFAULT_PORTS: Mapping[Role, int] = {Role.POSTGRES: 5432, Role.REDIS: 6379}
"""The ports that the products listen on when nobody says otherwise. Kafka's outside listener has none."""

_PORT_VARIABLES = ("PORT", "HTTP_PORT", "SERVER_PORT", "APP_PORT")
_LOCAL_URL = re.compile(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]):(?P<port>\d{2,5})")
_JOB_NAME = re.compile(
    r"(^|[-_.])(init|initializer|migrate|migrator|migration|migrations|seed|seeder|setup|topics|bootstrap|create[-_]\w+)([-_.\d]|$)"
)
_CLIENT_TOOLS = re.compile(
    r"\b(kafka-topics|kafka-configs|psql|pg_restore|pg_dump|redis-cli|createdb|rpk topic|cub kafka-ready)\b"
)


def classify(contract: Contract, graph: Graph) -> Graph:
    """The graph with the role and the kind of each node."""
    claimed = _claimed_roles(contract)
    return replace(graph, nodes={node.name: _classified(node, contract, graph, claimed) for node in graph})


def complete(contract: Contract, graph: Graph) -> Contract:
    """The contract with an entry for every service and every backing service, and with what it left out filled in.

    :param graph: a graph whose nodes are classified.
    """
    names = names_of(graph)
    services = {
        node.name: _completed(contract.services.get(node.name, ServicePromise()), node, graph, names)
        for node in graph
        if node.kind is Kind.SERVICE or node.role is not None
    }
    return contract.model_copy(update={"services": {**services, **_others(contract, services)}})


def container_port(node: Node) -> int | None:
    """The container's port that answers, as far as the Compose file tells."""
    if node.role is Role.KAFKA:
        return outside_port(node)
    if node.role is not None:
        return _backing_port(node, node.role)
    return _service_port(node)


def _claimed_roles(contract: Contract) -> dict[str, Role]:
    """The roles that the contract's ``uses`` give to nodes; the first one counts (validation tells contradictions)."""
    claimed: dict[str, Role] = {}
    for promise in contract.services.values():
        for role, node in promise.uses.items():
            claimed.setdefault(node, role)
    return claimed


def _classified(node: Node, contract: Contract, graph: Graph, claimed: Mapping[str, Role]) -> Node:
    promised = contract.services.get(node.name)
    if _is_job(node, graph, promised):
        return replace(node, kind=Kind.JOB, role=None)
    told = role_of_image(node, graph.name)
    role = told if told is not None and is_well_known(node) else claimed.get(node.name, told)
    if role is not None:
        return replace(node, kind=Kind.BACKING, role=role)
    if is_infrastructure(node) and not _answers_for_health(promised):
        return replace(node, kind=Kind.BACKING)
    return replace(node, kind=Kind.SERVICE)


def _answers_for_health(promise: ServicePromise | None) -> bool:
    return promise is not None and bool({"health", "graphql", "uses"} & promise.model_fields_set)


def _is_job(node: Node, graph: Graph, promise: ServicePromise | None) -> bool:
    """A node that somebody waits for to complete; else one that neither lasts nor answers, and is called like a job."""
    if any(
        edge.node == node.name and edge.condition is Condition.COMPLETED for other in graph for edge in other.depends_on
    ):
        return True
    lasts = node.restart.name in ("always", "unless-stopped") or node.ports or node.healthcheck
    if lasts or promise is not None:
        return False
    words = " ".join((*(node.entrypoint or ()), *(node.command or ())))
    return bool(_JOB_NAME.search(node.name.lower()) or _CLIENT_TOOLS.search(words))


def _others(contract: Contract, services: Mapping[str, ServicePromise]) -> dict[str, ServicePromise]:
    """Entries of the contract for jobs, and for nodes that the graph lacks (validation tells those)."""
    return {name: promise for name, promise in contract.services.items() if name not in services}


def _completed(promise: ServicePromise, node: Node, graph: Graph, names: Mapping[str, str]) -> ServicePromise:
    inferred: dict[str, object] = {}
    if promise.port is None:
        inferred["port"] = container_port(node)
    if node.kind is Kind.SERVICE and "uses" not in promise.model_fields_set:
        inferred["uses"] = _uses(node, graph, names)
    return promise.model_copy(update=inferred)


def _uses(node: Node, graph: Graph, names: Mapping[str, str]) -> dict[Role, str]:
    """For each role the node that plays it: best one that is both named and declared, then named, then declared."""
    named = named_nodes(node, names)
    declared = tuple(edge.node for edge in node.depends_on)
    both = tuple(name for name in named if name in declared)
    uses: dict[Role, str] = {}
    for name in (*both, *named, *declared):
        other = graph.nodes.get(name)
        if other is not None and other.role is not None:
            uses.setdefault(other.role, name)
    return {role: uses[role] for role in Role if role in uses}


def _backing_port(node: Node, role: Role) -> int:
    words = (*(node.entrypoint or ()), *(node.command or ()))
    option = re.search(r"(?:^|\s)(?:--port|-p)[\s=]+(\d{2,5})\b", " ".join(words))
    told = option[1] if option else node.environment.get({Role.POSTGRES: "PGPORT"}.get(role, "REDIS_PORT"), "")
    return int(told) if told.isdigit() else DEFAULT_PORTS[role]


def _service_port(node: Node) -> int | None:
    """One published port; of several the one that the node's check or its PORT names; else one exposed; else PORT."""
    published = list(dict.fromkeys(port.container_port for port in node.ports if port.protocol == "tcp"))
    if len(published) == 1:
        return published[0]
    told = list(_told_ports(node))
    if published:
        return next((port for port in told if port in published), None)
    if len(set(node.expose)) == 1:
        return node.expose[0]
    return told[0] if told else None


def _told_ports(node: Node) -> Iterator[int]:
    for word in node.healthcheck.test if node.healthcheck else ():
        yield from (int(match["port"]) for match in _LOCAL_URL.finditer(word))
    for variable in _PORT_VARIABLES:
        if node.environment.get(variable, "").isdigit():
            yield int(node.environment[variable])
