"""The watcher: removes when its owner is gone, does nothing when it is released."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import docker
import docker.errors
import pytest
import requests.exceptions

from readiness.runtime.docker import watcher
from readiness.runtime.docker.cleanup import Removed
from readiness.runtime.docker.watcher import Watcher

NOTHING = Removed()
SOMETHING = Removed(containers=3, networks=1)
ROOT = Path(watcher.__file__).parents[3]
NO_ENGINE = "unix:///nonexistent/docker.sock"
OWNER = """
import sys
from pathlib import Path
from readiness.runtime.docker.watcher import Watcher

watcher = Watcher("none", Path(sys.argv[1]))
print(watcher._process.pid, flush=True)
sys.stdin.readline()
"""


class _Stdin:
    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "run"
    made.mkdir()
    (made / "events.jsonl").touch()
    return made


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


class Watch:
    """One life of the watching process, with the engine's part scripted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ignored: list[int] = []
        self.removed: list[str] = []
        self.clock = Clock()
        self._monkeypatch = monkeypatch

    def run(self, said: bytes, folder: Path, *outcomes: Removed | Exception) -> int:
        script = list(outcomes)

        def remove(client: object, run: str) -> Removed:
            self.removed.append(run)
            outcome = script.pop(0) if len(script) > 1 else script[0]
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        patch = self._monkeypatch.setattr
        patch(signal, "signal", lambda number, _handler: self.ignored.append(number))
        patch(sys, "stdin", _Stdin(said))
        patch(docker, "from_env", lambda: None)
        patch(watcher, "remove_run", remove)
        patch(watcher, "time", self.clock)
        return watcher._watch("abc123", folder)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


def test_a_watcher_that_is_released_touches_nothing(watch: Watch, folder: Path) -> None:
    assert watch.run(b"released", folder, NOTHING) == 0
    assert watch.removed == []
    assert (folder / "events.jsonl").exists()


@pytest.mark.parametrize("said", [b"", b"releas", b"released twice"])
def test_an_owner_that_goes_without_a_word_leaves_the_work_to_the_watcher(
    watch: Watch, folder: Path, said: bytes
) -> None:
    assert watch.run(said, folder, NOTHING) == 0
    assert watch.removed == ["abc123"]
    assert not folder.exists()


def test_a_watcher_looks_again_until_nothing_shows_up_any_more(watch: Watch, folder: Path) -> None:
    assert watch.run(b"", folder, SOMETHING, SOMETHING, NOTHING) == 0
    assert len(watch.removed) == 3


@pytest.mark.parametrize("error", [docker.errors.DockerException("no"), requests.exceptions.ConnectionError("no")])
def test_an_engine_that_does_not_answer_is_tried_again_after_a_while(
    watch: Watch, folder: Path, error: Exception
) -> None:
    assert watch.run(b"", folder, error, NOTHING) == 0
    assert len(watch.removed) == 2
    assert len(watch.clock.slept) == 1


def test_an_engine_that_stays_away_is_given_up_with_an_exit_code(watch: Watch, folder: Path) -> None:
    assert watch.run(b"", folder, docker.errors.DockerException("no")) == 1
    assert watch.clock.now >= 30, "an engine that restarts needs a while"


def test_what_cannot_be_removed_at_once_is_tried_again_after_a_while(watch: Watch, folder: Path) -> None:
    busy = Removed(networks=1, failed=("network has active endpoints",))
    assert watch.run(b"", folder, busy, busy, NOTHING) == 0
    assert len(watch.clock.slept) == 2


def test_signals_that_are_meant_for_the_owner_do_not_end_the_watcher(watch: Watch, folder: Path) -> None:
    watch.run(b"released", folder, NOTHING)
    assert set(watch.ignored) == {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


# -- as processes -----------------------------------------------------------------------------------------------------


def eventually(holds: Callable[[], bool], deadline_s: float = 10) -> bool:
    ends = time.monotonic() + deadline_s
    while not holds():
        if time.monotonic() > ends:
            return False
        time.sleep(0.01)
    return True


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_releasing_ends_the_process_and_leaves_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", NO_ENGINE)
    Watcher("none", folder).release()
    assert folder.exists()


def test_the_watcher_outlives_its_owner_s_sigkill_and_does_its_work(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DOCKER_HOST": NO_ENGINE, "PYTHONPATH": str(ROOT)},
    ) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        assert folder.exists()
        owner.kill()
    assert eventually(lambda: not folder.exists())
    # Its engine does not exist, so that nothing else is left for it to wait for.
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: not is_running(pid))
