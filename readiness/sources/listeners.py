"""Kafka's listeners: which port of the container answers a client that is outside the graph's network.

A broker tells its clients where to connect (``advertised.listeners``), so only a listener that advertises an address
of this machine can be used from here, and only if its advertised port is the published one.
"""

import re
from collections.abc import Iterator

from readiness.model.graph import Node

_LISTENER = re.compile(r"(?P<name>[A-Za-z][\w]*)://(?P<host>\[[^\]]*\]|[^:,/\s]*):(?P<port>\d+)")
_HERE = ("localhost", "127.0.0.1", "[::1]")
_ADVERTISED = ("KAFKA_ADVERTISED_LISTENERS", "KAFKA_CFG_ADVERTISED_LISTENERS")
_BOUND = ("KAFKA_LISTENERS", "KAFKA_CFG_LISTENERS")
_REDPANDA_ADVERTISED = re.compile(r"--advertise-kafka-addr[\s=]+(\S+)")
_REDPANDA_BOUND = re.compile(r"--kafka-addr[\s=]+(\S+)")


def outside_port(node: Node) -> int | None:
    """The container's port of the listener that advertises an address of this machine; None where there is none.

    The advertised port is a port of the host: it is matched with the published ports first, then with the listener
    that is bound under the same name.
    """
    bound = {name: port for name, _, port in _listeners(node, _BOUND, _REDPANDA_BOUND)}
    for name, host, port in _listeners(node, _ADVERTISED, _REDPANDA_ADVERTISED):
        if host not in _HERE:
            continue
        published = next((known.container_port for known in node.ports if known.host_port == port), None)
        return published or bound.get(name, port)
    return None


def _listeners(node: Node, variables: tuple[str, ...], option: re.Pattern[str]) -> Iterator[tuple[str, str, int]]:
    words = " ".join((*(node.entrypoint or ()), *(node.command or ())))
    texts = [node.environment.get(variable, "") for variable in variables] + option.findall(words)
    for text in texts:
        for match in _LISTENER.finditer(text):
            yield match["name"].upper(), match["host"], int(match["port"])
