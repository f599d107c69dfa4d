"""What the checks at rest, and those of a crash and a restart, make of health endpoints that are wrong."""

import threading
from pathlib import Path

import pytest

from fixtures.criteria import catalogue
from readiness.checks import silence
from readiness.experiments.store import Experiments
from readiness.model.evidence import HttpAnswer
from readiness.model.finding import Blocked, Cause, Unmet
from readiness.probes import http
from tests.readiness import test_health as health_rows
from tests.readiness import test_stability as stability_rows
from tests.unit.experiments.scripted_platform import Manner, World, always, honest, terminus, world

CRASH = "9e9 Traceback (most recent call last):\n9e9   File \"/app/main.py\", line 1, in main\n9e9 KeyError: 'state'"


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    catalogue()
    made = world(tmp_path, monkeypatch)
    monkeypatch.setattr(silence, "_DEATH_IS_TOLD_WITHIN_S", 0.05)

    def series(url: str, count: int, deadline_s: float) -> tuple[HttpAnswer, ...]:
        return tuple(made.get(url, deadline_s=deadline_s) for _ in range(count))

    monkeypatch.setattr(http, "series", series)
    return made


def every_third_is_red() -> Manner:
    asked = 0

    def answer(world: World, name: str, path: str) -> tuple[int, str]:
        nonlocal asked
        asked += path.endswith("ready")
        is_red = path.endswith("ready") and asked % 3 == 0
        return (503, terminus({"redis": False, "postgres": True})) if is_red else honest(world, name, path)

    return answer


def at(path_end: str, status: int, body: str) -> Manner:
    return lambda world, name, path: (status, body) if path.endswith(path_end) else honest(world, name, path)


def ready(demo: World) -> None:
    health_rows.test_readiness_answers_as_it_should(demo.platform.service("auth"), demo.platform, lambda *_: None)


def overall(demo: World) -> None:
    health_rows.test_overall_health_answers_as_it_should(demo.platform.service("auth"), demo.platform, lambda *_: None)


def names(demo: World) -> None:
    health_rows.test_health_names_every_dependency(demo.platform.service("auth"), demo.platform.backing("redis"))


def crash(demo: World) -> None:
    stability_rows.test_the_service_comes_back_from_a_crash(
        demo.platform.service("auth"), demo.platform, Experiments(demo.platform)
    )


def restart(demo: World) -> None:
    stability_rows.test_the_service_comes_back_from_a_restart(
        demo.platform.service("auth"), demo.platform, Experiments(demo.platform)
    )


def test_an_honest_service_holds_every_row(demo: World) -> None:
    for check in (ready, overall, names, crash, restart):
        check(demo)


def test_a_ready_that_flaps_is_told_once_and_as_that(demo: World) -> None:
    demo.manners["auth"] = every_third_is_red()
    with pytest.raises(AssertionError) as caught:
        ready(demo)
    assert getattr(caught.value, "cause", None) is None, "the dependency that it names now and then is not accused"
    for check in (crash, restart):
        with pytest.raises(Blocked) as blocked:
            check(demo)
        assert blocked.value.by == "health.ready[auth]"


@pytest.mark.parametrize(
    ("end", "status", "body"),
    [("/health", 401, '{"error": "who are you"}'), ("/health", 307, ""), ("/health", 500, "internal error")],
)
def test_an_endpoint_that_answers_wrongly_is_told_once(demo: World, end: str, status: int, body: str) -> None:
    demo.manners["auth"] = at(end, status, body)
    with pytest.raises(Unmet, match=str(status)):
        overall(demo)
    with pytest.raises(Blocked) as blocked:
        names(demo)
    assert blocked.value.by == "health.overall[auth]"


def test_an_error_that_is_logged_after_the_answer_is_told_with_it(demo: World) -> None:
    demo.manners["auth"] = at("/health", 500, "internal error")
    late = threading.Timer(0.2, setattr, (demo.runtime, "logs", {"auth": CRASH}))
    late.start()
    with pytest.raises(Unmet) as caught:
        overall(demo)
    late.join()
    assert caught.value.cause is not None
    assert (caught.value.cause.cls, caught.value.cause.node) == ("app_exception", "auth")


def test_a_check_of_nothing_is_told_of_the_endpoint_alone(demo: World) -> None:
    demo.manners["auth"] = at("ready", 200, terminus({}))
    with pytest.raises(Unmet, match="details are empty"):
        ready(demo)
    with pytest.raises(Blocked) as blocked:
        names(demo)
    assert blocked.value.by == "health.ready[auth]"


def test_a_dependency_that_is_left_out_is_a_lie_about_that_one(demo: World) -> None:
    demo.manners["auth"] = always(200, terminus({"postgres": True}))
    with pytest.raises(AssertionError, match="does not name redis"):
        names(demo)


def test_who_does_not_come_back_is_told_with_what_the_log_says(demo: World) -> None:
    demo.runtime.logs = {"auth": CRASH}
    demo.runtime.scripts["auth"] = lambda runtime, node: runtime.die(node, 1)
    with pytest.raises(Unmet) as caught:
        restart(demo)
    cause = caught.value.cause
    assert isinstance(cause, Cause)
    assert (cause.cls, cause.node) == ("app_exception", "auth")
    assert demo.platform.record.left_unready("auth") == "stable.restart[auth]"
