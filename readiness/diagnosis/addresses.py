"""From a host and a port in a message to the node of the graph that was meant."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

from readiness.model.graph import Graph, Kind, Node

# Words in the name of an image, or in the key of a health answer, by the role that they tell.
ROLE_WORDS: Mapping[str, tuple[str, ...]] = {
    "postgres": ("postgres", "postgresql", "postgis", "timescale", "timescaledb", "pgvector", "pg"),
    "mysql": ("mysql", "mariadb", "percona"),
    "redis": ("redis", "valkey", "keydb", "dragonfly", "cache"),
    "kafka": ("kafka", "redpanda", "broker"),
    "mongodb": ("mongo", "mongodb"),
    "rabbitmq": ("rabbitmq", "amqp", "rmq"),
    "zookeeper": ("zookeeper",),
    "elasticsearch": ("elasticsearch", "opensearch"),
    "nats": ("nats",),
}
DATABASES = ("postgres", "mysql", "mongodb")
_DATABASE_WORDS = ("database", "db", "typeorm", "prisma", "sql", "sequelize", "mikroorm", "datasource")
# The ports that the official images of these roles open.
DEFAULT_PORTS: Mapping[str, tuple[int, ...]] = {
    "postgres": (5432,), "mysql": (3306,), "redis": (6379,), "kafka": (9092,), "mongodb": (27017,),
    "rabbitmq": (5672, 15672), "zookeeper": (2181,), "elasticsearch": (9200,), "nats": (4222,),
}  # fmt: skip
_PORT_IN_TEXT = re.compile(r"(?<![\d.])(\d{2,5})(?![\d.])")
_OWN_PORT = re.compile(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]):(\d{2,5})")
_LOCAL_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")
_CREDENTIAL = re.compile(r"PASS|SECRET|TOKEN|AUTH|CREDENTIAL|URL|URI|DSN|USER|SASL", re.IGNORECASE)


class Problem(StrEnum):
    """What is wrong with the address itself."""

    LOCALHOST = "localhost"
    """Inside a container that is the container itself."""
    UNKNOWN_NAME = "unknown name"
    """No node answers to that name."""
    NAME_ELSEWHERE = "name elsewhere"
    """The node has that name on a network only that the client is not on."""
    NO_COMMON_NETWORK = "no common network"
    SENT_ELSEWHERE = "sent elsewhere"
    """The client's own ``extra_hosts`` give the name another address than the node's."""
    CLOSED_PORT = "closed port"
    """The node is known not to open that port."""
    LOOPBACK_ONLY = "loopback only"
    """The node was seen to open that port on 127.0.0.1 only, where nobody but itself reaches it."""


@dataclass(frozen=True)
class Place:
    """Where a message points: the node that is meant, as far as the graph tells, and what is wrong with the address."""

    host: str
    port: int | None
    node: str | None
    problem: Problem | None = None
    keys: tuple[str, ...] = ()
    """The client's variables that the address was taken from, where the message has none."""

    def __str__(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"


def roles_of(node: Node) -> frozenset[str]:
    """The roles that a node plays, by what the graph says and by the name of its image."""
    image = node.image.rsplit("/", 1)[-1].split("@")[0].split(":")[0].lower()
    words = set(re.split(r"[^a-z0-9]+", image))
    if node.kind is Kind.BACKING:
        words |= set(re.split(r"[^a-z0-9]+", node.name.lower()))
    named = {role for role, known in ROLE_WORDS.items() if words & set(known)}
    return frozenset(named | ({node.role.value} if node.role else set()))


def role_of_key(key: str) -> str | None:
    """The role in the key of a health answer: ``typeorm`` is a database, ``redis_cache`` is Redis."""
    roles = roles_in(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key))
    return roles[0] if roles else None


def roles_in(text: str) -> tuple[str, ...]:
    """Every role that a text speaks of by one of its words; ``database`` is any of the databases."""
    words = set(re.split(r"[^a-z0-9]+", text.lower()))
    named = tuple(role for role, known in ROLE_WORDS.items() if words & set(known))
    return (*named, "database") if words & set(_DATABASE_WORDS) else named


