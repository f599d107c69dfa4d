"""A dependency is lost and given back: what its users said is written down as it was."""

from pathlib import Path

import pytest

from readiness.experiments.loss import UserUnderLoss, lose
from readiness.model.errors import FaultNotLanded, NotReadyInTime
from readiness.model.events import FaultHealed, FaultInjected, FaultLanded
from readiness.model.subjects import PAUSED, STOPPED
from tests.unit.experiments.scripted_platform import SECRET, Manner, World, always, honest, terminus, world
from tests.unit.graphs import failed


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return world(tmp_path, monkeypatch)


def auth_under(demo: World, fault: str = STOPPED) -> UserUnderLoss:
    return lose(demo.platform, "redis", fault).users["auth"]


@pytest.mark.parametrize("fault", [STOPPED, PAUSED])
def test_an_honest_user_turns_red_names_it_and_turns_green(demo: World, fault: str) -> None:
    seen = auth_under(demo, fault)
    assert seen.red_after_s is not None
    assert seen.named_after_s is not None
    assert seen.green_after_s is not None
    assert 0 <= seen.red_after_s <= seen.named_after_s < 0.3
    assert (seen.unfit_before, seen.red_faults, seen.also_accused) == ("", (), ())
    assert (seen.silent, seen.live_status) == (0, 200)


def test_only_users_of_the_dependency_are_watched(demo: World) -> None:
    assert set(lose(demo.platform, "redis", STOPPED).users) == {"auth"}
    assert set(lose(demo.platform, "postgres", STOPPED).users) == {"auth", "finance"}


@pytest.mark.parametrize(("fault", "calls"), [(STOPPED, ["stop", "start"]), (PAUSED, ["pause", "unpause"])])
def test_the_fault_is_injected_and_healed_with_proof_on_the_record(demo: World, fault: str, calls: list[str]) -> None:
    lose(demo.platform, "redis", fault)
    assert [call[0] for call in demo.runtime.calls if call[1] == "redis"] == calls
    told = [
        event
        for event in demo.platform.journal.events()
        if isinstance(event, (FaultInjected, FaultLanded, FaultHealed))
    ]
    assert [event.type for event in told] == ["fault_injected", "fault_landed", "fault_healed"]
    assert {(event.fault, event.node) for event in told} == {(fault, "redis")}
    assert isinstance(told[1], FaultLanded)
    assert told[1].proof == f"the engine says {'exited' if fault == STOPPED else 'paused'}"
    assert demo.platform.record.deaths("redis") == ()


def test_a_user_that_stays_green_never_turned_red(demo: World) -> None:
    demo.manners["auth"] = always(200, terminus({"redis": True}))
    seen = auth_under(demo)
    assert (seen.red_after_s, seen.named_after_s) == (None, None)
    assert seen.answers > 1
    assert seen.green_after_s is not None


def test_a_user_that_turns_red_without_saying_why_named_nothing(demo: World) -> None:
    def mute(world: World, name: str, path: str) -> tuple[int, str]:
        return honest(world, name, path)[0], "{}"

    demo.manners["auth"] = mute
    seen = auth_under(demo)
    assert seen.red_after_s is not None
    assert seen.named_after_s is None


def test_a_user_that_accuses_another_dependency_too_is_told(demo: World) -> None:
    def panics(world: World, name: str, path: str) -> tuple[int, str]:
        status, body = honest(world, name, path)
        return (status, body) if status == 200 else (503, terminus({"redis": False, "postgres": False}))

    demo.manners["auth"] = panics
    assert auth_under(demo).also_accused == ("postgres",)


def test_a_user_that_gives_no_answer_is_silent_and_not_red(demo: World) -> None:
    def hangs(world: World, name: str, path: str) -> tuple[int, str]:
        return honest(world, name, path) if world.runtime.states["redis"].status == "running" else (0, "")

    demo.manners["auth"] = hangs
    seen = auth_under(demo, PAUSED)
    assert seen.red_after_s is None
    assert seen.silent == seen.answers > 0
    assert seen.live_status == 0


def test_a_liveness_that_turns_red_with_the_dependency_is_told(demo: World) -> None:
    demo.manners["auth"] = lambda world, name, _path: honest(world, name, "/health/ready")
    assert auth_under(demo).live_status == 503


def test_a_user_that_does_not_turn_green_again_is_left_unready_and_told_so_once(demo: World) -> None:
    def sulks(world: World, name: str, path: str) -> tuple[int, str]:
        gone = any(call[:2] == ("stop", "redis") for call in world.runtime.calls)
        return (503, terminus({"redis": False})) if gone else honest(world, name, path)

    demo.manners["auth"] = sulks
    assert auth_under(demo).green_after_s is None
    assert demo.platform.record.left_unready("auth") == "stable.backing_restart[auth->redis]"


