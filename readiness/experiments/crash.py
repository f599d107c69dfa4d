"""Crashes: each service's process ended from outside, and what its restart policy makes of it."""

import time
from dataclasses import dataclass

from readiness.experiments.faults import (
    CRASHED,
    await_ready,
    crash,
    disturbance,
    fault_of_ready,
    ready_now,
    restarted_after,
)
from readiness.experiments.parallel import in_waves
from readiness.model.errors import NodeDied, NotReadyInTime
from readiness.model.events import LeftUnready
from readiness.platform import Platform, Service

FOLLOWING_REQUESTS = 20


@dataclass(frozen=True)
class Crash:
    """How one service came back from a crash. Times are seconds; None means that it did not happen in time."""

    service: str
    how: str
    unfit_before: str
    """What was wrong with ready before the crash; empty where it was green."""
    restarted_after_s: float | None
    """From its death until the engine ran the process again."""
    ready_after_s: float | None
    """From its death until ready was green."""
    wrong_afterwards: tuple[str, ...]
    """Answers after that which were not as before."""
    last_answer: str


def crash_all(platform: Platform) -> dict[str, Crash]:
    """Crash every service that is ready, side by side with those that it does not ask.

    :raises FaultNotLanded: a process went on running.
    """
    ready = ready_now(platform, platform.started_services)
    return in_waves(platform.graph, ready, lambda service: _crash_one(platform, service))


def _crash_one(platform: Platform, service: Service) -> Crash:
    budget_s = service.promise.recovers_within or 0.0
    unfit = fault_of_ready(platform, service, FOLLOWING_REQUESTS)
    with disturbance(platform, service.name, CRASHED) as healed:
        how, died_at = crash(platform, service.name)
        restarted_after_s = restarted_after(platform, service.name, died_at, budget_s)
        if restarted_after_s is None:
            # Healed by hand, so that one service without a policy does not spoil what comes after.
            platform.runtime.start(service.name)
        ready_after_s, answer = _recovery(platform, service.name, died_at)
        if ready_after_s is None:
            platform.journal.append(LeftUnready(node=service.name, finding=f"stable.crash[{service.name}]"))
        healed(answer)
    return Crash(
        service=service.name,
        how=how,
        unfit_before=platform.redactor.redact(unfit),
        restarted_after_s=restarted_after_s,
        ready_after_s=ready_after_s if restarted_after_s is not None else None,
        wrong_afterwards=wrong_answers(platform, service) if ready_after_s is not None else (),
        last_answer=platform.redactor.redact(answer),
    )


def _recovery(platform: Platform, node: str, since: float) -> tuple[float | None, str]:
    try:
        answer = await_ready(platform, node)
    except (NodeDied, NotReadyInTime) as error:
        return None, str(error)
    return time.time() - since, answer


def wrong_answers(platform: Platform, service: Service) -> tuple[str, ...]:
    """Answers of a series of ready requests that are not green: a service that is back has to stay back."""
    series = [service.ready() for _ in range(FOLLOWING_REQUESTS)]
    return tuple(platform.redactor.redact(str(health.answer)) for health in series if health.status != "up")
