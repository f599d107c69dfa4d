"""A process that is not ready when its budget ends: is it still starting, or does it hang?"""

import re
from dataclasses import replace

from readiness.diagnosis import wording
from readiness.diagnosis.building import build_cause
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.promises import BrokenPromise, cause_of
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import Activity, NodeEvidence
from readiness.model.finding import Cause, Confidence
from readiness.model.units import format_duration

_AT_WORK = 0.06
"""Processors. Timers and retries of a process that only waits take one or two hundredths of one; one that computes on a
crowded machine may get no more than a tenth."""
_TIMES = re.compile(r"\d{1,4}[-:/.T]\d{1,2}[-:/]\d{1,2}[\d:.,+TZ-]*|\b\d{10,}\b")
"""What differs between two lines that say the same at different times."""
_WAITS = re.compile(
    r"\b(?:wait\w*|retr(?:y|ies|ying)\w*|attempts?|try(?:ing)? again|not yet|not ready)\b", re.IGNORECASE
)


def of_activity(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """By what the process did after its budget; None where it answers, or may wait for somebody who is down."""
    activity = evidence.activity
    if activity is None or evidence.state.status != "running" or speaks(evidence):
        return None
    if _says_new_things(activity, evidence) or (activity.cpu_share or 0.0) >= _AT_WORK:
        return _of_work(activity, evidence)
    if activity.cpu_share is None or _waits_for_somebody(evidence, scene):
        return None
    cause = build_cause(CauseClass.APP_HANG, evidence, Confidence.LIKELY, lines=wording.last_lines(evidence.log))
    watched = format_duration(activity.watched_s)
    return replace(
        cause,
        summary=f"{evidence.node} does not get on: in {watched} it said nothing new and computed next to nothing",
        advice="Look for a call, a lock or a wait without a deadline behind the last line of its log.",
    )


def _of_work(activity: Activity, evidence: NodeEvidence) -> Cause:
    used = f"it used {activity.cpu_share:.2f} processors" if activity.cpu_share is not None else "its log goes on"
    told = f"still starting: in {format_duration(activity.watched_s)} after its budget {used}"
    return cause_of(
        BrokenPromise.NOT_READY_IN_TIME,
        evidence.node,
        confidence=Confidence.LIKELY,
        summary=f"{evidence.node} is {told}",
        evidence=(told, *(f"it said: {line.strip()[:300]}" for line in activity.said)),
    )


def _says_new_things(activity: Activity, evidence: NodeEvidence) -> bool:
    """Whether it says what it has not said before, the time of saying it apart: whoever waits repeats himself."""
    said = [_TIMES.sub("", line) for line in evidence.log.splitlines()]
    return any(said.count(_TIMES.sub("", line)) == 1 and not _WAITS.search(line) for line in activity.said)


def speaks(evidence: NodeEvidence) -> bool:
    """Whether it does something with a request, be it wrong: it neither hangs nor is it still to come."""
    answer = evidence.health
    if answer is None:
        return False
    # Where nobody listens, it is the engine's own proxy that takes a connection and closes it.
    listens = any(each.port in evidence.promised_ports for each in evidence.listens or ())
    return answer.answered or answer.came or (listens and "closed without" in answer.error)


def _waits_for_somebody(evidence: NodeEvidence, scene: Scene) -> bool:
    node = scene.graph.nodes.get(evidence.node)
    return node is not None and any(scene.is_down(edge.node) for edge in node.depends_on)
