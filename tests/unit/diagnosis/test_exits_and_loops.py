"""Exit codes, signals and loops, where the log does not tell."""

from dataclasses import replace

import pytest

from readiness.diagnosis.state import loop_in
from readiness.model.finding import Confidence
from readiness.model.graph import Condition
from tests.unit.diagnosis.diagnosis_scene import SHOP, diagnosed, exited, graph_of, looping, node, running


@pytest.mark.parametrize(
    ("code", "cls", "confidence"),
    [
        (0, "exited_clean", Confidence.SURE),
        (1, "app_start_failed", Confidence.UNKNOWN),
        (126, "permission_denied", Confidence.LIKELY),
        (127, "command_not_found", Confidence.LIKELY),
        (132, "native_crash", Confidence.LIKELY),
        (134, "heap_oom_or_abort", Confidence.LIKELY),
        (137, "killed_sigkill", Confidence.LIKELY),
        (139, "native_crash", Confidence.SURE),
        (143, "terminated_by_signal", Confidence.LIKELY),
    ],
)
def test_an_exit_code_alone_means_so_much(code: int, cls: str, confidence: Confidence) -> None:
    cause = diagnosed(exited("auth", "listening on 3001\n", code))
    assert (cause.cls, cause.confidence) == (cls, confidence)
    assert "log line 1: listening on 3001" in cause.evidence


def test_137_is_out_of_memory_only_when_the_engine_says_so() -> None:
    assert diagnosed(exited("auth", code=137, oom=True)).cls == "container_oom"
    assert diagnosed(exited("auth", code=137)).cls == "killed_sigkill"


def test_an_error_that_was_logged_earlier_does_not_explain_a_kill() -> None:
    log = "Error: connect ECONNREFUSED 172.18.0.4:6379\nconnected\n"
    assert diagnosed(exited("auth", log, 137)).cls == "killed_sigkill"


def test_a_heap_that_overflowed_explains_an_abort() -> None:
    log = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n"
    assert diagnosed(exited("auth", log, 134)).cls == "heap_oom"


def test_a_job_that_ended_well_has_no_cause() -> None:
    assert diagnosed(exited("migrate", code=0)).cls == "unknown"


def test_what_the_engine_refused_is_told_in_its_own_words() -> None:
    cause = diagnosed(exited("auth", code=128, error="something that nobody has seen yet"))
    assert (cause.cls, cause.confidence) == ("start_refused", Confidence.SURE)
    assert "the engine said: something that nobody has seen yet" in cause.evidence


@pytest.mark.parametrize(
    ("words", "cls", "advised"),
    [
        ('exec: "/start.sh": permission denied', "permission_denied", "/start.sh is not executable"),
        ('exec: "/start.sh": stat /start.sh: no such file or directory', "command_not_found", "/start.sh is not in"),
        ('exec: "serve": executable file not found in $PATH', "command_not_found", ""),
        ("unable to find user app: no matching entries in passwd file", "config_invalid", "no user or group app"),
        ("Minimum memory limit allowed is 6MB", "start_refused", ""),
    ],
)
def test_an_engine_s_refusal_has_the_class_of_its_words(words: str, cls: str, advised: str) -> None:
    cause = diagnosed(exited("auth", code=128, error=words))
    assert (cause.cls, cause.confidence) == (cls, Confidence.SURE)
    assert advised in cause.advice


def test_a_slow_loop_is_seen_although_each_life_is_long() -> None:
    log = "".join(
        f"[Nest] 1  - 11/25/2025, 1:02:0{n} AM   ERROR [TypeOrmModule] Unable to connect to the database. "
        f"Retrying ({n})...\nError: connect ECONNREFUSED 172.18.0.3:5432\n"
        for n in range(1, 10)
    )
    evidence = looping("auth", log, lives_s=(27.4, 27.9, 28.1))
    loop = loop_in(evidence)
    assert loop is not None
    assert loop.is_slow
    cause = diagnosed(evidence)
    assert (cause.cls, cause.dependency) == ("dependency_unreachable", "postgres")
    assert any("slow restart loop" in line for line in cause.evidence)
    assert "said 9 times" in cause.evidence


def test_the_life_before_explains_a_container_that_has_just_been_brought_back() -> None:
    cause = diagnosed(looping("auth", "KeyError: 'JWT_SECRET'\n", log="starting\n"))
    assert (cause.cls, cause.confidence) == ("config_invalid", Confidence.SURE)


def test_a_circle_of_health_gates_is_named_as_a_circle() -> None:
    graph = graph_of(
        node("a", needs={"b": Condition.HEALTHY}),
        node("b", needs={"c": Condition.HEALTHY}),
        node("c", needs={"a": Condition.HEALTHY}),
    )
    never = exited("a")
    cause = diagnosed(replace(never, state=replace(never.state, status="created")), graph=graph)
    assert (cause.cls, cause.confidence) == ("waiting_circle", Confidence.SURE)
    assert all(name in cause.summary for name in "abc")


def test_nothing_known_is_unknown_with_the_last_lines() -> None:
    cause = diagnosed(running("auth", "warming up\n", well=False))
    assert (cause.cls, cause.confidence) == ("unknown", Confidence.UNKNOWN)
    assert "log line 1: warming up" in cause.evidence
    assert SHOP["auth"].name == cause.node
