"""The stream of events of one run: a file of JSON lines that every process of the run appends to and reads.

One file serves the process that starts the graph, its pytest-xdist workers and whoever reads it afterwards. A line is
written by one ``write`` to a file opened for appending, so lines of several processes never mix.
"""

import errno
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from readiness.model.errors import EngineLost, Interrupted, NotRecorded
from readiness.model.events import EngineGone, Event, from_lines, to_line

_POLL_S = 0.02
"""How often a waiting process looks for lines that another process wrote. An event of its own wakes it at once."""


class Journal:
    """Appends events to a file and waits for events in it. Safe for threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._changed = threading.Condition()
        self._events: list[Event] = []
        self._offset = 0
        self._tail = b""
        self._interrupted = False
        self._engine_gone: EngineGone | None = None
        self.unwritten: NotRecorded | None = None
        """What kept an event from being written. Whoever appends is often a thread that nobody could hear."""

    def append(self, event: Event) -> None:
        """Write one event down; everyone who waits sees it. When that fails, every wait ends: see :attr:`unwritten`."""
        line = to_line(event).encode() + b"\n"
        with self._changed:
            try:
                if os.write(self._file, line) < len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            except OSError as error:
                self.unwritten = self.unwritten or not_recorded(self.path.parent, error)
            self._read_new()
            self._changed.notify_all()

    def events(self) -> Sequence[Event]:
        """All events so far, from every process of the run."""
        with self._changed:
            self._read_new()
            return tuple(self._events)

    def since(self, index: int) -> Sequence[Event]:
        """The events from a position on: what a reader that has seen ``index`` events has not seen yet."""
        with self._changed:
            self._read_new()
            return tuple(self._events[index:])

    def wait_for(self, wanted: Callable[[Event], bool], deadline: float, *, start: int = 0) -> Event | None:
        """The first event from position ``start`` on that is wanted; None when ``deadline`` (monotonic seconds) passes.

        :raises EngineLost: the engine went away, so that nothing more will come.
        :raises NotRecorded: an event could not be written.
        :raises Interrupted: :meth:`interrupt` was called.
        """
        position = start
        with self._changed:
            while True:
                self._read_new()
                for event in self._events[position:]:
                    if wanted(event):
                        return event
                self._demand_whole()
                if self._interrupted:
                    raise Interrupted("the run was interrupted")
                position = len(self._events)
                remaining_s = deadline - time.monotonic()
                if remaining_s <= 0:
                    return None
                self._changed.wait(min(remaining_s, _POLL_S))

    def demand_whole(self) -> None:
        """What is judged by a record needs a whole one.

        :raises EngineLost: the engine went away, and from then on nobody told what happens.
        :raises NotRecorded: an event could not be written.
        """
        with self._changed:
            self._read_new()
            self._demand_whole()

    def _demand_whole(self) -> None:
        if self._engine_gone is not None:
            raise EngineLost(self._engine_gone.message)
        if self.unwritten is not None:
            raise self.unwritten

    def interrupt(self) -> None:
        """End every present and future wait of this process."""
        with self._changed:
            self._interrupted = True
            self._changed.notify_all()

    def __len__(self) -> int:
        return len(self.events())

    def close(self) -> None:
        """Close the file; the events read so far can still be asked for."""
        with self._changed:
            self._read_new()
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def _read_new(self) -> None:
        if self._file < 0:
            return
        while chunk := os.pread(self._file, 1 << 16, self._offset):
            self._offset += len(chunk)
            self._tail += chunk
        *lines, self._tail = self._tail.split(b"\n")
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            new = from_lines([line.decode()])
        except ValueError:
            # Torn by a process that was killed in the middle of it: the other lines still count.
            return
        self._events.extend(new)
        self._engine_gone = next((event for event in new if isinstance(event, EngineGone)), self._engine_gone)


def not_recorded(folder: Path, error: OSError) -> NotRecorded:
    """The error of a run whose files cannot be written."""
    return NotRecorded(
        f"the files of the run cannot be written to {folder}: {error.strerror}; make room, or let TMPDIR name another "
        "folder"
    )
