"""Everything that a diagnosis looks at beside the node itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from readiness.diagnosis import state
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause
from readiness.model.graph import Graph, Kind


@dataclass(frozen=True)
class Scene:
    """Everything that a diagnosis looks at, and the nodes that it has come through so far."""

    graph: Graph
    neighbours: Mapping[str, NodeEvidence]
    diagnose: Callable[[NodeEvidence, "Scene"], Cause]
    """How a node that this one depends on is diagnosed in its turn."""
    path: tuple[str, ...] = ()

    def through(self, node: str) -> "Scene":
        return replace(self, path=(*self.path, node))

    def environment(self, evidence: NodeEvidence) -> Mapping[str, str]:
        """What a node was seen to be given, or else what the graph declares for it."""
        node = self.graph.nodes.get(evidence.node)
        return evidence.environment or (node.environment if node else {})

    def is_failing(self, name: str) -> bool:
        """Whether a neighbour is known to be at fault itself."""
        evidence = self.neighbours.get(name)
        if evidence is None:
            return False
        is_job = name in self.graph.nodes and self.graph[name].kind is Kind.JOB
        return state.is_failing(evidence, is_job=is_job)

    def is_down(self, name: str) -> bool:
        """Whether a neighbour that somebody could not reach is at fault itself: it fails, or listens nowhere."""
        evidence = self.neighbours.get(name)
        is_deaf = evidence is not None and evidence.listens == () and evidence.state.status == "running"
        return self.is_failing(name) or (is_deaf and not self.is_fine(name))

    def is_fine(self, name: str) -> bool:
        evidence = self.neighbours.get(name)
        return evidence is not None and state.is_fine(evidence)