def test_who_was_left_unready_is_not_watched_any_more(demo: World) -> None:
    demo.manners["auth"] = always(503, terminus({"redis": False}))
    lose(demo.platform, "redis", STOPPED)
    assert lose(demo.platform, "redis", PAUSED).users == {}


def test_a_user_that_hung_and_does_not_turn_green_again_is_told_of_the_pause(demo: World) -> None:
    def sulks(world: World, name: str, path: str) -> tuple[int, str]:
        gone = any(call[:2] == ("pause", "redis") for call in world.runtime.calls)
        return (503, terminus({"redis": False})) if gone else honest(world, name, path)

    demo.manners["auth"] = sulks
    assert auth_under(demo, PAUSED).green_after_s is None
    assert demo.platform.record.left_unready("auth") == "health.truthful[auth->redis (paused)]"


def test_what_is_wrong_with_the_form_of_the_red_answer_is_told(demo: World) -> None:
    def says_down_with_200(world: World, name: str, path: str) -> tuple[int, str]:
        return 200, honest(world, name, path)[1]

    demo.manners["auth"] = says_down_with_200
    seen = auth_under(demo)
    assert seen.named_after_s is not None
    assert seen.red_faults == ("the status is 200 while the body says 'error'",)


@pytest.mark.parametrize("answer", [(503, terminus({"redis": False})), (200, '{"status": "ok"}')])
def test_a_ready_that_was_red_or_named_nothing_before_the_loss_is_told(demo: World, answer: tuple[int, str]) -> None:
    demo.manners["auth"] = always(*answer)
    assert auth_under(demo).unfit_before


def red_at_the_third_request() -> Manner:
    asked: list[str] = []

    def manner(world: World, name: str, path: str) -> tuple[int, str]:
        asked.append(path)
        return (503, terminus({"redis": False})) if len(asked) == 3 else honest(world, name, path)

    return manner


def test_a_red_answer_that_an_earlier_loss_may_have_left_is_waited_out(demo: World) -> None:
    demo.platform.journal.append(FaultInjected(fault=PAUSED, node="postgres"))
    demo.manners["auth"] = red_at_the_third_request()
    assert auth_under(demo).unfit_before == ""


def test_a_red_answer_that_no_earlier_loss_explains_is_told(demo: World) -> None:
    demo.manners["auth"] = red_at_the_third_request()
    assert auth_under(demo).unfit_before


def test_a_user_that_does_not_run_is_not_watched(demo: World) -> None:
    demo.runtime.die("auth", 1)
    assert lose(demo.platform, "redis", STOPPED).users == {}


def test_a_user_that_ends_meanwhile_gives_no_answer_and_spoils_nothing(demo: World) -> None:
    def dies_of_it(world: World, name: str, path: str) -> tuple[int, str]:
        if world.runtime.states["redis"].status == "exited" and not world.platform.record.deaths("auth"):
            world.runtime.die("auth", 1)
        return honest(world, name, path)

    demo.manners["auth"] = dies_of_it
    seen = lose(demo.platform, "redis", STOPPED).users["auth"]
    assert seen.green_after_s is None
    assert "not published" in seen.green_answer


def test_a_user_that_never_became_ready_is_not_watched(demo: World) -> None:
    demo.platform.journal.append(failed("auth"))
    assert lose(demo.platform, "redis", STOPPED).users == {}


def test_no_secret_is_in_what_was_observed(demo: World) -> None:
    seen = auth_under(demo)
    assert SECRET not in f"{seen}"
    assert "***" in seen.last_answer


@pytest.mark.parametrize("fault", [STOPPED, PAUSED])
def test_a_fault_that_does_not_land_is_an_error_and_nobody_is_judged(demo: World, fault: str) -> None:
    demo.runtime.stubborn.add("redis")
    with pytest.raises(FaultNotLanded, match=f"redis was to be {fault}, but the engine says running"):
        lose(demo.platform, "redis", fault)
    assert "auth/health/live" not in demo.asked


def test_a_dependency_that_does_not_come_back_is_an_error_that_says_so(demo: World) -> None:
    demo.runtime.scripts["redis"] = lambda runtime, node: runtime.die(node, 1)
    with pytest.raises(NotReadyInTime, match=r"redis did not come back within 0\.3 s; PING got"):
        lose(demo.platform, "redis", STOPPED)
