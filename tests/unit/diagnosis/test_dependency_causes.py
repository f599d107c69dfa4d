"""The graph decides which node a message means, and who is at fault."""

from dataclasses import replace

import pytest

from readiness.diagnosis.addresses import Problem, meant, role_of_key
from readiness.model.evidence import HealthLogEntry
from readiness.model.finding import Confidence
from readiness.model.graph import Condition, Kind, Role
from tests.unit.diagnosis.diagnosis_scene import SHOP, diagnosed, exited, graph_of, looping, node, running

REFUSED = "Error: connect ECONNREFUSED {}\n    at TCPConnectWrap.afterConnect (node:net:1)\n"


@pytest.mark.parametrize(
    ("host", "port", "target", "problem"),
    [
        ("redis", 6379, "redis", None),
        ("REDIS", 6379, "redis", None),
        ("172.18.0.9", 5432, "postgres", None),
        ("localhost", 6379, "redis", Problem.LOCALHOST),
        ("::1", 5432, "postgres", Problem.LOCALHOST),
        ("rediss", 6379, "redis", Problem.UNKNOWN_NAME),
        ("redis", 6380, "redis", Problem.CLOSED_PORT),
        ("orders", 4000, "orders", None),
    ],
)
def test_host_and_port_mean_a_node(host: str, port: int, target: str, problem: Problem | None) -> None:
    place = meant(SHOP, "auth", host, port)
    assert (place.node, place.problem) == (target, problem)


def test_a_node_on_another_network_cannot_be_reached() -> None:
    graph = graph_of(node("auth"), node("redis", kind=Kind.BACKING, image="redis:7", role=Role.REDIS, network="other"))
    cause = diagnosed(exited("auth", "Error: getaddrinfo ENOTFOUND redis\n"), running("redis", well=True), graph=graph)
    assert (cause.cls, cause.node, cause.dependency) == ("dependency_name_unresolved", "auth", "redis")
    assert "not on a common network" in cause.summary


@pytest.mark.parametrize(
    ("address", "words"),
    [("127.0.0.1:6379", "which inside a container is auth itself"), ("redis:6380", "a port that it does not open")],
)
def test_a_wrong_address_is_the_clients_fault_and_named_as_such(address: str, words: str) -> None:
    cause = diagnosed(exited("auth", REFUSED.format(address)), running("redis", well=True))
    assert (cause.cls, cause.node, cause.dependency) == ("dependency_unreachable", "auth", "redis")
    assert words in cause.summary
    assert "redis answers our own probe" in cause.evidence


def test_a_wrong_address_names_the_setting_that_holds_it() -> None:
    evidence = replace(exited("auth", REFUSED.format("localhost:6379")), environment={})
    graph = graph_of(
        node("auth", environment={"CACHE_HOST": "localhost", "MODE": "x"}),
        node("redis", kind=Kind.BACKING, image="redis:7", role=Role.REDIS),
    )
    assert "auth's settings for it: CACHE_HOST" in diagnosed(evidence, graph=graph).evidence


def test_a_dependency_that_is_dead_itself_is_the_cause() -> None:
    redis = exited("redis", "*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n")
    cause = diagnosed(exited("auth", REFUSED.format("redis:6379")), redis)
    assert (cause.cls, cause.node) == ("config_invalid", "redis")
    assert any(line.startswith("auth: log line 1") for line in cause.evidence)


def test_a_dead_dependency_without_a_reason_is_still_the_node_at_fault() -> None:
    cause = diagnosed(exited("auth", REFUSED.format("redis:6379")), replace(running("redis", well=False)))
    assert (cause.cls, cause.node, cause.confidence) == ("dependency_unreachable", "redis", Confidence.LIKELY)


def test_the_deepest_of_a_row_of_failing_nodes_is_the_cause() -> None:
    orders = exited("orders", REFUSED.format("auth:3001"))
    auth = looping("auth", "KeyError: 'JWT_SECRET'\n")
    cause = diagnosed(orders, auth, running("redis", well=True))
    assert (cause.cls, cause.node) == ("config_invalid", "auth")


