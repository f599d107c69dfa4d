"""Errors that were overcome do not decide, and what a neighbour did at the same time does."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from readiness.model.evidence import ContainerState, Death, NodeEvidence
from readiness.model.finding import Confidence
from tests.unit.diagnosis.diagnosis_scene import diagnosed, exited, running

BEGAN = datetime(2025, 11, 25, 1, 0, 0, tzinfo=UTC).timestamp()
REFUSED = "2025-11-25 01:00:0{n} ERROR redis: connect ECONNREFUSED redis:6379\n"
LOST = "2025-11-25T01:05:03Z ERROR redis.exceptions.ConnectionError: Connection closed by server.\n"


def test_an_error_that_was_followed_by_long_good_work_does_not_explain_the_death() -> None:
    log = REFUSED.format(n=1) + "2025-11-25 01:20:00 INFO GET /orders 200\n"
    cause = diagnosed(exited("auth", log))
    assert (cause.cls, cause.confidence) == ("app_start_failed", Confidence.UNKNOWN)
    assert any("after which it went on well" in line for line in cause.evidence)


@pytest.mark.parametrize(
    "after",
    [
        "",
        "2025-11-25 01:00:02 INFO GET /orders 200\n",
        "2025-11-25 01:20:00 INFO still here\n",
        "INFO GET /orders 200\n",
        "2025-11-25 01:19:00 INFO GET /orders 200\n2025-11-25 01:20:00 ERROR cannot go on\n",
    ],
)
def test_without_long_good_work_the_error_decides(after: str) -> None:
    assert diagnosed(exited("auth", REFUSED.format(n=1) + after)).cls == "dependency_unreachable"


def test_a_running_node_is_not_accused_of_what_it_overcame() -> None:
    log = REFUSED.format(n=1) + "2025-11-25 01:20:00 INFO GET /orders 200\n"
    assert diagnosed(running("auth", log, well=False)).cls == "unknown"


def brought_back(name: str, *deaths: Death, earlier_log: str = "") -> NodeEvidence:
    state = ContainerState("running", started_at=BEGAN + 400)
    return replace(running(name, well=True), state=state, deaths=deaths, earlier_log=earlier_log)


def client(log: str) -> NodeEvidence:
    return replace(exited("auth", log), deaths=(Death(BEGAN + 304, 1),))


def test_a_failure_at_the_moment_when_a_neighbour_died_is_explained_by_that_death() -> None:
    redis = brought_back("redis", Death(BEGAN + 302, 137, oom_killed=True))
    cause = diagnosed(client(LOST), redis)
    assert (cause.cls, cause.node, cause.confidence) == ("container_oom", "redis", Confidence.LIKELY)
    assert any("died at that time (exit code 137)" in line for line in cause.evidence)


def test_the_neighbours_own_last_words_tell_why_it_died() -> None:
    words = "*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n"
    cause = diagnosed(client(LOST), brought_back("redis", Death(BEGAN + 302, 1), earlier_log=words))
    assert (cause.cls, cause.node) == ("config_invalid", "redis")


@pytest.mark.parametrize("died_at", [BEGAN + 200, BEGAN + 350])
def test_a_death_at_another_time_explains_nothing(died_at: float) -> None:
    cause = diagnosed(client(LOST), brought_back("redis", Death(died_at, 137, oom_killed=True)))
    assert (cause.node, cause.cls) == ("auth", "dependency_lost")


def test_a_death_of_somebody_else_explains_nothing() -> None:
    cause = diagnosed(client(LOST), brought_back("kafka", Death(BEGAN + 302, 137)), running("redis", well=True))
    assert cause.node == "auth"
