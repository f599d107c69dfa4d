"""A service whose container runs while nothing answers in it: noticed, and explained."""

import time
from collections.abc import Iterator
from dataclasses import replace

from readiness.diagnosis import diagnose
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.promises import cause_of
from readiness.model.events import ContainerDied
from readiness.model.evidence import HttpAnswer
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Kind
from readiness.platform import Platform

_ANSWER_DEADLINE_S = 3.0
"""Of one path. A machine that is busy answers late, and is not silent."""
_DEATH_IS_TOLD_WITHIN_S = 1.0
"""From the moment that a process ends, and its port closes, until the engine's event of it is here."""


def is_silent(platform: Platform, node: str) -> bool:
    """Whether none of a running service's three health paths answers. A death that explains it is waited for."""
    if platform.graph[node].kind is not Kind.SERVICE or platform.contract.promise(node).port is None:
        return False
    position = len(platform.journal)
    if any(answer.answered for answer in _answers(platform, node)):
        return False
    died = platform.journal.wait_for(
        lambda event: isinstance(event, ContainerDied) and event.node == node,
        time.monotonic() + _DEATH_IS_TOLD_WITHIN_S,
        start=position,
    )
    return died is None and platform.runtime.state(node).status == "running"


def why_silent(platform: Platform, node: str) -> Cause:
    """Why nothing answers: what the log tells, and no guess beyond that a process that never answers hangs."""
    answers = tuple(_answers(platform, node))
    told = tuple(str(answer) for answer in answers)
    cause = diagnose(platform.evidence(node), platform.graph, platform.neighbours())
    if cause.confidence is not Confidence.UNKNOWN:
        return replace(cause, evidence=(*told, *cause.evidence))
    if not any("refused" in answer.error for answer in answers):
        evidence = (*told, *cause.evidence)
        return cause_of(CauseClass.APP_HANG, node, confidence=Confidence.LIKELY, evidence=evidence)
    return Cause.unknown(node, (*told, *cause.evidence), f"{node} runs, and nothing listens at its port any more")


def _answers(platform: Platform, node: str) -> Iterator[HttpAnswer]:
    service = platform.service(node)
    health = service.promise.health
    for path in dict.fromkeys((health.live, health.ready, health.overall)):
        yield service.get(path, _ANSWER_DEADLINE_S)
