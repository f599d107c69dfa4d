"""Why a node that runs says of itself that it is not ready."""

from collections.abc import Mapping
from dataclasses import replace

from readiness.diagnosis.circles import of_observed_circle
from readiness.diagnosis.diagnose import diagnose_in, scene_of
from readiness.diagnosis.indicators import of_indicators
from readiness.diagnosis.log.lives import newest_life
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause
from readiness.model.graph import Graph


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
    evidence = replace(newest_life(evidence), indicators=details)
    here = scene.through(service)
    return of_observed_circle(evidence, here) or of_indicators(evidence, here) or diagnose_in(evidence, scene)
