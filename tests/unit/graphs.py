"""Small graphs and contracts for the core's tests, built in a line."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from readiness.model.contract import Contract
from readiness.model.events import NodeFailed
from readiness.model.graph import Condition, Dependency, Graph, Kind, Node, RestartPolicy, Role

ROLES = {"postgres": Role.POSTGRES, "redis": Role.REDIS, "kafka": Role.KAFKA}


def service(name: str, *after: str, condition: Condition = Condition.HEALTHY, **more: Any) -> Node:
    """A service that waits for others."""
    edges = tuple(Dependency(dependency, condition) for dependency in after)
    return Node(name, Kind.SERVICE, f"{name}:1", depends_on=edges, **more)


def restarting(name: str, *after: str) -> Node:
    """A service whose restart policy brings it back."""
    return service(name, *after, restart=RestartPolicy("unless-stopped"))


def backing(name: str, **more: Any) -> Node:
    """A backing service of the role that its name says."""
    return Node(name, Kind.BACKING, f"{name}:1", role=ROLES[name], **more)


def job(name: str, *after: str, **more: Any) -> Node:
    """A task that runs to its end."""
    edges = tuple(Dependency(dependency, Condition.HEALTHY) for dependency in after)
    return Node(name, Kind.JOB, f"{name}:1", depends_on=edges, **more)


def failed(node: str, error: str = "NodeDied", cause_class: str = "unknown", root: str = "") -> NodeFailed:
    """A node that did not become ready."""
    return NodeFailed(
        node=node,
        error=error,
        message="",
        cause_class=cause_class,
        cause_node=node,
        cause_dependency=None,
        confidence="unknown",
        root=root,
    )


def graph_of(*nodes: Node, name: str = "demo") -> Graph:
    """The graph of these nodes, in this order."""
    return Graph(name, {node.name: node for node in nodes}, Path("compose.yaml"))


def contract_of(services: dict[str, Any] | None = None, **more: Any) -> Contract:
    """A contract as its file would say it, with units."""
    return Contract.model_validate({"services": services or {}, **more})


def names(nodes: Iterable[Node]) -> list[str]:
    """The names of nodes, in their order."""
    return [node.name for node in nodes]
