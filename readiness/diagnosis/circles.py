"""Who waits for whom: a container that was never started, and circles of waiting, declared or seen."""

from collections.abc import Iterable
from dataclasses import replace

from readiness.diagnosis import settings
from readiness.diagnosis.building import build_cause
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.explain import deeper
from readiness.diagnosis.scene import Scene
from readiness.diagnosis.waits import Wait, waits_of
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Condition

# Longer circles than this are not looked for: no platform has them, and the search would grow.
_LONGEST = 8


def of_waiting(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """The container was made and never started: somebody that it waits for does not get ready."""
    if evidence.state.status != "created" or evidence.node not in scene.graph.nodes:
        return None
    circle = scene.graph.gated_circle()
    if evidence.node in circle:
        return _circle(circle, evidence, Confidence.SURE)
    gates = [e.node for e in scene.graph[evidence.node].depends_on if e.condition is not Condition.STARTED]
    for name in gates:
        if scene.is_failing(name) and name not in scene.path:
            because = f"{evidence.node} was never started: it waits for {name}"
            return deeper(name, scene, because, otherwise=CauseClass.DEPENDENCY_FAILED)
    return None


def of_observed_circle(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """A circle of nodes none of which is well, each of which was seen to wait for the next.

    Sure where every wait was said in so many words or is a declared gate, and likely where one is concluded from a
    connection that failed: that may have a second reason.
    """
    waits = _circle_through(evidence, scene)
    if not waits:
        return None
    sure = all(wait.is_plain for wait in waits)
    circle = (evidence.node, *(wait.node for wait in waits[:-1]))
    lines = tuple(wait.line for wait in waits)
    beneath = _failing_beneath(circle, scene)
    if beneath is not None:
        # Who waits for each other for want of a third waits for that one.
        return deeper(beneath, scene, *lines)
    return _circle(circle, evidence, Confidence.SURE if sure else Confidence.LIKELY, lines)


def _failing_beneath(circle: tuple[str, ...], scene: Scene) -> str | None:
    """A node outside of the circle that fails itself, and that one in the circle depends on or is set to use."""
    for name in circle:
        member = scene.graph.nodes.get(name)
        if member is None:
            continue
        used = (place.node for _, place in settings.places(scene.graph, name, member.environment) if not place.problem)
        for other in (*(edge.node for edge in member.depends_on), *used):
            beside = other in scene.neighbours and other not in (*circle, *scene.path)
            if other and beside and scene.is_failing(other):
                return other
    return None


def of_wait(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """All that can be told is that it waits for somebody who fails: that one's cause."""
    for wait in waits_of(evidence, scene):
        if wait.node in scene.neighbours and wait.node not in scene.path and scene.is_failing(wait.node):
            return deeper(wait.node, scene, wait.line)
    return None


def _circle_through(evidence: NodeEvidence, scene: Scene) -> tuple[Wait, ...]:
    """The shortest way from the node back to itself along what was seen; () where there is none."""
    ways: list[tuple[Wait, ...]] = [(wait,) for wait in waits_of(evidence, scene)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        name = way[-1].node
        if name == evidence.node:
            return way
        neighbour = scene.neighbours.get(name)
        if neighbour is not None and name not in seen and len(way) < _LONGEST:
            seen.add(name)
            ways += [(*way, wait) for wait in waits_of(neighbour, scene)]
    return ()


def _circle(
    circle: tuple[str, ...], evidence: NodeEvidence, confidence: Confidence, lines: Iterable[str] = ()
) -> Cause:
    place = circle.index(evidence.node)
    turned = (*circle[place:], *circle[:place])
    told = " -> ".join((*turned, turned[0]))
    return replace(
        build_cause(CauseClass.WAITING_CIRCLE, evidence, confidence, lines=tuple(lines)),
        dependency=turned[1] if len(turned) > 1 else None,
        summary=f"these nodes wait for each other in a circle: {told}",
    )
