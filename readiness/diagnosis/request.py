"""Why a request or an event was not served, by what the service logged meanwhile."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from readiness.diagnosis.building import at_most_likely, build_cause
from readiness.diagnosis.causes import ABOUT_A_DEPENDENCY, CauseClass
from readiness.diagnosis.diagnose import scene_of
from readiness.diagnosis.explain import explain, explain_reading
from readiness.diagnosis.log.entries import Entry, distinct, read_log
from readiness.diagnosis.matching import Match, best, matches
from readiness.diagnosis.mentions import nodes_named
from readiness.diagnosis.reading import read
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Graph

_EXPLAINS = ABOUT_A_DEPENDENCY | {
    CauseClass.APP_WIRING,
    CauseClass.CONFIG_INVALID,
    CauseClass.DISK_FULL,
    CauseClass.HEAP_OOM,
    CauseClass.MODULE_MISSING,
    CauseClass.PERMISSION_DENIED,
    CauseClass.READ_ONLY_FILESYSTEM,
    CauseClass.RESOURCE_LIMIT,
}
"""What can keep a process that runs from serving one request."""


def request_cause(evidence: NodeEvidence, graph: Graph, neighbours: Mapping[str, NodeEvidence]) -> Cause | None:
    """The cause that the log names, never more than likely; None where it names none.

    :param evidence: of the service that was asked; its ``log`` is what it wrote since it was asked, and no more.
    """
    scene = scene_of(graph, neighbours).through(evidence.node)
    reading = read(evidence.log, ended=False)
    if reading and _explains(reading.match):
        cause = explain_reading(reading, evidence, scene)
        return replace(cause, confidence=at_most_likely(cause))
    return _of_exception(evidence)


def answer_cause(
    answer: str, evidence: NodeEvidence, graph: Graph, neighbours: Mapping[str, NodeEvidence]
) -> Cause | None:
    """The cause that the answer itself names, never more than likely; None where it names none.

    :param answer: what the service said when it could not serve the request.
    """
    found = best(matches(answer))
    if found is None or not _explains(found):
        return None
    scene = scene_of(graph, neighbours).through(evidence.node)
    lines = (f"{evidence.node} answered: {found.line}",)
    cause = explain(found, Confidence.LIKELY, lines, evidence, scene)
    named = nodes_named(found.line, evidence.node, graph)
    if cause.dependency is None and len(named) == 1:
        cause = explain(found, Confidence.LIKELY, lines, evidence, scene, known=named[0])
    return replace(cause, confidence=at_most_likely(cause))


def dependency_named(
    answers: Iterable[str], evidence: NodeEvidence, graph: Graph, neighbours: Mapping[str, NodeEvidence]
) -> Cause | None:
    """The trouble with a dependency that the first of the answers to tell of one names, never more than likely.

    What is wrong with the service itself is left to the promise that it does not keep.
    """
    causes = (answer_cause(answer, evidence, graph, neighbours) for answer in answers)
    return next((cause for cause in causes if cause and cause.cls in ABOUT_A_DEPENDENCY), None)


def uncaught_cause(evidence: NodeEvidence, graph: Graph, neighbours: Mapping[str, NodeEvidence]) -> Cause | None:
    """The cause of a thread or task that an error ended while the process lives on; None where the log tells of none.

    :param evidence: of the service; its ``log`` is what it wrote in its present life.
    """
    reading = read(evidence.log, ended=True)
    if reading is None or not reading.uncaught:
        return None
    cause = explain_reading(reading, evidence, scene_of(graph, neighbours).through(evidence.node))
    return replace(cause, confidence=at_most_likely(cause))


def _explains(match: Match) -> bool:
    return match.is_specific and match.signature.cause in _EXPLAINS


def _of_exception(evidence: NodeEvidence) -> Cause | None:
    """What the service's own code threw and logged, whatever level it gave to it."""
    thrown = [one for one in distinct(read_log(evidence.log)) if one.entry.chain and one.entry.is_trouble]
    if not thrown:
        return None
    newest = thrown[-1]
    deepest = max(newest.entry.chain, key=lambda link: link.depth)
    said = {"node": evidence.node, "msg": str(deepest)[:300]}
    lines = [_line(newest.entry), f"{deepest}"[:300]]
    if newest.count > 1:
        lines.append(f"said {newest.count} times")
    cause = build_cause(
        CauseClass.APP_EXCEPTION, evidence, Confidence.LIKELY, said=said, lines=tuple(dict.fromkeys(lines))
    )
    return replace(cause, summary=f"{evidence.node} failed with {said['msg']}")


def _line(entry: Entry) -> str:
    return f"log line {entry.first_line}: {entry.message}"[:300]
