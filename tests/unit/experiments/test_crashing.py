"""Every service crashes, and its restart policy brings it back, or does not."""

from pathlib import Path

import pytest

from readiness.experiments import faults
from readiness.experiments.crash import crash_all
from readiness.model.errors import FaultNotLanded
from readiness.model.events import FaultHealed, FaultInjected, FaultLanded
from tests.unit.experiments.scripted_platform import SECRET, World, honest, terminus, without_policy, world
from tests.unit.graphs import backing, restarting


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return world(tmp_path, monkeypatch)


def test_services_come_back_by_their_restart_policy(demo: World) -> None:
    seen = crash_all(demo.platform)
    assert set(seen) == {"auth", "finance"}
    for crash in seen.values():
        assert crash.restarted_after_s is not None
        assert crash.ready_after_s is not None
        assert 0 <= crash.restarted_after_s <= crash.ready_after_s < 0.3
        assert crash.how == "SIGKILL to process 4711"
        assert crash.wrong_afterwards == ()


def test_backing_services_are_left_alone(demo: World) -> None:
    crash_all(demo.platform)
    assert {call[1] for call in demo.runtime.calls} == {"auth", "finance"}


def test_a_crash_is_on_the_record_from_injection_to_healing_and_no_death_is_held_against_it(demo: World) -> None:
    crash_all(demo.platform)
    told = [
        event
        for event in demo.platform.journal.events()
        if isinstance(event, (FaultInjected, FaultLanded, FaultHealed))
    ]
    assert [event.type for event in told if event.node == "auth"] == ["fault_injected", "fault_landed", "fault_healed"]
    assert demo.platform.record.deaths("auth") == ()


def test_a_service_without_a_policy_is_not_brought_back_but_healed_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = world(
        tmp_path, monkeypatch, backing("postgres"), backing("redis"), without_policy("auth"), restarting("finance")
    )
    seen = crash_all(demo.platform)
    assert (seen["auth"].restarted_after_s, seen["auth"].ready_after_s) == (None, None)
    assert ("start", "auth") in demo.runtime.calls
    assert demo.runtime.states["auth"].status == "running"
    assert demo.platform.record.left_unready("auth") is None
    assert seen["finance"].restarted_after_s is not None


def test_a_service_that_is_not_ready_after_its_crash_is_left_unready(demo: World) -> None:
    def broken(world: World, name: str, path: str) -> tuple[int, str]:
        return (503, terminus({"redis": False}, note=SECRET)) if ("crash", name) in world.runtime.calls else (200, "")

    demo.manners["auth"] = broken
    seen = crash_all(demo.platform)["auth"]
    assert seen.restarted_after_s is not None
    assert seen.ready_after_s is None
    assert SECRET not in seen.last_answer
    assert demo.platform.record.left_unready("auth") == "stable.crash[auth]"
    assert demo.platform.record.left_unready("finance") is None


def test_answers_that_are_wrong_after_the_way_back_are_told(demo: World) -> None:
    answers = 0

    def wobbles(world: World, name: str, path: str) -> tuple[int, str]:
        nonlocal answers
        answers += 1
        is_afterwards = any(call[:2] == ("crash", "auth") for call in world.runtime.calls)
        answers = answers if is_afterwards else 0
        return (503, terminus({"redis": False})) if answers in (4, 7) else honest(world, name, path)

    demo.manners["auth"] = wobbles
    seen = crash_all(demo.platform)["auth"]
    assert seen.ready_after_s is not None
    assert len(seen.wrong_afterwards) == 2
    assert all("503" in answer for answer in seen.wrong_afterwards)


def test_a_process_that_goes_on_running_is_no_crash(demo: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "_LANDS_WITHIN_S", 0.05)
    demo.runtime.stubborn.add("auth")
    with pytest.raises(FaultNotLanded, match=r"auth was to crash .* but it went on running"):
        crash_all(demo.platform)


def test_a_crash_that_did_not_land_excuses_no_later_death(demo: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a disturbance that was never ended would hide every restart of the rest of the run."""
    monkeypatch.setattr(faults, "_LANDS_WITHIN_S", 0.05)
    demo.runtime.stubborn.add("auth")
    with pytest.raises(FaultNotLanded):
        crash_all(demo.platform)
    demo.runtime.die("auth", 1)
    assert len(demo.platform.record.deaths("auth")) == 1
