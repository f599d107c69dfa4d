"""Who waits for whom: a container that was never started, and circles of waiting."""

from dataclasses import replace

from readiness.diagnosis.building import build_cause
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.explain import deeper
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Condition


def of_waiting(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """The container was made and never started: somebody that it waits for does not get ready."""
    if evidence.state.status != "created" or evidence.node not in scene.graph.nodes:
        return None
    circle = scene.graph.gated_circle()
    if evidence.node in circle:
        told = " -> ".join((*circle, circle[0]))
        return replace(
            build_cause(CauseClass.WAITING_CIRCLE, evidence, Confidence.SURE),
            summary=f"these nodes wait for each other in a circle: {told}",
        )
    gates = [e.node for e in scene.graph[evidence.node].depends_on if e.condition is not Condition.STARTED]
    for name in gates:
        if scene.is_failing(name) and name not in scene.path:
            because = f"{evidence.node} was never started: it waits for {name}"
            return deeper(name, scene, because, otherwise=CauseClass.DEPENDENCY_FAILED)
    return None
