"""Credentials and secrets in the environment of nodes: what a probe logs in with, and what must never be shown."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, unquote, urlsplit

from readiness.model.address import Credentials
from readiness.model.graph import Graph, Node, Role
from readiness.sources.hosts import hosts_in, names_of

_SCHEMES: Mapping[Role, re.Pattern[str]] = {
    Role.POSTGRES: re.compile(r"^(jdbc:)?(postgres|postgresql|postgis|timescaledb|pgsql)(\+\w+)?://"),
    Role.REDIS: re.compile(r"^(redis|rediss|valkey|valkeys)(\+\w+)?://"),
    Role.KAFKA: re.compile(r"^kafka(\+\w+)?://"),
}
_HOST_SUFFIX = re.compile(r"(_?(?:HOSTNAME|HOST|SERVER|ADDRESS|ADDR))$")
_USER_SUFFIXES = ("USERNAME", "USER")
_PASSWORD_SUFFIXES = ("PASSWORD", "PASS", "PWD")
_DATABASE_SUFFIXES = ("DATABASE", "DBNAME", "NAME", "DB")
_PAIR = re.compile(r"(?P<key>[A-Za-z][A-Za-z ]*?)\s*=\s*(?P<value>'[^']*'|[^;\s]*)")
_REQUIRE_PASSWORD = re.compile(r"--requirepass[\s=]+(?P<value>\"[^\"]*\"|'[^']*'|\S+)")
_REFERENCE = re.compile(r"\$\{?(?P<name>\w+)(?::?-[^}]*)?\}?")

_SECRET_NAME = re.compile(
    r"(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|REDISCLI_AUTH|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY)"
    r"|(^|_)(PASS|PWD|PW|KEY|KEYS|SALT)(_|$)"
)
_NOT_SECRET_NAME = re.compile(
    r"(_FILE|_PATH|_URL|_URI|_TTL|_EXPIRY|_EXPIRES_IN|_EXPIRATION|_ALGORITHM|_SERIALIZER|_DESERIALIZER|_LENGTH)$"
    r"|PUBLIC_?KEY"
)
_URL_PASSWORD = re.compile(r"://[^/?#\s:@]*:(?P<password>[^/?#\s@]+)@")
_PAIR_PASSWORD = re.compile(r"(?:^|[;\s&?])(?:password|pwd)\s*=\s*(?P<password>[^;\s&]+)", re.IGNORECASE)
_ORDINARY = frozenset(
    [
        "true",
        "false",
        "yes",
        "no",
        "none",
        "null",
        "on",
        "off",
        "enabled",
        "disabled",
        "required",
        "optional",
        "password",
        "secret",
        "token",
        "key",
    ]
)
"""Words that every log is full of: to mask them wherever they stand would hide the log and protect nothing."""


def credentials(graph: Graph, node: str) -> Credentials:
    """What a probe from outside logs in with: the node's own settings, else what most of its clients carry."""
    backing = graph[node]
    own = _OWN[backing.role](backing) if backing.role in _OWN else Credentials()
    if own.password is not None or backing.role is None:
        return own
    carried = Counter(
        found for client in graph for found in _carried(graph, client, backing.role, node) if found.password is not None
    )
    return carried.most_common(1)[0][0] if carried else own


def client_credentials(graph: Graph, service: str, role: Role) -> Credentials:
    """What a service itself carries for the backing service of a role, with its database; empty where nothing tells."""
    names = names_of(graph)
    backing = {node.name for node in graph if node.role is role}
    for name in dict.fromkeys(name for name in names.values() if name in backing):
        found = next(_carried(graph, graph[service], role, name), None)
        if found is not None:
            return found
    return Credentials()


def secret_values(graph: Graph) -> frozenset[str]:
    """The values in the graph's declarations that must never be shown.

    Words that are also names of nodes, roles or ordinary words of a log are left out: masking them would make reports
    unreadable, and the redactor masks them where they stand as a password.
    """
    public = {*graph.nodes, *names_of(graph), *(role.value for role in Role), *_ORDINARY, "localhost", "admin", "root"}
    return frozenset(
        value
        for node in graph
        for value in _secrets(node)
        if value and value.lower() not in public and not value.isspace()
    )


def is_secret_name(name: str) -> bool:
    """Whether a variable of this name holds a secret, by what such variables are called."""
    upper = name.upper().replace("-", "_").replace(".", "_")
    return _SECRET_NAME.search(upper) is not None and _NOT_SECRET_NAME.search(upper) is None


def _secrets(node: Node) -> Iterator[str]:
    arguments = node.build.args if node.build else {}
    for name, value in (*node.environment.items(), *arguments.items()):
        if is_secret_name(name) and "://" not in value:
            yield value
        for pattern in (_URL_PASSWORD, _PAIR_PASSWORD):
            for match in pattern.finditer(value):
                yield match["password"]
                yield unquote(match["password"])
    required = _required_password(node)
    if required:
        yield required


