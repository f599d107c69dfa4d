"""The graph's lock: many look, one disturbs, and a dead holder holds nothing."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from readiness.model.errors import Interrupted
from readiness.runtime.lock import GraphLock

HOLDER = """
import sys
from pathlib import Path
from readiness.runtime.lock import GraphLock

with getattr(GraphLock(Path(sys.argv[1])), sys.argv[2])():
    print("held", flush=True)
    sys.stdin.readline()
"""
SOON_S = 5.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "graph.lock"


def at_once(path: Path) -> GraphLock:
    """A lock that does not wait."""
    return GraphLock(path, deadline_s=0)


@contextmanager
def held_elsewhere(path: Path, how: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_many_may_look_side_by_side(path: Path) -> None:
    with at_once(path).shared(), at_once(path).shared(), held_elsewhere(path, "shared"):
        pass


@pytest.mark.parametrize("how", ["shared", "alone"])
def test_nobody_else_uses_a_graph_that_is_disturbed(path: Path, how: str) -> None:
    told = pytest.raises(Interrupted, match="another test held the graph for 0 s")
    with at_once(path).alone(), told, getattr(at_once(path), how)():
        pass


def test_nobody_disturbs_a_graph_that_someone_looks_at(path: Path) -> None:
    with at_once(path).shared(), pytest.raises(Interrupted), at_once(path).alone():
        pass


@pytest.mark.parametrize("how", ["shared", "alone"])
def test_a_lock_holds_across_processes_and_goes_with_the_death_of_its_holder(path: Path, how: str) -> None:
    with held_elsewhere(path, how) as holder:
        with pytest.raises(Interrupted), at_once(path).alone():
            pass
        holder.kill()
        with GraphLock(path, deadline_s=SOON_S).alone():
            pass


def test_whoever_waits_gets_the_graph_when_it_is_free(path: Path) -> None:
    order: list[str] = []
    waiting = threading.Event()

    def disturb() -> None:
        waiting.set()
        with GraphLock(path, deadline_s=SOON_S).alone():
            order.append("disturbed")

    with at_once(path).shared():
        thread = threading.Thread(target=disturb)
        thread.start()
        waiting.wait(SOON_S)
        order.append("looked")
    thread.join(SOON_S)
    assert order == ["looked", "disturbed"]


def test_a_lock_is_free_again_after_an_error_under_it(path: Path) -> None:
    def fail() -> None:
        with at_once(path).alone():
            raise KeyError("the test failed")

    with pytest.raises(KeyError):
        fail()
    with at_once(path).alone():
        pass


def test_a_wait_for_a_lost_holder_ends_at_its_deadline_with_a_message(path: Path) -> None:
    began = time.monotonic()
    told = pytest.raises(Interrupted, match=r"0\.05 s")
    with at_once(path).alone(), told, GraphLock(path, deadline_s=0.05).shared():
        pass
    assert time.monotonic() - began < 1
