"""From the evidence of one node, its neighbours and the graph to one cause."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from readiness.diagnosis import addresses, state, wording
from readiness.diagnosis.addresses import Place, Problem
from readiness.diagnosis.catalogue import Source
from readiness.diagnosis.causes import EXPLAINED_BY_A_DEAD_DEPENDENCY, EXPLANATIONS, CauseClass
from readiness.diagnosis.reading import Match, Reading, best, matches, read
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Condition, Graph, Kind

# What a log may say that a signal's exit code does not contradict: the process was killed for this very thing.
_ENDS_IN_A_SIGNAL = {
    137: {CauseClass.HEAP_OOM, CauseClass.CONTAINER_OOM, CauseClass.APP_HANG},
    143: {CauseClass.HEALTHCHECK_BROKEN},
}
_SIGNALS = range(129, 160)
_NATIVE = {CauseClass.NATIVE_CRASH, CauseClass.NATIVE_MODULE, CauseClass.HEAP_OOM}


@dataclass(frozen=True)
class Scene:
    """Everything that a diagnosis looks at, and the nodes that it has come through so far."""

    graph: Graph
    neighbours: Mapping[str, NodeEvidence]
    path: tuple[str, ...] = ()

    def through(self, node: str) -> "Scene":
        return replace(self, path=(*self.path, node))

    def is_failing(self, name: str) -> bool:
        """Whether a neighbour is known to be at fault itself."""
        evidence = self.neighbours.get(name)
        if evidence is None:
            return False
        is_job = name in self.graph.nodes and self.graph[name].kind is Kind.JOB
        return state.is_failing(evidence, is_job=is_job)

    def is_fine(self, name: str) -> bool:
        evidence = self.neighbours.get(name)
        return evidence is not None and state.is_fine(evidence)


def diagnose(evidence: NodeEvidence, graph: Graph, neighbours: Mapping[str, NodeEvidence]) -> Cause:
    """Why a node does not do what it must.

    The node of the cause is the one at fault: a dependency that is dead itself is the cause of its client's failure,
    and is diagnosed in turn. The dependency is a node of the graph; where there is no graph to look in, it is the name
    that the log gives. Nothing is raised: what cannot be explained is :meth:`Cause.unknown` with the evidence.
    """
    return diagnose_in(evidence, Scene(graph, neighbours))


def diagnose_in(evidence: NodeEvidence, scene: Scene) -> Cause:
    """As :func:`diagnose`, on the way from the nodes in ``scene.path``."""
    here = scene.through(evidence.node)
    return (
        _of_engine(evidence)
        or _of_waiting(evidence, here)
        or _of_memory(evidence)
        or _of_end(evidence, here)
        or _of_running(evidence, here)
        or _unexplained(evidence)
    )


def _of_engine(evidence: NodeEvidence) -> Cause | None:
    """The engine would not start the process: its own words are the cause."""
    error = evidence.state.error
    if not error or evidence.state.is_running:
        return None
    match = best(matches(error, Source.ENGINE)) or best(matches(error))
    if match is None:
        return _cause(CauseClass.START_REFUSED, evidence, Confidence.SURE)
    said = {"node": evidence.node, **match.groups}
    return _cause(match.signature.cause, evidence, Confidence.SURE, said=said, advice=match.signature.advise(said))


def _of_waiting(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """The container was made and never started: somebody that it waits for does not get ready."""
    if evidence.state.status != "created" or evidence.node not in scene.graph.nodes:
        return None
    circle = scene.graph.gated_circle()
    if evidence.node in circle:
        told = " -> ".join((*circle, circle[0]))
        return replace(
            _cause(CauseClass.WAITING_CIRCLE, evidence, Confidence.SURE),
            summary=f"these nodes wait for each other in a circle: {told}",
        )
    gates = [e.node for e in scene.graph[evidence.node].depends_on if e.condition is not Condition.STARTED]
    for name in gates:
        if scene.is_failing(name) and name not in scene.path:
            because = f"{evidence.node} was never started: it waits for {name}"
            return deeper(name, scene, because, otherwise=CauseClass.DEPENDENCY_FAILED)
    return None


def _of_memory(evidence: NodeEvidence) -> Cause | None:
    if not state.was_out_of_memory(evidence):
        return None
    return _cause(CauseClass.CONTAINER_OOM, evidence, Confidence.SURE)


def _of_end(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """The process ended: its log, checked against its exit code."""
    last = state.last_exit(evidence)
    is_job = evidence.node in scene.graph.nodes and scene.graph[evidence.node].kind is Kind.JOB
    if last is None or (is_job and last.exit_code == 0):
        return None
    if evidence.state.is_running and state.is_fine(evidence):
        return None
    meaning = state.meaning_of(last.exit_code)
    reading = _reading_of_the_end(evidence)
    if reading and _fits(reading, last.exit_code):
        cause = _explained(reading, evidence, scene)
        return replace(cause, confidence=Confidence.LIKELY) if _weak(cause, last.exit_code) else cause
    return _cause(meaning.cause, evidence, meaning.confidence, lines=wording.last_lines(_log_of_the_end(evidence)))


def _weak(cause: Cause, exit_code: int) -> bool:
    """A process that ends with 0 does not itself hold what its log says for an error."""
    return exit_code == 0 and cause.confidence is Confidence.SURE


def _log_of_the_end(evidence: NodeEvidence) -> str:
    """The log of the life that ended: the one before, where the container was brought back."""
    return evidence.earlier_log if evidence.state.is_running and evidence.earlier_log.strip() else evidence.log


def _reading_of_the_end(evidence: NodeEvidence) -> Reading | None:
    return read(_log_of_the_end(evidence), ended=True) or read(evidence.log, ended=False)


def _fits(reading: Reading, exit_code: int) -> bool:
    """Whether an end with this exit code can be what the log tells of."""
    if exit_code in (126, 127):
        return reading.confidence is Confidence.SURE
    if exit_code == 0:
        return reading.uncaught
    if exit_code in _SIGNALS:
        known = _ENDS_IN_A_SIGNAL.get(exit_code, set())
        aborted = exit_code in (132, 134, 135, 136, 139) and reading.uncaught and reading.match.is_specific
        native = reading.match.signature.cause in _NATIVE
        return reading.match.signature.cause in known or aborted or (native and exit_code not in (137, 143))
    return True


def _of_running(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """The process runs and does not do what it must."""
    if not evidence.state.is_running:
        return None
    if evidence.state.status == "paused":
        return replace(
            _cause(CauseClass.APP_HANG, evidence, Confidence.SURE),
            summary=f"{evidence.node} is paused: its processes are frozen",
            advice="Unpause the container.",
        )
    return _of_healthcheck(evidence, scene) or _of_log_so_far(evidence, scene)


def _of_healthcheck(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """The HEALTHCHECK does not pass: is it the check, or what it checks?"""
    failed = [entry for entry in evidence.state.health_log if entry.exit_code != 0]
    if evidence.state.health == "healthy" or not failed:
        return None
    output = failed[-1].output
    line = (f"HEALTHCHECK exited with {failed[-1].exit_code}: {output.strip()[:200]}",)
    match = best(matches(output, Source.HEALTH))
    if match:
        said = {"node": evidence.node, **match.groups}
        cause = _cause(match.signature.cause, evidence, Confidence.SURE, said=said, lines=line)
        return replace(cause, advice=match.signature.advise(said))
    if state.newest_answers(evidence) and state.is_fine(evidence):
        return _cause(CauseClass.HEALTHCHECK_BROKEN, evidence, Confidence.LIKELY, lines=(*line, *_answers(evidence)))
    reading = read(output, ended=False)
    place = _meant_by(reading.match, evidence, scene) if reading else None
    # What the check itself could not reach is the node; only a text about somebody else says more.
    if reading and place and place.node and place.problem is not Problem.LOCALHOST:
        cause = _explained(reading, evidence, scene)
        return replace(cause, confidence=_at_most_likely(cause), evidence=(*cause.evidence, *line))
    return None


def _of_log_so_far(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    reading = read(evidence.log, ended=False) or read(evidence.earlier_log, ended=True)
    if reading is None:
        return None
    cause = _explained(reading, evidence, scene)
    return replace(cause, confidence=_at_most_likely(cause)) if cause.node == evidence.node else cause


def _unexplained(evidence: NodeEvidence) -> Cause:
    failed = tuple(
        f"HEALTHCHECK exited with {entry.exit_code}: {entry.output.strip()[:200]}"
        for entry in evidence.state.health_log[-1:]
        if entry.exit_code != 0
    )
    lines = (*state.describe(evidence), *_answers(evidence), *failed, *wording.last_lines(evidence.log))
    return replace(
        Cause.unknown(evidence.node, lines, f"{evidence.node}: nothing that was seen explains it"),
        advice=EXPLANATIONS[CauseClass.UNKNOWN].advice,
    )


def _explained(reading: Reading, evidence: NodeEvidence, scene: Scene) -> Cause:
    """The cause that a log names, with the dependency found in the graph and looked at in its turn."""
    return explain(reading.match, reading.confidence, wording.lines_of(reading), evidence, scene)


def explain(
    match: Match,
    confidence: Confidence,
    lines: tuple[str, ...],
    evidence: NodeEvidence,
    scene: Scene,
    known: str | None = None,
) -> Cause:
    """The cause behind a match; ``known`` is the dependency where it is known from elsewhere."""
    place = _meant_by(match, evidence, scene)
    dependency = known or place.node
    follows = match.signature.cause in EXPLAINED_BY_A_DEAD_DEPENDENCY and place.problem is None
    if follows and dependency and dependency not in scene.path and scene.is_failing(dependency):
        return deeper(dependency, scene, *(f"{evidence.node}: {line}" for line in lines))
    said = {**match.groups, **_setting(match, evidence), "node": evidence.node}
    called = dependency or match.role
    if called:
        said["dependency"] = called
    if place.host:
        said.update({"at": f" at {place}"} if called else {"dependency": str(place)})
    cause = _cause(match.signature.cause, evidence, confidence, said=said, lines=lines)
    cause = replace(cause, dependency=_named(dependency, match, place, scene), advice=match.signature.advise(said))
    return _with_clients_side(cause, match, place, evidence, scene)


def _setting(match: Match, evidence: NodeEvidence) -> dict[str, str]:
    """The variable as the node's environment spells it, where a library names only its own field for it."""
    key = match.groups.get("key")
    if match.signature.cause is not CauseClass.CONFIG_INVALID or key is None:
        return {}
    spelled = next((name for name in evidence.environment if name.lower() == key.lower()), None)
    return {"key": spelled or (f"{key} ({key.upper()} in the environment)" if key.islower() else key)}


