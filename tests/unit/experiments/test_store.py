"""Each experiment is made once a run, whoever asks and however often, and a failure is told again to everyone."""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from readiness.experiments import store
from readiness.experiments.crash import Crash
from readiness.experiments.loss import Loss, lose
from readiness.experiments.store import ExperimentFailed, Experiments
from readiness.model.errors import FaultNotLanded, Interrupted
from readiness.model.subjects import PAUSED, STOPPED
from readiness.platform import Platform, PortUnknown
from readiness.runtime.lock import GraphLock
from tests.unit.experiments.scripted_platform import World, world


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return world(tmp_path, monkeypatch)


def crashed(platform: Platform) -> dict[str, Crash]:
    """An experiment that leaves a mark each time that it is made."""
    marks = platform.run_folder / "made"
    with marks.open("a") as file:
        file.write(f"{os.getpid()}\n")
    return {"auth": Crash("auth", f"by {os.getpid()}", "", 0.1, None, ("wrong",), "answer")}


def made(demo: World) -> int:
    return len((demo.platform.run_folder / "made").read_text().splitlines())


def test_an_experiment_is_made_once_and_observed_the_same_by_everyone(
    demo: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "crash_all", crashed)
    first = Experiments(demo.platform).crash("auth")
    assert Experiments(demo.platform).crash("auth") == first
    assert made(demo) == 1


def test_threads_that_ask_at_once_make_it_once(demo: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "crash_all", crashed)
    with ThreadPoolExecutor(max_workers=4) as pool:
        seen = list(pool.map(lambda _: Experiments(demo.platform).crash("auth"), range(4)))
    assert made(demo) == 1
    assert all(each == seen[0] for each in seen)


def test_processes_that_ask_at_once_make_it_once(demo: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "crash_all", crashed)
    experiments = Experiments(demo.platform)
    global _shared
    _shared = experiments
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("fork")) as pool:
        seen = set(pool.map(_ask_shared, range(4)))
    assert made(demo) == 1
    assert len(seen) == 1


_shared: Experiments


def _ask_shared(_: int) -> str:
    return _shared.crash("auth").how


def test_the_graph_is_held_alone_while_an_experiment_is_made(demo: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(platform: Platform) -> dict[str, Crash]:
        with pytest.raises(Interrupted), GraphLock(platform.run_folder / "graph.lock", deadline_s=0).shared():
            pass
        return crashed(platform)

    monkeypatch.setattr(store, "crash_all", look)
    Experiments(demo.platform).crash("auth")
    with GraphLock(demo.platform.run_folder / "graph.lock", deadline_s=0).shared():
        pass


def test_a_failure_is_told_again_and_the_experiment_is_not_repeated(
    demo: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = 0

    def fails(platform: Platform) -> dict[str, Crash]:
        nonlocal times
        times += 1
        raise FaultNotLanded("auth went on running")

    monkeypatch.setattr(store, "crash_all", fails)
    for _ in range(3):
        with pytest.raises(ExperimentFailed, match="auth went on running"):
            Experiments(demo.platform).crash("auth")
    assert times == 1


def test_an_experiment_that_was_interrupted_by_a_defect_may_be_made_again(
    demo: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(platform: Platform) -> dict[str, Crash]:
        raise KeyError("a defect of ours")

    monkeypatch.setattr(store, "crash_all", breaks)
    with pytest.raises(KeyError):
        Experiments(demo.platform).crash("auth")
    monkeypatch.setattr(store, "crash_all", crashed)
    assert Experiments(demo.platform).crash("auth").service == "auth"


def test_losses_are_kept_apart_by_dependency_and_fault(demo: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def lose_and_note(platform: Platform, dependency: str, fault: str) -> Loss:
        asked.append((dependency, fault))
        return lose(platform, dependency, fault)

    monkeypatch.setattr(store, "lose", lose_and_note)
    experiments = Experiments(demo.platform)
    for service in ("auth", "finance", "auth"):
        assert experiments.loss(service, "postgres", STOPPED).service == service
    experiments.loss("auth", "redis", STOPPED)
    experiments.loss("auth", "redis", PAUSED)
    assert asked == [("postgres", STOPPED), ("redis", STOPPED), ("redis", PAUSED)]


def test_a_service_that_an_experiment_could_not_ask_has_an_unknown_port(demo: World) -> None:
    with pytest.raises(PortUnknown, match=r"give services\.elsewhere\.port"):
        Experiments(demo.platform).crash("elsewhere")


Observe = Callable[[Experiments], object]


@pytest.mark.parametrize(
    "observe",
    [
        lambda experiments: experiments.loss("auth", "redis", STOPPED),
        lambda experiments: experiments.crash("auth"),
        lambda experiments: experiments.restart("auth"),
    ],
    ids=["loss", "crash", "restart"],
)
def test_what_is_kept_for_others_is_what_was_observed(demo: World, observe: Observe) -> None:
    assert observe(Experiments(demo.platform)) == observe(Experiments(demo.platform))
