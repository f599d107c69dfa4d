"""Live progress while a graph starts: who is where, what it waits for, since when. A reader of the event stream.

At a terminal a block that is redrawn in place; elsewhere lines that are only ever added. Both write to the stream that
they are given, neither raises when it cannot be written to: a run does not end because nobody looks.
"""

import os
from collections.abc import Iterable, Mapping
from threading import RLock
from typing import Protocol, TextIO, cast

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from readiness.model.events import EngineGone, Event, ImageBuilding, Noted, RunStarted
from readiness.model.units import format_duration
from readiness.model.verdict import Outcome
from readiness.report.startup import Faults, NodeState, Phase, Startup, advance
from readiness.report.style import COLOUR, EMPHASIS, MUTED, Symbols, encodable, symbols_for
from readiness.report.text import cut, one_line

REMINDER_EVERY_S = 5.0
"""How often it is told, where nothing can be redrawn, who is still waited for."""
REMINDER_LIMIT = 80
"""Characters of what is told of one node in that line."""


class Progress(Protocol):
    """A reader of the event stream that shows it to a person. ``now`` is seconds since the epoch, as in the events."""

    def handle(self, event: Event) -> None:
        """Take in one event."""

    def tick(self, now: float) -> None:
        """Let time pass: to be called a few times a second while the graph starts."""

    def close(self) -> None:
        """Nothing more will come. Leaves the terminal as it was found."""


def progress_on(stream: TextIO, environment: Mapping[str, str] = os.environ) -> Progress:
    """The way of showing progress that suits the stream: in place at a terminal, added lines in CI, pipes and files."""
    in_place = stream.isatty() and environment.get("TERM", "dumb") != "dumb" and "CI" not in environment
    return InPlaceProgress(stream) if in_place else AppendedProgress(stream)


class AppendedProgress:
    """One line when a node's state changes, and every few seconds one that tells who is still waited for."""

    def __init__(self, stream: TextIO) -> None:
        self._output = _Output(stream)
        self._lock = RLock()
        self._startup = Startup()
        self._faults = Faults()
        self._reminded_at = 0.0

    def handle(self, event: Event) -> None:
        with self._lock:
            before, self._startup = self._startup, advance(self._startup, event)
            self._tell_start(before, event)
            fault = self._faults.handle(event)
            if fault is not None:
                self._write(event.at, fault)
            remark = _remark(event)
            if remark:
                self._write(event.at, remark)

    def tick(self, now: float) -> None:
        with self._lock:
            if self._startup.is_under_way and now - self._reminded_at >= REMINDER_EVERY_S:
                self._reminded_at = now
                waiting = _reminder(self._startup.waiting, now)
                if waiting:
                    self._write(now, f"still waiting: {waiting}")

    def close(self) -> None:
        with self._lock:
            for fault in self._faults.left():
                self._write_line(f"          {fault}")
            self._output.let_go()

    def _tell_start(self, before: Startup, event: Event) -> None:
        after = self._startup
        if isinstance(event, RunStarted):
            self._reminded_at = event.at
            self._write(event.at, f"{after.graph}: {len(after.nodes)} nodes to start (run {one_line(event.run, 40)})")
        elif after.took_s is not None and before.took_s is None:
            self._write(event.at, f"{after.graph}: {after}")
        else:
            for node, state in after.nodes.items():
                if _is_news(before.nodes.get(node), state):
                    self._write(event.at, f"{node:<{_widest(after)}}  {state}")

    def _write(self, at: float, text: str) -> None:
        began = self._startup.began
        self._write_line(f"{max(0.0, at - (at if began is None else began)):6.1f} s  {text}")

    def _write_line(self, line: str) -> None:
        self._output.write(f"{line}\n")
        self._output.flush()


