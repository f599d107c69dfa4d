"""What the client's own settings have to do with a failure that is about a dependency."""

from dataclasses import replace

from readiness.diagnosis import addresses, encryption, settings, state, wording
from readiness.diagnosis.addresses import Place, Problem
from readiness.diagnosis.building import at_most_likely
from readiness.diagnosis.causes import EXPLAINED_BY_A_DEAD_DEPENDENCY, CauseClass
from readiness.diagnosis.lastwords import reading_of_the_end
from readiness.diagnosis.matching import Match
from readiness.diagnosis.place import meant_by
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause
from readiness.model.graph import Graph, Kind, Node

_ABOUT_THE_CONNECTION = (CauseClass.TLS_MISMATCH, CauseClass.DATABASE_MISSING)
"""Causes beside those of reaching and logging in for which the client's settings decide."""
_CORRECT_THE_SETTING = "Correct the host and port in the node's settings."
_ADVICE = {
    Problem.LOCALHOST: "Set the dependency's service name in place of localhost in the node's settings.",
    Problem.NAME_ELSEWHERE: "Use the service's name, or give the alias on the network that both are on.",
    Problem.SENT_ELSEWHERE: "Take the name out of the node's extra_hosts: the network's own resolver knows it.",
    Problem.NO_COMMON_NETWORK: "Attach both services to one network.",
}


def with_clients_side(cause: Cause, match: Match, place: Place, evidence: NodeEvidence, scene: Scene) -> Cause:
    """What the client's own settings have to do with it."""
    node = scene.graph.nodes.get(evidence.node)
    dependency = scene.graph.nodes.get(cause.dependency or "")
    about_dependency = cause.cls.startswith("dependency_")
    told = wording.summary_of_place(evidence.node, place) if about_dependency and place.host else None
    told = told or (_told_of_another(place, dependency, evidence, scene) if about_dependency else None)
    if told:
        cause = replace(
            cause, summary=told, advice=_ADVICE.get(place.problem or Problem.UNKNOWN_NAME, _CORRECT_THE_SETTING)
        )
        if (place.keys and not match.role) or _may_open_more(place, dependency, scene):
            # The message tells neither address nor library, or the port is one that a file merely leaves out.
            cause = replace(cause, confidence=at_most_likely(cause))
    if node is None:
        return cause
    if cause.cls == CauseClass.DEPENDENCY_AUTH_FAILED:
        cause = _refused_to_whom(cause, evidence, scene)
        keys = addresses.credentials_for(node, dependency, match.role)
    elif cause.cls in _ABOUT_THE_CONNECTION:
        keys = addresses.credentials_for(node, dependency, match.role)
    else:
        keys = settings.variables_for(node, place, dependency) if told or place.host else ()
    if keys and (about_dependency or cause.cls in _ABOUT_THE_CONNECTION) and cause.node == evidence.node:
        cause = replace(cause, evidence=(*cause.evidence, f"{evidence.node}'s settings for it: {', '.join(keys)}"))
    if cause.dependency and about_dependency and scene.is_fine(cause.dependency):
        probed = state.newest_answers(scene.neighbours[cause.dependency])
        well = "answers our own probe" if probed else "passes its HEALTHCHECK"
        cause = replace(cause, evidence=(*cause.evidence, f"{cause.dependency} {well}"))
        if cause.cls in EXPLAINED_BY_A_DEAD_DEPENDENCY and not told:
            # It is fine now: the client was too early, or looks in the wrong place. Both are its own affair.
            cause = replace(cause, confidence=at_most_likely(cause))
    return encryption.suspected(cause, evidence, scene)


def _told_of_another(place: Place, dependency: Node | None, evidence: NodeEvidence, scene: Scene) -> str | None:
    """That the address is a node's which plays another role; one without a known role may be a proxy."""
    named = scene.graph.nodes.get(place.node or "")
    if named is None or dependency is None or named is dependency:
        return None
    played, wanted = addresses.roles_of(named), addresses.roles_of(dependency)
    if not played or not wanted or played & wanted:
        return None
    return f"{evidence.node} looks for {dependency.name} at {place}, which is {named.name}"


def _may_open_more(place: Place, dependency: Node | None, scene: Scene) -> bool:
    """Whether a port counts as closed only because the Compose file does not name it: nobody saw the sockets."""
    seen = scene.neighbours.get(place.node or "")
    own_code = dependency is not None and dependency.kind is not Kind.BACKING
    return place.problem is Problem.CLOSED_PORT and own_code and (seen is None or not seen.listens)


def _refused_to_whom(cause: Cause, evidence: NodeEvidence, scene: Scene) -> Cause:
    """When a dependency refuses every one of several clients, it is the dependency whose credentials were changed."""
    dependency = cause.dependency or ""
    if dependency not in scene.graph.nodes or dependency in scene.path:
        return cause
    clients = _clients_of(dependency, scene.graph)
    others = [name for name in clients if name != evidence.node and name in scene.neighbours]
    if not others or not all(_is_refused(scene.neighbours[name], dependency, scene) for name in others):
        return cause
    return replace(
        cause,
        node=dependency,
        confidence=at_most_likely(cause),
        evidence=(*cause.evidence, f"{dependency} refuses its other clients too: {', '.join(others)}"),
    )


def _clients_of(dependency: str, graph: Graph) -> list[str]:
    target = graph[dependency]
    return [
        node.name
        for node in graph
        if node.kind is Kind.SERVICE
        and (
            any(edge.node == dependency for edge in node.depends_on)
            or addresses.settings_naming(node, Place(dependency, None, dependency), target)
        )
    ]


def _is_refused(evidence: NodeEvidence, dependency: str, scene: Scene) -> bool:
    reading = reading_of_the_end(evidence)
    if reading is None or reading.match.signature.cause is not CauseClass.DEPENDENCY_AUTH_FAILED:
        return False
    return meant_by(reading.match, evidence, scene).node == dependency
