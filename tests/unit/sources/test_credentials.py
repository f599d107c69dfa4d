"""Credentials are read from the environment in its usual forms, and secrets are known for what they are."""

from pathlib import Path
from typing import Any

import pytest

from readiness.model.address import Credentials
from readiness.model.graph import Graph, Kind, Node, Role
from readiness.sources.credentials import client_credentials, credentials, is_secret_name, secret_values


def graph(backing: Node, **clients: dict[str, str]) -> Graph:
    nodes = {backing.name: backing}
    nodes |= {name: Node(name, Kind.SERVICE, "own", environment=environment) for name, environment in clients.items()}
    return Graph("demo", nodes, Path("/p/compose.yaml"))


def postgres(**environment: str) -> Node:
    return Node("db", Kind.BACKING, "postgres", Role.POSTGRES, environment=environment)


def redis(**declared: Any) -> Node:
    return Node("cache", Kind.BACKING, "redis", Role.REDIS, **declared)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"POSTGRES_USER": "u", "POSTGRES_PASSWORD": "p", "POSTGRES_DB": "d"}, Credentials("u", "p", "d")),
        ({"POSTGRES_PASSWORD": "p"}, Credentials("postgres", "p", "postgres")),
        ({"POSTGRESQL_USERNAME": "u", "POSTGRESQL_PASSWORD": "p"}, Credentials("u", "p", "u")),
        ({"POSTGRES_USER": "u", "POSTGRES_PASSWORD_FILE": "/run/secrets/p"}, Credentials("u", None, "u")),
    ],
)
def test_postgres_is_logged_into_with_its_own_settings(environment: dict[str, str], expected: Credentials) -> None:
    assert credentials(graph(postgres(**environment)), "db") == expected


@pytest.mark.parametrize(
    ("declared", "password"),
    [
        ({"command": ("redis-server", "--requirepass", "pw")}, "pw"),
        ({"command": ("redis-server --requirepass 'p w'",)}, "p w"),
        ({"command": ("sh", "-c", 'exec redis-server --requirepass "$REDIS_PASSWORD"'),
          "environment": {"REDIS_PASSWORD": "pw"}}, "pw"),
        ({"command": ("redis-server", "--requirepass", "${PW}"), "environment": {"PW": "pw"}}, "pw"),
        ({"environment": {"REDIS_ARGS": "--requirepass pw --save 60 1"}}, "pw"),
        ({"environment": {"REDIS_PASSWORD": "pw"}}, "pw"),
        ({}, None),
    ],
)  # fmt: skip
def test_redis_is_logged_into_with_what_it_requires(declared: dict[str, Any], password: str | None) -> None:
    assert credentials(graph(redis(**declared)), "cache").password == password


def test_else_with_what_most_clients_carry() -> None:
    read = graph(
        redis(), a={"U": "redis://:right@cache"}, b={"U": "redis://:right@cache"}, c={"U": "redis://:no@cache"}
    )
    assert credentials(read, "cache").password == "right"


@pytest.mark.parametrize(
    "environment",
    [
        {"DATABASE_URL": "postgresql://u:p%40ss@db:5432/d?sslmode=disable"},
        {"DATABASE_URL": "postgresql+psycopg://u:p%40ss@db/d"},
        {"SPRING_DATASOURCE_URL": "jdbc:postgresql://db:5432/d", "SPRING_DATASOURCE_USERNAME": "u",
         "SPRING_DATASOURCE_PASSWORD": "p@ss"},
        {"URL": "jdbc:postgresql://db:5432/d?user=u&password=p%40ss"},
        {"DB_HOST": "db", "DB_USER": "u", "DB_PASSWORD": "p@ss", "DB_NAME": "d"},
        {"PGHOST": "db", "PGUSER": "u", "PGPASSWORD": "p@ss", "PGDATABASE": "d"},
        {"POSTGRES_HOST": "db", "POSTGRES_USERNAME": "u", "POSTGRES_PASS": "p@ss", "POSTGRES_DB": "d"},
        {"DSN": "host=db user=u password=p@ss dbname=d"},
        {"ConnectionStrings__Main": "Host=db;Port=5432;Database=d;Username=u;Password=p@ss"},
    ],
)  # fmt: skip
def test_a_client_carries_its_credentials_in_one_of_many_forms(environment: dict[str, str]) -> None:
    assert client_credentials(graph(postgres(), a=environment), "a", Role.POSTGRES) == Credentials("u", "p@ss", "d")


def test_a_client_that_carries_nothing_has_no_credentials() -> None:
    read = graph(postgres(), a={"DATABASE_URL": "postgresql://u:p@elsewhere/d"})
    assert client_credentials(read, "a", Role.POSTGRES) == Credentials()
    assert client_credentials(read, "a", Role.REDIS) == Credentials()


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("POSTGRES_PASSWORD", True), ("JWT_SECRET", True), ("API_KEY", True), ("DB_PASS", True), ("AUTH_TOKEN", True),
        ("AWS_SECRET_ACCESS_KEY", True), ("spring.datasource.password", True), ("ENCRYPTION_KEY", True),
        ("PASSWORD_FILE", False), ("TOKEN_URL", False), ("KEYBOARD", False), ("PUBLIC_KEY", False), ("COMPASS", False),
        ("JWT_EXPIRES_IN", False), ("TOKEN_TTL", False), ("MONKEY", False), ("PORT", False),
    ],
)  # fmt: skip
def test_names_tell_secrets(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


def test_secret_values_are_found_and_names_of_nodes_are_none() -> None:
    read = graph(
        redis(command=("redis-server", "--requirepass", "by-option")),
        a={"URL": "amqp://u:in%2Durl@mq", "DB_PASSWORD": "cache", "JWT_SECRET": "signing",
           "DSN": "host=x password=in-pairs",
           "API_TOKEN": "true", "PASSWORD_FILE": "/run/secrets/x", "LOG_LEVEL": "info"},
    )  # fmt: skip
    assert secret_values(read) == {"by-option", "in%2Durl", "in-url", "signing", "in-pairs"}
