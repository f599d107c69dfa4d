"""Which of several failing nodes the others fail because of."""

from collections.abc import Mapping

from readiness.diagnosis.causes import EXPLAINED_BY_A_DEAD_DEPENDENCY, CauseClass
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Graph


def attribute(causes: Mapping[str, Cause], graph: Graph) -> dict[str, str]:
    """For each failing node the failing node that is its root: itself, or the dependency that failed deeper.

    All nodes of a circle, and all that hang on it, have the same root: its first node in the order of the graph.
    """
    return {name: _root(name, causes, graph) for name in causes}


def _root(name: str, causes: Mapping[str, Cause], graph: Graph) -> str:
    path = [name]
    while (deeper := _because_of(path[-1], causes, graph)) is not None:
        if deeper in path:
            circle = path[path.index(deeper) :]
            order = {node.name: place for place, node in enumerate(graph)}
            return min(circle, key=lambda each: (order.get(each, len(order)), each))
        path.append(deeper)
    return path[-1]


def _because_of(name: str, causes: Mapping[str, Cause], graph: Graph) -> str | None:
    """The failing node that explains this one's failure; None where it is a failure of its own."""
    cause = causes[name]
    if cause.node != name:
        return cause.node if cause.node in causes else None
    follows = cause.cls in EXPLAINED_BY_A_DEAD_DEPENDENCY or cause.cls == CauseClass.WAITING_CIRCLE
    if cause.dependency in causes and cause.dependency != name and follows:
        return cause.dependency
    if cause.confidence is Confidence.UNKNOWN and name in graph.nodes:
        # Nothing tells why, and something that it depends on is down: an accusation of its own would be a guess.
        failing = [edge.node for edge in graph[name].depends_on if edge.node in causes]
        return failing[0] if failing else None
    return None
