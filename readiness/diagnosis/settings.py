"""Addresses in a node's environment: where it looks for what it depends on, in the forms that back ends use.

URLs (JDBC and lists of hosts included), ``X_HOST`` with ``X_PORT``, lists of brokers, ``key=value`` connection strings.
They name the dependency where a message has no address of its own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from readiness.diagnosis import addresses
from readiness.diagnosis.addresses import Place, roles_in
from readiness.model.graph import Graph, Node

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.:\-_]*)://(?P<authority>[^/?#\s\"'|;\]]*)")
_PAIRS = re.compile(r"(?:^|[;\s])(?:host|server|data source|addr|address)\s*=\s*(?:tcp:)?(?P<host>[^;,\s]+)", re.I)
_PAIRED_PORT = re.compile(r"(?:^|[;\s,])(?:port\s*=\s*)?(?P<port>\d{2,5})(?=$|[;\s])", re.I)
_GO_MYSQL = re.compile(r"@tcp\((?P<authority>[^)]*)\)")
_HOST_KEY = re.compile(r"^(?P<stem>.*?)_?(?:HOSTNAME|HOSTS|HOST|SERVERS|SERVER|ADDRESS|ADDR|ENDPOINTS?|NODES)\d*$")
_LIST_KEY = re.compile(r"(?:BROKERS?|BOOTSTRAP|SERVERS?|HOSTS|NODES|ENDPOINTS?|ADDR(?:ESS(?:ES)?)?|HOST|URLS?|URI)\d*$")
_HOST = re.compile(r"^\[?(?P<host>[A-Za-z0-9][\w.-]*|[0-9a-fA-F:]+:[0-9a-fA-F:]*)\]?(?::(?P<port>\d{1,5}))?$")
# Variables that tell who may call a node, or where it listens itself: no dependency of its own.
_OF_ITSELF = re.compile(
    r"(?:^|_)(?:BIND|LISTEN|LISTENERS?|ADVERTISED|CORS|ORIGINS?|ALLOWED|CALLBACK|REDIRECT|ISSUER|AUDIENCE|WEBHOOK|RETURN)"
    r"(?:_|$)"
)
# Variables that tell where a node itself is to be found, unless they speak of a dependency: ``APP_DATABASE_URL``.
_MAYBE_OF_ITSELF = re.compile(
    r"^(?:HOST|HOSTNAME|SERVER|ADDRESS|ADDR|URL|BASE_URL)$|"
    r"(?:^|_)(?:PUBLIC|EXTERNAL|FRONTEND|CLIENT|APP|SITE|SELF|DOCS|SWAGGER)(?:_|$)"
)
_SCHEME_ROLES = {
    "postgres": "postgres", "postgresql": "postgres", "pgsql": "postgres", "mysql": "mysql", "mariadb": "mysql",
    "redis": "redis", "rediss": "redis", "valkey": "redis", "kafka": "kafka", "amqp": "rabbitmq", "amqps": "rabbitmq",
    "mongodb": "mongodb", "nats": "nats",
}  # fmt: skip
# Words of a variable's name that say nothing about who is meant.
_FILLER = frozenset(
    (
        *("url", "uri", "host", "hostname", "port", "addr", "address", "endpoint"),
        *("http", "https", "grpc", "rest", "api", "base", "service", "svc", "server", "internal"),
    )
)


@dataclass(frozen=True)
class Setting:
    """One address in an environment: its variables, and what scheme and names tell of who is meant."""

    keys: tuple[str, ...]
    host: str
    port: int | None
    role: str | None = None


def addresses_in(environment: Mapping[str, str]) -> tuple[Setting, ...]:
    """Every address that the environment tells the node to look at, in the order of the variables."""
    return tuple(setting for key, value in environment.items() for setting in _in_variable(key, value, environment))


def places(graph: Graph, client: str, environment: Mapping[str, str]) -> tuple[tuple[Setting, Place], ...]:
    """The client's addresses with the node that each means and what is wrong with it."""
    found = []
    for setting in addresses_in(environment):
        place = addresses.meant(graph, client, setting.host, setting.port, setting.role)
        node = place.node or _named_by_key(graph, client, setting.keys[0])
        found.append((setting, replace(place, node=node, keys=setting.keys)))
    return tuple(found)


