"""A node that runs and says of itself that it is not ready."""

from dataclasses import replace

import pytest

from readiness.diagnosis import health_cause
from readiness.model.address import Address
from readiness.model.evidence import HttpAnswer, NodeEvidence
from readiness.model.finding import Cause, Confidence
from tests.unit.diagnosis.diagnosis_scene import SHOP, diagnosed, exited, running

WRONG_PASSWORD = "redis.exceptions.AuthenticationError: WRONGPASS invalid username-password pair or user is disabled."


def told(details: dict[str, tuple[str, str]], *others: NodeEvidence, log: str = "") -> Cause:
    return health_cause("auth", details, running("auth", log, well=False), SHOP, {each.node: each for each in others})


def test_the_message_names_the_class_and_the_key_the_node() -> None:
    cause = told(
        {"redis": ("down", "WRONGPASS invalid username-password pair"), "database": ("up", "")},
        running("redis", well=True),
    )
    assert (cause.cls, cause.node, cause.dependency) == ("dependency_auth_failed", "auth", "redis")
    assert cause.confidence is Confidence.SURE
    assert "redis answers our own probe" in cause.evidence
    assert any("REDIS_PASSWORD" in line for line in cause.evidence)


def test_a_name_that_nobody_has_is_told_from_the_settings_of_the_one_that_is_missed() -> None:
    nodes = {name: node for name, node in SHOP.nodes.items() if name != "redis"}
    looks = {"REDIS_URL": "redis://:secret@redis:6379/0"}
    graph = replace(SHOP, nodes={**nodes, "auth": replace(nodes["auth"], environment=looks)})
    details = {"redis": ("down", "gaierror: [Errno -2] Name or service not known")}
    cause = health_cause("auth", details, replace(running("auth", well=False), environment=looks), graph, {})
    assert (cause.cls, cause.node, cause.dependency) == ("dependency_name_unresolved", "auth", None)
    said = " ".join((cause.summary, *cause.evidence))
    assert "redis:6379" in said
    assert "REDIS_URL" in said


def test_the_log_tells_what_the_message_leaves_out() -> None:
    cause = told({"cache": ("down", "")}, running("redis", well=True), log=f"ERROR redis: {WRONG_PASSWORD}\n")
    assert (cause.cls, cause.dependency, cause.confidence) == ("dependency_auth_failed", "redis", Confidence.LIKELY)


def test_a_log_about_another_dependency_explains_nothing() -> None:
    cause = told({"kafka": ("down", "")}, running("kafka", well=True), log=f"ERROR redis: {WRONG_PASSWORD}\n")
    assert (cause.cls, cause.dependency, cause.confidence) == ("health_reported_down", "kafka", Confidence.UNKNOWN)


def test_a_dependency_that_is_dead_is_the_cause_whatever_the_message_says() -> None:
    cause = told({"typeorm": ("down", "timeout of 1000ms exceeded")}, exited("postgres", code=137, oom=True))
    assert (cause.cls, cause.node) == ("container_oom", "postgres")


def test_a_paused_dependency_is_the_cause() -> None:
    paused = running("redis")
    cause = told({"redis": ("down", "")}, replace(paused, state=replace(paused.state, status="paused")))
    assert (cause.node, cause.confidence) == ("redis", Confidence.SURE)


def test_a_dependency_that_is_fine_by_our_own_probe_turns_suspicion_to_the_clients_settings() -> None:
    cause = told({"redis": ("down", "")}, running("redis", well=True))
    assert (cause.cls, cause.node, cause.dependency) == ("health_reported_down", "auth", "redis")
    assert "REDIS_PASSWORD" in cause.advice


@pytest.mark.parametrize(
    ("url", "cls"),
    [
        ("redis://localhost:6379", "dependency_unreachable"),
        ("redis://redis:6380", "dependency_unreachable"),
        ("redis://rediss:6379", "dependency_name_unresolved"),
    ],
)
def test_a_setting_that_cannot_be_right_explains_an_answer_that_does_not_say_why(url: str, cls: str) -> None:
    evidence = replace(running("auth", well=False), environment={"REDIS_URL": url})
    redis = replace(running("redis", well=True), listens=(Address("0.0.0.0", 6379),))
    cause = health_cause("auth", {"redis": ("down", "")}, evidence, SHOP, {"redis": redis})
    assert (cause.cls, cause.node, cause.dependency, cause.confidence) == (cls, "auth", "redis", Confidence.LIKELY)
    assert url.partition("//")[2] in cause.summary
    assert "auth's settings for it: REDIS_URL" in cause.evidence


