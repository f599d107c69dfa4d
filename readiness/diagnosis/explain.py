"""From what a text says to a cause: the dependency is found in the graph and looked at in its turn."""

from dataclasses import replace

from readiness.diagnosis import addresses, listening, state, wording
from readiness.diagnosis.addresses import Place, Problem
from readiness.diagnosis.attempts import attempts_in, told_of_the_end
from readiness.diagnosis.backing import of_answers
from readiness.diagnosis.brokers import of_redirection
from readiness.diagnosis.building import at_most_likely, build_cause
from readiness.diagnosis.causes import ABOUT_A_DEPENDENCY, EXPLAINED_BY_A_DEAD_DEPENDENCY, CauseClass
from readiness.diagnosis.client import with_clients_side
from readiness.diagnosis.history import as_it_ended, death_beside
from readiness.diagnosis.log.times import Moment
from readiness.diagnosis.matching import Match
from readiness.diagnosis.migrations import as_migration
from readiness.diagnosis.place import meant_by
from readiness.diagnosis.reading import Reading
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause, Confidence


def explain_reading(reading: Reading, evidence: NodeEvidence, scene: Scene) -> Cause:
    """The cause that a log names, with the dependency found in the graph and looked at in its turn."""
    reading = as_migration(reading)
    tried = attempts_in(evidence, reading) if reading.match.signature.cause in ABOUT_A_DEPENDENCY else None
    lines = wording.lines_of(reading)
    if tried is None:
        return explain(reading.match, reading.confidence, lines, evidence, scene, said_at=reading.entry.time)
    told = told_of_the_end(tried, evidence)
    cause = explain(reading.match, reading.confidence, (*lines, told), evidence, scene, said_at=reading.entry.time)
    return replace(cause, summary=f"{cause.summary}: {told}") if cause.node == evidence.node else cause


def explain(
    match: Match,
    confidence: Confidence,
    lines: tuple[str, ...],
    evidence: NodeEvidence,
    scene: Scene,
    known: str | None = None,
    said_at: Moment | None = None,
) -> Cause:
    """The cause behind a match: the other side's where that is at fault, else the node's own.

    ``known`` is the dependency where it is known from elsewhere, ``said_at`` when the log tells of it.
    """
    place = meant_by(match, evidence, scene)
    dependency = known or place.node
    others = (
        _not_listening(place, scene)
        or of_redirection(match, place, confidence, evidence, scene)
        or _refused_to_all(match, dependency, evidence, scene)
        or _fails_itself(match, place, dependency, scene)
        or _died_then(match, place, dependency, evidence, scene, said_at)
    )
    if others is not None:
        return replace(others, evidence=(*others.evidence, *(f"{evidence.node}: {line}" for line in lines)))
    said = {**match.groups, **_setting(match, evidence), "node": evidence.node}
    called = dependency or match.role
    if called:
        said["dependency"] = called
    if place.host:
        said.update({"at": f" at {place}"} if called else {"dependency": str(place)})
    cause = build_cause(match.signature.cause, evidence, confidence, said=said, lines=lines)
    cause = replace(cause, dependency=_named(dependency, match, place, scene), advice=match.signature.advise(said))
    return with_clients_side(cause, match, place, evidence, scene)


def _not_listening(place: Place, scene: Scene) -> Cause | None:
    """The node that the client looks for opens its port on 127.0.0.1 only: its own fault, and not the client's."""
    target = scene.neighbours.get(place.node or "")
    if place.problem is not Problem.LOOPBACK_ONLY or target is None:
        return None
    return listening.of_loopback(target, scene, place.port)


def _follows(match: Match, place: Place) -> bool:
    """Whether a failure of the dependency would explain this one: not where the address is wrong in itself."""
    return match.signature.cause in EXPLAINED_BY_A_DEAD_DEPENDENCY and place.problem is None


def _fails_itself(match: Match, place: Place, dependency: str | None, scene: Scene) -> Cause | None:
    """The dependency is down: its own cause is the cause."""
    if not dependency or not _follows(match, place) or dependency in scene.path or not scene.is_down(dependency):
        return None
    return deeper(dependency, scene)


def _died_then(
    match: Match, place: Place, dependency: str | None, evidence: NodeEvidence, scene: Scene, said_at: Moment | None
) -> Cause | None:
    """The cause of the dependency's end, where it died just when its client failed, and was brought back since."""
    neighbour = scene.neighbours.get(dependency or "")
    if neighbour is None or not _follows(match, place) or neighbour.node in (evidence.node, *scene.path):
        return None
    death = death_beside(neighbour, evidence, said_at)
    if death is None:
        return None
    then = as_it_ended(neighbour, death)
    told = f"{neighbour.node} died at that time (exit code {death.exit_code}) and was brought back"
    cause = deeper(neighbour.node, replace(scene, neighbours={**scene.neighbours, neighbour.node: then}), told)
    return replace(cause, confidence=at_most_likely(cause))


def _refused_to_all(match: Match, dependency: str | None, evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """The dependency turns our own probe away in the same words: its own affair, whatever its client is set to."""
    target = scene.neighbours.get(dependency or "")
    if target is None or target.node == evidence.node:
        return None
    cause = of_answers(target)
    return cause if cause is not None and cause.cls == match.signature.cause.value else None


def _setting(match: Match, evidence: NodeEvidence) -> dict[str, str]:
    """The variable as the node's environment spells it, where a library names only its own field for it."""
    key = match.groups.get("key")
    if match.signature.cause is not CauseClass.CONFIG_INVALID or key is None:
        return {}
    spelled = next((name for name in evidence.environment if name.lower() == key.lower()), None)
    return {"key": spelled or (f"{key} ({key.upper()} in the environment)" if key.islower() else key)}


def _named(dependency: str | None, match: Match, place: Place, scene: Scene) -> str | None:
    """The dependency as a node; by the name that the log gives where there is no graph to look it up in."""
    if match.signature.cause is CauseClass.MIGRATION_CODE_BUG:
        # It fails before anything is sent: the database has no part in it, although a health answer calls it down.
        return None
    declared = scene.graph.is_complete and len(scene.graph) > 1
    if dependency or declared or match.signature.cause not in ABOUT_A_DEPENDENCY:
        return dependency
    return match.role or addresses.role_of_port(place.port) or addresses.name_in(place.host)


def deeper(name: str, scene: Scene, *because: str, otherwise: CauseClass = CauseClass.DEPENDENCY_UNREACHABLE) -> Cause:
    """The cause of a dependency's failure, as the cause of its client's; ``otherwise`` where that is not known."""
    evidence = scene.neighbours[name]
    cause = scene.diagnose(evidence, scene)
    if cause.cls == CauseClass.UNKNOWN and cause.node == name:
        cause = replace(
            cause,
            cls=otherwise.value,
            dependency=name,
            confidence=Confidence.LIKELY,
            summary=f"{name} is down itself ({state.describe(evidence)[0]})",
            advice=f"Find out why {name} does not run; its clients follow.",
        )
    return replace(cause, evidence=(*cause.evidence, *because))
