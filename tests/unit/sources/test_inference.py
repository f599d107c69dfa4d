"""What a contract leaves out is inferred from the Compose file, and only where something tells."""

from pathlib import Path
from typing import Any

import pytest

from readiness.model.contract import Contract
from readiness.model.graph import (
    Build,
    Condition,
    Dependency,
    Graph,
    HealthCheck,
    Kind,
    Node,
    Port,
    RestartPolicy,
    Role,
)
from readiness.sources.hosts import hosts_in
from readiness.sources.inference import classify, complete, container_port


def node(name: str, image: str = "acme/own", **declared: Any) -> Node:
    return Node(name, Kind.SERVICE, image, **declared)


def graph(*nodes: Node) -> Graph:
    return Graph("demo", {one.name: one for one in nodes}, Path("/p/compose.yaml"))


def contract(**services: dict[str, Any]) -> Contract:
    return Contract.model_validate({"services": services})


def classified(*nodes: Node, **services: dict[str, Any]) -> Graph:
    return classify(contract(**services), graph(*nodes))


@pytest.mark.parametrize(
    ("image", "role"),
    [
        ("postgres:16-alpine", Role.POSTGRES),
        ("postgis/postgis:16", Role.POSTGRES),
        ("timescale/timescaledb:latest-pg16", Role.POSTGRES),
        ("docker.io/bitnami/postgresql:16", Role.POSTGRES),
        ("registry:5000/mirror/postgres@sha256:abc", Role.POSTGRES),
        ("redis", Role.REDIS),
        ("valkey/valkey:8", Role.REDIS),
        ("redis/redis-stack-server", Role.REDIS),
        ("apache/kafka:4.1.1", Role.KAFKA),
        ("confluentinc/cp-kafka:7.6.0", Role.KAFKA),
        ("bitnami/kafka", Role.KAFKA),
        ("docker.redpanda.com/redpandadata/redpanda:v24", Role.KAFKA),
        ("reference-platform/kafka:1.0.0", Role.KAFKA),
        ("acme/redis-worker", None),
        ("prometheuscommunity/postgres-exporter", None),
        ("confluentinc/cp-kafka-connect", None),
        ("acme/kafka-consumer:1", None),
    ],
)
def test_roles_are_told_by_images(image: str, role: Role | None) -> None:
    found = classified(node("x", image, ports=(Port(1),)))["x"]
    assert found.role is role
    assert (found.kind is Kind.BACKING) or role is None


def test_a_built_image_without_a_name_is_told_by_its_service(tmp_path: Path) -> None:
    assert classified(node("postgres", "demo-postgres", build=Build(tmp_path)))["postgres"].role is Role.POSTGRES


def test_the_contract_gives_roles_where_the_image_only_suggests_them(tmp_path: Path) -> None:
    found = classified(
        node("store", "acme/storage"),
        node("cache", "acme/kafka", build=Build(tmp_path)),
        node("api"),
        api={"uses": {"postgres": "store", "redis": "cache"}},
    )
    assert (found["store"].role, found["cache"].role, found["api"].role) == (Role.POSTGRES, Role.REDIS, None)


def test_other_products_back_the_services_and_are_asked_for_nothing() -> None:
    found = classified(
        node("mq", "rabbitmq:3"), node("db", "mcr.microsoft.com/mssql/server:2022"), node("s", "acme/server")
    )
    assert [(one.kind, one.role) for one in found] == [(Kind.BACKING, None), (Kind.BACKING, None), (Kind.SERVICE, None)]


def test_a_product_for_which_the_contract_promises_health_is_a_service() -> None:
    assert classified(node("gw", "kong"), gw={"health": {"ready": "/status"}})["gw"].kind is Kind.SERVICE


def test_jobs() -> None:
    found = classified(
        node("prepare", "apache/kafka", restart=RestartPolicy("always")),
        node("kafka-init", "apache/kafka", command=("sh", "-c", "kafka-topics --create")),
        node("db-migrate", restart=RestartPolicy("on-failure", 3)),
        node("migration-service", ports=(Port(80),)),
        node("worker", depends_on=(Dependency("prepare", Condition.COMPLETED),)),
        node("initial-loader"),
        node("seed", restart=RestartPolicy("unless-stopped")),
        node("setup"),
        setup={"port": 80},
    )
    assert [one.name for one in found if one.kind is Kind.JOB] == ["prepare", "kafka-init", "db-migrate"]
    assert found["prepare"].role is None


