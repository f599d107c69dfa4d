import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from readiness.model.evidence import HttpAnswer
from readiness.model.graph import Role
from readiness.probes.health import SCHEMA, Family, PathKind, read_health, shape_faults, status_faults

UP = {"status": "up"}
DOWN = {"status": "down", "message": "connect ECONNREFUSED 172.18.0.3:6379"}


def answer(body: Any, status: int = 200, content_type: str = "application/json; charset=utf-8") -> HttpAnswer:
    text = body if isinstance(body, str) else json.dumps(body)
    return HttpAnswer("http://127.0.0.1:3014/health", status, 0.004, 0.0, content_type, text)


def terminus(status: str = "ok", **details: dict[str, Any]) -> dict[str, Any]:
    info = {key: entry for key, entry in details.items() if entry["status"] == "up"}
    error = {key: entry for key, entry in details.items() if entry["status"] == "down"}
    return {"status": status, "info": info, "error": error, "details": details}


SILENCE = HttpAnswer("http://127.0.0.1:3014/health", 0, 0.3, 0.0, error="no answer within 300 ms")

SPRING = {
    "status": "DOWN",
    "components": {
        "db": {"status": "UP", "details": {"database": "PostgreSQL"}},
        "redis": {"status": "DOWN", "details": {"error": "RedisConnectionFailureException: Unable to connect"}},
        "brokers": {"status": "UP", "components": {"kafka": {"status": "UP"}}},
    },
}
MICROPROFILE = {
    "status": "DOWN",
    "checks": [
        {"name": "database", "status": "UP"},
        {"name": "kafka", "status": "DOWN", "data": {"reason": "no broker"}},
    ],
}
IETF = {
    "status": "warn",
    "checks": {
        "postgres:responseTime": [{"status": "pass"}],
        "redis:connections": [{"status": "pass"}, {"status": "fail", "output": "refused"}],
    },
}
ASPNET = {
    "status": "Unhealthy",
    "totalDuration": "00:00:00.02",
    "entries": {"npgsql": {"status": "Healthy"}, "redis": {"status": "Unhealthy", "exception": "no connection"}},
}
KUBERNETES = "[+]ping ok\n[+]postgres ok\n[-]redis failed: reason withheld\nreadyz check failed\n"
HEALTH_GO = {"status": "Unavailable", "timestamp": "t", "failures": {"redis": "dial tcp: refused"}, "system": {}}


# Reading


def test_terminus_tells_every_dependency_with_its_message() -> None:
    health = read_health(answer(terminus("error", postgres=UP, redis=DOWN), 503))
    assert (health.family, health.status) == (Family.TERMINUS, "down")
    assert {key: entry.status for key, entry in health.details.items()} == {"postgres": "up", "redis": "down"}
    assert health.details["redis"].message == DOWN["message"]


def test_terminus_that_shuts_down_says_so() -> None:
    assert read_health(answer(terminus("shutting_down", postgres=UP), 503)).status == "shutting_down"


@pytest.mark.parametrize(
    ("given_answer", "family", "status", "dependencies"),
    [
        (answer(SPRING, 503), Family.SPRING, "down", {"postgres": "up", "redis": "down", "kafka": "up"}),
        (answer({"status": "UP", "details": {"db": {"status": "UP"}}}), Family.SPRING, "up", {"postgres": "up"}),
        (answer({"status": "UNKNOWN"}), Family.SPRING, "unknown", {}),
        (answer({"status": "OUT_OF_SERVICE"}, 503), Family.SPRING, "down", {}),
        (answer(MICROPROFILE, 503), Family.MICROPROFILE, "down", {"postgres": "up", "kafka": "down"}),
        (answer({"status": "UP", "checks": []}), Family.MICROPROFILE, "up", {}),
        (answer(IETF, content_type="application/health+json"), Family.IETF, "up", {"postgres": "up", "redis": "down"}),
        (answer({"status": "pass"}), Family.IETF, "up", {}),
        (answer(ASPNET, 503), Family.ASPNET, "down", {"postgres": "up", "redis": "down"}),
        (answer("Degraded", content_type="text/plain"), Family.ASPNET, "up", {}),
        (answer(KUBERNETES, 500, "text/plain"), Family.KUBERNETES, "down", {"postgres": "up", "redis": "down"}),
        (answer(HEALTH_GO, 503), Family.HEALTH_GO, "down", {"redis": "down"}),
        (answer({"status": "ready"}), Family.PLAIN, "up", {}),
        (answer("ok", content_type="text/plain"), Family.PLAIN, "up", {}),
    ],
)
def test_each_family_is_recognised_and_read(
    given_answer: HttpAnswer, family: Family, status: str, dependencies: dict[str, str]
) -> None:
    health = read_health(given_answer)
    assert (health.family, health.status) == (family, status)
    told = {role: health.detail(role) for role in Role}
    assert {role.value: entry.status for role, entry in told.items() if entry} == dependencies


