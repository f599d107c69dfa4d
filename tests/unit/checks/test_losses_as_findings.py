"""What the checks of a loss make of a service that lies, hangs, sulks or dies: one finding, with its cause."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.criteria import catalogue
from readiness.checks import silence
from readiness.experiments.store import Experiments
from readiness.model.criterion import Subject
from readiness.model.finding import Blocked, Cause, Unmet
from readiness.model.subjects import PAUSED, STOPPED
from tests.readiness.test_loss import (
    test_liveness_is_not_readiness as live_row,
)
from tests.readiness.test_loss import (
    test_readiness_tells_the_truth_about_a_loss as truthful_row,
)
from tests.readiness.test_loss import (
    test_the_service_survives_a_restart_of_its_dependency as restart_row,
)
from tests.unit.experiments.scripted_platform import Manner, World, always, honest, terminus, world

Check = Callable[[World], None]


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    catalogue()
    monkeypatch.setattr(silence, "_DEATH_IS_TOLD_WITHIN_S", 0.05)
    return world(tmp_path, monkeypatch)


def truthful(demo: World, fault: str = STOPPED) -> None:
    subject = Subject("auth", "redis", fault)
    platform = demo.platform
    truthful_row(subject, platform.service("auth"), platform.backing("redis"), platform, Experiments(platform))


def backing_restart(demo: World) -> None:
    platform = demo.platform
    restart_row(platform.service("auth"), platform.backing("redis"), platform, Experiments(platform))


def live(demo: World) -> None:
    platform = demo.platform
    live_row(platform.service("auth"), platform.backing("redis"), platform, Experiments(platform))


def paused(demo: World) -> None:
    truthful(demo, PAUSED)


def cause_of(check: Check, demo: World) -> tuple[str, str, str | None]:
    with pytest.raises(Unmet) as caught:
        check(demo)
    cause = caught.value.cause
    assert isinstance(cause, Cause), caught.value.summary
    return cause.cls, cause.node, cause.dependency


def blocker_of(check: Check, demo: World) -> str:
    with pytest.raises(Blocked) as caught:
        check(demo)
    return caught.value.by


def is_gone(world: World) -> bool:
    return world.runtime.states["redis"].status != "running"


def sulks(world: World, name: str, path: str) -> tuple[int, str]:
    """Never reconnects."""
    was_gone = any(call[:2] in (("stop", "redis"), ("pause", "redis")) for call in world.runtime.calls)
    is_red = was_gone and not path.endswith("live")
    return (503, terminus({"redis": False, "postgres": True})) if is_red else honest(world, name, path)


def dies(world: World, name: str, path: str) -> tuple[int, str]:
    """Ends its process when the dependency is gone, and is brought back."""
    if is_gone(world):
        world.runtime.die("auth", 1)
        world.runtime.run("auth")
        return 0, ""
    return honest(world, name, path)


def hangs(world: World, name: str, path: str) -> tuple[int, str]:
    return (0, "") if is_gone(world) and not path.endswith("live") else honest(world, name, path)


def says_down_with_200(world: World, name: str, path: str) -> tuple[int, str]:
    return 200, honest(world, name, path)[1]


def fails_itself(world: World, name: str, path: str) -> tuple[int, str]:
    return (500, "internal error") if is_gone(world) and not path.endswith("live") else honest(world, name, path)


def lives_by_it(world: World, name: str, _path: str) -> tuple[int, str]:
    return honest(world, name, "/health/ready")


@pytest.mark.parametrize("check", [truthful, paused, backing_restart, live])
def test_an_honest_service_holds_every_row(demo: World, check: Check) -> None:
    check(demo)


@pytest.mark.parametrize(
    ("manner", "check", "cause"),
    [
        (hangs, truthful, ("health_endpoint", "auth", "redis")),
        (hangs, paused, ("health_endpoint", "auth", "redis")),
        (says_down_with_200, truthful, ("health_endpoint", "auth", None)),
        (fails_itself, truthful, ("health_endpoint", "auth", None)),
        (sulks, backing_restart, ("no_reconnection", "auth", "redis")),
        (sulks, paused, ("no_reconnection", "auth", "redis")),
        (dies, backing_restart, ("no_reconnection", "auth", "redis")),
        (dies, paused, ("no_reconnection", "auth", "redis")),
    ],
)
def test_each_fault_has_its_cause(
    demo: World, manner: Manner, check: Check, cause: tuple[str, str, str | None]
) -> None:
    demo.manners["auth"] = manner
    assert cause_of(check, demo) == cause


@pytest.mark.parametrize(
    ("manner", "check", "by"),
    [
        (sulks, truthful, "stable.backing_restart[auth->redis]"),
        (dies, truthful, "stable.backing_restart[auth->redis]"),
        (dies, live, "stable.backing_restart[auth->redis]"),
        (always(503, terminus({"redis": False})), truthful, "health.ready[auth]"),
        (always(200, '{"status": "ok"}'), paused, "health.ready[auth]"),
        (always(200, '{"status": "ok"}'), backing_restart, "health.ready[auth]"),
    ],
)
def test_what_another_row_tells_is_blocked_by_it(demo: World, manner: Manner, check: Check, by: str) -> None:
    demo.manners["auth"] = manner
    assert blocker_of(check, demo) == by


def test_who_died_when_it_was_stopped_is_not_told_of_the_pause_too(demo: World) -> None:
    demo.manners["auth"] = dies
    with pytest.raises(Blocked):
        truthful(demo)
    assert blocker_of(paused, demo) == "stable.backing_restart[auth->redis]"


def test_a_bug_in_the_check_that_the_log_shows_is_the_cause(demo: World) -> None:
    demo.manners["auth"] = fails_itself
    trace = "Traceback (most recent call last):\n  File \"/app/health.py\", line 9, in ready\nKeyError: 'reason'"
    demo.runtime.logs = {"auth": "".join(f"9999999999 {line}\n" for line in trace.splitlines())}
    assert cause_of(truthful, demo) == ("app_exception", "auth", None)


def test_a_liveness_that_depends_is_told_of_the_edge(demo: World) -> None:
    demo.manners["auth"] = lives_by_it
    with pytest.raises(AssertionError, match="with redis stopped live is red"):
        live(demo)
    truthful(demo)
