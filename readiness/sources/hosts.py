"""Names of nodes in the values of environment variables: who is configured to speak to whom.

The forms are those that back ends use: URLs with one or more hosts, ``host:port`` and lists of it, bare hosts in
variables that are named like a host, ``key=value`` connection strings, JDBC. A node's name as user, password,
database or path is no use of it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from readiness.model.graph import Graph, Node

_URL_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.\-_]*://(?P<authority>[^/?#\s\"'|;]*)")
_KEY_VALUE_HOST = re.compile(
    r"(?:^|[;\s])(?:host|server|data source|addr|address)\s*=\s*(?P<host>[^;\s]+)", re.IGNORECASE
)
_HOST_PORT = re.compile(r"^(?P<host>[A-Za-z0-9][\w.-]*):(?P<port>\d{1,5})(?:/.*)?$")
_NAMED_LIKE_A_HOST = re.compile(
    r"(HOST|HOSTNAME|HOSTS|ADDR|ADDRESS|SERVER|SERVERS|BROKER|BROKERS|BOOTSTRAP|ENDPOINT|ENDPOINTS|URL|URI|NODES)\d*$"
)


def hosts_in(variable: str, value: str) -> tuple[str, ...]:
    """Every host that the value names, without its port, in order."""
    return tuple(dict.fromkeys(_hosts(variable, value)))


def _hosts(variable: str, value: str) -> Iterator[str]:
    authorities = [match["authority"] for match in _URL_AUTHORITY.finditer(value)]
    for authority in authorities:
        for part in authority.rpartition("@")[2].split(","):
            yield _without_port(part)
    for match in _KEY_VALUE_HOST.finditer(value):
        yield _without_port(match["host"].removeprefix("tcp:").partition(",")[0])
    if authorities:
        return
    named_like_a_host = _NAMED_LIKE_A_HOST.search(variable.upper()) is not None
    for part in re.split(r"[,;\s]+", value):
        with_port = _HOST_PORT.match(part)
        if with_port is not None:
            yield with_port["host"]
        elif named_like_a_host:
            yield part


def _without_port(text: str) -> str:
    return re.sub(r":\d*$", "", text)


def names_of(graph: Graph) -> dict[str, str]:
    """Every name under which a node is reached inside the graph: the node."""
    names = {alias: node.name for node in graph for aliases in node.networks.values() for alias in aliases}
    return {**names, **{name: name for name in graph.nodes}}


def named_nodes(node: Node, names: Mapping[str, str]) -> tuple[str, ...]:
    """The other nodes that the environment of this one names as hosts."""
    return _others(node, (names.get(host) for host in _all_hosts(node)))


def _all_hosts(node: Node) -> Iterator[str]:
    for variable, value in node.environment.items():
        yield from hosts_in(variable, value)


def _others(node: Node, found: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in found if name is not None and name != node.name))
