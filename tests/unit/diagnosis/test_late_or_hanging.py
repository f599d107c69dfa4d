"""A process that is not ready when its budget ends: still starting, or hanging."""

from dataclasses import replace

import pytest

from readiness.diagnosis import diagnose
from readiness.diagnosis.progress import speaks
from readiness.model.evidence import Activity, ContainerState, HttpAnswer, NodeEvidence, ProbeAnswer
from readiness.model.finding import Cause, Confidence
from tests.unit.graphs import backing, graph_of, service

GRAPH = graph_of(backing("redis"), service("auth", "redis"))
RUNS = ContainerState("running", started_at=1)


def cause_of(activity: Activity | None, log: str = "", redis: ContainerState = RUNS, answer: int = 0) -> Cause:
    health = HttpAnswer("http://x/ready", answer, 0.01, 0, error="" if answer else "refused")
    evidence = NodeEvidence("auth", RUNS, log=log, activity=activity, health=health)
    return diagnose(evidence, GRAPH, {"redis": NodeEvidence("redis", redis), "auth": evidence})


def test_one_that_computes_is_still_starting() -> None:
    cause = cause_of(Activity(10, cpu_share=0.9))
    assert (cause.cls, cause.node, cause.confidence) == ("not_ready_in_time", "auth", Confidence.LIKELY)
    assert "0.90 processors" in cause.summary


@pytest.mark.parametrize(
    "line",
    ["loading part 7 of 25", '{"time":"2026-01-02T03:04:05.123+00:00","msg":"loaded fixtures"}'],
)
def test_one_that_says_new_things_is_still_starting(line: str) -> None:
    cause = cause_of(Activity(10, said=(line,), cpu_share=0.01), log=f"loading part 6 of 25\n{line}\n")
    assert cause.cls == "not_ready_in_time"
    assert any(line in told for told in cause.evidence)


@pytest.mark.parametrize(
    ("said", "log"),
    [
        ((), "starting\n"),
        (("waiting for /run/x, attempt 4",), "waiting for /run/x, attempt 3\nwaiting for /run/x, attempt 4\n"),
        (
            ('{"time":"2026-01-02T03:04:06","msg":"no licence"}',),
            '{"time":"2026-01-02T03:04:05","msg":"no licence"}\n{"time":"2026-01-02T03:04:06","msg":"no licence"}\n',
        ),
    ],
)
def test_one_that_does_nothing_or_repeats_itself_hangs(said: tuple[str, ...], log: str) -> None:
    cause = cause_of(Activity(10, said=said, cpu_share=0.01), log=log)
    assert (cause.cls, cause.node, cause.confidence) == ("app_hang", "auth", Confidence.LIKELY)


def test_nobody_is_said_to_hang_who_was_not_watched() -> None:
    assert cause_of(None).cls == "unknown"
    assert cause_of(Activity(10)).cls == "unknown"


def test_one_that_may_wait_for_a_dependency_that_is_down_is_not_said_to_hang() -> None:
    assert cause_of(Activity(10, cpu_share=0.0), redis=ContainerState("exited", exit_code=1)).cls == "unknown"


def test_one_that_answers_does_not_hang() -> None:
    assert cause_of(Activity(10, cpu_share=0.0), answer=503).cls == "unknown"


@pytest.mark.parametrize(
    ("answer", "speaks_at_all"),
    [
        (HttpAnswer("http://auth", 0, 0.01, 0.0, error="not HTTP: illegal status line", came=True), True),
        (HttpAnswer("http://auth", 0, 2.0, 0.0, error="no answer within 2.0 s"), False),
        (HttpAnswer("http://auth", 0, 0.01, 0.0, error="connection reset"), False),
        (HttpAnswer("http://auth", 503, 0.01, 0.0), True),
    ],
)
def test_who_answers_nonsense_does_not_hang(answer: HttpAnswer, speaks_at_all: bool) -> None:
    assert speaks(NodeEvidence("auth", RUNS, health=answer)) is speaks_at_all


def test_a_dependency_that_was_late_once_and_is_well_now_is_not_what_it_hangs_on() -> None:
    late = "ERROR redis: LOADING Redis is loading the dataset in memory\n"
    evidence = NodeEvidence(
        "auth", RUNS, log=f"{late}INFO applying 001\nINFO applying 002\n", activity=Activity(10, cpu_share=0.01)
    )
    well = NodeEvidence("redis", RUNS, answers=(ProbeAnswer("PING", "redis", ok=True, latency_s=0.001, at=0),))
    assert diagnose(evidence, GRAPH, {"redis": well, "auth": evidence}).cls == "app_hang"
    again = replace(evidence, log=f"{evidence.log}{late}")
    assert diagnose(again, GRAPH, {"redis": well, "auth": again}).cls == "dependency_starting"
