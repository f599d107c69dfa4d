"""An end that nobody asked for is told once, by what that life's log says, or by the loss that it answers."""

import time
from pathlib import Path

import pytest

from readiness.checks import silence
from readiness.checks.endings import check_no_restart, ended_with, explaining_row, own_endings
from readiness.model.events import (
    ContainerDied,
    ContainerStarted,
    Event,
    FaultHealed,
    FaultInjected,
    LeftUnready,
    OutOfMemory,
)
from readiness.model.finding import Blocked, Unmet
from tests.unit.experiments.scripted_platform import World, always, world

TYPE_ERROR = """\
Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    main()
  File "/app/main.py", line 2, in main
    licence["expires"] + 1
TypeError: can only concatenate str (not "int") to str"""
REDIS_REFUSED = "redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused."


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(silence, "_DEATH_IS_TOLD_WITHIN_S", 0.05)
    return world(tmp_path, monkeypatch)


def happened(demo: World, *events: Event) -> None:
    for event in events:
        demo.platform.journal.append(event)


def dies(demo: World, at: float, exit_code: int = 1, log: str = "", node: str = "auth") -> None:
    """The process ends at a time, having written its last lines, and is brought back."""
    demo.runtime.logs = {
        **demo.runtime.logs,
        node: demo.runtime.logs.get(node, "") + "".join(f"{at - 0.1} {line}\n" for line in log.splitlines()),
    }
    happened(
        demo,
        ContainerDied(node=node, exit_code=exit_code, at=at),
        ContainerStarted(node=node, at=at + 0.5),
    )


def lost(at: float, until: float, node: str = "redis", fault: str = "stopped") -> tuple[Event, Event]:
    return FaultInjected(fault=fault, node=node, at=at), FaultHealed(fault=fault, node=node, proof="", at=until)


def told(demo: World, node: str = "auth") -> Unmet:
    with pytest.raises(Unmet) as caught:
        check_no_restart(demo.platform, node)
    return caught.value


def blocked_by(demo: World, node: str = "auth") -> str:
    with pytest.raises(Blocked) as caught:
        check_no_restart(demo.platform, node)
    return caught.value.by


NOW = time.time() + 1000
"""After all that the platform itself has on its record, however long the tests take."""


def test_who_lives_from_start_to_end_has_no_fault(demo: World) -> None:
    check_no_restart(demo.platform, "auth")


def test_an_end_has_the_cause_that_the_log_of_that_life_gives(demo: World) -> None:
    dies(demo, NOW + 5, 1, TYPE_ERROR)
    dies(demo, NOW + 9, 1, "asked to stop")
    unmet = told(demo)
    assert unmet.summary == "it exited 2 time(s) by itself"
    assert unmet.evidence[0].startswith("exit code 1 after")
    assert unmet.cause is not None
    assert (unmet.cause.cls, unmet.cause.node, unmet.cause.dependency) == ("app_exception", "auth", None)


def test_an_end_that_nothing_explains_has_no_cause_of_its_own(demo: World) -> None:
    dies(demo, NOW + 5, 1, "good morning")
    assert told(demo).cause is None


def test_the_kernels_kill_is_told_although_the_container_is_back(demo: World) -> None:
    happened(demo, OutOfMemory(node="auth", at=NOW + 4.9))
    dies(demo, NOW + 5, 137)
    cause = told(demo).cause
    assert cause is not None
    assert (cause.cls, cause.confidence) == ("container_oom", "sure")


def test_the_kernels_kill_of_a_child_is_told_although_nothing_exited(demo: World) -> None:
    happened(demo, OutOfMemory(node="auth", at=NOW + 5))
    unmet = told(demo)
    assert "1 process(es)" in unmet.summary
    assert unmet.cause is not None
    assert unmet.cause.cls == "container_oom"


@pytest.mark.parametrize("log", [REDIS_REFUSED, "good morning"])
def test_an_end_that_answers_a_loss_is_told_of_the_loss(demo: World, log: str) -> None:
    happened(demo, *lost(NOW + 10, NOW + 20))
    dies(demo, NOW + 12, 1, log)
    assert blocked_by(demo) == "stable.backing_restart[auth->redis]"
    assert ended_with(demo.platform, "auth", "redis", "stopped") is not None
    assert ended_with(demo.platform, "auth", "redis", "paused") is None
    assert own_endings(demo.platform, "auth") == ()


