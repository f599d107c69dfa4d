"""From a node that did not become ready to its cause: evidence is collected, the diagnosis is pure."""

from collections.abc import Mapping
from dataclasses import replace

from readiness.diagnosis import attribute, diagnose, health_cause
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.promises import BROKEN_PROMISES, BrokenPromise
from readiness.model.errors import ImageUnavailable, NodeError, PortInUse, StartRefused
from readiness.model.events import NodeFailed
from readiness.model.evidence import NodeEvidence, ProbeAnswer
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Graph
from readiness.model.redaction import Redactor
from readiness.probes.health import Family, Health, read_health
from readiness.runtime.asking import Reply
from readiness.runtime.collecting import collect, collect_all
from readiness.runtime.journal import Journal
from readiness.runtime.protocol import Runtime
from readiness.runtime.record import Record
from readiness.runtime.start import DependencyFailed


class Explanation:
    """Explains the failures of one start."""

    def __init__(self, graph: Graph, runtime: Runtime, journal: Journal, redactor: Redactor) -> None:
        self._graph = graph
        self._runtime = runtime
        self._journal = journal
        self._redactor = redactor
        self._last: dict[str, tuple[NodeError, Reply | None]] = {}

    def of(self, error: NodeError, last: Reply | None) -> Cause:
        """Why the node failed, by what can be seen at this moment."""
        self._last[error.node] = (error, last)
        return self._cause(error, last, {})

    def settle(self) -> None:
        """Once the whole graph is up or has failed: tell the causes again, as they look among their neighbours."""
        if not self._last:
            return
        neighbours = collect_all(self._graph, self._runtime, self._journal, self._redactor)
        causes = {node: self._cause(error, last, neighbours) for node, (error, last) in self._last.items()}
        roots = attribute(causes, self._graph)
        for node, cause in causes.items():
            told = Record(self._journal.events()).failure(node)
            if told is not None:
                self._journal.append(_retold(told, cause, roots.get(node, node)))

    def _cause(self, error: NodeError, last: Reply | None, neighbours: Mapping[str, NodeEvidence]) -> Cause:
        if isinstance(error, DependencyFailed):
            return Cause("dependency_failed", error.dependency, None, Confidence.SURE, summary=str(error))
        if isinstance(error, ImageUnavailable):
            return _of_engine("image_unavailable", error)
        if isinstance(error, PortInUse):
            return _of_engine("port_conflict", error)
        if isinstance(error, StartRefused):
            return _of_engine("start_refused", error)
        answers = (last.probe,) if last is not None and last.probe is not None else ()
        evidence = self._collect(error.node, answers)
        if last is not None and last.health is not None and evidence.state.status == "running":
            return self._of_health(read_health(last.health), evidence, neighbours)
        return diagnose(evidence, self._graph, neighbours)

    def _of_health(self, health: Health, evidence: NodeEvidence, neighbours: Mapping[str, NodeEvidence]) -> Cause:
        told = {key: (detail.status, self._redactor.redact(detail.message)) for key, detail in health.details.items()}
        if any(status == "down" for status, _ in told.values()):
            return health_cause(evidence.node, told, evidence, self._graph, neighbours)
        cause = diagnose(evidence, self._graph, neighbours)
        if cause.cls == CauseClass.UNKNOWN and health.family is Family.UNKNOWN:
            # What it answers is no health answer, and that is all that is the matter as far as can be seen.
            advice = BROKEN_PROMISES[BrokenPromise.HEALTH_ENDPOINT].advice
            return replace(
                cause, cls=BrokenPromise.HEALTH_ENDPOINT, confidence=Confidence.SURE, summary="", advice=advice
            )
        return cause

    def _collect(self, node: str, answers: tuple[ProbeAnswer, ...]) -> NodeEvidence:
        return collect(
            node,
            graph=self._graph,
            runtime=self._runtime,
            journal=self._journal,
            redactor=self._redactor,
            answers=answers,
        )


def _of_engine(cls: str, error: NodeError) -> Cause:
    """The engine said itself what is wrong: its words are the evidence."""
    first, *rest = str(error).splitlines() or [""]
    return Cause(cls, error.node, None, Confidence.SURE, summary=first, evidence=tuple(rest))


def _retold(told: NodeFailed, cause: Cause, root: str) -> NodeFailed:
    return NodeFailed(
        node=told.node,
        error=told.error,
        message=told.message,
        cause_class=cause.cls,
        cause_node=cause.node,
        cause_dependency=cause.dependency,
        confidence=cause.confidence.value,
        summary=cause.summary,
        evidence=cause.evidence,
        advice=cause.advice,
        root=root,
    )