def _with_clients_side(cause: Cause, match: Match, place: Place, evidence: NodeEvidence, scene: Scene) -> Cause:
    """What the client's own settings have to do with it."""
    node = scene.graph.nodes.get(evidence.node)
    dependency = scene.graph.nodes.get(cause.dependency or "")
    about_dependency = cause.cls.startswith("dependency_")
    told = wording.summary_of_place(evidence.node, place) if about_dependency and place.host else None
    if told:
        cause = replace(cause, summary=told, advice="Correct the host and port in the node's settings.")
    if node is None:
        return cause
    if cause.cls == CauseClass.DEPENDENCY_AUTH_FAILED:
        cause = _refused_to_whom(cause, evidence, scene)
        keys = addresses.credentials_for(node, dependency, match.role)
    else:
        keys = addresses.settings_naming(node, place, dependency) if told or place.host else ()
    if keys and about_dependency and cause.node == evidence.node:
        cause = replace(cause, evidence=(*cause.evidence, f"{evidence.node}'s settings for it: {', '.join(keys)}"))
    if cause.dependency and about_dependency and scene.is_fine(cause.dependency):
        cause = replace(cause, evidence=(*cause.evidence, f"{cause.dependency} answers our own probe"))
        if cause.cls in EXPLAINED_BY_A_DEAD_DEPENDENCY and not told:
            # It is fine now: the client was too early, or looks in the wrong place. Both are its own affair.
            cause = replace(cause, confidence=_at_most_likely(cause))
    return cause


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
        confidence=_at_most_likely(cause),
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
    reading = _reading_of_the_end(evidence)
    if reading is None or reading.match.signature.cause is not CauseClass.DEPENDENCY_AUTH_FAILED:
        return False
    return _meant_by(reading.match, evidence, scene).node == dependency


