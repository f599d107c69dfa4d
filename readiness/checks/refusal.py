"""Why a service did not accept a request of the suite: its backing services are asked, then its log is read."""

from collections.abc import Iterable, Mapping

from readiness.checks.backing import demand_usable
from readiness.checks.locks import lock_cause
from readiness.checks.reasons import told_soon
from readiness.checks.requests import is_accepted, is_refused
from readiness.checks.standing import demand_still_ready
from readiness.diagnosis.mentions import nodes_named
from readiness.diagnosis.promises import BrokenPromise, cause_of
from readiness.diagnosis.request import answer_cause, dependency_named, request_cause, uncaught_cause
from readiness.model.contract import Request
from readiness.model.evidence import HttpAnswer, NodeEvidence
from readiness.model.finding import Cause, Confidence, Unmet
from readiness.platform import Platform

_SERVER_ERROR = 500
_MARGIN_S = 0.1
"""The engine's clock and ours may differ by the time that it takes to write a line."""


def is_trouble(answer: HttpAnswer) -> bool:
    """Whether the server failed, and not the client: no answer, 5xx, or a GraphQL error that refuses nobody."""
    if not answer.answered or answer.status >= _SERVER_ERROR:
        return True
    return answer.status == 200 and not is_accepted(answer) and not is_refused(answer)


def cause_since(platform: Platform, node: str, since: float) -> Cause | None:
    """What a service logged since then of a failure, as a cause."""
    return _told(platform, node, since, platform.neighbours())


def _told(platform: Platform, node: str, since: float, neighbours: Mapping[str, NodeEvidence]) -> Cause | None:
    return request_cause(platform.evidence_since(node, since - _MARGIN_S), platform.graph, neighbours)


def cause_of_a_dead_thread(platform: Platform, node: str) -> Cause | None:
    """What ended a part of a service that lives on, by the log of its present life; None where it tells of none."""
    return uncaught_cause(platform.evidence(node), platform.graph, platform.neighbours())


def demand_accepted(platform: Platform, request: Request, answer: HttpAnswer, since: float, otherwise: str) -> None:
    """A request of the contract has to be accepted.

    :param since: when it was sent (seconds since the epoch).
    :param otherwise: what it means that it is not.
    :raises Unmet: it was not; with the cause that the service's log names, where it failed at the server's side.
    :raises Blocked: it failed there, and a backing service of it cannot be used.
    """
    if is_accepted(answer):
        return
    cause = refusal_cause(platform, request.service, answer, since)
    raise Unmet(f"{otherwise}: {answer}", cause)


def refusal_cause(platform: Platform, service: str, answer: HttpAnswer, since: float) -> Cause | None:
    """Why the service, whose ready is green, could not serve the request; None where it was the client who was refused.

    :raises Blocked: a backing service of it cannot be used, or the answer names another node that is not up.
    """
    if not is_trouble(answer):
        return None
    demand_usable(platform, platform.service(service))
    for named in nodes_named(answer.body, service, platform.graph):
        demand_still_ready(platform, named)
    # Every neighbour is asked for it: once, and not for each look at the log.
    neighbours = platform.neighbours()
    return (
        # What waits now was seen by nobody's log yet, or as a bare timeout.
        lock_cause(platform, service)
        or told_soon(lambda: _told(platform, service, since, neighbours))
        or answer_cause(answer.body, neighbours[service], platform.graph, neighbours)
        or _health_lie(service, answer)
    )


def dependency_cause(platform: Platform, service: str, answers: Iterable[str]) -> Cause | None:
    """The trouble with a dependency that a service's answers name, or that keeps them back; None where none does."""
    neighbours = platform.neighbours()
    return dependency_named(answers, neighbours[service], platform.graph, neighbours) or lock_cause(platform, service)


def _health_lie(service: str, answer: HttpAnswer) -> Cause | None:
    """A service that calls itself ready and answers with its own failure, or not at all."""
    if answer.answered and answer.status < _SERVER_ERROR:
        return None
    told = f"{service} calls itself ready, and does not serve"
    return cause_of(BrokenPromise.HEALTH_LIE, service, confidence=Confidence.LIKELY, summary=told)