def test_a_dependency_that_is_well_now_leaves_the_client_likely_too_early() -> None:
    cause = diagnosed(exited("auth", REFUSED.format("redis:6379")), running("redis", well=True))
    assert (cause.node, cause.dependency, cause.confidence) == ("auth", "redis", Confidence.LIKELY)


def test_a_container_that_was_never_started_waits_for_the_one_at_fault() -> None:
    waiting = exited("auth")
    waiting = replace(waiting, state=replace(waiting.state, status="created"))
    cause = diagnosed(waiting, exited("postgres", "FATAL:  database files are incompatible with server\n"))
    assert (cause.cls, cause.node) == ("volume_incompatible", "postgres")


def test_retries_exceeded_after_the_handlers_error_is_not_kafkas_fault() -> None:
    log = (
        '{"level":"ERROR","logger":"kafkajs","message":"[Runner] Error when calling eachMessage","stack":"TypeError"}\n'
        '{"level":"ERROR","logger":"kafkajs","message":"[Consumer] Crash: KafkaJSNumberOfRetriesExceeded: x"}\n'
    )
    assert diagnosed(exited("auth", log)).cls == "app_exception"


def test_an_error_that_was_overcome_is_not_the_cause_of_a_later_one() -> None:
    log = (
        REFUSED.format("redis:6379")
        + 'connected\nTraceback (most recent call last):\n  File "x", line 1\nValueError: no\n'
    )
    cause = diagnosed(exited("auth", log))
    assert (cause.cls, cause.confidence) == ("app_exception", Confidence.LIKELY)


def test_a_health_check_that_fails_on_a_node_that_answers_is_itself_broken() -> None:
    evidence = running("auth", well=True, health="unhealthy")
    state = replace(evidence.state, health_log=(HealthLogEntry(1, "connection refused", 0.0),))
    cause = diagnosed(replace(evidence, state=state))
    assert (cause.cls, cause.confidence) == ("healthcheck_broken", Confidence.LIKELY)


def test_a_health_check_that_failed_in_an_earlier_life_tells_nothing_of_this_one() -> None:
    evidence = running("auth", health="starting")
    said = "redis is down: connect ECONNREFUSED redis:6379"
    old = replace(evidence.state, started_at=1000.0, health_log=(HealthLogEntry(1, said, 990.0),))
    new = replace(old, health_log=(HealthLogEntry(1, said, 1010.0),))
    causes = [diagnosed(replace(evidence, state=state)).cls for state in (old, new)]
    assert causes == ["unknown", "dependency_unreachable"]


def test_a_node_does_not_wait_for_a_dependency_that_is_merely_declared() -> None:
    graph = graph_of(node("a", needs={"b": Condition.STARTED}), node("b"))
    never = exited("a")
    cause = diagnosed(replace(never, state=replace(never.state, status="created")), exited("b"), graph=graph)
    assert cause.node == "a"


@pytest.mark.parametrize(
    ("key", "role"),
    [
        ("redis_cache", "redis"),
        ("typeorm", "database"),
        ("kafkaBroker", "kafka"),
        ("postgresql", "postgres"),
        ("disk", None),
    ],
)
def test_the_key_of_a_health_answer_tells_a_role(key: str, role: str | None) -> None:
    assert role_of_key(key) == role


def test_what_was_overcome_is_not_the_cause_of_what_still_goes_on() -> None:
    log = (
        '{"level": "warning", "msg": "redis is down: AuthenticationError: WRONGPASS invalid username-password pair"}\n'
        '{"level": "warning", "msg": "kafka:9092/1: Connect to ipv4#172.26.0.4:9092 failed: Connection refused"}\n'
        '{"level": "info", "msg": "kafka is up"}\n'
    )
    cause = diagnosed(running("auth", log, well=False), running("redis", well=True), running("kafka", well=True))
    assert (cause.cls, cause.dependency, cause.confidence) == ("dependency_auth_failed", "redis", Confidence.LIKELY)
