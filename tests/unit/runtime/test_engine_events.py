"""The engine's events, as ours; and a recorder that tells when they end."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
import requests.exceptions

from readiness.model.errors import EngineLost
from readiness.model.events import ContainerDied, ContainerStarted, EngineGone, Event, HealthChanged, OutOfMemory
from readiness.runtime.docker.events import Recorder, translate
from readiness.runtime.journal import Journal


def raw(action: str, **attributes: str) -> dict[str, Any]:
    return {
        "Type": "container",
        "Action": action,
        "Actor": {"ID": "0123", "Attributes": {"readiness.node": "auth", "image": "auth:1", **attributes}},
        "timeNano": 1_767_355_200_123_456_789,
    }


AT = 1_767_355_200.1234567


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (raw("start"), ContainerStarted(node="auth", at=AT)),
        (raw("die", exitCode="137"), ContainerDied(node="auth", exit_code=137, at=AT)),
        (raw("die"), ContainerDied(node="auth", exit_code=-1, at=AT)),
        (raw("oom"), OutOfMemory(node="auth", at=AT)),
        (raw("health_status: healthy"), HealthChanged(node="auth", status="healthy", at=AT)),
        (raw("health_status: unhealthy"), HealthChanged(node="auth", status="unhealthy", at=AT)),
        (raw("exec_create: /bin/sh -c curl"), None),
        (raw("create"), None),
        (raw("kill", signal="15"), None),
    ],
    ids=lambda value: value["Action"] if isinstance(value, dict) else "",
)
def test_an_event_of_the_engine_is_translated(told: dict[str, Any], expected: Event | None) -> None:
    event = translate(told)
    assert type(event) is type(expected)
    if event is not None and expected is not None:
        assert event.at == pytest.approx(expected.at, abs=1e-6)
        assert {**vars(event), "at": 0} == {**vars(expected), "at": 0}


def test_an_event_of_a_container_that_is_not_of_a_graph_says_nothing() -> None:
    stranger = raw("die", exitCode="1")
    del stranger["Actor"]["Attributes"]["readiness.node"]
    assert translate(stranger) is None


class Stream:
    """The engine's event stream: what it tells, and how it ends."""

    def __init__(self, *told: dict[str, Any], ends_with: Exception | None = None, stays_open: bool = False) -> None:
        self._told = told
        self._ends_with = ends_with
        self._closed = threading.Event()
        if not stays_open:
            self._closed.set()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        yield from self._told
        self._closed.wait(5)
        if self._ends_with is not None:
            raise self._ends_with

    def close(self) -> None:
        self._closed.set()


class Client:
    """As much of a Docker client as the recorder uses."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.filters: dict[str, Any] = {}

    def events(self, *, decode: bool, filters: dict[str, Any]) -> Stream:
        assert decode
        self.filters = filters
        return self._stream


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "events.jsonl")


def recorder(stream: Stream, journal: Journal) -> tuple[Recorder, Client]:
    client = Client(stream)
    return Recorder(client, "abc123", journal), client  # type: ignore[arg-type]


def gone(journal: Journal) -> str:
    found = journal.wait_for(lambda event: isinstance(event, EngineGone), time.monotonic() + 5)
    assert isinstance(found, EngineGone)
    return found.message


def test_the_recorder_writes_down_what_the_engine_tells_of_its_run_only(journal: Journal) -> None:
    recording, client = recorder(Stream(raw("start"), raw("exec_start: x"), raw("oom"), stays_open=True), journal)
    journal.wait_for(lambda event: isinstance(event, OutOfMemory), time.monotonic() + 5)
    recording.close()
    assert [event.type for event in journal.events()] == ["container_started", "out_of_memory"]
    assert client.filters["label"] == "readiness.run=abc123"


def test_a_stream_that_ends_by_itself_means_that_the_engine_is_gone(journal: Journal) -> None:
    recorder(Stream(raw("start")), journal)
    assert gone(journal) == "the engine ended its event stream"


@pytest.mark.parametrize(
    "error", [requests.exceptions.ConnectionError("reset"), docker.errors.APIError("500"), OSError("broken pipe")]
)
def test_a_stream_that_breaks_means_that_the_engine_is_gone(journal: Journal, error: Exception) -> None:
    recorder(Stream(ends_with=error), journal)
    assert gone(journal) == f"the engine's event stream broke: {type(error).__name__}"
    with pytest.raises(EngineLost):
        journal.wait_for(lambda event: isinstance(event, ContainerDied), time.monotonic() + 5)


def test_a_recorder_that_is_closed_accuses_nobody(journal: Journal) -> None:
    recording, _ = recorder(Stream(stays_open=True), journal)
    recording.close()
    assert journal.events() == ()
