"""What a node that runs says of its dependencies in its health answer, and what that comes to."""

import re
from collections.abc import Mapping
from dataclasses import replace

from readiness.diagnosis import addresses, encryption, listening, settings, state, wording
from readiness.diagnosis.addresses import Place, Problem
from readiness.diagnosis.backing import of_answers
from readiness.diagnosis.building import at_most_likely, build_cause
from readiness.diagnosis.causes import EXPLANATIONS, NEVER_REACHED, CauseClass
from readiness.diagnosis.explain import deeper, explain
from readiness.diagnosis.log.entries import distinct, read_log
from readiness.diagnosis.matching import Match, best, matches
from readiness.diagnosis.mentions import addresses_in, nodes_at
from readiness.diagnosis.reading import Reading, read
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Graph

# What the producers of health answers call a dependency that is well (docs/causes.md, "health_reported_down").
_WELL = frozenset({"up", "ok", "pass", "healthy", "green", "true"})
# An address that is resolved and leads to the wrong place; the other wrong ones are not resolved.
_REACHES = (Problem.LOCALHOST, Problem.CLOSED_PORT, Problem.LOOPBACK_ONLY, Problem.SENT_ELSEWHERE)
# Texts of an error in the code that asks, and not of what it asks.
_OWN_ERROR = re.compile(
    r"\b(?:Type|Reference|Attribute|Name|Key|Index|Syntax|Range|UnboundLocal|Import|NotImplemented)Error\b|"
    r"\bNullPointerException\b|\bNullReferenceException\b|\bis not a function\b|\bis not iterable\b|"
    r"\bCannot read propert(?:y|ies) |\bhas no attribute '|'NoneType' object|\bnil pointer dereference\b"
)
_FRAMES = re.compile(r"^\s+at \S.*:\d+:\d+\)?|^Traceback \(most recent|^  File \"|^\s+at [\w.$]+\([\w.]+:\d+\)", re.M)