@pytest.mark.parametrize(
    ("declared", "port"),
    [
        ({"ports": (Port(3000, 80),)}, 3000),
        ({"ports": (Port(3000, 80), Port(9229, 9229))}, None),
        ({"ports": (Port(3000), Port(9229)), "environment": {"PORT": "3000"}}, 3000),
        ({"ports": (Port(3000), Port(9)), "healthcheck": HealthCheck(("CMD", "curl", "localhost:3000/x"))}, 3000),
        ({"ports": (Port(53, 53, "udp"),), "expose": (8080,)}, 8080),
        ({"expose": (1, 2), "environment": {"SERVER_PORT": "2"}}, 2),
        ({"environment": {"PORT": "4000"}}, 4000),
        ({"environment": {"PORT": "auto"}}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_the_port_of_a_service(declared: dict[str, Any], port: int | None) -> None:
    assert container_port(node("a", **declared)) == port


@pytest.mark.parametrize(
    ("declared", "port"),
    [
        ({"image": "postgres"}, 5432),
        ({"image": "postgres", "command": ("postgres", "-p", "5433")}, 5433),
        ({"image": "postgres", "environment": {"PGPORT": "5440"}}, 5440),
        ({"image": "redis", "command": ("redis-server", "--port", "6380")}, 6380),
        ({"image": "redis", "command": ("redis-server", "--requirepass", "x")}, 6379),
        ({"image": "apache/kafka"}, None),
    ],
)
def test_the_port_of_a_backing_service(declared: dict[str, Any], port: int | None) -> None:
    assert container_port(classified(node("x", **declared))["x"]) == port


@pytest.mark.parametrize(
    ("image", "environment", "command", "ports", "port"),
    [
        ("kafka", {"KAFKA_ADVERTISED_LISTENERS": "IN://kafka:9092,OUT://127.0.0.1:29999"}, (),
         (Port(19092, 29999),), 19092),
        ("kafka", {"KAFKA_ADVERTISED_LISTENERS": "PLAINTEXT://kafka:29092,HOST://localhost:9092"}, (),
         (Port(9092, 9092),), 9092),
        ("kafka", {"KAFKA_CFG_ADVERTISED_LISTENERS": "A://kafka:9092,B://localhost:9094",
                   "KAFKA_CFG_LISTENERS": "A://:9092,CONTROLLER://:9093,B://:9095"}, (), (), 9095),
        ("kafka", {"KAFKA_ADVERTISED_LISTENERS": "PLAINTEXT://kafka:9092"}, (), (Port(9092, 9092),), None),
        ("redpanda", {}, ("start", "--advertise-kafka-addr", "internal://r:9092,external://localhost:19092"),
         (Port(19092, 19092),), 19092),
    ],
)  # fmt: skip
def test_kafka_is_asked_at_the_listener_that_advertises_this_machine(
    image: str, environment: dict[str, str], command: tuple[str, ...], ports: tuple[Port, ...], port: int | None
) -> None:
    broker = node("kafka", f"acme/{image}", environment=environment, command=command, ports=ports)
    assert container_port(classified(broker)["kafka"]) == port


@pytest.mark.parametrize(
    ("variable", "value", "hosts"),
    [
        ("DATABASE_URL", "postgresql+asyncpg://postgres:pw@db:5432/redis?x=kafka", ["db"]),
        ("SPRING_DATASOURCE_URL", "jdbc:postgresql://db:5432/app", ["db"]),
        ("MONGO", "mongodb://u:p@m1:27017,m2:27017/x", ["m1", "m2"]),
        ("KAFKA_BROKERS", "kafka:9092,kafka2:9092", ["kafka", "kafka2"]),
        ("KAFKA_BOOTSTRAP", "kafka", ["kafka"]),
        ("PGHOST", "db", ["db"]),
        ("POSTGRES_USER", "db", []),
        ("POSTGRES_DB", "db", []),
        ("GREETING", "hello redis", []),
        ("ConnectionStrings__Db", "Host=db;Port=5432;Database=kafka;Username=redis;Password=x", ["db"]),
        ("SQL", "Server=tcp:sql,1433;User Id=sa", ["sql"]),
        ("DSN", "host=db user=redis dbname=kafka", ["db"]),
        ("AUTH_URL", "http://auth:3001/redis", ["auth"]),
        ("TARGET", "auth:3001/path", ["auth"]),
    ],
)
def test_hosts_are_found_in_the_forms_that_back_ends_use(variable: str, value: str, hosts: list[str]) -> None:
    assert [host for host in hosts_in(variable, value) if not host.isdigit()] == hosts


def test_uses_come_from_the_environment_and_from_depends_on() -> None:
    found = classified(
        node("api", environment={"DATABASE_URL": "postgres://u:p@main-db/x", "CACHE": "redis://c2"},
             depends_on=(Dependency("other-db"), Dependency("kafka"), Dependency("c1"), Dependency("nobody"))),
        node("main-db", "postgres"), node("other-db", "postgres"), node("kafka", "apache/kafka"),
        node("c1", "redis"), node("c2", "redis"),
    )  # fmt: skip
    assert complete(contract(), found).services["api"].uses == {
        Role.POSTGRES: "main-db", Role.REDIS: "c2", Role.KAFKA: "kafka",
    }  # fmt: skip


def test_an_alias_names_its_node() -> None:
    found = classified(
        node("api", environment={"DB_HOST": "my-db"}), node("db", "postgres", networks={"default": ("my-db",)})
    )
    assert complete(contract(), found).services["api"].uses == {Role.POSTGRES: "db"}


def test_what_the_contract_says_stays() -> None:
    found = classified(
        node("api", ports=(Port(1),), depends_on=(Dependency("db"),)), node("db", "postgres"), api={"uses": {}}
    )
    done = complete(contract(api={"port": 9, "uses": {}}, ghost={}), found)
    assert (done.services["api"].port, done.services["api"].uses) == (9, {})
    assert list(done.services) == ["api", "db", "ghost"]
    assert done.services["db"].port == 5432


def test_completing_twice_changes_nothing() -> None:
    found = classified(node("api", ports=(Port(1),), depends_on=(Dependency("db"),)), node("db", "postgres"))
    once = complete(contract(), found)
    assert complete(once, found) == once
