"""Does every container come up, and how soon?"""

from fixtures.criteria import P1, criterion
from readiness.checks.standing import start_finding
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.promises import BrokenPromise, cause_of
from readiness.model import subjects
from readiness.model.criterion import Subject
from readiness.model.events import NodeFailed
from readiness.model.finding import Blocked, Cause, Confidence, Unmet
from readiness.platform import Platform
from readiness.runtime.record import waiting_circle


@criterion("start.image", P1, each=subjects.nodes, cause=CauseClass.IMAGE_UNAVAILABLE)
def test_image_can_be_had(subject: Subject, platform: Platform) -> None:
    """The image is here, can be pulled, or can be built."""
    failure = platform.failure(subject.node)
    if failure is not None and failure.error == "ImageUnavailable":
        raise _unmet(failure)


@criterion("start.ready", P1, each=subjects.nodes, cause=BrokenPromise.NOT_READY_IN_TIME)
def test_ready_within_its_budget(subject: Subject, platform: Platform) -> None:
    """It becomes ready within `ready_within` of its own start; a death ends the wait at once with its cause."""
    failure = platform.failure(subject.node)
    if failure is not None:
        key = start_finding(platform, failure)
        if key != f"start.ready[{subject}]":
            raise Blocked(by=key)
        raise _unmet(failure)
    assert platform.record.ready(subject.node) is not None, f"{subject} was never seen ready"


@criterion("start.acyclic", P1, each=subjects.platform, cause=CauseClass.WAITING_CIRCLE)
def test_nobody_waits_for_someone_who_waits_for_him(subject: Subject, platform: Platform) -> None:
    """No circle of health-gated dependencies, neither declared nor seen while the graph started."""
    circle = platform.graph.gated_circle() or _seen_circle(platform)
    if circle:
        raise Unmet(f"these wait for each other: {' -> '.join((*circle, circle[0]))}", _of_circle(circle, platform))


def _seen_circle(platform: Platform) -> tuple[str, ...]:
    """The circle that was seen while the graph started, from the node to which all its failures go back."""
    circle = waiting_circle(platform.record)
    failure = platform.failure(circle[0]) if circle else None
    first = circle.index(failure.root) if failure is not None and failure.root in circle else 0
    return (*circle[first:], *circle[:first])


def _of_circle(circle: tuple[str, ...], platform: Platform) -> Cause:
    """One cause for all that stand in the circle, with what each of them was seen to wait for."""
    told = [failure for node in circle if (failure := platform.failure(node)) is not None]
    sure = all(failure.cause_class == CauseClass.WAITING_CIRCLE and failure.confidence == "sure" for failure in told)
    evidence = tuple(dict.fromkeys(line for failure in told for line in failure.evidence))
    confidence = Confidence.SURE if sure else Confidence.LIKELY
    return cause_of(CauseClass.WAITING_CIRCLE, circle[0], confidence=confidence, evidence=evidence)


def _unmet(failure: NodeFailed) -> Unmet:
    cause = Cause(
        failure.cause_class,
        failure.cause_node,
        failure.cause_dependency,
        Confidence(failure.confidence),
        failure.summary,
        failure.evidence,
        failure.advice,
    )
    return Unmet(f"{failure.node}: {failure.message}", cause)