def down_in(details: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """The dependencies that are not well, with what is said of each."""
    return {key: text for key, (status, text) in details.items() if status.lower() not in _WELL}


def of_indicators(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """The cause of a health answer in which a dependency is not well; None where all are."""
    causes = [_of_indicator(key, text, evidence, scene) for key, text in down_in(evidence.indicators).items()]
    # A dependency that is at fault itself comes first, then what is known best, last one that is well as we see it.
    rank = {Confidence.SURE: 0, Confidence.LIKELY: 1, Confidence.UNKNOWN: 2}

    def order(cause: Cause) -> tuple[bool, int, bool]:
        well = cause.dependency is not None and scene.is_fine(cause.dependency)
        return cause.node == evidence.node, rank[cause.confidence], well

    return min(causes, key=order, default=None)


def of_own_error(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """A health answer that is an error of the code that makes it: 500 with a trace or with the text of a bug."""
    answer = evidence.health
    if answer is None or answer.status < 500 or down_in(evidence.indicators) or _lacks_somebody(evidence, scene):
        return None
    text = answer.body.replace("\\n", "\n")
    bug = _own_error(text)
    found = best(matches(text))
    if (found and found.is_specific) or not (bug or _FRAMES.search(text)):
        return None
    told = bug or f"{answer.status} with a trace"
    line = f"health of {evidence.node}: {answer.status}: {answer.body[:200]}"
    said = {"node": evidence.node, "msg": told}
    cause = build_cause(CauseClass.APP_EXCEPTION, evidence, Confidence.LIKELY, said=said, lines=(line,))
    return replace(
        cause,
        summary=f"{evidence.node}: the code of its own health check fails: {told}",
        advice="Mend the check; an error inside it says nothing about a dependency.",
    )


def _lacks_somebody(evidence: NodeEvidence, scene: Scene) -> bool:
    """Whether a declared dependency fails: what the check ran into may be the lack of it."""
    node = scene.graph.nodes.get(evidence.node)
    return node is not None and any(scene.is_failing(edge.node) for edge in node.depends_on)


def _own_error(text: str) -> str:
    """The line that tells of a bug in the check itself; "" where none does."""
    return next((line.strip()[:200] for line in text.splitlines() if _OWN_ERROR.search(line)), "")


def dependency_of_key(key: str, service: str, graph: Graph) -> str | None:
    """The node that a key of a health answer means, by its name or by its role."""
    if key in graph.nodes:
        return key
    spelled = _spelled(key)
    same = [node.name for node in graph if node.name != service and _spelled(node.name) == spelled]
    return (same[0] if same else None) or addresses.by_role(graph, service, addresses.role_of_key(key))


def dependency_meant(key: str, text: str, service: str, graph: Graph) -> str | None:
    """The node that a key means, or else the one other node whose address is in what is said of it."""
    named = [name for name in nodes_at(addresses_in(text), service, graph) if name != service]
    return dependency_of_key(key, service, graph) or (named[0] if len(named) == 1 else None)


def _spelled(name: str) -> str:
    """``authService``, ``auth-service`` and ``auth`` alike."""
    return re.sub(r"(?:service|svc|api|server)$", "", re.sub(r"[^a-z0-9]", "", name.lower())) or name.lower()


def _of_indicator(key: str, text: str, evidence: NodeEvidence, scene: Scene) -> Cause:
    dependency = dependency_meant(key, text, evidence.node, scene.graph)
    line = f"health of {evidence.node}: {key} is down" + (f": {text[:200]}" if text else "")
    if dependency and dependency not in scene.path and scene.is_failing(dependency):
        return deeper(dependency, scene, line)
    match = best(matches(text)) if text else None
    if match is not None and match.role is None and dependency is None:
        # No node plays that part: the settings for it tell where it is looked for.
        match = replace(match, role=addresses.role_of_key(key))
    reading = _newest_about(dependency, key, evidence, scene)
    redirected = _of_redirection(match, dependency, line, evidence, scene)
    if redirected is not None:
        return redirected
    if match and match.is_specific and not (reading and _says_where(reading.match, match)):
        return explain(match, Confidence.SURE, (line,), evidence, scene, known=dependency)
    target = scene.neighbours.get(dependency or "")
    refused = of_answers(target) if target is not None and dependency not in scene.path else None
    if refused is not None:
        # It turns our own write away as well, and the service does not say what it got.
        return replace(refused, evidence=(*refused.evidence, line))
    bug = _own_error(text)
    if bug:
        return _of_bug(key, bug, line, evidence)
    if reading:
        lines = (line, *wording.lines_of(reading))
        return explain(reading.match, Confidence.LIKELY, lines, evidence, scene, known=dependency)
    if text and dependency is None:
        return _of_itself(key, text, line, evidence)
    return _by_settings(dependency, key, line, evidence, scene) or _only_said(dependency, key, line, evidence, scene)


def _of_redirection(
    match: Match | None, dependency: str | None, line: str, evidence: NodeEvidence, scene: Scene
) -> Cause | None:
    """For whom the broker has sent elsewhere topics are missing and brokers are down, too: the log names that place."""
    if match is None:
        return None
    vague = match.signature.cause in NEVER_REACHED and not match.groups.get("host")
    if not vague and match.signature.cause is not CauseClass.TOPIC_MISSING:
        return None
    reading = _unreached(match.role, evidence)
    if reading is None:
        return None
    lines = (line, *wording.lines_of(reading))
    cause = explain(reading.match, Confidence.LIKELY, lines, evidence, scene, known=dependency)
    return cause if cause.node != evidence.node else None


def _unreached(role: str | None, evidence: NodeEvidence) -> Reading | None:
    """The newest entry of the log that names an address of such a dependency at which nobody was reached."""
    for one in reversed(distinct(read_log(evidence.log))):
        found = best(
            match
            for match in matches(one.entry.text, entry=one.entry)
            if match.role == role and match.signature.cause in NEVER_REACHED and match.groups.get("host")
        )
        if found and one.entry.is_trouble:
            return Reading(found, one.entry, Confidence.LIKELY, one.count)
    return None


def _says_where(logged: Match, answered: Match) -> bool:
    """Whether the log tells the same failure with its address, where the answer only says that none was reached."""
    vague = answered.signature.cause is CauseClass.DEPENDENCY_UNREACHABLE and not answered.groups.get("host")
    return vague and bool(logged.groups.get("host")) and logged.signature.priority > answered.signature.priority


def _by_settings(dependency: str | None, key: str, line: str, evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """The answer does not say why, and the node's own setting for that dependency cannot be right."""
    target = scene.graph.nodes.get(dependency or "")
    environment = scene.environment(evidence)
    roles = sorted(addresses.roles_of(target)) if target else [addresses.role_of_key(key)]
    found = (settings.place_for(scene.graph, evidence.node, environment, role) for role in roles if role)
    checked = (listening.checked(place, scene) for place in found if place is not None)
    place = next((place for place in checked if _cannot_be_right(place, scene)), None)
    told = wording.summary_of_place(evidence.node, place) if place else None
    if place is None or told is None or place.node not in (None, dependency):
        return None
    cls = CauseClass.DEPENDENCY_UNREACHABLE if place.problem in _REACHES else CauseClass.DEPENDENCY_NAME_UNRESOLVED
    lines = (line, f"{evidence.node}'s settings for it: {', '.join(place.keys)}")
    cause = build_cause(cls, evidence, Confidence.LIKELY, lines=lines, advice="Correct that setting.")
    return replace(cause, dependency=dependency, summary=told)


def _cannot_be_right(place: Place, scene: Scene) -> bool:
    """Whether the address is wrong in itself; a port only where the sockets were seen, for no message refuses it."""
    seen = scene.neighbours.get(place.node or "")
    return place.problem is not None and (place.problem is not Problem.CLOSED_PORT or bool(seen and seen.listens))


def _of_bug(key: str, told: str, line: str, evidence: NodeEvidence) -> Cause:
    """The indicator itself is broken: what it says of the dependency means nothing."""
    said = {"node": evidence.node, "msg": told}
    cause = build_cause(CauseClass.APP_EXCEPTION, evidence, Confidence.SURE, said=said, lines=(line,))
    return replace(
        cause,
        confidence=at_most_likely(cause),
        summary=f"{evidence.node}: its check of {key} fails in its own code: {told}",
        advice="Mend the check; an error inside it says nothing about the dependency.",
    )


def _of_itself(key: str, text: str, line: str, evidence: NodeEvidence) -> Cause:
    """What it says is not well is no node of the graph, and it says why."""
    cause = build_cause(CauseClass.HEALTH_REPORTED_DOWN, evidence, Confidence.LIKELY, lines=(line,))
    summary = f"{evidence.node} says that {key} is not well: {text.strip()[:200]}"
    return replace(
        cause, summary=summary, advice=f"Look at what {evidence.node} checks under {key}: it says itself why."
    )


def _newest_about(dependency: str | None, key: str, evidence: NodeEvidence, scene: Scene) -> Reading | None:
    """What the log says last, where it speaks of the same dependency."""
    reading = read(evidence.log, ended=False)
    if reading is None or not reading.match.is_specific:
        return None
    role = reading.match.role
    host = reading.match.groups.get("host", "")
    port = reading.match.groups.get("port", "")
    place = addresses.meant(scene.graph, evidence.node, host, int(port) if port.isdigit() else None, role)
    same_role = role is not None and role == addresses.role_of_key(key)
    return reading if (dependency is not None and place.node == dependency) or same_role else None


def _only_said(dependency: str | None, key: str, line: str, evidence: NodeEvidence, scene: Scene) -> Cause:
    lines = [*state.describe(evidence), line]
    advice = EXPLANATIONS[CauseClass.HEALTH_REPORTED_DOWN].advice
    node = scene.graph.nodes.get(evidence.node)
    if dependency and scene.is_fine(dependency):
        lines.append(f"{dependency} answers our own probe")
        keys = addresses.credentials_for(node, scene.graph.nodes.get(dependency), None) if node else ()
        named = f" ({', '.join(keys)})" if keys else ""
        advice = f"{dependency} is well: compare {evidence.node}'s settings for it{named}."
    cause = Cause(
        cls=CauseClass.HEALTH_REPORTED_DOWN.value,
        node=evidence.node,
        dependency=dependency,
        confidence=Confidence.UNKNOWN,
        summary=f"{evidence.node} says that {dependency or key} is down, and not why",
        evidence=tuple(lines),
        advice=advice,
    )
    return encryption.suspected(cause, evidence, scene)
