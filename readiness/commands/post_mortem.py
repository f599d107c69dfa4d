"""From captured logs, and what else is known, to causes: each node among the others, and whose failure is the root."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from readiness.commands.captures import Capture
from readiness.commands.remains import Remains, serves_sessions
from readiness.diagnosis import attribute, diagnose
from readiness.diagnosis.causes import ABOUT_A_DEPENDENCY
from readiness.diagnosis.state import describe, is_failing, is_fine
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Kind

_NUMBERED = re.compile(r"^(?:(?P<node>[^\s:]+): )?log line (?P<number>\d+): ")
_RANK = {Confidence.SURE: 0, Confidence.LIKELY: 1, Confidence.UNKNOWN: 2}
_GIVE_THE_STATE = (
    "Save what `docker inspect CONTAINER` prints and give it with --state: "
    "the exit code, the memory limit and the health log often tell the rest."
)
_GIVE_THE_LOG = "Give the log of the time of the failure, and of what it depends on."


@dataclass(frozen=True)
class Diagnosed:
    """What was found out about one node."""

    node: str
    cause: Cause
    log: str | None
    """The log as it was given; None for a container of which only the state is known."""
    root: str | None = None
    """The node whose failure this one follows from, itself where the failure is its own; None where none was seen."""
    is_down: bool = False
    """Whether its process is gone or its HEALTHCHECK fails, and it does not merely complain."""

    @property
    def is_blocked(self) -> bool:
        return self.root is not None and self.root != self.node


def post_mortem(remains: Remains) -> tuple[Diagnosed, ...]:
    """A diagnosis of each node that has a log, and of each that is known to have failed, in this order."""
    evidence = remains.evidence
    causes = {node: _cause(evidence[node], remains) for node in evidence}
    failing = {node: cause for node, cause in causes.items() if _has_failed(node, cause, remains)}
    roots = attribute(failing, remains.graph)
    # Where nothing has failed, that is what there is to tell of each.
    told = [node for node in evidence if node in remains.logs or node in failing] or list(evidence)
    return tuple(
        Diagnosed(node, causes[node], remains.logs.get(node), roots.get(node), _is_down(node, remains)) for node in told
    )


def root_cause(diagnosed: Sequence[Diagnosed]) -> Diagnosed:
    """The one to begin with.

    What most others follow from, then what a log was given of, what is down, what is known best, what came first.
    """
    roots = [each.root for each in diagnosed if each.root]
    own = [each for each in diagnosed if each.root == each.node] or list(diagnosed)

    def order(each: Diagnosed) -> tuple[int, bool, bool, int]:
        return -roots.count(each.node), each.log is None, not each.is_down, _RANK[each.cause.confidence]

    return min(own, key=order)


def _cause(evidence: NodeEvidence, remains: Remains) -> Cause:
    cause = diagnose(evidence, remains.graph, remains.evidence)
    if cause.node in remains.assumed:
        supposed = describe(remains.evidence[cause.node])
        cause = replace(cause, evidence=tuple(line for line in cause.evidence if line not in supposed))
    if is_fine(evidence):
        # Its own HEALTHCHECK passes: what the log complains of may be over, or be what nobody checks.
        cause = replace(cause, confidence=Confidence.UNKNOWN)
    if _is_of_a_client(cause, evidence):
        cause = replace(cause, summary=f"{evidence.node} turns down what a client of it asks for ({cause.cls})")
    if cause.cls == Cause.unknown("").cls:
        cause = _unexplained(cause, evidence, remains)
    return replace(cause, evidence=tuple(_in_the_file(line, cause.node, remains.captures) for line in cause.evidence))


def _is_of_a_client(cause: Cause, evidence: NodeEvidence) -> bool:
    """Whether a server tells in its own log what a client of it met: the client is at fault, and not in this log."""
    return (
        cause.cls in ABOUT_A_DEPENDENCY
        and cause.node == evidence.node
        and evidence.state.is_running
        and (cause.dependency == evidence.node or serves_sessions(evidence.log))
    )


def _unexplained(cause: Cause, evidence: NodeEvidence, remains: Remains) -> Cause:
    node = evidence.node
    if cause.node == node and not _is_down(node, remains) and node not in remains.assumed:
        return replace(cause, summary=f"{node} runs, and nothing that was seen of it fails", advice=_GIVE_THE_LOG)
    if node not in remains.assumed:
        return cause
    summary = (
        f"{node}: nothing in the log explains a failure" if evidence.log.strip() else f"the log of {node} is empty"
    )
    return replace(cause, summary=summary, advice=_GIVE_THE_STATE)


def _has_failed(node: str, cause: Cause, remains: Remains) -> bool:
    evidence = remains.evidence[node]
    ended_well = evidence.state.status == "exited" and evidence.state.exit_code == 0
    if ended_well and (_is_job(node, remains) or node not in remains.logs):
        # Nobody asked about it: a job, or a container that somebody has stopped.
        return False
    told = cause.confidence is not Confidence.UNKNOWN and not _is_of_a_client(cause, evidence)
    return told or _is_down(node, remains)


def _is_down(node: str, remains: Remains) -> bool:
    return is_failing(remains.evidence[node], is_job=_is_job(node, remains))


def _is_job(node: str, remains: Remains) -> bool:
    return node in remains.graph.nodes and remains.graph[node].kind is Kind.JOB


def _in_the_file(line: str, node: str, captures: Mapping[str, Capture]) -> str:
    """The line of evidence with the number that the line of the log has in its file."""
    match = _NUMBERED.match(line)
    capture = captures.get((match["node"] or node) if match else node)
    if match is None or capture is None:
        return line
    at = int(match["number"]) - 1
    number = capture.numbers[at] if at < len(capture.numbers) else at + 1
    return f"{line[: match.start('number')]}{number}{line[match.end('number') :]}"