@pytest.mark.parametrize(
    ("given_answer", "status"),
    [
        pytest.param(SILENCE, "unknown", id="no answer is not the same as red"),
        pytest.param(answer(terminus("error", redis=DOWN), 200), "down", id="the body says error, the code 200"),
        pytest.param(answer(terminus("ok", redis=UP), 503), "down", id="the body says ok, the code 503"),
        pytest.param(answer({"statusCode": 500, "message": "Internal server error"}, 500), "down", id="500"),
        pytest.param(answer({"message": "Cannot GET /health", "statusCode": 404}, 404), "unknown", id="404"),
        pytest.param(answer("<!doctype html><title>app</title>", 200, "text/html"), "unknown", id="a page"),
        pytest.param(answer("", 200, ""), "up", id="a bare 200"),
        pytest.param(answer("", 503, ""), "down", id="a bare 503"),
    ],
)
def test_the_status_is_the_worse_of_code_and_body(given_answer: HttpAnswer, status: str) -> None:
    assert read_health(given_answer).status == status


# Finding a dependency


@pytest.mark.parametrize(
    ("key", "role"),
    [
        ("postgres", Role.POSTGRES),
        ("database", Role.POSTGRES),
        ("db", Role.POSTGRES),
        ("typeorm", Role.POSTGRES),
        ("PrismaHealth", Role.POSTGRES),
        ("finance_db", Role.POSTGRES),
        ("redis", Role.REDIS),
        ("redis-db", Role.REDIS),
        ("cache", Role.REDIS),
        ("ioredis", Role.REDIS),
        ("kafka", Role.KAFKA),
        ("kafkaConsumer", Role.KAFKA),
        ("message-broker", Role.KAFKA),
        ("kafka:lag", Role.KAFKA),
    ],
)
def test_a_dependency_is_found_by_its_usual_names_and_taken_for_no_other(key: str, role: Role) -> None:
    health = read_health(answer(terminus("ok", **{key: UP})))
    assert [found for found in Role if health.detail(found)] == [role]


@pytest.mark.parametrize("key", ["memory_heap", "storage", "mongodb", "mysql", "pgbouncerless", "event-loop"])
def test_something_else_is_taken_for_no_dependency(key: str) -> None:
    health = read_health(answer(terminus("ok", **{key: UP})))
    assert not any(health.detail(role) for role in Role)


def test_a_name_of_the_contract_is_the_only_one_that_counts() -> None:
    health = read_health(answer(terminus("ok", postgres=UP, ledger=UP)))
    assert health.detail(Role.POSTGRES, "ledger") is not None
    assert health.detail(Role.POSTGRES, "store") is None


def test_the_nodes_own_name_counts() -> None:
    health = read_health(answer(terminus("ok", kv=UP, events=DOWN)))
    assert health.detail(Role.REDIS, node="kv") is not None
    assert health.detail(Role.KAFKA, node="events") is not None
    assert health.detail(Role.REDIS, node="store") is None
    assert health.detail(Role.REDIS) is None


def test_of_several_indicators_of_one_dependency_the_worst_is_told() -> None:
    health = read_health(answer(terminus("error", kafkaProducer=UP, kafkaConsumer=DOWN), 503))
    detail = health.detail(Role.KAFKA)
    assert detail is not None
    assert detail.status == "down"


def test_an_indicator_that_was_dropped_is_not_there() -> None:
    """Terminus leaves out an indicator whose status is neither up nor down, and answers 200."""
    assert read_health(answer(terminus("ok", postgres=UP))).detail(Role.KAFKA) is None


# The shape


KINDS: tuple[PathKind, ...] = ("overall", "ready", "live")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "honest",
    [
        answer(terminus("ok", postgres=UP, redis=UP)),
        answer(terminus("error", postgres=UP, redis=DOWN), 503),
        answer(terminus("shutting_down", postgres=UP), 503),
        answer(SPRING, 503, "application/vnd.spring-boot.actuator.v3+json"),
        answer(MICROPROFILE, 503),
        answer(IETF, content_type="application/health+json"),
        answer(ASPNET, 503),
        answer(KUBERNETES, 500, "text/plain; charset=utf-8"),
        answer(HEALTH_GO, 503),
    ],
    ids=lambda honest: read_health(honest).family.value,
)
def test_an_honest_answer_has_no_fault(honest: HttpAnswer, kind: PathKind) -> None:
    assert shape_faults(honest, kind) == ()


def test_liveness_names_no_dependency_and_that_is_right() -> None:
    assert shape_faults(answer(terminus("ok")), "live") == ()
    assert shape_faults(answer({"status": "alive"}), "live") == ()
    assert shape_faults(answer("ok", content_type="text/plain"), "live") == ()


