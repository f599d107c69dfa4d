"""Where the text that was matched points to."""

from readiness.diagnosis import addresses
from readiness.diagnosis.addresses import Place
from readiness.diagnosis.reading import Match
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import NodeEvidence


def meant_by(match: Match, evidence: NodeEvidence, scene: Scene) -> Place:
    """The place that the text names; by the role alone of what it is about where it names none."""
    groups = match.groups
    if groups.get("node") and groups["node"] in scene.graph.nodes:
        return Place(groups["host"] if "host" in groups else groups["node"], None, groups["node"])
    port = groups.get("port", "")
    host = groups.get("host", "")
    return addresses.meant(scene.graph, evidence.node, host, int(port) if port.isdigit() else None, match.role)