def place_for(
    graph: Graph, client: str, environment: Mapping[str, str], role: str | None, port: int | None = None
) -> Place | None:
    """The one address that a message can mean which names none, or only a resolved one with its port.

    With a role it is the one set for that role, else the only one with the port, else the only one that cannot be
    right. None where there is none, or more than one.
    """
    known = places(graph, client, environment)
    if port is not None:
        known = tuple((setting, place) for setting, place in known if place.port == port)
    if role is not None:
        wanted = {*addresses.DATABASES, "database"} if role == "database" else {role}
        known = tuple((setting, place) for setting, place in known if _plays(graph, setting, place) & wanted)
    elif port is None:
        known = tuple((setting, place) for setting, place in known if place.problem is not None and place.node)
    distinct = {(place.host, place.port): place for _, place in known}
    return next(iter(distinct.values())) if len(distinct) == 1 else None


def _plays(graph: Graph, setting: Setting, place: Place) -> frozenset[str]:
    told = frozenset({setting.role} if setting.role else ())
    node = graph.nodes.get(place.node or "")
    return told | (addresses.roles_of(node) if node else frozenset())


def _in_variable(key: str, value: str, environment: Mapping[str, str]) -> Iterator[Setting]:
    upper = re.sub(r"[.\-]+|__", "_", key.upper())
    urls = list(_URL.finditer(value))
    roles = [_SCHEME_ROLES.get(_scheme(url["scheme"])) or _role_of_name(upper) for url in urls]
    told = any(roles) or _role_of_name(upper) is not None
    if not value or _OF_ITSELF.search(upper) or (_MAYBE_OF_ITSELF.search(upper) and not told):
        return
    for url, role in zip(urls, roles, strict=True):
        for part in url["authority"].rpartition("@")[2].split(","):
            yield from _address((key,), part, role)
    for match in _GO_MYSQL.finditer(value):
        yield from _address((key,), match["authority"], "mysql")
    pairs = None if urls else _PAIRS.search(value)
    if pairs:
        port = _PAIRED_PORT.search(value[pairs.end() :])
        yield from _address((key,), pairs["host"], _role_of_name(upper), port and port["port"])
    elif not urls:
        yield from _bare(key, upper, value, environment)


def _scheme(text: str) -> str:
    """``postgresql`` of ``jdbc:postgresql`` and of ``postgresql+asyncpg``."""
    return text.lower().removeprefix("jdbc:").split("+")[0]


def _bare(key: str, upper: str, value: str, environment: Mapping[str, str]) -> Iterator[Setting]:
    """Hosts without a scheme: ``DB_HOST=db`` with ``DB_PORT=5432``, or a list of ``host:port``."""
    stem = _HOST_KEY.match(upper)
    port_key = _port_key(stem["stem"], environment) if stem else None
    for part in re.split(r"[,;\s]+", value.strip("[]{} ").replace('"', "").replace("'", "")):
        if re.fullmatch(r"[A-Za-z][\w.-]*:\d{2,5}", part):
            yield from _address((key,), part, _role_of_name(upper))
        elif stem and port_key and not part.isdigit():
            yield from _address((key, port_key), part, _role_of_name(upper), environment[port_key])
        elif _LIST_KEY.search(upper) and not part.isdigit():
            yield from _address((key,), part, _role_of_name(upper))


def _port_key(stem: str, environment: Mapping[str, str]) -> str | None:
    wanted = {f"{stem}_PORT".lstrip("_"), f"{stem}PORT"} if stem else set()
    spelled = ((name, re.sub(r"[.\-]+|__", "_", name.upper())) for name in environment)
    return next((name for name, upper in spelled if upper in wanted and environment[name].isdigit()), None)


def _address(keys: tuple[str, ...], text: str, role: str | None, port: str | None = None) -> Iterator[Setting]:
    match = _HOST.match(text.strip())
    if match:
        told = match["port"] or port
        yield Setting(keys, match["host"].lower(), int(told) if told else None, role)


def _role_of_name(upper: str) -> str | None:
    roles = roles_in(upper)
    return roles[0] if roles else None


def _named_by_key(graph: Graph, client: str, key: str) -> str | None:
    """The node that a variable is named after: ``AUTH_SERVICE_URL`` is about ``auth`` or ``auth-service``."""
    words = _telling_words(key)
    named = [node.name for node in graph if node.name != client and words and _telling_words(node.name) == words]
    return named[0] if len(named) == 1 else None


def _telling_words(name: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[^a-z0-9]+", name.lower()) if word and word not in _FILLER)


def variables_for(node: Node, place: Place, dependency: Node | None) -> tuple[str, ...]:
    """The client's variables that hold this address: those it was taken from, else those in which it stands.

    A host whose port is in a variable beside it (``DB_HOST``, ``DB_PORT``) is told with that one: either can be wrong.
    """
    found = place.keys or addresses.settings_naming(node, place, dependency)
    stems = (_HOST_KEY.match(key.upper()) for key in found)
    beside = (_port_key(stem["stem"], node.environment) for stem in stems if stem)
    return tuple(dict.fromkeys((*found, *filter(None, beside))))
