"""A backing service that turns everybody away, our own probe included; a broker that sends its clients elsewhere."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from readiness.diagnosis import diagnose, health_cause
from readiness.diagnosis.backing import backing_cause
from readiness.diagnosis.mentions import nodes_named
from readiness.diagnosis.request import answer_cause, dependency_named, request_cause
from readiness.model.evidence import NodeEvidence, ProbeAnswer
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Graph, Kind, Role
from tests.unit.diagnosis.diagnosis_scene import SHOP, graph_of, node, running


def refused(name: str, error: str) -> NodeEvidence:
    """It answers, and refuses our own write."""
    well = running(name, well=True)
    return replace(well, answers=(*well.answers, ProbeAnswer("write", name, False, 0.01, 0.0, error)))


def of_health(details: Mapping[str, str], *others: NodeEvidence, log: str = "", graph: Graph = SHOP) -> Cause:
    neighbours = {name: running(name, well=True) for name in ("postgres", "redis", "kafka")}
    evidence = running("orders", log)
    down = {key: ("down", text) for key, text in details.items()}
    return health_cause(
        "orders", down, evidence, graph, {**neighbours, **{each.node: each for each in others}, "orders": evidence}
    )


def told(cause: Cause) -> tuple[str, str, str | None]:
    return cause.cls, cause.node, cause.dependency


@pytest.mark.parametrize(
    ("error", "cls"),
    [
        ("READONLY: You can't write against a read only replica.", "dependency_write_refused"),
        ("OOM: command not allowed when used memory > 'maxmemory'.", "dependency_capacity"),
        ("MISCONF Redis is configured to save RDB snapshots, but it's currently unable", "dependency_write_refused"),
        ("LOADING: Redis is loading the dataset in memory", "dependency_starting"),
        ("DENIED Redis is running in protected mode because protected mode is enabled", "dependency_auth_failed"),
        ("53300: FATAL: sorry, too many clients already", "dependency_capacity"),
        ("the database system is in read-only mode: the server is in recovery", "dependency_write_refused"),
        ("MSG_SIZE_TOO_LARGE: Broker: Message size too large", "dependency_write_refused"),
        ("NOT_ENOUGH_REPLICAS: Broker: Not enough in-sync replicas", "dependency_write_refused"),
    ],
)
def test_what_a_server_says_to_everybody_is_its_own_affair(error: str, cls: str) -> None:
    cause = backing_cause("store", ProbeAnswer("write", "store", False, 0.01, 0.0, error))
    assert cause is not None
    assert (told(cause), cause.confidence) == ((cls, "store", None), Confidence.SURE)


@pytest.mark.parametrize("error", ["WRONGPASS: invalid username-password pair", "connection refused", "no answer", ""])
def test_what_may_be_our_own_affair_accuses_no_server(error: str) -> None:
    assert backing_cause("store", ProbeAnswer("write", "store", False, 0.01, 0.0, error)) is None


def test_a_refusal_that_our_own_probe_gets_too_is_the_servers() -> None:
    text = "ReadOnlySqlTransaction: cannot execute INSERT in a read-only transaction"
    server = refused("postgres", "the database system is in read-only mode: default_transaction_read_only is on")
    assert told(of_health({"postgres": text}, server)) == ("dependency_write_refused", "postgres", None)
    assert told(of_health({"postgres": text})) == ("dependency_write_refused", "orders", "postgres")


def test_a_refusal_explains_a_health_answer_that_does_not_say_why() -> None:
    server = refused("kafka", "MSG_SIZE_TOO_LARGE: Broker: Message size too large")
    assert told(of_health({"kafka": "not a member yet"}, server)) == ("dependency_write_refused", "kafka", None)
    says_why = of_health({"kafka": "Topic authorization failed: TopicAuthorizationException"}, server)
    assert says_why.cls == "dependency_auth_failed"


def test_a_server_that_only_loads_is_not_in_time_because_of_that() -> None:
    loading = replace(
        running("redis"), answers=(ProbeAnswer("PING", "redis", False, 0.0, 0.0, "LOADING: Redis is loading the"),)
    )
    assert told(diagnose(loading, SHOP, {})) == ("dependency_starting", "redis", None)


@pytest.mark.parametrize(
    ("advertised", "complaint", "cls"),
    [
        (
            "broker-1.internal",
            "broker-1.internal:9092/1: Failed to resolve 'broker-1.internal:9092': Name or service not known",
            "dependency_name_unresolved",
        ),
        (
            "localhost",
            "localhost:9092/1: Connect to ipv4#127.0.0.1:9092 failed: Connection refused (after 0ms)",
            "dependency_unreachable",
        ),
    ],
)
def test_topics_that_nobody_could_make_are_not_what_is_missing(advertised: str, complaint: str, cls: str) -> None:
    broker = node(
        "kafka",
        kind=Kind.BACKING,
        image="apache/kafka:4.1.1",
        role=Role.KAFKA,
        environment={"KAFKA_ADVERTISED_LISTENERS": f"INSIDE://{advertised}:9092,OUTSIDE://127.0.0.1:19092"},
    )
    graph = graph_of(*(each for each in SHOP if each.name != "kafka"), broker)
    log = json.dumps({"level": "warning", "msg": f"trouble with the brokers: {complaint}"})
    for text in ("missing topics: a.b", "1/1 brokers are down"):
        assert told(of_health({"kafka": text}, log=log, graph=graph)) == (cls, "kafka", "kafka")
    assert told(of_health({"kafka": "missing topics: a.b"})) == ("topic_missing", "orders", "kafka")


def test_what_a_service_logged_while_it_was_asked_is_never_more_than_likely() -> None:
    line = json.dumps(
        {"level": "warning", "msg": "failed", "error": ["QueryCanceled: canceling statement due to lock timeout"]}
    )
    evidence = running("orders", line)
    cause = request_cause(evidence, SHOP, {"orders": evidence, "postgres": running("postgres", well=True)})
    assert cause is not None
    assert (told(cause), cause.confidence) == (("dependency_timeout", "orders", "postgres"), Confidence.LIKELY)
    assert request_cause(running("orders", json.dumps({"level": "info", "msg": "joined"})), SHOP, {}) is None


def test_what_a_service_answers_tells_whom_it_could_not_reach() -> None:
    evidence = running("orders")
    neighbours = {"orders": evidence, "auth": replace(running("auth"), addresses=("172.18.0.7",))}
    cause = answer_cause('{"message": "connect ECONNREFUSED 172.18.0.7:3000"}', evidence, SHOP, neighbours)
    assert cause is not None
    assert (told(cause), cause.confidence) == (("dependency_unreachable", "orders", "auth"), Confidence.LIKELY)
    assert answer_cause('{"message": "Internal server error"}', evidence, SHOP, neighbours) is None


def test_entities_that_a_full_database_keeps_back_are_its_doing() -> None:
    evidence = running("orders")
    neighbours = {"orders": evidence, "postgres": running("postgres", well=True)}
    full = 'Order by "id": HTTP 200, 1 error: _entities.2: sorry, too many clients already'
    cause = dependency_named(('Order by "id": out of order', full), evidence, SHOP, neighbours)
    assert cause is not None
    assert (cause.cls, cause.dependency, cause.confidence) == ("dependency_capacity", "postgres", Confidence.LIKELY)
    assert dependency_named(("_entities.0: Cannot find module 'pg'",), evidence, SHOP, neighbours) is None


def test_an_error_that_nest_hides_from_kafkas_client_is_taken_from_nests_own_line() -> None:
    hidden = {"logger": "kafkajs", "topic": "orders", "error": {"status": "error", "message": "Internal server error"}}
    log = (
        '[Nest] 1  - 11/25/2025, 1:02:03 AM   ERROR [RpcExceptionsHandler] column "qty" does not exist\n'
        'error: column "qty" does not exist\n    at /app/node_modules/pg-pool/index.js:45:11\n'
        "[Nest] 1  - 11/25/2025, 1:02:03 AM   ERROR [ServerKafka] ERROR [Runner] Error when calling eachMessage "
        f"{json.dumps(hidden, separators=(',', ':'))}\n"
    )
    evidence = running("orders", log)
    cause = request_cause(evidence, SHOP, {"orders": evidence, "postgres": running("postgres", well=True)})
    assert cause is not None
    assert told(cause) == ("schema_missing", "orders", "postgres")


def test_an_answer_that_names_another_service_tells_of_that_one() -> None:
    evidence = running("orders")
    neighbours = {"orders": evidence, "auth": running("auth")}
    cause = answer_cause('{"message": "auth gave no answer: Timeout has occurred"}', evidence, SHOP, neighbours)
    assert cause is not None
    assert (told(cause), cause.confidence) == (("dependency_timeout", "orders", "auth"), Confidence.LIKELY)
    assert nodes_named('{"path": "/auth/tokens", "message": "no"}', "orders", SHOP) == ()
