"""The cause behind a wrong answer of a service that runs: what its log says since then, or what it names itself."""

import time
from collections.abc import Callable

from readiness.diagnosis import diagnose, health_cause
from readiness.diagnosis.causes import ABOUT_A_DEPENDENCY
from readiness.model.evidence import ContainerState, NodeEvidence
from readiness.model.finding import Cause, Confidence
from readiness.platform import Platform
from readiness.probes.health import Family, Health

_MARGIN_S = 0.05
"""Between the clock of a request's beginning and that of the log's lines."""
_LOGGED_WITHIN_S = 1.0
"""Frameworks answer first and log the error then: Starlette does, and an engine hands lines on in its own time."""
_POLL_S = 0.1


def told_soon(tell: Callable[[], Cause | None]) -> Cause | None:
    """What a log tells of a request that was answered a moment ago; None where it tells of nothing in a second."""
    ends = time.monotonic() + _LOGGED_WITHIN_S
    while (cause := tell()) is None and time.monotonic() < ends:
        time.sleep(_POLL_S)
    return cause


def told_since(platform: Platform, node: str, since: float) -> Cause | None:
    """What a running node's log tells of a trouble since a moment; None where it tells of none.

    :param since: seconds since the epoch.
    """
    evidence = NodeEvidence(
        node=node,
        state=ContainerState("running"),
        log=platform.log(node, since=since - _MARGIN_S),
        environment=platform.environment(node),
    )
    cause = diagnose(evidence, platform.graph, {})
    return cause if cause.confidence is not Confidence.UNKNOWN else None


def own_error_since(platform: Platform, node: str, since: float) -> Cause | None:
    """As :func:`told_since`, where the trouble is an error of the node itself and not about a dependency."""
    cause = told_since(platform, node, since)
    return cause if cause is not None and cause.node == node and cause.cls not in ABOUT_A_DEPENDENCY else None


def behind_endpoint(platform: Platform, node: str, health: Health) -> Cause | None:
    """Why a health answer is not as it should be, where more is known than that; None where not."""
    answer = health.answer
    if answer.status >= 500 and health.family is Family.UNKNOWN:
        return told_soon(lambda: own_error_since(platform, node, answer.at))
    told = platform.indicators(health)
    if answer.status >= 500 and any(status == "down" for status, _ in told.values()):
        cause = health_cause(node, told, platform.evidence(node), platform.graph, platform.neighbours())
        return cause if cause.confidence is not Confidence.UNKNOWN else None
    return None


def why_not_ready(platform: Platform, node: str) -> Cause:
    """Why a service that was disturbed is not ready again: what its health answer names, or else its state and log."""
    evidence, neighbours = _since_disturbed(platform, node), platform.neighbours()
    told = platform.indicators(platform.service(node).ready())
    if evidence.state.status == "running" and any(status == "down" for status, _ in told.values()):
        return health_cause(node, told, evidence, platform.graph, neighbours)
    return diagnose(evidence, platform.graph, neighbours)


def _since_disturbed(platform: Platform, node: str) -> NodeEvidence:
    """The evidence without what the node wrote before it was itself disturbed last: that was another life's trouble."""
    spans = platform.record.disturbed(node)
    return platform.evidence_since(node, spans[-1][0]) if spans else platform.evidence(node)