def _own_postgres(node: Node) -> Credentials:
    def first(*names: str) -> str | None:
        return next((node.environment[name] for name in names if node.environment.get(name)), None)

    user = first("POSTGRES_USER", "POSTGRESQL_USERNAME", "POSTGRESQL_USER") or "postgres"
    password = first("POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD", "POSTGRESQL_POSTGRES_PASSWORD")
    database = first("POSTGRES_DB", "POSTGRESQL_DATABASE", "POSTGRES_DATABASE") or user
    return Credentials(user, password, database)


def _own_redis(node: Node) -> Credentials:
    password = _required_password(node)
    if password is None:
        password = node.environment.get("REDIS_PASSWORD") or node.environment.get("VALKEY_PASSWORD") or None
    return Credentials(password=password)


_OWN = {Role.POSTGRES: _own_postgres, Role.REDIS: _own_redis}


def _required_password(node: Node) -> str | None:
    """What ``--requirepass`` sets in command, entrypoint or ``REDIS_ARGS``; a variable of the node is filled in."""
    words = (*(node.entrypoint or ()), *(node.command or ()))
    for first, second in itertools.pairwise(words):
        if first == "--requirepass":
            return _filled(second, node)
    for text in (*words, node.environment.get("REDIS_ARGS", "")):
        match = _REQUIRE_PASSWORD.search(text)
        if match:
            return _filled(match["value"], node)
    return None


def _filled(value: str, node: Node) -> str | None:
    plain = value.strip("\"'")
    reference = _REFERENCE.fullmatch(plain)
    return (node.environment.get(reference["name"]) if reference else plain) or None


def _carried(graph: Graph, client: Node, role: Role, target: str) -> Iterator[Credentials]:
    """Every set of credentials for the target in the client's environment, complete forms first."""
    if client.name == target:
        return
    names = names_of(graph)
    naming = [
        (variable, value)
        for variable, value in client.environment.items()
        if any(names.get(host) == target for host in hosts_in(variable, value))
    ]
    for variable, value in naming:
        if _SCHEMES[role].match(value):
            yield _with_separate(client, variable, _of_url(value))
    for _, value in naming:
        if role is Role.POSTGRES and "://" not in value and "=" in value:
            yield _of_pairs(value)
    for variable, _ in naming:
        suffix = _HOST_SUFFIX.search(variable)
        if suffix:
            yield _of_prefix(client, variable.removesuffix(suffix[1]))


def _of_url(url: str) -> Credentials:
    """``scheme://user:password@host:port/database?user=..&password=..``, also behind ``jdbc:``."""
    parts = urlsplit(url.removeprefix("jdbc:"))
    login, at, _ = parts.netloc.rpartition("@")
    user, _, password = login.partition(":") if at else ("", "", "")
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    return Credentials(
        unquote(user) or query.get("user") or query.get("username"),
        unquote(password) or query.get("password"),
        unquote(parts.path.strip("/")) or None,
    )


def _with_separate(client: Node, variable: str, found: Credentials) -> Credentials:
    """A URL without a login has it in variables beside it: ``SPRING_DATASOURCE_USERNAME`` for ``.._URL``."""
    if found.password is not None:
        return found
    beside = _of_prefix(client, re.sub(r"_?(URL|URI)$", "", variable))
    return Credentials(found.user or beside.user, beside.password, found.database or beside.database)


def _of_pairs(text: str) -> Credentials:
    """libpq's ``host=db user=u password=p dbname=d`` and .NET's ``Host=db;Username=u;Password=p;Database=d``."""
    pairs = {match["key"].strip().lower(): match["value"].strip("'") for match in _PAIR.finditer(text)}

    def first(*keys: str) -> str | None:
        return next((pairs[key] for key in keys if pairs.get(key)), None)

    return Credentials(
        first("user", "username", "user id", "userid", "uid"),
        first("password", "pwd"),
        first("dbname", "database", "initial catalog"),
    )


def _of_prefix(client: Node, prefix: str) -> Credentials:
    """``DB_USER``, ``DB_PASSWORD`` and ``DB_NAME`` beside ``DB_HOST``; ``PGUSER`` beside ``PGHOST``."""

    def first(suffixes: tuple[str, ...]) -> str | None:
        for joint in ("_", ""):
            for suffix in suffixes:
                value = client.environment.get(f"{prefix}{joint}{suffix}")
                if value:
                    return value
        return None

    return Credentials(first(_USER_SUFFIXES), first(_PASSWORD_SUFFIXES), first(_DATABASE_SUFFIXES))
