"""A broker that sends its clients on to an address that leads nowhere."""

from dataclasses import replace

import pytest

from readiness.model.finding import Confidence
from readiness.model.graph import Graph, Kind, Role
from tests.unit.diagnosis.diagnosis_scene import diagnosed, exited, graph_of, node, running

UNKNOWN = (
    '{"level":"ERROR","logger":"kafkajs","message":"[Connection] Connection error: getaddrinfo ENOTFOUND broker-1",'
    '"broker":"broker-1:9092","clientId":"x","stack":"Error: getaddrinfo ENOTFOUND broker-1"}\n'
)
LOCAL = (
    "%3|1732500000.1|FAIL|rdkafka#p-1| [thrd:localhost:9092/1]: localhost:9092/1: "
    "Connect to ipv4#127.0.0.1:9092 failed: Connection refused (after 0ms in state CONNECT)\n"
)


def platform(**broker: str) -> Graph:
    kafka = node("kafka", kind=Kind.BACKING, image="apache/kafka:4.1.1", role=Role.KAFKA, environment=broker)
    return graph_of(kafka, node("orders", environment={"KAFKA_BROKERS": "kafka:9092"}))


@pytest.mark.parametrize(
    ("log", "host", "cls"),
    [(UNKNOWN, "broker-1", "dependency_name_unresolved"), (LOCAL, "localhost", "dependency_unreachable")],
)
def test_an_advertised_address_that_leads_nowhere_is_the_brokers_fault(log: str, host: str, cls: str) -> None:
    graph = platform(KAFKA_ADVERTISED_LISTENERS=f"INSIDE://{host}:9092,OUTSIDE://127.0.0.1:19092")
    evidence = replace(exited("orders", log), environment={"KAFKA_BROKERS": "kafka:9092"})
    cause = diagnosed(evidence, running("kafka", well=True), graph=graph)
    assert (cause.cls, cause.node, cause.dependency, cause.confidence) == (cls, "kafka", "kafka", Confidence.SURE)
    assert host in cause.summary
    assert "advertised.listeners" in cause.advice
    assert any(line.startswith("kafka: KAFKA_ADVERTISED_LISTENERS=") for line in cause.evidence)


def test_who_asks_at_the_listener_for_others_is_at_fault_himself() -> None:
    graph = platform(KAFKA_ADVERTISED_LISTENERS="INSIDE://kafka:29092,OUTSIDE://localhost:9092")
    evidence = replace(exited("orders", LOCAL), environment={"KAFKA_BROKERS": "kafka:9092"})
    cause = diagnosed(evidence, running("kafka", well=True), graph=graph)
    assert (cause.cls, cause.node, cause.dependency) == ("dependency_unreachable", "orders", "kafka")
    assert cause.confidence is Confidence.LIKELY
    assert "kafka:29092" in cause.advice


def test_localhost_is_advertised_also_where_the_client_tells_its_address() -> None:
    graph = platform(KAFKA_ADVERTISED_LISTENERS="INSIDE://localhost:9092,OUTSIDE://127.0.0.1:19092")
    log = "Error: connect ECONNREFUSED 127.0.0.1:9092\n    at TCPConnectWrap.afterConnect (node:net:1)\n"
    evidence = replace(exited("orders", log), environment={"KAFKA_BROKERS": "kafka:9092"})
    assert diagnosed(evidence, running("kafka", well=True), graph=graph).node == "kafka"


def test_localhost_from_a_broker_that_nobody_told_what_to_advertise_is_likely() -> None:
    evidence = replace(exited("orders", LOCAL), environment={"KAFKA_BROKERS": "kafka:9092"})
    cause = diagnosed(evidence, running("kafka", well=True), graph=platform())
    assert (cause.node, cause.confidence) == ("kafka", Confidence.LIKELY)
    first = replace(evidence, log=LOCAL.replace("/1:", "/bootstrap:"))
    assert diagnosed(first, running("kafka", well=True), graph=platform()).node == "orders"


def test_another_name_from_a_broker_that_declares_nothing_is_not_laid_to_it() -> None:
    evidence = replace(exited("orders", UNKNOWN), environment={"KAFKA_BROKERS": "kafka:9092"})
    assert diagnosed(evidence, running("kafka", well=True), graph=platform()).node == "orders"


@pytest.mark.parametrize("brokers", ["broker-1:9092", "kafka:9092,broker-1:9092"])
def test_an_address_from_the_clients_own_settings_is_the_clients_fault(brokers: str) -> None:
    evidence = replace(exited("orders", UNKNOWN), environment={"KAFKA_BROKERS": brokers})
    cause = diagnosed(evidence, running("kafka", well=True), graph=platform())
    assert cause.node == "orders"


def test_an_address_that_the_broker_does_not_advertise_is_not_laid_to_it() -> None:
    graph = platform(KAFKA_ADVERTISED_LISTENERS="INSIDE://kafka:9092")
    evidence = replace(exited("orders", UNKNOWN), environment={"KAFKA_BROKERS": "kafka:9092"})
    assert diagnosed(evidence, running("kafka", well=True), graph=graph).node == "orders"
