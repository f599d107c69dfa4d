"""One dependency lost: what each of its users says while it is gone, and after it is back."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from readiness.experiments.faults import fault_of_ready, lost, ready_now
from readiness.experiments.parallel import side_by_side
from readiness.model.criterion import Subject
from readiness.model.events import LeftUnready
from readiness.model.graph import Role
from readiness.model.subjects import STOPPED
from readiness.platform import Platform, Service
from readiness.probes.health import Health, shape_faults, status_faults

_POLL_S = 0.05
_ANSWER_DEADLINE_S = 3.0
"""A ready that takes longer than this under loss counts as silence."""
_REQUESTS_BEFORE = 10


@dataclass(frozen=True)
class UserUnderLoss:
    """How one service took the loss of one dependency. Times are seconds; None means that it did not happen in time."""

    service: str
    unfit_before: str
    """What was wrong with ready before the loss: it was not green, or it named nothing that could turn red."""
    red_after_s: float | None
    """From the loss until ready was red."""
    named_after_s: float | None
    """From the loss until ready named the lost dependency as down."""
    also_accused: tuple[str, ...]
    """Other dependencies that it called down while only this one was gone."""
    answers: int
    silent: int
    """Ready requests that got no answer in time."""
    slowest_s: float
    live_status: int
    """Status of live while the dependency was gone; 0 for no answer."""
    live_answer: str
    last_answer: str
    red_faults: tuple[str, ...]
    """What is wrong with the red answer's status, as against its body."""
    red_at: float | None
    """When the red answer came, in seconds since the epoch."""
    green_after_s: float | None
    """From the return of the dependency until ready was green."""
    green_answer: str


@dataclass(frozen=True)
class Loss:
    """One loss of one dependency, with all its users."""

    dependency: str
    fault: str
    users: Mapping[str, UserUnderLoss]


@dataclass(frozen=True)
class _Red:
    red_after_s: float | None
    named_after_s: float | None
    also_accused: tuple[str, ...]
    answers: tuple[Health, ...]
    red: Health | None
    """The answer that named the loss; else the newest that was red."""
    live: Health


def lose(platform: Platform, dependency: str, fault: str) -> Loss:
    """Take the dependency away, watch all its users side by side, give it back, watch them again.

    :raises FaultNotLanded: the dependency went on running.
    :raises NotReadyInTime: the dependency itself did not come back.
    """
    users = ready_now(platform, platform.users_of(dependency))
    unfit = side_by_side(users, lambda user: _fault_before(platform, user))
    with lost(platform, dependency, fault):
        gone_at = time.monotonic()
        under_loss = side_by_side(users, lambda user: _watch_red(user, dependency, gone_at))
    back_at = time.monotonic()
    after = side_by_side(users, lambda user: _watch_green(user, back_at))
    for name, (green_after_s, _) in after.items():
        if green_after_s is None:
            subject = Subject(name, dependency, fault)
            edge = Subject(name, dependency)
            finding = f"stable.backing_restart[{edge}]" if fault == STOPPED else f"health.truthful[{subject}]"
            platform.journal.append(LeftUnready(node=name, finding=finding))
    return Loss(
        dependency,
        fault,
        {
            user.name: _observed(platform, user, unfit[user.name], under_loss[user.name], *after[user.name])
            for user in users
        },
    )


def _fault_before(platform: Platform, user: Service) -> str:
    fault = fault_of_ready(platform, user, _REQUESTS_BEFORE)
    health = user.ready()
    if fault or health.details:
        return fault
    return "; ".join(shape_faults(health.answer, "ready"))


def _watch_red(user: Service, dependency: str, gone_at: float) -> _Red:
    role = user.role_of(dependency)
    ends = gone_at + (user.promise.notices_within or 0.0)
    answers: list[Health] = []
    red_after_s: float | None = None
    named_after_s: float | None = None
    red: Health | None = None
    accused: frozenset[str] = frozenset()
    while named_after_s is None and time.monotonic() < ends:
        health = user.ready(_ANSWER_DEADLINE_S)
        answers.append(health)
        if health.answer.answered and health.status != "up":
            elapsed_s = time.monotonic() - gone_at
            red_after_s = elapsed_s if red_after_s is None else red_after_s
            red = health
            if _is_down(health, role, user):
                named_after_s = elapsed_s
                accused = _others_down(health, role, user)
        if named_after_s is None:
            time.sleep(_POLL_S)
    return _Red(red_after_s, named_after_s, tuple(sorted(accused)), tuple(answers), red, user.live(_ANSWER_DEADLINE_S))


def _is_down(health: Health, role: Role, user: Service) -> bool:
    detail = user.detail(health, role)
    return detail is not None and detail.status == "down"


def _others_down(health: Health, role: Role, user: Service) -> frozenset[str]:
    return frozenset(
        node for other, node in user.promise.uses.items() if other is not role and _is_down(health, other, user)
    )


def _watch_green(user: Service, back_at: float) -> tuple[float | None, str]:
    ends = back_at + (user.promise.recovers_within or 0.0)
    while True:
        health = user.ready(_ANSWER_DEADLINE_S)
        if health.is_green:
            return time.monotonic() - back_at, str(health.answer)
        if time.monotonic() > ends:
            return None, str(health.answer)
        time.sleep(_POLL_S)


def _observed(
    platform: Platform, user: Service, unfit: str, red: _Red, green_after_s: float | None, green_answer: str
) -> UserUnderLoss:
    return UserUnderLoss(
        service=user.name,
        unfit_before=platform.redactor.redact(unfit),
        red_after_s=red.red_after_s,
        named_after_s=red.named_after_s,
        also_accused=red.also_accused,
        answers=len(red.answers),
        silent=sum(not health.answer.answered for health in red.answers),
        slowest_s=max((health.answer.latency_s for health in red.answers), default=0.0),
        live_status=red.live.answer.status,
        live_answer=platform.redactor.redact(str(red.live.answer)),
        last_answer=platform.redactor.redact(str(red.answers[-1].answer)) if red.answers else "never asked",
        red_faults=status_faults(red.red.answer) if red.red is not None else (),
        red_at=red.red.answer.at if red.red is not None else None,
        green_after_s=green_after_s,
        green_answer=platform.redactor.redact(green_answer),
    )
