"""From a node that did not become ready to its cause: evidence is collected, the diagnosis is pure."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from readiness.diagnosis import attribute, diagnose, health_cause
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.ending import of_refusal
from readiness.diagnosis.progress import speaks
from readiness.diagnosis.promises import BROKEN_PROMISES, BrokenPromise, cause_of
from readiness.diagnosis.withheld import for_want_of_rights
from readiness.model.contract import Contract
from readiness.model.errors import (
    ImageUnavailable,
    NodeError,
    NotReadyInTime,
    PortInUse,
    ReadyTooLate,
    StartRefused,
)
from readiness.model.events import NodeFailed
from readiness.model.evidence import ContainerState, HttpAnswer, NodeEvidence, ProbeAnswer
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Graph, Kind, Node
from readiness.model.redaction import Redactor
from readiness.probes.health import Family, Health, read_health
from readiness.runtime.activity import Look, between
from readiness.runtime.asking import Reply, question
from readiness.runtime.collecting import collect, collect_all
from readiness.runtime.holders import connection_holders
from readiness.runtime.journal import Journal
from readiness.runtime.protocol import Runtime
from readiness.runtime.record import Record
from readiness.runtime.start import DependencyFailed
from readiness.runtime.usability import tried

_FURTHER_QUESTIONS = 3
"""To a neighbour that was ready: one question without an answer, on a busy machine, is no failure to accuse it of."""
_WRITE_DEADLINE_S = 5.0


class Explanation:
    """Explains the failures of one start. The contract tells at which ports nodes are to answer."""

    def __init__(
        self, graph: Graph, runtime: Runtime, journal: Journal, redactor: Redactor, contract: Contract | None = None
    ) -> None:
        self._graph = graph
        self._contract = contract or Contract()
        self._runtime = runtime
        self._journal = journal
        self._redactor = redactor
        self._last: dict[str, tuple[NodeError, Reply | None]] = {}
        self._watched: dict[str, Look] = {}

    def of(self, error: NodeError, last: Reply | None) -> Cause:
        """Why the node failed, by what can be seen at this moment."""
        self._last[error.node] = (error, last)
        cause = self._cause(error, last, {})
        if isinstance(error, NotReadyInTime) and error.node not in self._watched:
            self._watched[error.node] = self._look_at(error.node, self._collect(error.node).log)
        return cause

    def settle(self) -> None:
        """Once the whole graph is up or has failed: tell the causes again, as they look among their neighbours."""
        if not self._last:
            return
        neighbours = self._neighbours()
        causes = {
            node: self._with_holders(self._cause(error, last, neighbours)) for node, (error, last) in self._last.items()
        }
        roots = attribute(causes, self._graph)
        for node, cause in causes.items():
            told = Record(self._journal.events()).failure(node)
            if told is not None:
                self._journal.append(_retold(told, cause, roots.get(node, node)))

    def _with_holders(self, cause: Cause) -> Cause:
        """A server that is full is full of somebody's connections."""
        full = cause.dependency or cause.node
        if cause.cls != CauseClass.DEPENDENCY_CAPACITY or full not in self._graph.nodes:
            return cause
        node = self._graph[full]
        lines = connection_holders(node, self._contract, self._graph, self._runtime, _WRITE_DEADLINE_S)
        return replace(cause, evidence=(*cause.evidence, *lines))

    def _neighbours(self) -> dict[str, NodeEvidence]:
        """Every node as it is now: what failed with its last answer, the others with a new one."""
        found = collect_all(self._graph, self._runtime, self._journal, self._redactor)
        with ThreadPoolExecutor(max_workers=max(1, len(found)), thread_name_prefix="ask") as pool:
            replies = dict(zip(found, pool.map(self._reply_of, found.values()), strict=True))
        asked = {name: self._with_reply(evidence, replies[name]) for name, evidence in found.items()}
        return {name: self._tried(evidence) for name, evidence in asked.items()}

    def _tried(self, evidence: NodeEvidence) -> NodeEvidence:
        """A backing service that answers may still refuse what is written to it."""
        if not evidence.answers or not evidence.answers[-1].ok:
            return evidence
        answer = tried(self._graph[evidence.node], self._contract, self._graph, self._runtime, _WRITE_DEADLINE_S)
        return replace(evidence, answers=(*evidence.answers, answer)) if answer is not None else evidence

    def _look_at(self, node: str, log: str) -> Look:
        return Look(time.time(), log, self._runtime.cpu_time_s(node))

    def _reply_of(self, evidence: NodeEvidence) -> Reply | None:
        node = self._graph[evidence.node]
        if evidence.node in self._last:
            return self._newest(self._last[evidence.node][1], evidence, node)
        if evidence.state.status != "running" or not self._can_be_asked(node):
            return None
        asked = question(node, self._contract, self._graph, self._runtime)
        reply = asked.ask()
        for _ in range(_FURTHER_QUESTIONS):
            if reply.ready:
                break
            time.sleep(asked.interval_s)
            reply = asked.ask()
        return reply

    def _newest(self, last: Reply | None, evidence: NodeEvidence, node: Node) -> Reply | None:
        """The last answer of a node that failed, or a newer one of the kind: what was down by chance is up by now."""
        if last is None or last.health is None or not last.health.answered or evidence.state.status != "running":
            return last
        if not self._can_be_asked(node):
            return last
        newer = question(node, self._contract, self._graph, self._runtime).ask()
        answered = newer.health is not None and newer.health.answered
        return newer if answered and not newer.ready else last

    def _can_be_asked(self, node: Node) -> bool:
        return node.kind is not Kind.JOB and self._contract.promise(node.name).port is not None

    def _with_reply(self, evidence: NodeEvidence, last: Reply | None) -> NodeEvidence:
        port = self._contract.promise(evidence.node).port
        first = self._watched.get(evidence.node)
        seen = between(first, self._look_at(evidence.node, evidence.log)) if first else None
        evidence = replace(evidence, activity=seen, promised_ports=(port,) if port is not None else ())
        if last is None or evidence.state.status != "running":
            return evidence
        if last.health is None:
            return replace(evidence, answers=(last.probe,) if last.probe is not None else ())
        answer = replace(last.health, body=self._redactor.redact(last.health.body))
        indicators = {key: (detail.status, detail.message) for key, detail in read_health(answer).details.items()}
        asked = _probe_of(answer, ok=last.ready)
        return replace(evidence, answers=(asked,), health=answer, indicators=indicators)

    def _cause(self, error: NodeError, last: Reply | None, neighbours: Mapping[str, NodeEvidence]) -> Cause:
        if isinstance(error, DependencyFailed):
            return self._of_waiting(error, neighbours)
        if isinstance(error, ImageUnavailable):
            return _of_engine("image_unavailable", error)
        if isinstance(error, PortInUse):
            return _of_engine("port_conflict", error)
        if isinstance(error, StartRefused):
            return _of_refusal(error)
        if isinstance(error, ReadyTooLate):
            return _of_lateness(error)
        evidence = neighbours.get(error.node) or self._with_reply(self._collect(error.node), last)
        if evidence.health is not None:
            cause = self._of_health(read_health(evidence.health), evidence, neighbours)
        else:
            cause = diagnose(evidence, self._graph, neighbours)
        return for_want_of_rights(cause, self._graph[error.node])

    def _of_waiting(self, error: DependencyFailed, neighbours: Mapping[str, NodeEvidence]) -> Cause:
        """The one that it waits for failed, unless that one waits for it in turn."""
        evidence = neighbours.get(error.node)
        cause = diagnose(evidence, self._graph, neighbours) if evidence is not None else None
        if cause is not None and cause.cls == CauseClass.WAITING_CIRCLE and cause.node == error.node:
            return cause
        return Cause("dependency_failed", error.dependency, None, Confidence.SURE, summary=str(error))

    def _of_health(self, health: Health, evidence: NodeEvidence, neighbours: Mapping[str, NodeEvidence]) -> Cause:
        if any(status == "down" for status, _ in evidence.indicators.values()):
            return health_cause(evidence.node, evidence.indicators, evidence, self._graph, neighbours)
        cause = diagnose(evidence, self._graph, neighbours)
        if cause.cls == CauseClass.UNKNOWN and health.family is Family.UNKNOWN and speaks(evidence):
            # What it answers is no health answer, and that is all that is the matter as far as can be seen.
            advice = BROKEN_PROMISES[BrokenPromise.HEALTH_ENDPOINT].advice
            return replace(
                cause, cls=BrokenPromise.HEALTH_ENDPOINT, confidence=Confidence.SURE, summary="", advice=advice
            )
        return cause

    def _collect(self, node: str) -> NodeEvidence:
        return collect(node, graph=self._graph, runtime=self._runtime, journal=self._journal, redactor=self._redactor)


def _probe_of(answer: HttpAnswer, *, ok: bool) -> ProbeAnswer:
    """A health answer as one probe's answer: what stood in its way is its error, else its status."""
    error = "" if ok else (answer.error or f"status {answer.status}")
    return ProbeAnswer("GET", answer.url, ok, answer.latency_s, answer.at, error)


def _of_engine(cls: str, error: NodeError) -> Cause:
    """The engine said itself what is wrong: its words are the evidence."""
    first, *rest = str(error).splitlines() or [""]
    return Cause(cls, error.node, None, Confidence.SURE, summary=first, evidence=tuple(rest))


def _of_lateness(error: ReadyTooLate) -> Cause:
    """It was seen to become ready, only later than promised."""
    return cause_of(BrokenPromise.NOT_READY_IN_TIME, error.node, summary=str(error))


def _of_refusal(error: StartRefused) -> Cause:
    """What the engine refuses, in the class that its words belong to."""
    first, *rest = str(error).splitlines() or [""]
    cause = of_refusal(str(error), NodeEvidence(error.node, ContainerState("created")))
    return replace(cause, summary=first, evidence=tuple(rest))


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