def _meant_by(match: Match, evidence: NodeEvidence, scene: Scene) -> Place:
    groups = match.groups
    if groups.get("node") and groups["node"] in scene.graph.nodes:
        return Place(groups["host"] if "host" in groups else groups["node"], None, groups["node"])
    port = groups.get("port", "")
    host = groups.get("host", "")
    return addresses.meant(scene.graph, evidence.node, host, int(port) if port.isdigit() else None, match.role)


def _named(dependency: str | None, match: Match, place: Place, scene: Scene) -> str | None:
    """The dependency as a node; by the name that the log gives where there is no graph to look it up in."""
    if dependency or len(scene.graph) > 1 or not match.signature.cause.startswith(("dependency_", "tls", "database")):
        return dependency
    return match.role or addresses.role_of_port(place.port) or addresses.name_in(place.host)


def deeper(name: str, scene: Scene, *because: str, otherwise: CauseClass = CauseClass.DEPENDENCY_UNREACHABLE) -> Cause:
    """The cause of a dependency's failure, as the cause of its client's; ``otherwise`` where that is not known."""
    evidence = scene.neighbours[name]
    cause = diagnose_in(evidence, scene)
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


def _cause(
    cls: CauseClass,
    evidence: NodeEvidence,
    confidence: Confidence,
    *,
    said: Mapping[str, str] | None = None,
    lines: tuple[str, ...] = (),
    advice: str = "",
) -> Cause:
    said = said or {"node": evidence.node}
    return Cause(
        cls=cls.value,
        node=evidence.node,
        confidence=confidence,
        summary=wording.summary(cls, said),
        evidence=(*state.describe(evidence), *lines),
        advice=advice or EXPLANATIONS[cls].advice,
    )


def _answers(evidence: NodeEvidence) -> tuple[str, ...]:
    return tuple(str(answer) for answer in state.newest_answers(evidence))


def _at_most_likely(cause: Cause) -> Confidence:
    return Confidence.LIKELY if cause.confidence is Confidence.SURE else cause.confidence
