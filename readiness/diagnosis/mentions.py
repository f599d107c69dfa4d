"""Which nodes of the graph a text names by an address: a URL, or host and port."""

import re
from collections.abc import Iterable

from readiness.diagnosis import addresses
from readiness.model.graph import Graph

_URL = re.compile(r"\b[a-z][a-z0-9+]*://(?:[^@/\s]*@)?(?P<host>[\w.-]+)(?::(?P<port>\d+))?")
_HOST_PORT = re.compile(r"(?<![\w/.])(?P<host>[A-Za-z][\w.-]*):(?P<port>\d{2,5})\b")
_SOURCE = re.compile(r"\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|cs|php)$")


def addresses_in(text: str) -> tuple[tuple[str, str | None], ...]:
    """Every host in the text, with its port where one is told."""
    return tuple((match["host"], match["port"]) for found in (_URL, _HOST_PORT) for match in found.finditer(text))


def names_in(text: str) -> frozenset[str]:
    """The names of hosts in the text, in small letters; not addresses, not the container itself, not source files."""
    hosts = {host.lower() for host, _ in addresses_in(text)}
    return frozenset(host for host in hosts if addresses.name_in(host) and not _SOURCE.search(host))


def nodes_at(found: Iterable[tuple[str, str | None]], client: str, graph: Graph) -> tuple[str, ...]:
    """The nodes that these addresses lead to from ``client``; what is no name of a node is left out."""
    places = (
        addresses.meant(graph, client, host, int(port) if port else None)
        for host, port in found
        if addresses.name_in(host.lower()) and any(addresses.is_name_of(node, host) for node in graph)
    )
    return tuple(dict.fromkeys(place.node for place in places if place.node and place.problem is None))


def nodes_named(text: str, client: str, graph: Graph) -> tuple[str, ...]:
    """The other nodes whose name stands in the text as a word of its own, and not as a part of a path."""
    others = (node.name for node in graph if node.name != client)
    return tuple(name for name in others if re.search(rf"(?<![\w/.-]){re.escape(name)}(?![\w/-])", text, re.IGNORECASE))
