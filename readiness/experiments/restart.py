"""Graceful restarts: SIGTERM, what is said until the port closes, the exit code, and the way back."""

import threading
import time
from dataclasses import dataclass

from readiness.experiments.crash import FOLLOWING_REQUESTS, wrong_answers
from readiness.experiments.faults import RESTARTED, await_ready, disturbance, fault_of_ready, ready_now
from readiness.experiments.parallel import in_waves
from readiness.model.errors import NodeDied, NotReadyInTime
from readiness.model.events import FaultLanded, LeftUnready
from readiness.platform import Platform, Service
from readiness.probes import http
from readiness.probes.health import read_health

_POLL_S = 0.02
_ANSWER_DEADLINE_S = 1.0


@dataclass(frozen=True)
class Restart:
    """How one service stopped and came back. Times are seconds; None means that it did not happen."""

    service: str
    unfit_before: str
    """What was wrong with ready before the stop; empty where it was green."""
    stopped_after_s: float
    exit_code: int
    killed: bool
    """SIGKILL was needed."""
    red_after_s: float | None
    """From SIGTERM until ready answered red."""
    closed_after_s: float | None
    """From SIGTERM until a request found no open port."""
    last_answer: str
    ready_after_s: float | None
    """From the start until ready was green."""
    wrong_afterwards: tuple[str, ...]


def restart_all(platform: Platform) -> dict[str, Restart]:
    """Stop and start every service that is ready, side by side with those that it does not ask."""
    ready = ready_now(platform, platform.started_services)
    return in_waves(platform.graph, ready, lambda service: _restart_one(platform, service))


def _restart_one(platform: Platform, service: Service) -> Restart:
    unfit = fault_of_ready(platform, service, FOLLOWING_REQUESTS)
    with disturbance(platform, service.name, RESTARTED) as healed:
        with _DoorWatch(service) as door:
            begun = time.monotonic()
            # The engine's patience is made longer than the promise, so that a late stop is measured and not cut off.
            platform.runtime.stop(service.name, (service.promise.stops_within or 0.0) + 2)
            stopped_after_s = time.monotonic() - begun
        state = service.state()
        stopped = f"{state.status}, exit code {state.exit_code}"
        platform.journal.append(FaultLanded(fault=RESTARTED, node=service.name, proof=stopped))
        ready_after_s, answer = _start_again(platform, service)
        healed(answer)
    return Restart(
        service=service.name,
        unfit_before=platform.redactor.redact(unfit),
        stopped_after_s=stopped_after_s,
        exit_code=state.exit_code,
        killed=state.exit_code == 137,
        red_after_s=door.red_after_s,
        closed_after_s=door.closed_after_s,
        last_answer=platform.redactor.redact(door.last_answer),
        ready_after_s=ready_after_s,
        wrong_afterwards=wrong_answers(platform, service) if ready_after_s is not None else (),
    )


def _start_again(platform: Platform, service: Service) -> tuple[float | None, str]:
    """Seconds until it was ready again, None when it was not in time, and its last answer."""
    platform.runtime.start(service.name)
    started = time.monotonic()
    try:
        answer = await_ready(platform, service.name)
    except (NodeDied, NotReadyInTime) as error:
        platform.journal.append(LeftUnready(node=service.name, finding=f"stable.restart[{service.name}]"))
        return None, str(error)
    return time.monotonic() - started, answer


class _DoorWatch:
    """Asks ready without pause while a service stops: is it red before the port closes?"""

    def __init__(self, service: Service) -> None:
        # The address is looked up before the stop: afterwards the engine no longer tells it.
        self._url = service.url(service.promise.health.ready)
        self._stop = threading.Event()
        self._begun = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"door-{service.name}", daemon=True)
        self.red_after_s: float | None = None
        self.closed_after_s: float | None = None
        self.last_answer = "never asked"

    def __enter__(self) -> "_DoorWatch":
        self._begun = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set() and self.closed_after_s is None:
            health = read_health(http.get(self._url, deadline_s=_ANSWER_DEADLINE_S))
            elapsed_s = time.monotonic() - self._begun
            if not health.answer.answered:
                self.closed_after_s = elapsed_s
            elif health.status != "up" and self.red_after_s is None:
                self.red_after_s = elapsed_s
            self.last_answer = str(health.answer)
            self._stop.wait(_POLL_S)