def meant(graph: Graph, client: str, host: str, port: int | None = None, role: str | None = None) -> Place:
    """The node that a client means by a host and a port; by the role alone where the host tells nothing."""
    host = host.strip("[]").lower().rstrip(".")
    if is_loopback(host):
        return Place(host, port, _by_port_or_role(graph, client, port, role), Problem.LOCALHOST)
    bearers = [node for node in graph if host in _names(node)]
    if bearers:
        known = [node for node in bearers if _is_known_to(graph.nodes.get(client), node, host)]
        named = (known or bearers)[0]
        if host in _extra_hosts(graph.nodes.get(client)):
            return Place(host, port, named.name, Problem.SENT_ELSEWHERE)
        return Place(host, port, named.name, _problem_with(graph, client, named, host, port))
    target = _by_port_or_role(graph, client, port, role or role_of_key(name_in(host) or ""))
    if not host or is_ip(host) or len(graph) == 0 or not graph.is_complete:
        return Place(host, port, target)
    if host in _extra_hosts(graph.nodes.get(client)):
        return Place(host, port, target)
    return Place(host, port, target, Problem.UNKNOWN_NAME)


def is_name_of(node: Node, host: str) -> bool:
    """Whether the node is called so on some network."""
    return host.lower().rstrip(".") in _names(node)


def role_of_port(port: int | None) -> str | None:
    """The role whose usual port this is."""
    return next((role for role, ports in DEFAULT_PORTS.items() if port in ports), None)


def name_in(host: str) -> str | None:
    """The host where it is a name that tells something: not an address, not the container itself."""
    return None if not host or is_ip(host) or is_loopback(host) else host


def by_role(graph: Graph, client: str, role: str | None) -> str | None:
    """The one node that plays the role for the client; None where there is none or more than one."""
    if role is None:
        return None
    wanted = set(DATABASES) if role == "database" else {role}
    players = [node.name for node in graph if roles_of(node) & wanted and node.name != client]
    if len(players) > 1 and client in graph.nodes:
        known = set(_known_to(graph, graph[client]))
        players = [name for name in players if name in known]
    return players[0] if len(players) == 1 else None


def settings_naming(node: Node, place: Place, dependency: Node | None) -> tuple[str, ...]:
    """The client's variables that hold this address, the ones that hold host and port first."""
    names = {place.host} | (_names(dependency) if dependency else set())
    address = str(place).lower()
    exact = [key for key, value in node.environment.items() if place.port and address in value.lower()]
    named = [key for key, value in node.environment.items() if names & set(_words(value))]
    return tuple(dict.fromkeys((*exact, *named)))


def credentials_for(node: Node, dependency: Node | None, role: str | None) -> tuple[str, ...]:
    """The client's variables that hold its credentials for a dependency."""
    names = _names(dependency) if dependency else set()
    roles = set(roles_of(dependency)) if dependency else ({role} if role else set())
    words = {word for known in roles for word in (*ROLE_WORDS.get(known, (known,)), *_database_words(known))}
    keys = []
    for key, value in node.environment.items():
        about = words & set(re.split(r"[^a-z0-9]+", key.lower())) or names & set(_words(value))
        if about and _CREDENTIAL.search(key):
            keys.append(key)
    return tuple(sorted(keys, key=lambda key: "PASS" not in key.upper()))


def share_a_network(one: Node, other: Node) -> bool:
    """Whether two nodes can reach each other. Nodes without a network are on the project's default one."""
    return bool(set(_attached(one)) & set(_attached(other)))


def _database_words(role: str) -> tuple[str, ...]:
    return (*_DATABASE_WORDS, "pg", "postgres") if role in DATABASES else ()