def test_an_end_that_answers_a_pause_is_told_of_the_pause(demo: World) -> None:
    happened(demo, *lost(NOW + 10, NOW + 20, fault="paused"))
    dies(demo, NOW + 12, 1, REDIS_REFUSED)
    assert blocked_by(demo) == "health.truthful[auth->redis (paused)]"


def test_an_end_of_its_own_is_not_excused_by_a_loss_that_happens_to_be_under_way(demo: World) -> None:
    happened(demo, *lost(NOW + 10, NOW + 20))
    dies(demo, NOW + 12, 1, TYPE_ERROR)
    cause = told(demo).cause
    assert cause is not None
    assert cause.cls == "app_exception"


PEER_UNKNOWN = "socket.gaierror: [Errno -2] Name or service not known"


def test_a_slow_loop_whose_last_attempt_falls_into_a_loss_does_not_answer_it(demo: World) -> None:
    happened(demo, *lost(NOW + 10, NOW + 20))
    attempts = "".join(f"{NOW + at} {PEER_UNKNOWN}\n" for at in (3, 6, 9, 12))
    demo.runtime.logs = {"auth": attempts}
    dies(demo, NOW + 13)
    cause = told(demo).cause
    assert cause is not None
    assert cause.cls == "dependency_name_unresolved"


def test_who_ends_for_a_reason_anyway_does_not_end_for_a_loss(demo: World) -> None:
    happened(demo, *lost(NOW + 10, NOW + 20))
    dies(demo, NOW + 5, 0)
    dies(demo, NOW + 12, 0)
    assert told(demo).summary == "it exited 2 time(s) by itself"


def test_the_loss_of_what_is_not_used_explains_nothing(demo: World) -> None:
    happened(demo, *lost(NOW + 10, NOW + 20))
    dies(demo, NOW + 12, 1, "good morning", node="finance")
    assert "exited" in told(demo, "finance").summary


def test_the_end_of_a_dependency_is_told_in_place_of_that_of_its_client(demo: World) -> None:
    dies(demo, NOW + 10, 137, node="redis")
    dies(demo, NOW + 12, 1, REDIS_REFUSED)
    assert blocked_by(demo) == "stable.no_restart[redis]"


def test_what_follows_a_disturbance_that_was_not_survived_is_told_of_that(demo: World) -> None:
    happened(demo, LeftUnready(node="auth", finding="stable.crash[auth]", at=NOW + 10))
    dies(demo, NOW + 12, 1, TYPE_ERROR)
    assert blocked_by(demo) == "stable.crash[auth]"


# -- what failed because of it ----------------------------------------------------------------------------------------


def test_a_failure_shortly_after_an_end_is_explained_by_it(demo: World) -> None:
    dies(demo, NOW + 10, 1, TYPE_ERROR)
    assert explaining_row(demo.platform, ["auth"], since=NOW + 10.2) == "stable.no_restart[auth]"
    assert explaining_row(demo.platform, ["auth"], since=NOW + 60) is None


def test_a_failure_of_who_did_not_come_back_is_explained_for_ever(demo: World) -> None:
    demo.runtime.die("auth", 0)
    assert explaining_row(demo.platform, ["auth"], since=NOW + 6000) == "stable.no_restart[auth]"


def test_a_failure_of_who_lives_and_answers_is_its_own(demo: World) -> None:
    assert explaining_row(demo.platform, ["auth", "redis"], since=NOW) is None


def test_who_answers_nothing_any_more_is_told_so_once(demo: World) -> None:
    demo.manners["auth"] = always(0, "")
    assert explaining_row(demo.platform, ["auth"], since=NOW) == "stable.no_restart[auth]"
    assert demo.platform.record.left_unready("auth") == "stable.no_restart[auth]"
    unmet = told(demo)
    assert "stopped answering" in unmet.summary
    assert unmet.cause is not None
    assert (unmet.cause.cls, unmet.cause.confidence) == ("app_hang", "likely")


def test_who_was_left_unready_is_not_silent_by_itself(demo: World) -> None:
    demo.manners["auth"] = always(0, "")
    happened(demo, LeftUnready(node="auth", finding="stable.crash[auth]"))
    assert explaining_row(demo.platform, ["auth"], since=NOW) is None
