"""Feeding the journal of a run to whoever shows it, while it grows."""

import threading
import time
from types import TracebackType

from readiness.report.progress import Progress
from readiness.runtime.journal import Journal

_TICK_S = 0.2


class Following:
    """A context in which a reader is told of every event of a journal as it comes, and of the passing of time."""

    def __init__(self, journal: Journal, progress: Progress, start: int = 0) -> None:
        self._journal = journal
        self._progress = progress
        self._seen = start
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def __enter__(self) -> "Following":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(_TICK_S):
            self._pass_on()
        self._pass_on()
        self._progress.close()

    def _pass_on(self) -> None:
        new = self._journal.since(self._seen)
        self._seen += len(new)
        for event in new:
            self._progress.handle(event)
        self._progress.tick(time.time())
