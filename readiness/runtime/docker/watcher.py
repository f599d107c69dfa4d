"""A small process that outlives a run and removes what it created, however it ended.

It holds the reading end of a pipe whose writing end only the owner has. The pipe ends when the owner does, by whatever
cause, SIGKILL included; what the owner has not removed by then, the watcher does.

Run as ``python -m readiness.runtime.docker.watcher RUN FOLDER`` with the pipe as standard input.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import docker
import docker.errors
import requests.exceptions

from readiness.runtime.docker.cleanup import remove_run

_RELEASED = b"released"
_PATIENCE_S = 120.0
"""An engine that was restarted is back long before; after that, what is left is the next run's to sweep."""
_BETWEEN_ATTEMPTS_S = 0.5


class Watcher:
    """The owner's side: starts the process, and tells it when there is nothing left to do."""

    def __init__(self, run: str, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "readiness.runtime.docker.watcher", run, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            close_fds=True,
            cwd="/",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)},
        )

    def release(self) -> None:
        """The run is cleaned up, or is to be kept: the watcher ends without touching anything."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(_RELEASED)
            self._process.stdin.close()
        except BrokenPipeError:
            return
        self._process.wait(timeout=10)


def _watch(run: str, folder: Path) -> int:
    # Ctrl-C and a closing terminal are for the owner; the watcher has to outlive them.
    for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    if sys.stdin.buffer.read() == _RELEASED:
        return 0
    shutil.rmtree(folder, ignore_errors=True)
    gives_up = time.monotonic() + _PATIENCE_S
    while time.monotonic() < gives_up:
        try:
            removed = remove_run(docker.from_env(), run)
        except (docker.errors.DockerException, requests.exceptions.RequestException):
            time.sleep(_BETWEEN_ATTEMPTS_S)
            continue
        if removed.failed:
            time.sleep(_BETWEEN_ATTEMPTS_S)
        elif not (removed.containers or removed.networks or removed.volumes):
            # Asked once more than there was something: what the dying owner was just creating shows up late.
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(_watch(sys.argv[1], Path(sys.argv[2])))
