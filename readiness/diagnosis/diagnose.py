"""From the evidence of one node, its neighbours and the graph to one cause."""

from collections.abc import Mapping
from dataclasses import replace

from readiness.diagnosis import settings, state, wording
from readiness.diagnosis.backing import of_answers
from readiness.diagnosis.building import answers
from readiness.diagnosis.causes import EXPLANATIONS, CauseClass
from readiness.diagnosis.circles import of_observed_circle, of_wait, of_waiting
from readiness.diagnosis.ending import of_end, of_engine, of_memory
from readiness.diagnosis.indicators import of_indicators, of_own_error
from readiness.diagnosis.log.lives import newest_life
from readiness.diagnosis.running import of_running
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause
from readiness.model.graph import Graph


def diagnose(evidence: NodeEvidence, graph: Graph, neighbours: Mapping[str, NodeEvidence]) -> Cause:
    """Why a node does not do what it must.

    The node of the cause is the one at fault: a dependency that is dead itself is the cause of its client's failure,
    and is diagnosed in turn. The dependency is a node of the graph; where there is no graph to look in, it is the name
    that the log gives. Nothing is raised: what cannot be explained is :meth:`Cause.unknown` with the evidence.
    """
    return diagnose_in(newest_life(evidence), scene_of(graph, neighbours))


def scene_of(graph: Graph, neighbours: Mapping[str, NodeEvidence]) -> Scene:
    """A scene in which the nodes that a cause leads to are diagnosed in the same way."""
    return Scene(graph, {name: newest_life(each) for name, each in neighbours.items()}, diagnose_in)


def diagnose_in(evidence: NodeEvidence, scene: Scene) -> Cause:
    """As :func:`diagnose`, on the way from the nodes in ``scene.path``."""
    here = scene.through(evidence.node)
    return (
        of_engine(evidence)
        or of_memory(evidence)
        or of_observed_circle(evidence, here)
        or of_waiting(evidence, here)
        or _of_health(evidence, here)
        or of_end(evidence, here)
        or of_answers(evidence)
        or of_running(evidence, here)
        or of_wait(evidence, here)
        or _unexplained(evidence, here)
    )


def _of_health(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """The node answers and says itself what is not well. One in a restart loop says so between two deaths: not that."""
    if evidence.state.status != "running" or state.loop_in(evidence) is not None:
        return None
    return of_indicators(evidence, scene) or of_own_error(evidence, scene)


def _unexplained(evidence: NodeEvidence, scene: Scene) -> Cause:
    failed = tuple(str(check) for check in evidence.state.failed_checks[-1:])
    lines = (*state.describe(evidence), *answers(evidence), *failed, *wording.last_lines(evidence.log))
    lines += _doubtful_settings(evidence, scene)
    return replace(
        Cause.unknown(evidence.node, lines, f"{evidence.node}: nothing that was seen explains it"),
        advice=EXPLANATIONS[CauseClass.UNKNOWN].advice,
    )


def _doubtful_settings(evidence: NodeEvidence, scene: Scene) -> tuple[str, ...]:
    """Addresses in the node's settings that cannot be right: no cause by themselves, and worth a look."""
    found = settings.places(scene.graph, evidence.node, evidence.environment)
    wrong = ((place, wording.summary_of_place(evidence.node, place)) for _, place in found if place.node)
    return tuple(f"{', '.join(place.keys)}: {told}" for place, told in wrong if told)
