"""The engine's own events of a run's containers, written into the journal as they happen."""

import threading
from collections.abc import Mapping
from typing import Any

import docker
import docker.errors
import requests.exceptions
import urllib3.exceptions

from readiness.model.events import ContainerDied, ContainerStarted, EngineGone, Event, HealthChanged, OutOfMemory
from readiness.runtime.docker import labels
from readiness.runtime.journal import Journal

_HEALTH = "health_status: "
_LOST = (docker.errors.DockerException, requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError)


class Recorder:
    """Follows the engine's event stream in a thread, from before the first container is created."""

    def __init__(self, client: docker.DockerClient, run: str, journal: Journal) -> None:
        self._journal = journal
        self._closing = threading.Event()
        # Opened here and not in the thread: what happens after this call is on the record.
        self._stream = client.events(
            decode=True,
            filters={
                "type": "container",
                "label": f"{labels.RUN}={run}",
                # Named one by one: every exec of a health check makes three more that nobody reads.
                "event": ["start", "die", "oom", "health_status"],
            },
        )
        self._thread = threading.Thread(target=self._follow, name="recorder", daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        message = "the engine ended its event stream"
        try:
            for raw in self._stream:
                event = translate(raw)
                if event is not None:
                    self._journal.append(event)
        except _LOST as error:
            message = f"the engine's event stream broke: {type(error).__name__}"
        if not self._closing.is_set():
            self._journal.append(EngineGone(message=message))

    def close(self) -> None:
        """Stop following."""
        self._closing.set()
        self._stream.close()
        self._thread.join(timeout=2)


def translate(raw: Mapping[str, Any]) -> Event | None:
    """One of the engine's events as ours, or None for one that says nothing about a node's life."""
    attributes = raw["Actor"]["Attributes"]
    node = attributes.get(labels.NODE)
    action: str = raw["Action"]
    at = raw["timeNano"] / 1e9
    if node is None:
        return None
    if action == "start":
        return ContainerStarted(node=node, at=at)
    if action == "die":
        return ContainerDied(node=node, exit_code=int(attributes.get("exitCode", -1)), at=at)
    if action == "oom":
        return OutOfMemory(node=node, at=at)
    if action.startswith(_HEALTH):
        return HealthChanged(node=node, status=action.removeprefix(_HEALTH), at=at)
    return None
