"""Whether a node came up at all: what asks for one that did not is blocked by the finding that tells of it."""

from readiness.model.events import NodeFailed
from readiness.model.finding import Blocked
from readiness.platform import Platform
from readiness.runtime.record import waiting_circle

_NEVER_MADE = ("ImageUnavailable", "StartRefused", "PortInUse")


def demand_made(platform: Platform, node: str) -> None:
    """:raises Blocked: the node's container could not even be made, and that is told by a finding of its own."""
    failure = platform.failure(node)
    if failure is not None and failure.error in _NEVER_MADE:
        raise Blocked(by=start_finding(platform, failure))


def demand_ready(platform: Platform, node: str) -> None:
    """:raises Blocked: the node did not become ready, and that is told by a finding of its own."""
    failure = platform.failure(node)
    if failure is not None:
        raise Blocked(by=start_finding(platform, failure))


def demand_still_ready(platform: Platform, node: str, asking: str = "") -> None:
    """A node has to be ready, unless the very finding that asks for it tells that it is not.

    :param asking: the key of that finding.
    :raises Blocked: it did not become ready, or not again after a disturbance.
    """
    demand_ready(platform, node)
    left_by = platform.record.left_unready(node)
    if left_by not in (None, asking):
        raise Blocked(by=left_by)


def start_finding(platform: Platform, failure: NodeFailed) -> str:
    """The key of the finding that tells of a failed start: of the node itself, or of the one that it goes back to."""
    root = platform.failure(failure.root or failure.node) or failure
    if root.node in waiting_circle(platform.record):
        # One finding for all that stand in the circle, and for all that hang on it.
        return f"start.acyclic[{platform.graph.name}]"
    name = "start.image" if root.error == "ImageUnavailable" else "start.ready"
    return f"{name}[{root.node}]"
