"""What is left of a platform that failed somewhere else: logs, what was inspected, the Compose file; as evidence."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from readiness.commands.captures import Capture
from readiness.commands.whose_log import distinct_names, node_of
from readiness.diagnosis.log.entries import MAX_LOG_CHARS, Entry, Level, read_log
from readiness.diagnosis.log.lives import newest_life
from readiness.model.contract import Contract
from readiness.model.errors import InputError
from readiness.model.evidence import ContainerState, HealthLogEntry, NodeEvidence
from readiness.model.graph import Graph, Kind, Node
from readiness.model.redaction import Redactor
from readiness.runtime.docker.inspect_output import Inspected
from readiness.sources.credentials import secret_values
from readiness.sources.hosts import names_of
from readiness.sources.inference import classify

_LAST_ENTRIES = 6
# Some frameworks call it FATAL when a request fails; only what stands last may be of the end.
_LAST_FATAL = 2
_LAST_WORDS = 3
_SAYS_IT_ENDS = re.compile(
    r"\b(?:exit(?:ed|ing)? (?:with )?(?:code|status):? [1-9]\d*|ELIFECYCLE|exiting\b|shutting down due to|app crashed|"
    r"core dumped|Segmentation fault|terminating\b)",
    re.IGNORECASE,
)
# A PostgreSQL server calls it FATAL when it ends a client's session, and goes on itself.
_SESSION_OF_A_SERVER = re.compile(r"\[\d+\](?: \S+)* FATAL:  ")
_SERVES = "database system is ready to accept connections"


class WhoseState(InputError):
    """A state does not say which of several containers it is of."""


@dataclass(frozen=True)
class Remains:
    """All that is known, by node. ``assumed`` are the nodes whose state nobody told: their logs alone speak."""

    graph: Graph
    evidence: Mapping[str, NodeEvidence]
    captures: Mapping[str, Capture]
    logs: Mapping[str, str]
    """For each node the log as it was given."""
    assumed: frozenset[str]


def gather(
    captured: Sequence[tuple[Capture, str]], inspected: Sequence[Inspected], declared: Graph | None = None
) -> Remains:
    """What is left, with every secret that is known or shows by its shape masked.

    :param captured: captures, each with the log that it is from as it was given.
    :param declared: the graph, where it is known; without it the nodes are those of which something is left.
    :raises WhoseState: a state without a name, where there are several logs.
    """
    by_name = _by_node(inspected, declared)
    known = {**_known_names(by_name), **(names_of(declared) if declared else {})}
    # Of one log and one inspection, or one declared service, the one is of the other.
    candidates = list(by_name or (declared.nodes if declared else ()))
    only = candidates[0] if len(candidates) == len(captured) == 1 else None
    names = distinct_names([node_of(capture, given, known, only) for capture, given in captured], captured)
    by_name = _of_the_same_projects(by_name, names)
    states = {**{name: each.state for name, each in by_name.items()}, **_bare_state(inspected, names)}
    graph = _graph(declared, by_name, names)
    redactor = Redactor(_secrets(graph, inspected))
    captures = {name: capture.newest(MAX_LOG_CHARS) for name, (capture, _) in zip(names, captured, strict=True)}
    evidence = {
        name: replace(
            _evidence(name, captures.get(name), states.get(name), graph, redactor),
            addresses=by_name[name].addresses if name in by_name else (),
        )
        for name in dict.fromkeys((*names, *states))
    }
    logs = {name: given for name, (_, given) in zip(names, captured, strict=True)}
    untold = {name for name, each in captures.items() if each.exit_code is None and not each.is_unhealthy}
    return Remains(graph, evidence, captures, logs, frozenset(untold - states.keys()))


def _secrets(graph: Graph, inspected: Sequence[Inspected]) -> frozenset[str]:
    """Also of containers that the graph does not know: others may print what they hold."""
    others = [each.node for each in inspected if each.node]
    return secret_values(graph).union(*(secret_values(replace(graph, nodes={o.name: o})) for o in others))


def serves_sessions(log: str) -> bool:
    """Whether it is the log of a server that writes down what its clients' sessions met."""
    return _SERVES in log


def _by_node(inspected: Sequence[Inspected], declared: Graph | None) -> dict[str, Inspected]:
    known = names_of(declared) if declared else {}
    found: dict[str, Inspected] = {}
    for each in inspected:
        if each.name is None:
            continue
        node = known.get(each.name) or known.get(each.container or "") or each.name
        # Several instances of one service are told apart by their own names.
        found[node if node not in found else each.container or each.name] = each
    return found


