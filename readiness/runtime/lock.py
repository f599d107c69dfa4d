"""Who may use the graph: many who only look, or one who disturbs it. Holds across the processes of a run."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from readiness.model.errors import Interrupted

_POLL_S = 0.02


class GraphLock:
    """A lock on a file of the run, shared by those who look and exclusive for whoever disturbs."""

    def __init__(self, path: Path, deadline_s: float = 900.0) -> None:
        self._path = path
        self._deadline_s = deadline_s

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Look at the graph, side by side with others who look."""
        with self._held(fcntl.LOCK_SH):
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Disturb the graph while nobody else uses it."""
        with self._held(fcntl.LOCK_EX):
            yield

    @contextmanager
    def _held(self, mode: int) -> Iterator[None]:
        ends = time.monotonic() + self._deadline_s
        with self._path.open("a") as file:
            while True:
                try:
                    # Without blocking, so that a lost holder ends in a message and not in a hang.
                    fcntl.flock(file, mode | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > ends:
                        raise Interrupted(f"another test held the graph for {self._deadline_s:g} s") from None
                    time.sleep(_POLL_S)
            yield
