"""Where a node that runs really listens, against where it is looked for."""

import re
from dataclasses import replace

from readiness.diagnosis import addresses, state
from readiness.diagnosis.addresses import Place, Problem
from readiness.diagnosis.building import answers, build_cause
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.log.entries import read_log
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Kind

_SAYS_PORT = re.compile(
    r"\b(?:listen\w*|running|started|serving|bound|server|available)\b.{0,60}?"
    r"(?:\bport(?:\(s\))?\s*[:=]?\s*|https?://[\w.\[\]:-]*?:|(?:\d+\.){3}\d+:|(?<=\s):)(?P<port>\d{2,5})\b",
    re.IGNORECASE,
)
# Servers that print the address that they are really bound to, and not one for the reader to click on.
_SAYS_LOOPBACK = re.compile(
    r"(?:Uvicorn running on|Listening at:|Running on|Starting development server at) "
    r"https?://(?P<host>127\.0\.0\.1|localhost|\[::1\]):(?P<port>\d{2,5})"
)
_BESIDE = re.compile(r"debug|inspector|metric|prometheus|admin|management|profil", re.IGNORECASE)
# Debuggers and metrics are opened long before the port that requests are for, and beside it.
_SIDE_PORTS = frozenset({9229, 9230, 5005, 5678, 9464, 9090, 9404})


def checked(place: Place, scene: Scene) -> Place:
    """The place, with what was seen of the target's own sockets in place of what the files let expect."""
    target = scene.neighbours.get(place.node or "")
    if place.problem is Problem.CLOSED_PORT and target is not None and _is_dead_service(target, scene):
        return replace(place, problem=None)
    if target is None or place.port is None or not target.listens or place.problem not in (None, Problem.CLOSED_PORT):
        return place
    if place.port in _open_to_others(target):
        return replace(place, problem=None)
    if place.port in _open_inside(target):
        return replace(place, problem=Problem.LOOPBACK_ONLY)
    # A port that the target itself promises is the target's affair: it is looked at in its turn.
    promised = place.port in _promised(target, scene)
    return replace(place, problem=None if promised else Problem.CLOSED_PORT)


def _is_dead_service(target: NodeEvidence, scene: Scene) -> bool:
    """Whether the node fails anyhow, and that it does not open the port is known from a file that may leave it out."""
    node = scene.graph.nodes.get(target.node)
    own_code = node is not None and node.kind is not Kind.BACKING
    return own_code and not target.listens and scene.is_failing(target.node)


def of_loopback(evidence: NodeEvidence, scene: Scene, port: int | None = None) -> Cause | None:
    """A port that the node promises, or that a client asks, is open on 127.0.0.1 only."""
    reached = _open_to_others(evidence)
    inside = [number for number in _open_inside(evidence) if number not in reached]
    promised = (port,) if port is not None else _promised(evidence, scene)
    found = next((number for number in promised if number in inside), None)
    if found is None or not evidence.state.is_running or any(number in reached for number in promised):
        return None
    said = f"{evidence.node} listens on 127.0.0.1:{found} only, where no other container reaches it"
    return _not_listening(evidence, said, Confidence.SURE, (_sockets(evidence),))


def of_another_port(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """The node listens, not on a port that it promises; sure where setting or log say that it means the other one."""
    promised, reached = _promised(evidence, scene), _open_to_others(evidence)
    if not promised or not evidence.state.is_running or set(promised) & set(reached):
        return None
    meant = next((number for number in reached if _is_meant(number, evidence)), None)
    others = [number for number in reached if number not in _SIDE_PORTS]
    if meant is None and not others:
        return None
    told = ", ".join(str(number) for number in ([meant] if meant else others))
    said = f"{evidence.node} listens on port {told} and not on {' or '.join(str(number) for number in promised)}"
    confidence = Confidence.SURE if meant else Confidence.LIKELY
    return _not_listening(evidence, said, confidence, (_sockets(evidence), *_lines_with(meant, evidence)))


def of_said_address(evidence: NodeEvidence) -> Cause | None:
    """Without a look at the sockets: the server's own line says 127.0.0.1, and our probe does not get through."""
    if evidence.listens is not None or not evidence.state.is_running or not _is_silent(evidence):
        return None
    said = [(entry, match) for entry in read_log(evidence.log) if (match := _SAYS_LOOPBACK.search(entry.text))]
    if not said:
        return None
    entry, match = said[-1]
    told = (
        f"{evidence.node} says that it listens on {match['host']}:{match['port']}, where no other container reaches it"
    )
    return _not_listening(evidence, told, Confidence.LIKELY, (f"log line {entry.first_line}: {entry.message[:300]}",))


def _not_listening(evidence: NodeEvidence, said: str, confidence: Confidence, lines: tuple[str, ...]) -> Cause:
    cause = build_cause(CauseClass.NOT_LISTENING, evidence, confidence, lines=(*lines, *answers(evidence)))
    return replace(cause, summary=said)


def _promised(evidence: NodeEvidence, scene: Scene) -> tuple[int, ...]:
    node = scene.graph.nodes.get(evidence.node)
    return evidence.promised_ports or (addresses.declared_ports(node) if node else ())


def _open_to_others(evidence: NodeEvidence) -> tuple[int, ...]:
    return tuple(each.port for each in evidence.listens or () if not _is_inner(each.host))


def _open_inside(evidence: NodeEvidence) -> tuple[int, ...]:
    return tuple(each.port for each in evidence.listens or () if _is_inner(each.host))


def _is_inner(host: str) -> bool:
    # 0.0.0.0 and :: as listening addresses are every interface.
    return addresses.is_loopback(host) and host not in ("0.0.0.0", "::")


def _is_meant(port: int, evidence: NodeEvidence) -> bool:
    """Whether the node's own setting or log names the port as the one that it serves."""
    return evidence.environment.get("PORT") == str(port) or bool(_lines_with(port, evidence))


def _lines_with(port: int | None, evidence: NodeEvidence) -> tuple[str, ...]:
    for entry in reversed(read_log(evidence.log)) if port is not None else ():
        match = None if _BESIDE.search(entry.text) else _SAYS_PORT.search(entry.text)
        if match and int(match["port"]) == port:
            return (f"log line {entry.first_line}: {entry.message[:300]}",)
    return ()


def _sockets(evidence: NodeEvidence) -> str:
    told = ", ".join(sorted({str(each) for each in evidence.listens or ()}))
    return f"sockets that listen in {evidence.node}: {told}"


def _is_silent(evidence: NodeEvidence) -> bool:
    newest = state.newest_answers(evidence)
    if evidence.health is not None and evidence.health.answered:
        return False
    return bool(newest) and not any(answer.ok for answer in newest) and all(answer.error for answer in newest)