def _of_the_same_projects(by_name: Mapping[str, Inspected], names: Sequence[str]) -> dict[str, Inspected]:
    """Without the containers of other projects, which happen to be on the same engine."""
    projects = {by_name[name].project for name in names if name in by_name}
    if not projects or None in projects:
        return dict(by_name)
    return {name: each for name, each in by_name.items() if each.project in projects}


def _known_names(by_node: Mapping[str, Inspected]) -> dict[str, str]:
    return {name: node for node, each in by_node.items() for name in (node, each.container) if name}


def _bare_state(inspected: Sequence[Inspected], names: Sequence[str]) -> dict[str, ContainerState]:
    bare = [each.state for each in inspected if each.name is None]
    if not bare:
        return {}
    if len(names) != 1 or len(inspected) != 1:
        raise WhoseState(
            "--state holds a state that does not say whose it is: give `docker inspect CONTAINER...` without --format"
        )
    return {names[0]: bare[0]}


def _graph(declared: Graph | None, inspected: Mapping[str, Inspected], names: Sequence[str]) -> Graph:
    told = {name: replace(each.node, name=name) for name, each in inspected.items() if each.node}
    if declared is not None:
        nodes = {node.name: _with_environment(node, told.get(node.name)) for node in declared}
        return classify(Contract(), replace(declared, nodes=nodes))
    project = next((each.project for each in inspected.values() if each.project), "")
    graph = classify(Contract(), Graph(project, told, Path(), is_complete=False))
    networks: dict[str, tuple[str, ...]] = {network: () for node in told.values() for network in node.networks}
    # Of these nothing is known but that they wrote a log: they may be anywhere, and open any port.
    others = {name: Node(name, Kind.SERVICE, name, networks=networks) for name in names if name not in told}
    return replace(graph, nodes={**graph.nodes, **others})


def _with_environment(node: Node, inspected: Node | None) -> Node:
    """What the container really had goes before what the file declares."""
    return replace(node, environment={**node.environment, **inspected.environment}) if inspected else node


def _evidence(
    name: str, capture: Capture | None, state: ContainerState | None, graph: Graph, redactor: Redactor
) -> NodeEvidence:
    environment = graph.nodes[name].environment if name in graph.nodes else {}
    log = redactor.redact(capture.text) if capture else ""
    entries = read_log(log)
    crashes = [entry for entry in entries if entry.uncaught and not _is_of_a_session(entry, log)]
    earlier = ""
    if state is None:
        if len(crashes) > 1 and len({entry.message for entry in crashes[-2:]}) == 1:
            # It crashed in the same way more than once: what stands behind the last crash is the next life.
            log = _up_to(crashes[-1], log)
        state = _supposed(capture, _has_ended(read_log(log), log))
    elif state.is_running and state.restart_count > 0 and crashes and not _lives_show(name, state, log):
        # What a container that was brought back has said is mostly of the lives before.
        log, earlier = "", log
    return NodeEvidence(
        node=name,
        state=_masked(state, redactor),
        log=log,
        earlier_log=earlier,
        environment={key: redactor.redact(value) for key, value in environment.items()},
    )


def _lives_show(name: str, state: ContainerState, log: str) -> bool:
    """Whether the log itself shows where a life ends and the next one begins."""
    return newest_life(NodeEvidence(name, state, log)).lives > 1


def _supposed(capture: Capture | None, has_ended: bool) -> ContainerState:
    """The state of a container of which only the log is there: which error it ended with is not known."""
    if capture is not None and capture.exit_code is not None:
        return ContainerState("exited", capture.exit_code)
    if capture is not None and capture.is_unhealthy:
        return ContainerState("running", health="unhealthy")
    return ContainerState("exited", 1) if has_ended else ContainerState("running")


def _has_ended(entries: Sequence[Entry], log: str) -> bool:
    """Whether the end of a log looks like the end of its process."""
    last = entries[-_LAST_ENTRIES:]
    crashed = any(
        entry.uncaught and (entry.level is not Level.FATAL or entry in last[-_LAST_FATAL:])
        for entry in last
        if not _is_of_a_session(entry, log)
    )
    return crashed or any(entry.is_trouble and _SAYS_IT_ENDS.search(entry.text) for entry in last[-_LAST_WORDS:])


def _is_of_a_session(entry: Entry, log: str) -> bool:
    return serves_sessions(log) and _SESSION_OF_A_SERVER.search(entry.text) is not None


def _up_to(entry: Entry, log: str) -> str:
    return "\n".join(log.split("\n")[: entry.last_line])


def _masked(state: ContainerState, redactor: Redactor) -> ContainerState:
    checks = tuple(HealthLogEntry(c.exit_code, redactor.redact(c.output), c.at) for c in state.health_log)
    return replace(state, error=redactor.redact(state.error), health_log=checks)
