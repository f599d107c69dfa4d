"""Addresses in an environment, and what they say where a message has none."""

from dataclasses import replace

import pytest

from readiness.diagnosis.addresses import Place
from readiness.diagnosis.settings import addresses_in, place_for, places, variables_for
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Confidence
from readiness.model.graph import Graph, Kind, Role
from tests.unit.diagnosis.diagnosis_scene import answer, diagnosed, exited, graph_of, node, running

BACKING = (
    node("db", kind=Kind.BACKING, image="postgres:16", role=Role.POSTGRES),
    node("cache", kind=Kind.BACKING, image="redis:7", role=Role.REDIS),
    node("broker", kind=Kind.BACKING, image="apache/kafka:4.1.1", role=Role.KAFKA),
)


def shop(environment: dict[str, str]) -> Graph:
    return graph_of(*BACKING, node("auth-service"), node("orders", environment=environment))


def dead(log: str, environment: dict[str, str]) -> NodeEvidence:
    return replace(exited("orders", log), environment=environment)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"DATABASE_URL": "postgresql+asyncpg://u:***@db:5432/x?a=b"}, ("db", 5432, "postgres")),
        ({"SPRING_DATASOURCE_URL": "jdbc:postgresql://db:5432/x"}, ("db", 5432, "postgres")),
        ({"REDIS_URL": "redis://cache"}, ("cache", None, "redis")),
        ({"DB_HOST": "db", "DB_PORT": "5432"}, ("db", 5432, "database")),
        ({"PGHOST": "db", "PGPORT": "5433"}, ("db", 5433, None)),
        ({"redis.host": "cache", "redis.port": "6379"}, ("cache", 6379, "redis")),
        ({"ConnectionStrings__Default": "Host=db;Port=5433;Database=x"}, ("db", 5433, None)),
        ({"DSN": "host=db port=5432 user=u"}, ("db", 5432, None)),
        ({"MYSQL_DSN": "u:***@tcp(db:3306)/x"}, ("db", 3306, "mysql")),
        ({"KAFKA_BROKERS": '["broker:9092"]'}, ("broker", 9092, "kafka")),
        ({"KAFKA_BOOTSTRAP_SERVERS": "broker:9092"}, ("broker", 9092, "kafka")),
        ({"APP_DATABASE_URL": "postgres://db:5432/x"}, ("db", 5432, "postgres")),
        ({"APP_REDIS_HOST": "cache"}, ("cache", None, "redis")),
    ],
)
def test_an_address_is_read_in_every_form(environment: dict[str, str], expected: tuple[str, int, str]) -> None:
    (setting,) = addresses_in(environment)
    assert (setting.host, setting.port, setting.role) == expected


def test_every_host_of_a_list_is_an_address() -> None:
    found = addresses_in({"KAFKA_BROKERS": "one:9092, two:9093", "MONGO_URL": "mongodb://a:1111,b:2222/x"})
    assert [(each.host, each.port) for each in found] == [("one", 9092), ("two", 9093), ("a", 1111), ("b", 2222)]


@pytest.mark.parametrize(
    "environment",
    [
        {"HOST": "0.0.0.0", "PORT": "3000"},
        {"APP_URL": "http://localhost:3000", "CORS_ORIGIN": "http://localhost:4200"},
        {"KAFKA_ADVERTISED_LISTENERS": "PLAINTEXT://localhost:9092"},
        {"JWT_ISSUER": "http://localhost:3001", "GREETING": "host unknown", "NODE_ENV": "production"},
    ],
)
def test_what_a_node_says_of_itself_is_no_address_that_it_looks_at(environment: dict[str, str]) -> None:
    assert addresses_in(environment) == ()


def test_a_variable_that_is_named_after_a_node_means_that_node() -> None:
    ((_, place),) = places(shop({}), "orders", {"AUTH_SERVICE_URL": "http://localhost:3001"})
    assert (place.node, place.problem, place.keys) == ("auth-service", "localhost", ("AUTH_SERVICE_URL",))


def test_two_addresses_that_could_be_meant_are_none() -> None:
    environment = {"A_REDIS_URL": "redis://localhost:6379", "B_REDIS_URL": "redis://nowhere:6379"}
    assert place_for(shop(environment), "orders", environment, "redis") is None


@pytest.mark.parametrize(
    ("log", "environment", "dependency", "words"),
    [
        (
            "[ioredis] Unhandled error event: Error: connect ETIMEDOUT\n",
            {"REDIS_HOST": "localhost", "REDIS_PORT": "6379"},
            "cache",
            "looks for cache at localhost:6379, which inside a container is orders itself",
        ),
        (
            "Error: connect ECONNREFUSED 172.20.0.3:6380\n    at TCPConnectWrap (node:net:1)\n",
            {"REDIS_URL": "redis://cache:6380"},
            "cache",
            "looks for cache at cache:6380, a port that it does not open",
        ),
        (
            "Error: connect ECONNREFUSED 127.0.0.1:3001\n    at TCPConnectWrap (node:net:1)\n",
            {"AUTH_SERVICE_URL": "http://127.0.0.1:3001"},
            "auth-service",
            "looks for auth-service at 127.0.0.1:3001, which inside a container is orders itself",
        ),
    ],
)
def test_a_message_without_a_name_is_laid_beside_the_settings(
    log: str, environment: dict[str, str], dependency: str, words: str
) -> None:
    cause = diagnosed(dead(log, environment), running(dependency, well=True), graph=shop(environment))
    assert (cause.node, cause.dependency) == ("orders", dependency)
    assert words in cause.summary
    assert f"orders's settings for it: {', '.join(environment)}" in cause.evidence