def declared_ports(node: Node) -> tuple[int, ...]:
    """The TCP ports that the Compose file says the node opens: published, exposed, else in HEALTHCHECK or ``PORT``."""
    opened = [*(port.container_port for port in node.ports if port.protocol == "tcp"), *node.expose]
    if not opened:
        texts = node.healthcheck.test if node.healthcheck else ()
        opened = [int(match[1]) for text in texts for match in _OWN_PORT.finditer(text)]
    if not opened and node.environment.get("PORT", "").isdigit():
        opened = [int(node.environment["PORT"])]
    return tuple(dict.fromkeys(opened))


def _problem_with(graph: Graph, client: str, target: Node, host: str, port: int | None) -> Problem | None:
    caller = graph.nodes.get(client)
    if caller is not None and caller is not target:
        if not share_a_network(caller, target):
            return Problem.NO_COMMON_NETWORK
        if not _is_known_to(caller, target, host):
            return Problem.NAME_ELSEWHERE
    return None if port is None or _opens(graph, target.name, port) else Problem.CLOSED_PORT


def _is_known_to(client: Node | None, node: Node, host: str) -> bool:
    """Whether the client knows the node by that name: aliases count on the networks that both are on."""
    if client is None or client.name == node.name:
        return True
    shared = [aliases for network, aliases in _attached(node).items() if network in _attached(client)]
    names = {name.lower() for aliases in shared for name in (node.name, *aliases, node.hostname or "")}
    return host in names


def _attached(node: Node) -> Mapping[str, tuple[str, ...]]:
    """The node's networks. One without any is on the project's default one."""
    return node.networks or {"default": ()}


def _extra_hosts(client: Node | None) -> set[str]:
    """The names that the client's own ``/etc/hosts`` is given (``extra_hosts``)."""
    return {re.split(r"[:=]", entry, maxsplit=1)[0].lower() for entry in client.extra_hosts} if client else set()


def _opens(graph: Graph, name: str, port: int | None) -> bool:
    """Whether the node may open the port: denied only where its usual or declared ports are known, and others."""
    if name not in graph.nodes or port is None:
        return name in graph.nodes
    node = graph[name]
    usual = {number for role in roles_of(node) for number in DEFAULT_PORTS.get(role, ())}
    if node.kind is not Kind.BACKING:
        usual = set(declared_ports(node))
    if not usual:
        return True
    texts = [*node.environment.values(), *(node.command or ()), *(node.healthcheck.test if node.healthcheck else ())]
    told = {int(number) for text in texts for number in _PORT_IN_TEXT.findall(text)}
    return port in usual | told | {published.container_port for published in node.ports}


def _by_port_or_role(graph: Graph, client: str, port: int | None, role: str | None) -> str | None:
    by_the_role = by_role(graph, client, role)
    if by_the_role or port is None:
        return by_the_role
    usual = role_of_port(port)
    if usual:
        return by_role(graph, client, usual)
    openers = [
        node.name
        for node in graph
        if node.name != client and any(port in (each.container_port, each.host_port) for each in node.ports)
    ]
    return openers[0] if len(openers) == 1 else None


def _known_to(graph: Graph, client: Node) -> Iterator[str]:
    """The nodes that a client depends on or names in its environment."""
    yield from (edge.node for edge in client.depends_on)
    words = {word for value in client.environment.values() for word in _words(value)}
    yield from (node.name for node in graph if _names(node) & words)


def _names(node: Node) -> set[str]:
    names = {node.name, *(alias for aliases in node.networks.values() for alias in aliases)}
    return {name.lower() for name in (*names, node.hostname) if name}


def _words(value: str) -> list[str]:
    return re.split(r"[^a-z0-9._-]+", value.lower())


def is_loopback(host: str) -> bool:
    """Whether a client that asks this host asks itself: ``localhost``, 127.0.0.0/8, ``::1``, 0.0.0.0 as a target."""
    if is_ip(host):
        return ip_address(host).is_loopback or ip_address(host).is_unspecified
    return host in _LOCAL_NAMES or host.endswith(".localhost")


def is_ip(host: str) -> bool:
    """Whether the host is an address and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