@pytest.mark.parametrize(
    ("lie", "fault"),
    [
        pytest.param(SILENCE, "no answer within 300 ms", id="no answer"),
        pytest.param(answer(terminus("ok")), "details are empty", id="a check of nothing"),
        pytest.param(answer({"status": "ready"}), "it names no dependency", id="hard-coded"),
        pytest.param(
            answer({"statusCode": 500, "message": "Internal server error"}, 500),
            "500 instead of 503",
            id="an exception",
        ),
        pytest.param(
            answer(terminus("error", redis=DOWN), 200), "the status is 200 while the body says 'error'", id="code 200"
        ),
        pytest.param(
            answer(terminus("ok", redis=UP), 503),
            "the status is 503 while the body says that all is well",
            id="code 503",
        ),
        pytest.param(answer({"message": "Cannot GET /health"}, 404), "404: nothing is served", id="no such path"),
        pytest.param(answer({"message": "Unauthorized"}, 401), "401: a health endpoint must", id="guarded"),
        pytest.param(answer("", 302, ""), "302: a redirect to nowhere", id="redirect"),
        pytest.param(answer("<!doctype html>", 200, "text/html"), "not the answer of a health check", id="a page"),
        pytest.param(answer("", 200, ""), "the body is empty", id="an empty body"),
        pytest.param(answer(terminus("ok", redis=UP), 200, "text/html"), "the content type is text/html", id="type"),
        pytest.param(
            answer({"status": "ok", "details": {"redis": UP}}), "'info' is a required property", id="half a Terminus"
        ),
        pytest.param(
            answer({**terminus("ok"), "details": {"redis": {"status": "disconnected"}}}),
            "'disconnected' is not one of ['up', 'down']",
            id="a status of its own",
        ),
        pytest.param(
            answer({**terminus("ok", redis=UP), "details": {"postgres": UP}}),
            "details leave out 'redis'",
            id="left out",
        ),
        pytest.param(
            answer({"status": "ok", "info": {}, "error": {"redis": DOWN}, "details": {"redis": DOWN}}),
            "$.error",
            id="ok with an error inside",
        ),
    ],
)
def test_a_lie_is_named(lie: HttpAnswer, fault: str) -> None:
    faults = shape_faults(lie, "ready")
    assert any(fault in told for told in faults), faults


def test_the_schema_is_a_valid_one_and_knows_every_json_family() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    json_families = set(Family) - {Family.UNKNOWN, Family.KUBERNETES}
    assert {family.value for family in json_families} <= schema["$defs"].keys()


@pytest.mark.parametrize("example", [terminus("ok", redis=UP), SPRING, MICROPROFILE, IETF, ASPNET, HEALTH_GO])
def test_the_schema_as_a_whole_accepts_every_family(example: dict[str, Any]) -> None:
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(example)


# Bad input


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: (
        st.lists(children)
        | st.dictionaries(
            st.sampled_from(
                ["status", "info", "error", "details", "checks", "entries", "components", "failures", "system", "name"]
            )
            | st.text(),
            children | st.sampled_from(["ok", "UP", "Healthy", "pass", "error", "Unavailable"]),
        )
    ),
)


@settings(deadline=None)
@given(
    json_values, st.integers(100, 599), st.sampled_from(["application/json", "application/health+json", "text/plain"])
)
def test_any_json_can_be_read_and_judged(body: Any, status: int, content_type: str) -> None:
    given_answer = answer(body, status, content_type)
    health = read_health(given_answer)
    assert health.status in ("up", "down", "shutting_down", "unknown")
    str(tuple(health.detail(role) for role in Role))
    assert all(isinstance(fault, str) for fault in shape_faults(given_answer, "overall"))


@settings(deadline=None)
@given(st.text(), st.integers(100, 599))
def test_any_text_can_be_read_and_judged(body: str, status: int) -> None:
    assert isinstance(shape_faults(answer(body, status, "text/plain"), "ready"), tuple)
    read_health(answer(body, status))


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"status":"UP","components":' * 2_000 + "{}" + "}" * 2_000, "1" * 10_000]
)
def test_json_that_is_nested_without_end_is_no_health_answer(body: str) -> None:
    assert read_health(answer(body)).family is Family.UNKNOWN


def test_half_a_surrogate_pair_does_not_get_into_a_report() -> None:
    body = r'{"status":"error","info":{},"error":{},"details":{"redis":{"status":"down","message":"\ud83d boom"}}}'
    read_health(answer(body, 503)).details["redis"].message.encode("utf-8")


@pytest.mark.parametrize(
    ("status", "body", "faults"),
    [
        (503, '{"status": "error", "details": {}}', ()),
        (200, '{"status": "ok"}', ()),
        (200, '{"status": "down"}', ("the status is 200 while the body says 'down'",)),
        (503, '{"status": "up"}', ("the status is 503 while the body says that all is well",)),
    ],
)
def test_a_status_alone_is_held_against_its_body(status: int, body: str, faults: tuple[str, ...]) -> None:
    answer = HttpAnswer("http://x/health", status, 0.01, 0.0, "text/html", body)
    assert status_faults(answer) == faults