def test_a_message_that_tells_neither_address_nor_library_is_likely_at_most() -> None:
    environment = {"DATABASE_URL": "postgres://localhost:5432/x", "REDIS_URL": "redis://cache:6379"}
    cause = diagnosed(dead("Error: connect ECONNREFUSED\n", environment), graph=shop(environment))
    assert (cause.dependency, cause.confidence) == ("db", Confidence.LIKELY)


def test_settings_that_are_right_do_not_make_a_culprit_of_a_bare_message() -> None:
    environment = {"DATABASE_URL": "postgres://db:5432/x", "REDIS_URL": "redis://cache:6379"}
    cause = diagnosed(dead("Error: connect ECONNREFUSED\n", environment), graph=shop(environment))
    assert (cause.node, cause.dependency) == ("orders", None)


def test_a_doubtful_setting_is_shown_where_nothing_explains_a_failure() -> None:
    environment = {"REDIS_URL": "redis://localhost:6379", "DATABASE_URL": "postgres://db:5432/x"}
    cause = diagnosed(replace(running("orders", "warming up\n"), environment=environment), graph=shop(environment))
    assert cause.cls == "unknown"
    assert [line for line in cause.evidence if "REDIS_URL: orders looks for cache at localhost:6379" in line]
    assert not [line for line in cause.evidence if "DATABASE_URL" in line]


def test_a_name_that_was_resolved_is_not_called_unknown() -> None:
    environment = {"SEARCH_URL": "http://search.example.org:9200"}
    log = "requests.exceptions.ConnectionError: HTTPConnectionPool(host='search.example.org', port=9200): "
    log += "Max retries exceeded with url: / (Caused by NewConnectionError('[Errno 111] Connection refused'))\n"
    cause = diagnosed(dead(log, environment), graph=shop(environment))
    assert "a name that no node" not in cause.summary


def test_an_address_that_the_engine_gave_to_a_node_means_that_node() -> None:
    graph = graph_of(node("orders"), node("auth"), node("billing"))
    there = replace(running("billing", well=False), addresses=("172.20.0.7",))
    log = "Error: connect ECONNREFUSED 172.20.0.7:3000\n    at TCPConnectWrap (node:net:1)\n"
    cause = diagnosed(exited("orders", log), running("auth", well=True), there, graph=graph)
    assert cause.node == "billing"


def test_a_name_from_extra_hosts_is_known() -> None:
    graph = graph_of(*BACKING, replace(node("orders"), extra_hosts=("outside=10.0.0.9",)))
    cause = diagnosed(exited("orders", "Error: connect ETIMEDOUT outside:6379\n"), graph=graph)
    assert "a name that no node" not in cause.summary


def test_an_alias_counts_on_its_own_network_only() -> None:
    cache = replace(BACKING[1], networks={"front": (), "back": ("redis-main",)})
    graph = graph_of(cache, replace(node("orders"), networks={"front": ()}))
    cause = diagnosed(exited("orders", "Error: getaddrinfo ENOTFOUND redis-main\n"), answering("cache"), graph=graph)
    assert (cause.cls, cause.node, cause.dependency) == ("dependency_name_unresolved", "orders", "cache")
    assert "on another network only" in cause.summary


def answering(name: str) -> NodeEvidence:
    return replace(running(name), answers=(answer(name, ok=True),))


@pytest.mark.parametrize(
    "log",
    [
        "redis.exceptions.ConnectionError: Error 111 connecting to cache:6379. Connection refused.",
        "redis.exceptions.ConnectionError: Error 111 connecting to 127.0.0.1:6379. Connection refused.",
    ],
)
def test_a_name_that_the_clients_extra_hosts_send_elsewhere_is_told(log: str) -> None:
    environment = {"REDIS_URL": "redis://cache:6379"}
    client = replace(node("orders", environment=environment), extra_hosts=("cache:127.0.0.1",))
    cause = diagnosed(dead(log, environment), running("cache", well=True), graph=graph_of(*BACKING, client))
    assert (cause.cls, cause.node, cause.dependency) == ("dependency_unreachable", "orders", "cache")
    assert "extra_hosts" in cause.summary


def test_a_host_is_told_with_the_variable_of_its_port() -> None:
    client = node("orders", environment={"DB_HOST": "postgres", "DB_PORT": "5433", "REDIS_HOST": "redis"})
    database = node("postgres", role=Role.POSTGRES, kind=Kind.BACKING)
    at_its_address = Place("172.18.0.3", 5433, "postgres")
    assert variables_for(client, at_its_address, database) == ("DB_HOST", "DB_PORT")
