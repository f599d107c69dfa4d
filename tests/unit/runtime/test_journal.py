"""The journal: one stream of events for all threads and processes of a run."""

import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from readiness.model.errors import EngineLost, Interrupted, NotRecorded
from readiness.model.events import ContainerDied, EngineGone, Event, Noted, to_line
from readiness.runtime.journal import Journal

SOON_S = 5.0
"""A deadline that no passing test comes near."""
AT_ONCE_S = 0.1

WRITER = """
import sys
from pathlib import Path
from readiness.model.events import Noted
from readiness.runtime.journal import Journal

journal = Journal(Path(sys.argv[1]))
print("here", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    journal.append(Noted(message=f"{number} " + sys.argv[2] * 2000, node=sys.argv[2]))
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "events.jsonl")
    yield made
    made.close()


def note(text: str = "something") -> Noted:
    return Noted(message=text)


def anything(event: Event) -> bool:
    return True


def writer(journal: Journal, name: str, count: int) -> "subprocess.Popen[str]":
    """Another process that holds the journal open and writes when it is told to."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(journal.path), name, str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    return process


def tell(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def end(process: "subprocess.Popen[str]") -> None:
    with process:
        process.kill()


def test_what_is_appended_is_read_in_order(journal: Journal) -> None:
    events: list[Event] = [note("one"), ContainerDied(node="auth", exit_code=1), note("two")]
    for event in events:
        journal.append(event)
    assert journal.events() == tuple(events)
    assert len(journal) == 3
    assert journal.since(2) == (events[2],)
    assert journal.since(3) == ()


def test_a_second_reader_of_the_file_sees_the_same(journal: Journal) -> None:
    journal.append(note("one"))
    other = Journal(journal.path)
    other.append(note("two"))
    assert journal.events() == other.events()
    other.close()


def test_two_processes_that_append_at_once_tear_no_line(journal: Journal) -> None:
    count = 200
    processes = [writer(journal, name, count) for name in ("a", "b")]
    for process in processes:
        tell(process)
    for process in processes:
        assert process.wait(timeout=20) == 0
        end(process)
    written = [event for event in journal.events() if isinstance(event, Noted)]
    assert len(written) == 2 * count
    for name in ("a", "b"):
        numbers = [int(event.message.split()[0]) for event in written if event.node == name]
        assert numbers == list(range(count))


def test_threads_that_append_at_once_lose_nothing(journal: Journal) -> None:
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(lambda number: journal.append(note(str(number))), range(200)))
    assert {event.message for event in journal.events() if isinstance(event, Noted)} == set(map(str, range(200)))


def test_a_line_that_is_half_written_is_read_when_it_is_whole(journal: Journal) -> None:
    line = to_line(note("ünïcode")).encode() + b"\n"
    file = os.open(journal.path, os.O_WRONLY | os.O_APPEND)
    for end_of_half in range(1, len(line)):
        os.write(file, line[end_of_half - 1 : end_of_half])
        assert journal.events() == ()
    os.write(file, line[-1:])
    os.close(file)
    (event,) = journal.events()
    assert isinstance(event, Noted)
    assert event.message == "ünïcode"


def test_a_line_that_its_writer_never_finished_costs_nobody_the_other_lines(journal: Journal) -> None:
    """A process that is killed, or a disk that is full, in mid-line: the next line is glued to the torn one."""
    journal.append(note("before"))
    with journal.path.open("ab") as file:
        file.write(to_line(note("torn")).encode()[:20])
    journal.append(note("glued to it"))
    journal.append(note("after"))
    messages = [event.message for event in journal.events() if isinstance(event, Noted)]
    assert (messages[0], messages[-1]) == ("before", "after")


def test_a_wait_finds_what_is_there_already(journal: Journal) -> None:
    journal.append(note("one"))
    found = journal.wait_for(anything, time.monotonic() + SOON_S)
    assert found == journal.events()[0]


def test_a_wait_can_begin_behind_what_is_known(journal: Journal) -> None:
    journal.append(note("old"))
    assert journal.wait_for(anything, time.monotonic(), start=1) is None
    journal.append(note("new"))
    found = journal.wait_for(anything, time.monotonic(), start=1)
    assert isinstance(found, Noted)
    assert found.message == "new"


