"""Why a node that runs says of itself that it is not ready."""

from collections.abc import Mapping

from readiness.diagnosis import addresses, state, wording
from readiness.diagnosis.causes import EXPLANATIONS, CauseClass
from readiness.diagnosis.diagnose import diagnose_in, scene_of
from readiness.diagnosis.explain import deeper, explain
from readiness.diagnosis.reading import Reading, best, matches, read
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Graph

# What the producers of health answers call a dependency that is well (docs/causes.md, "health_reported_down").
_WELL = frozenset({"up", "ok", "pass", "healthy", "green", "true"})


def health_cause(
    service: str,
    details: Mapping[str, tuple[str, str]],
    evidence: NodeEvidence,
    graph: Graph,
    neighbours: Mapping[str, NodeEvidence],
) -> Cause:
    """The cause of a health answer that is not well.

    :param details: the answer's details: key of a dependency to its status and message.
    """
    scene = scene_of(graph, neighbours)
    down = {key: text for key, (status, text) in details.items() if status.lower() not in _WELL}
    causes = [_of_indicator(key, text, evidence, scene.through(service)) for key, text in down.items()]
    if not causes:
        return diagnose_in(evidence, scene)
    # A dependency that is at fault itself comes first, then what is known best.
    rank = {Confidence.SURE: 0, Confidence.LIKELY: 1, Confidence.UNKNOWN: 2}
    return min(causes, key=lambda cause: (cause.node == service, rank[cause.confidence]))


def _of_indicator(key: str, text: str, evidence: NodeEvidence, scene: Scene) -> Cause:
    dependency = _dependency(key, evidence.node, scene.graph)
    line = f"health of {evidence.node}: {key} is down" + (f": {text[:200]}" if text else "")
    if dependency and scene.is_failing(dependency):
        return deeper(dependency, scene, line)
    match = best(matches(text)) if text else None
    if match and match.is_specific:
        return explain(match, Confidence.SURE, (line,), evidence, scene, known=dependency)
    reading = _newest_about(dependency, key, evidence, scene)
    if reading:
        lines = (line, *wording.lines_of(reading))
        return explain(reading.match, Confidence.LIKELY, lines, evidence, scene, known=dependency)
    return _only_said(dependency, key, line, evidence, scene)


def _dependency(key: str, service: str, graph: Graph) -> str | None:
    if key in graph.nodes:
        return key
    spelled = key.replace("-", "_").lower()
    same = (node.name for node in graph if node.name.replace("-", "_").lower() == spelled and node.name != service)
    return next(same, None) or addresses.by_role(graph, service, addresses.role_of_key(key))


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
    return Cause(
        cls=CauseClass.HEALTH_REPORTED_DOWN.value,
        node=evidence.node,
        dependency=dependency,
        confidence=Confidence.UNKNOWN,
        summary=f"{evidence.node} says that {dependency or key} is down, and not why",
        evidence=tuple(lines),
        advice=advice,
    )
