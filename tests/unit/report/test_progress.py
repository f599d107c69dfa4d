"""While a graph starts, one sees who waits for what, and since when."""

import io
import re

import pytest

from readiness.model.events import (
    ContainerDied,
    ContainerStarted,
    EngineGone,
    Event,
    FaultHealed,
    FaultInjected,
    FaultLanded,
    GraphFailed,
    GraphReady,
    ImageBuilding,
    ImageReady,
    NodeFailed,
    NodeReady,
    Noted,
    OutOfMemory,
    RunStarted,
    Sampled,
    Waiting,
)
from readiness.report.progress import AppendedProgress, InPlaceProgress, Progress, progress_on

T0 = 1_760_000_000.0
BEGIN = RunStarted(run="3f2a", graph="reference", nodes=("kafka", "auth", "finance"), at=T0)
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Closed(Terminal):
    """A terminal that went away."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe", text)


def _told(*events: Event, until: float = 0.0, tick_every: float = 0.5) -> list[str]:
    """The lines that a pipe gets, with time passing between the events."""
    stream = io.StringIO()
    progress = AppendedProgress(stream)
    now = T0
    for event in events:
        while now + tick_every <= event.at:
            now += tick_every
            progress.tick(now)
        progress.handle(event)
    while now + tick_every <= T0 + until:
        now += tick_every
        progress.tick(now)
    progress.close()
    return stream.getvalue().splitlines()


def test_a_change_of_state_is_one_line_with_its_time() -> None:
    lines = _told(BEGIN, NodeReady(node="kafka", after_s=2.3, how="metadata", at=T0 + 4.1))
    assert lines == [
        "   0.0 s  reference: 3 nodes to start (run 3f2a)",
        "   4.1 s  kafka    ready after 2.3 s (metadata)",
    ]


def test_nothing_is_told_of_what_is_no_change_of_state() -> None:
    lines = _told(
        BEGIN,
        ContainerStarted(node="auth", at=T0 + 1),
        Waiting(node="auth", what="GET /health/ready: refused", at=T0 + 1.1),
        Waiting(node="auth", what="GET /health/ready: 503", at=T0 + 1.2),
        ImageReady(node="finance", image="finance:1", how="here", took_s=0.0, at=T0 + 1.3),
        Sampled(
            node="auth",
            memory_bytes=1,
            memory_limit_bytes=2,
            pids=1,
            pids_limit=2,
            cpu_periods=0,
            cpu_throttled_periods=0,
            at=T0 + 1.4,
        ),
    )
    assert lines[1:] == ["   1.0 s  auth     started"]


def test_who_is_still_waited_for_is_told_every_five_seconds() -> None:
    lines = _told(
        BEGIN,
        NodeReady(node="kafka", after_s=0.1, how="metadata", at=T0 + 0.1),
        ContainerStarted(node="auth", at=T0 + 1),
        Waiting(node="auth", what="/health/ready: 503", at=T0 + 1.5),
        Waiting(node="finance", what="auth", at=T0 + 2),
        until=11,
    )
    assert lines[-2:] == [
        "   5.0 s  still waiting: auth (started, waits for /health/ready: 503, 4.0 s); finance (waits for auth, 3.0 s)",
        "  10.0 s  still waiting: auth (started, waits for /health/ready: 503, 9.0 s); finance (waits for auth, 8.0 s)",
    ]


def test_nodes_that_wait_for_the_same_are_told_together() -> None:
    waits = (Waiting(node=node, what="kafka", at=T0 + 1) for node in ("auth", "finance"))
    lines = _told(BEGIN, NodeReady(node="kafka", after_s=0.1, how="x", at=T0 + 0.5), *waits, until=5)
    assert lines[-1] == "   5.0 s  still waiting: auth, finance (waits for kafka, 4.0 s)"


def test_a_build_shows_its_newest_line_now_and_then() -> None:
    builds = [ImageBuilding(node="kafka", line=f"#7 step {number}", at=T0 + number / 10) for number in range(100)]
    lines = _told(BEGIN, *builds)
    assert [line for line in lines if "step" in line] == [
        "   0.0 s  kafka    builds its image: #7 step 0",
        "   5.0 s  still waiting: kafka (builds its image: #7 step 49, 5.0 s); auth, finance (queued, 5.0 s)",
    ]


def test_a_death_and_the_life_after_it_are_told() -> None:
    lines = _told(
        BEGIN,
        ContainerStarted(node="auth", at=T0 + 1),
        ContainerDied(node="auth", exit_code=1, at=T0 + 2),
        ContainerStarted(node="auth", at=T0 + 3),
        OutOfMemory(node="auth", at=T0 + 4),
        ContainerDied(node="auth", exit_code=137, at=T0 + 4),
        tick_every=100,
    )
    assert [line[10:].split(maxsplit=1)[1] for line in lines[1:]] == [
        "started",
        "exited with code 1",
        "started again (life 2)",
        "was killed: out of memory",
    ]


def test_a_job_that_has_done_its_work_is_not_dead() -> None:
    done = NodeReady(node="kafka", after_s=1.0, how="exit 0", at=T0 + 1)
    lines = _told(BEGIN, done, ContainerDied(node="kafka", exit_code=0, at=T0 + 1.1))
    assert lines[-1].endswith("ready after 1.0 s (exit 0)")


def _failed(node: str, at: float) -> NodeFailed:
    return NodeFailed(
        node=node,
        error="CrashLoop",
        message="exits with code 1",
        cause_class="missing_setting",
        cause_node=node,
        cause_dependency=None,
        confidence="sure",
        at=at,
    )


def test_a_failed_start_names_who_failed_and_ends_the_waiting() -> None:
    failed = _failed("auth", T0 + 2)
    end = GraphFailed(failed=("auth",), took_s=3.0, at=T0 + 3)
    lines = _told(BEGIN, failed, ContainerStarted(node="auth", at=T0 + 2.5), end, until=60)
    assert lines[1:] == [
        "   2.0 s  auth     failed (CrashLoop): exits with code 1",
        "   3.0 s  reference: not ready after 3.0 s: auth",
    ]


def test_a_fault_is_told_when_it_is_healed() -> None:
    lines = _told(
        FaultInjected(fault="stopped", node="redis", at=T0),
        FaultLanded(fault="stopped", node="redis", proof="the engine says exited", at=T0 + 0.2),
        FaultHealed(fault="stopped", node="redis", proof="PING", at=T0 + 3.2),
        FaultInjected(fault="paused", node="kafka", at=T0 + 4),
    )
    assert lines[0].endswith("fault: redis stopped (the engine says exited), healed after 3.2 s")
    assert lines[1].endswith("fault: kafka paused, not healed")


def test_notes_and_the_loss_of_the_engine_are_told() -> None:
    lines = _told(BEGIN, Noted(message="asked again", node="auth", at=T0), EngineGone(message="EOF", at=T0 + 1))
    assert lines[1:] == ["   0.0 s  note: auth: asked again", "   1.0 s  the container engine is gone: EOF"]


def test_output_of_a_build_cannot_steer_the_terminal() -> None:
    lines = _told(BEGIN, ImageBuilding(node="kafka", line="\x1b[2J\x1b[31mRUN\x07 mvn\r", at=T0))
    assert lines[-1].endswith("builds its image: RUN mvn")


def _frames(*events: Event) -> str:
    stream = Terminal()
    progress = InPlaceProgress(stream)
    for event in events:
        progress.handle(event)
    progress.close()
    return stream.getvalue()


def test_at_a_terminal_the_block_is_redrawn_and_stays_at_its_end() -> None:
    ready = [NodeReady(node=node, after_s=1.0, how="PING", at=T0 + 1) for node in BEGIN.nodes]
    written = _frames(BEGIN, *ready, GraphReady(took_s=1.2, at=T0 + 1.2))
    last = CONTROL.sub("", written[written.rindex("\x1b[2K") :]).splitlines()
    assert last[0].strip() == "reference  3 nodes ready after 1.2 s"
    assert [line.split() for line in last[1:4]] == [
        ["✓", node, "ready", "after", "1.0", "s", "(PING)"] for node in BEGIN.nodes
    ]


def test_the_cursor_is_shown_again() -> None:
    written = _frames(BEGIN)
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")


def test_a_node_that_is_waited_for_shows_since_when() -> None:
    stream = Terminal()
    progress = InPlaceProgress(stream)
    progress.handle(BEGIN)
    progress.handle(Waiting(node="auth", what="kafka", at=T0 + 1))
    progress.tick(T0 + 3.5)
    progress.close()
    assert re.search(r"auth\s+2\.5 s\s+waits for kafka", CONTROL.sub("", stream.getvalue()))


@pytest.mark.parametrize("way", [AppendedProgress, InPlaceProgress])
def test_a_stream_that_went_away_ends_the_showing_and_not_the_run(
    way: type[AppendedProgress | InPlaceProgress],
) -> None:
    progress: Progress = way(Closed())
    for event in (BEGIN, Noted(message="x", at=T0), GraphReady(took_s=1.0, at=T0 + 1)):
        progress.handle(event)
    progress.tick(T0 + 2)
    progress.close()


@pytest.mark.parametrize("way", [AppendedProgress, InPlaceProgress])
def test_a_stream_that_is_closed_ends_the_showing_and_not_the_run(
    way: type[AppendedProgress | InPlaceProgress],
) -> None:
    stream = Terminal()
    progress: Progress = way(stream)
    progress.handle(BEGIN)
    stream.close()
    progress.handle(GraphReady(took_s=1.0, at=T0 + 1))
    progress.close()


@pytest.mark.parametrize("way", [AppendedProgress, InPlaceProgress])
def test_an_encoding_without_unicode_is_no_obstacle(way: type[AppendedProgress | InPlaceProgress]) -> None:
    raw = io.BytesIO()
    progress: Progress = way(io.TextIOWrapper(raw, encoding="ascii", write_through=True))
    progress.handle(BEGIN)
    progress.handle(ImageBuilding(node="kafka", line="größer ✓", at=T0))
    progress.tick(T0 + 6)
    written = raw.getvalue()
    progress.close()
    assert b"gr??er ?" in written


@pytest.mark.parametrize(
    ("stream", "environment", "way"),
    [
        (Terminal(), {"TERM": "xterm-256color"}, InPlaceProgress),
        (Terminal(), {"TERM": "xterm-256color", "CI": "true"}, AppendedProgress),
        (Terminal(), {"TERM": "dumb"}, AppendedProgress),
        (io.StringIO(), {"TERM": "xterm-256color"}, AppendedProgress),
    ],
)
def test_progress_suits_its_stream(stream: io.StringIO, environment: dict[str, str], way: type[Progress]) -> None:
    assert type(progress_on(stream, environment)) is way