def test_a_wait_passes_over_what_is_not_wanted(journal: Journal) -> None:
    journal.append(note())
    journal.append(ContainerDied(node="auth", exit_code=3))
    found = journal.wait_for(lambda event: isinstance(event, ContainerDied), time.monotonic())
    assert isinstance(found, ContainerDied)


def test_a_wait_ends_with_nothing_at_its_deadline(journal: Journal) -> None:
    began = time.monotonic()
    assert journal.wait_for(anything, began + 0.05) is None
    assert 0.05 <= time.monotonic() - began < 0.05 + AT_ONCE_S


def test_an_event_of_its_own_process_wakes_a_wait_at_once(journal: Journal) -> None:
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(woken, journal)
        journal.append(note("wake"))
        woke_at, event = waiting.result(timeout=SOON_S)
    assert woke_at - event.at < AT_ONCE_S


def test_an_event_of_another_process_wakes_a_wait_within_100_ms(journal: Journal) -> None:
    process = writer(journal, "b", 1)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(woken, journal)
        tell(process)
        woke_at, event = waiting.result(timeout=SOON_S)
    end(process)
    assert woke_at - event.at < AT_ONCE_S


def woken(journal: Journal) -> tuple[float, Event]:
    event = journal.wait_for(anything, time.monotonic() + SOON_S)
    assert event is not None
    return time.time(), event


def test_an_interruption_ends_present_and_future_waits(journal: Journal) -> None:
    raised: list[BaseException] = []

    def wait() -> None:
        try:
            journal.wait_for(anything, time.monotonic() + SOON_S)
        except Interrupted as error:
            raised.append(error)

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    journal.interrupt()
    for thread in threads:
        thread.join(timeout=1)
    assert len(raised) == 3
    with pytest.raises(Interrupted):
        journal.wait_for(anything, time.monotonic() + SOON_S)


def test_an_interrupted_journal_still_gives_what_is_there(journal: Journal) -> None:
    journal.append(note("there"))
    journal.interrupt()
    assert journal.wait_for(anything, time.monotonic() + SOON_S) is not None


def test_a_lost_engine_ends_a_wait(journal: Journal) -> None:
    journal.append(EngineGone(message="the engine ended its event stream"))
    with pytest.raises(EngineLost, match="ended its event stream"):
        journal.wait_for(lambda event: isinstance(event, ContainerDied), time.monotonic() + SOON_S)


def test_a_lost_engine_ends_also_a_wait_that_begins_behind_its_loss(journal: Journal) -> None:
    """Nothing more will come: a wait that begins later must not sit out its deadline."""
    journal.append(EngineGone(message="the engine ended its event stream"))
    with pytest.raises(EngineLost):
        journal.wait_for(anything, time.monotonic() + 0.1, start=len(journal))


def test_a_record_with_a_hole_is_not_whole(journal: Journal) -> None:
    journal.demand_whole()
    Journal(journal.path).append(EngineGone(message="told by another process"))
    with pytest.raises(EngineLost, match="told by another process"):
        journal.demand_whole()


def _full(_file: int, _line: bytes) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


def _half(_file: int, line: bytes) -> int:
    return len(line) // 2


@pytest.mark.parametrize("write", [_full, _half])
def test_a_full_disk_ends_every_wait_with_a_message_and_no_thread_with_a_traceback(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, write: Callable[[int, bytes], int]
) -> None:
    monkeypatch.setattr(os, "write", write)
    journal.append(note("lost"))
    with pytest.raises(NotRecorded, match="No space left on device; make room"):
        journal.wait_for(anything, time.monotonic() + SOON_S)
    with pytest.raises(NotRecorded):
        journal.demand_whole()


def test_what_came_before_the_engine_was_lost_still_counts(journal: Journal) -> None:
    journal.append(ContainerDied(node="auth", exit_code=1))
    journal.append(EngineGone(message="gone"))
    found = journal.wait_for(lambda event: isinstance(event, ContainerDied), time.monotonic() + SOON_S)
    assert found is not None


def test_a_closed_journal_can_still_be_read(journal: Journal) -> None:
    other = Journal(journal.path)
    other.append(note("last words"))
    journal.close()
    other.close()
    assert [event.type for event in journal.events()] == ["noted"]
    journal.close()
