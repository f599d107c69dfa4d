"""Where the text that was matched points to: by its own words, by the client's settings, and by what was seen."""

import re
from dataclasses import replace

from readiness.diagnosis import addresses, listening, settings
from readiness.diagnosis.addresses import Place, Problem
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.matching import Match
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import NodeEvidence

# Failures on the way to an address; and what can be wrong with an address that fails in this way. A refusal shows
# that the name was resolved; a name that is not resolved is not localhost.
_UNNAMED = {Problem.UNKNOWN_NAME, Problem.NAME_ELSEWHERE, Problem.NO_COMMON_NETWORK}
_ON_THE_WAY = {
    CauseClass.DEPENDENCY_UNREACHABLE: {*Problem},
    CauseClass.DEPENDENCY_TIMEOUT: {*Problem},
    CauseClass.DEPENDENCY_NAME_UNRESOLVED: _UNNAMED,
    CauseClass.DEPENDENCY_LOST: {Problem.LOOPBACK_ONLY},
    CauseClass.DEPENDENCY_STARTING: set(),
}
_URL = re.compile(r"://(?:[^/\s@]*@)?(?P<host>[A-Za-z][\w.-]*)(?::(?P<port>\d{1,5}))?(?=[/\s\"',;)?]|$)")
_REFUSED = ("refused", "econnrefused")


def meant_by(match: Match, evidence: NodeEvidence, scene: Scene) -> Place:
    """The place that the text names; what the client's settings or the text's role tell where it names none."""
    return listening.checked(_told(match, evidence, scene), scene)


def is_refusal(match: Match) -> bool:
    """Whether the text shows that the host was found and turned the client away."""
    return any(word in match.line.lower() for word in _REFUSED)


def _told(match: Match, evidence: NodeEvidence, scene: Scene) -> Place:
    groups = match.groups
    if groups.get("node") and groups["node"] in scene.graph.nodes:
        return Place(groups["host"] if "host" in groups else groups["node"], None, groups["node"])
    port, host = groups.get("port", ""), groups.get("host", "")
    number = int(port) if port.isdigit() else None
    place = addresses.meant(scene.graph, evidence.node, host, number, match.role)
    if match.signature.cause not in _ON_THE_WAY:
        return place
    if place.problem is Problem.UNKNOWN_NAME and is_refusal(match):
        # Somebody has that name, outside of the graph.
        return replace(place, problem=None)
    if addresses.name_in(host):
        return place
    bearer = next((name for name, each in scene.neighbours.items() if host in each.addresses), None)
    if bearer is not None and bearer != evidence.node:
        return replace(addresses.meant(scene.graph, evidence.node, bearer, number, match.role), host=host)
    return _by_url(match, evidence, scene) or _by_settings(place, match, evidence, scene)


def _by_url(match: Match, evidence: NodeEvidence, scene: Scene) -> Place | None:
    """The node whose name stands in a URL beside the address that it had: ``request to http://auth:3000/ failed``."""
    for url in _URL.finditer(match.line):
        host, port = url["host"], int(url["port"]) if url["port"] else None
        if any(addresses.is_name_of(node, host) for node in scene.graph if node.name != evidence.node):
            return addresses.meant(scene.graph, evidence.node, host, port, match.role)
    return None


def _by_settings(place: Place, match: Match, evidence: NodeEvidence, scene: Scene) -> Place:
    """The place with the name that the client's settings give for an address, or for none."""
    environment = scene.environment(evidence)
    found = settings.place_for(scene.graph, evidence.node, environment, match.role, place.port)
    if found is None or (match.role is None and place.port is None and found.problem is None):
        return place
    if place.problem is Problem.LOCALHOST and found.problem is Problem.SENT_ELSEWHERE:
        return found
    if place.problem is Problem.LOCALHOST:
        return replace(place, node=found.node or place.node, keys=found.keys) if _is_local(found) else place
    possible = _ON_THE_WAY[match.signature.cause]
    if found.problem is not None and (
        found.problem not in possible or (is_refusal(match) and found.problem in _UNNAMED)
    ):
        return replace(place, node=place.node or found.node)
    if place.host and found.problem is Problem.LOCALHOST:
        # The message has a real address, so that this setting is not the one that was used.
        return place
    return replace(found, port=place.port or found.port)


def _is_local(place: Place) -> bool:
    return addresses.is_loopback(place.host)