def test_something_of_its_own_that_is_not_well_is_told_in_its_words() -> None:
    cause = told({"redis": ("down", ""), "templates": ("down", "0 of 12 are published")}, running("redis", well=True))
    assert (cause.cls, cause.node, cause.dependency, cause.confidence) == (
        "health_reported_down",
        "auth",
        None,
        Confidence.LIKELY,
    )
    assert "templates is not well: 0 of 12 are published" in cause.summary


def test_of_two_that_are_down_the_one_that_is_well_as_we_see_it_comes_last() -> None:
    cause = told({"redis": ("down", ""), "kafka": ("down", "")}, running("redis", well=True), running("kafka"))
    assert cause.dependency == "kafka"


def test_an_answer_without_a_failing_part_falls_back_to_the_node_itself() -> None:
    assert told({"redis": ("up", "")}).cls == "unknown"


@pytest.mark.parametrize(
    "text",
    [
        "Cannot read properties of undefined (reading 'ping')",
        "this.client.ping is not a function",
        "AttributeError: 'NoneType' object has no attribute 'ping'",
    ],
)
def test_an_error_in_the_check_itself_is_no_word_about_the_dependency(text: str) -> None:
    cause = told({"redis": ("down", text)}, running("redis", well=True))
    assert (cause.cls, cause.node, cause.confidence) == ("app_exception", "auth", Confidence.LIKELY)
    assert text in cause.summary


@pytest.mark.parametrize(
    "body",
    [
        '{"statusCode":500,"message":"Cannot read properties of undefined (reading \'isConnected\')"}',
        '{"error":"oops","stack":"Error: oops\\n    at HealthController.check (/app/dist/health.js:3:9)"}',
        'Traceback (most recent call last):\n  File "/app/x.py", line 3, in ready\nZeroDivisionError: zero\n',
    ],
)
def test_a_health_answer_that_is_a_trace_is_the_nodes_own_error(body: str) -> None:
    answer = HttpAnswer("http://x/health", 500, 0.01, 0.0, "application/json", body)
    cause = diagnosed(replace(running("auth", well=False), health=answer), running("redis", well=True))
    assert (cause.cls, cause.node, cause.dependency) == ("app_exception", "auth", None)
    assert "health check" in cause.summary


def test_a_plain_internal_error_tells_nothing() -> None:
    answer = HttpAnswer("http://x/health", 500, 0.01, 0.0, "application/json", '{"message":"Internal server error"}')
    assert diagnosed(replace(running("auth", well=False), health=answer)).cls == "unknown"


def test_a_log_with_the_address_tells_more_than_an_answer_without_one() -> None:
    log = "ERROR broken:9092/bootstrap: Failed to resolve 'broken:9092': Name or service not known (after 0ms)\n"
    cause = told({"kafka": ("down", "2/2 brokers are down")}, running("kafka", well=True), log=log)
    assert (cause.cls, cause.dependency) == ("dependency_name_unresolved", "kafka")


def test_a_mismatch_of_tls_names_the_setting() -> None:
    answer = "ConnectionError: Error 1 connecting to redis:6379. [SSL: WRONG_VERSION_NUMBER] wrong version number"
    cause = told({"redis": ("down", answer)}, running("redis", well=True))
    assert (cause.cls, cause.dependency) == ("tls_mismatch", "redis")
    assert any("REDIS_" in line for line in cause.evidence)


@pytest.mark.parametrize(
    ("url", "cls"),
    [
        ("rediss://:***@redis:6379/0", "tls_mismatch"),
        ("redis://:***@redis:6379/0?ssl=true", "tls_mismatch"),
        ("redis://:***@redis:6379/0", "health_reported_down"),
        ("rediss://:***@redis:6380/0", "health_reported_down"),
    ],
)
def test_a_client_that_speaks_tls_to_a_port_that_answers_us_in_plain_text_is_told(url: str, cls: str) -> None:
    client = replace(running("auth", well=False), environment={"REDIS_URL": url})
    server = replace(running("redis", well=True), promised_ports=(6379,))
    details = {"redis": ("down", "no answer within 1000 ms")}
    cause = health_cause("auth", details, client, SHOP, {"redis": server})
    assert (cause.cls, cause.node, cause.dependency) == (cls, "auth", "redis")


def test_an_address_of_another_backing_service_is_told_as_that() -> None:
    client = replace(running("auth", well=False), environment={"KAFKA_BROKERS": "redis:6379"})
    others = {name: running(name, well=True) for name in ("redis", "kafka")}
    cause = health_cause("auth", {"kafka": ("down", "1/1 brokers are down")}, client, SHOP, others)
    assert (cause.cls, cause.node, cause.dependency) == ("dependency_unreachable", "auth", "kafka")
    assert cause.summary == "auth looks for kafka at redis:6379, which is redis"
    assert any("KAFKA_BROKERS" in line for line in cause.evidence)