class InPlaceProgress:
    """A block of one line a node, redrawn where it stands; it stays as it was when the start ended."""

    def __init__(self, stream: TextIO) -> None:
        self._output = _Output(stream)
        self._symbols = symbols_for(stream)
        self._lock = RLock()
        self._startup = Startup()
        self._faults = Faults()
        self._now = 0.0
        self._console = Console(
            file=cast(TextIO, self._output),
            force_terminal=True,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
        )
        self._live = Live(
            console=self._console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False, transient=False
        )

    def handle(self, event: Event) -> None:
        with self._lock:
            before, self._startup = self._startup, advance(self._startup, event)
            self._now = max(self._now, event.at)
            told = self._faults.handle(event) or _remark(event)
            if told:
                self._print(told)
            if self._startup is not before and not isinstance(event, ImageBuilding):
                self._draw()
            if self._startup.took_s is not None:
                self._stop()

    def tick(self, now: float) -> None:
        with self._lock:
            self._now = max(self._now, now)
            if self._startup.is_under_way:
                self._draw()

    def close(self) -> None:
        with self._lock:
            self._stop()
            for fault in self._faults.left():
                self._print(fault)
            self._output.let_go()

    def _draw(self) -> None:
        self._live.update(_block(self._startup, self._now, self._symbols))
        if not self._live.is_started:
            self._live.start()
        self._live.refresh()

    def _print(self, text: str) -> None:
        self._console.print(Text(text, style=MUTED))

    def _stop(self) -> None:
        if self._live.is_started:
            self._live.stop()


class _Output:
    """A text stream that is written to as long as it takes something, in the characters that it can carry.

    It stands between Rich and the stream, because Rich ends the program when the reader of a pipe goes away
    (``Console.on_broken_pipe``).
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream: TextIO | None = stream
        self.encoding = getattr(stream, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        if self._stream is not None:
            try:
                self._stream.write(encodable(text, self._stream))
            except (OSError, ValueError):  # The terminal or the reader of a pipe went away, or the stream was closed.
                self.let_go()
        return len(text)

    def flush(self) -> None:
        if self._stream is not None:
            try:
                self._stream.flush()
            except (OSError, ValueError):
                self.let_go()

    def let_go(self) -> None:
        """Write nothing any more."""
        self._stream = None


def _block(startup: Startup, now: float, symbols: Symbols) -> RenderableType:
    """The whole start: a heading, and a line for each node."""
    began = now if startup.began is None else startup.began
    heading = Text.assemble((startup.graph, EMPHASIS), f"  {startup}")
    if startup.took_s is None:
        heading.append(f"  {now - began:.1f} s", style=MUTED)
    lines = (_node_line(state, startup, now, symbols) for state in startup.nodes.values())
    return Group(heading, *lines)


def _node_line(state: NodeState, startup: Startup, now: float, symbols: Symbols) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append_text(_sign(state, symbols))
    line.append(f"  {state.node:<{_widest(startup)}}  ")
    if not state.phase.is_over and startup.took_s is None:
        # In front of what a build prints, which may be long and is cut at the terminal's edge.
        line.append(f"{now - state.since:5.1f} s  ", style=MUTED)
    return line.append(str(state))


def _sign(state: NodeState, symbols: Symbols) -> Text:
    match state.phase:
        case Phase.READY:
            return Text(f" {symbols.holds}", style=COLOUR[Outcome.HOLDS])
        case Phase.FAILED | Phase.DIED:
            return Text(f" {symbols.fails}", style=COLOUR[Outcome.FAILS])
        case Phase.BUILDING | Phase.STARTING:
            return Text(f" {symbols.working}", style=COLOUR[Outcome.UNCHECKED])
        case _:
            return Text(f" {symbols.waiting}", style=MUTED)


def _is_news(before: NodeState | None, after: NodeState) -> bool:
    """Whether a node's change deserves a line: not what it waits for at the moment, nor that an image was there."""
    if before is not None and (before.phase, before.lives) == (after.phase, after.lives):
        return False
    return after.phase is not Phase.QUEUED and (after.phase is not Phase.PREPARED or after.detail != "")


def _reminder(waiting: Iterable[NodeState], now: float) -> str:
    """Who is waited for and since when; nodes of which the same is to be said stand together."""
    alike: dict[str, list[NodeState]] = {}
    for state in waiting:
        alike.setdefault(cut(str(state), REMINDER_LIMIT), []).append(state)
    return "; ".join(
        f"{', '.join(state.node for state in states)} ({text}, "
        f"{format_duration(max(0.0, now - min(state.since for state in states)))})"
        for text, states in alike.items()
    )


def _remark(event: Event) -> str | None:
    match event:
        case Noted(message=message, node=node):
            return one_line(f"note: {message}" if node is None else f"note: {node}: {message}")
        case EngineGone(message=message):
            return one_line(f"the container engine is gone: {message}")
        case _:
            return None


def _widest(startup: Startup) -> int:
    return max(map(len, startup.nodes), default=0)
