"""Whom a node is seen to wait for: by its health answer, its log, its HEALTHCHECK, or the gates that hold it back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from readiness.diagnosis import state
from readiness.diagnosis.causes import EXPLAINED_BY_A_DEAD_DEPENDENCY
from readiness.diagnosis.indicators import dependency_meant, down_in
from readiness.diagnosis.lastwords import read_once, reading_of_the_end
from readiness.diagnosis.log.entries import Entry, read_log
from readiness.diagnosis.mentions import addresses_in, nodes_at
from readiness.diagnosis.place import meant_by
from readiness.diagnosis.reading import Reading
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import NodeEvidence
from readiness.model.graph import Condition, Kind

_NOT_THERE = (
    r"(?:not (?:yet )?(?:there|ready|healthy|available|up|reachable|running)|unavailable|unhealthy|unreachable)\b"
)
_WAITS = re.compile(
    rf"\bwait(?:ing|s|ed)?\b[^.]{{0,60}}?\b(?:for|on|until)\b|\b{_NOT_THERE}|\bretry\w*\b|\bpolling\b",
    re.IGNORECASE,
)
_OVERCOME = re.compile(
    r"(?<!not )(?<!not yet )\b(?:ready|healthy|available|connected|is up|reachable|200)\b", re.IGNORECASE
)
# Without pg_ctl's words of its own server, "waiting for server to shut down....".
_AWAITED = re.compile(
    r"\bwait(?:ing|s|ed)? (?:for|on) (?!server to (?:start|shut down)\.\.)(?:the )?"
    r"(?:(?:service|upstream|container)\s+)?[\"'`]?(?P<host>[\w.-]+)",
    re.IGNORECASE,
)
# "orders is not there yet".
_MISSED = re.compile(
    rf"(?<![\w.-])(?P<host>[\w.-]+)(?: (?:service|server|api))? (?:is |was |seems )?(?:still )?{_NOT_THERE}",
    re.IGNORECASE,
)
# A wait that goes on stands among the last things that were said.
_LAST = 12


@dataclass(frozen=True)
class Wait:
    """One node that is waited for, and the line that shows it."""

    node: str
    line: str
    is_plain: bool
    """Whether the wait was said in so many words, and not concluded from a failure to reach the other."""


def waits_of(evidence: NodeEvidence, scene: Scene) -> tuple[Wait, ...]:
    """The services and jobs that a node waits for, one wait each, the plainest first. Nothing where it is well."""
    if scene.is_fine(evidence.node):
        return ()
    reading = reading_of_the_end(evidence) if _ends(evidence) else read_once(evidence.log, ended=False)
    found = [*_by_gates(evidence, scene), *_by_failure(reading, evidence, scene)]
    if reading is None or reading.match.signature.cause in EXPLAINED_BY_A_DEAD_DEPENDENCY or not _ends(evidence):
        # Whoever ends for a reason of his own waits for nobody, whatever he said before.
        found = [*_by_words(evidence, scene), *found]
    others = [wait for wait in found if wait.node != evidence.node and _is_own_code(wait.node, scene)]
    return tuple({wait.node: wait for wait in reversed(others)}.values())[::-1]


def _is_own_code(name: str, scene: Scene) -> bool:
    return name in scene.graph.nodes and scene.graph[name].kind is not Kind.BACKING


def _by_gates(evidence: NodeEvidence, scene: Scene) -> Iterator[Wait]:
    node = scene.graph.nodes.get(evidence.node)
    if node is None or evidence.state.status != "created":
        return
    for edge in node.depends_on:
        if edge.condition is not Condition.STARTED:
            yield Wait(edge.node, f"{evidence.node} was never started: it is gated on {edge.node}", is_plain=True)


def _by_words(evidence: NodeEvidence, scene: Scene) -> Iterator[Wait]:
    """``waiting for http://b:3002/health``: among the last entries, and not followed by b's coming."""
    last = read_log(evidence.log)[-_LAST:]
    for place, entry in enumerate(last):
        if not _WAITS.search(entry.text):
            continue
        for name in _named(entry, evidence.node, scene):
            if not any(_tells_of_coming(later, name, evidence.node, scene) for later in last[place + 1 :]):
                line = f"{evidence.node}: log line {entry.first_line}: {entry.message[:200]}"
                yield Wait(name, line, is_plain=True)


def _ends(evidence: NodeEvidence) -> bool:
    """Whether its process is gone, or comes back only to end again."""
    return not evidence.state.is_running or state.loop_in(evidence) is not None


def _by_failure(reading: Reading | None, evidence: NodeEvidence, scene: Scene) -> Iterator[Wait]:
    for key, text in down_in(evidence.indicators).items() if evidence.state.is_running else ():
        name = dependency_meant(key, text, evidence.node, scene.graph)
        if name:
            yield Wait(name, f"health of {evidence.node}: {key} is down: {text[:200]}".rstrip(": "), is_plain=False)
    if reading and reading.match.signature.cause in EXPLAINED_BY_A_DEAD_DEPENDENCY:
        place = meant_by(reading.match, evidence, scene)
        if place.node and place.problem is None:
            line = f"{evidence.node}: log line {reading.entry.first_line}: {reading.match.line[:200]}"
            yield Wait(place.node, line, is_plain=False)


def _named(entry: Entry, client: str, scene: Scene) -> tuple[str, ...]:
    """The nodes that an entry names by URL, by host and port, right behind "waiting for" or before "not ready"."""
    spoken = (match for pattern in (_AWAITED, _MISSED) for match in pattern.finditer(entry.text))
    awaited = [(match["host"].rstrip("."), None) for match in spoken]
    return nodes_at((*addresses_in(entry.text), *awaited), client, scene.graph)


def _tells_of_coming(entry: Entry, name: str, client: str, scene: Scene) -> bool:
    if _WAITS.search(entry.text) or not _OVERCOME.search(entry.text):
        return False
    words = set(re.split(r"[^a-z0-9_.-]+", entry.text.lower()))
    return name.lower() in words or name in _named(entry, client, scene)
