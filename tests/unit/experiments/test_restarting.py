"""Every service is stopped gracefully and started again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from readiness.experiments.restart import restart_all
from readiness.model.events import FaultHealed, FaultInjected, FaultLanded
from tests.unit.experiments.scripted_platform import World, always, honest, terminus, world
from tests.unit.runtime.fake_runtime import FakeRuntime

Stop = Callable[[str, float], None]


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return world(tmp_path, monkeypatch)


def stops(demo: World, monkeypatch: pytest.MonkeyPatch, exit_code: int, *, red_first: bool) -> list[float]:
    """Each service stops with this code, after it was asked once more. Returns the patience that it was given."""
    patience: list[float] = []

    def stop(node: str, grace_s: float) -> None:
        patience.append(grace_s)
        if red_first:
            demo.manners[node] = always(503, terminus({"redis": False}))
        before = demo.asked.count(f"{node}/health/ready")
        while demo.asked.count(f"{node}/health/ready") < before + 2:
            pass
        demo.manners.pop(node, None)
        FakeRuntime.die(demo.runtime, node, exit_code)

    monkeypatch.setattr(demo.runtime, "stop", stop)
    return patience


@pytest.mark.parametrize("exit_code", [0, 143])
def test_a_graceful_stop_is_seen_with_red_before_the_port_closes(
    demo: World, monkeypatch: pytest.MonkeyPatch, exit_code: int
) -> None:
    patience = stops(demo, monkeypatch, exit_code, red_first=True)
    seen = restart_all(demo.platform)
    assert set(seen) == {"auth", "finance"}
    auth = seen["auth"]
    assert auth.red_after_s is not None
    assert auth.red_after_s <= auth.stopped_after_s < 0.3
    assert (auth.exit_code, auth.killed) == (exit_code, False)
    assert auth.ready_after_s is not None
    assert auth.wrong_afterwards == ()
    assert all(grace_s > 0.2 for grace_s in patience), "a stop that is late must be measured and not cut off"


def test_a_port_that_closes_without_a_word_was_never_red(demo: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stops(demo, monkeypatch, 0, red_first=False)
    assert restart_all(demo.platform)["auth"].red_after_s is None


def test_a_service_that_had_to_be_killed_is_told_so(demo: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stops(demo, monkeypatch, 137, red_first=True)
    assert restart_all(demo.platform)["auth"].killed


def test_a_restart_is_on_the_record_and_nobody_is_accused_of_a_death(demo: World) -> None:
    restart_all(demo.platform)
    told = [
        event
        for event in demo.platform.journal.events()
        if isinstance(event, (FaultInjected, FaultLanded, FaultHealed))
    ]
    assert [event.type for event in told if event.node == "auth"] == ["fault_injected", "fault_landed", "fault_healed"]
    landed = next(event for event in told if isinstance(event, FaultLanded))
    assert landed.proof == "exited, exit code 0"
    assert demo.platform.record.deaths("auth") == ()


def test_a_service_that_does_not_come_back_is_left_unready(demo: World) -> None:
    def gone(world: World, name: str, path: str) -> tuple[int, str]:
        return (503, "") if ("start", "auth") in world.runtime.calls else honest(world, name, path)

    demo.manners["auth"] = gone
    seen = restart_all(demo.platform)
    assert seen["auth"].ready_after_s is None
    assert seen["auth"].wrong_afterwards == ()
    assert seen["finance"].ready_after_s is not None
    assert demo.platform.record.left_unready("auth") == "stable.restart[auth]"


def test_who_was_left_unready_before_is_not_restarted(demo: World) -> None:
    demo.manners["auth"] = always(503, "")
    restart_all(demo.platform)
    demo.runtime.calls.clear()
    assert set(restart_all(demo.platform)) == {"finance"}
    assert {call[1] for call in demo.runtime.calls} == {"finance"}
