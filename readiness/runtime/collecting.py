"""Gathering what is known of a node, for a diagnosis."""

from collections.abc import Iterable

from readiness.model.errors import EngineLost
from readiness.model.evidence import ContainerState, NodeEvidence, ProbeAnswer
from readiness.model.graph import Graph, Node
from readiness.model.redaction import Redactor
from readiness.runtime.journal import Journal
from readiness.runtime.listening import listening_sockets
from readiness.runtime.protocol import Runtime
from readiness.runtime.record import Record

# A restart policy waits ever longer between two lives, and a look takes milliseconds.
_LOOKS_AGAIN = 3


def collect(
    node: str,
    *,
    graph: Graph,
    runtime: Runtime,
    journal: Journal,
    redactor: Redactor,
    answers: Iterable[ProbeAnswer] = (),
    ports: Iterable[int] = (),
) -> NodeEvidence:
    """State, logs of this life and the one before, deaths, sockets and environment of a node, every secret masked.

    ``answers`` are what probes got from it, ``ports`` the container's ports at which it is to answer.

    :raises EngineLost: the engine no longer answers.
    """
    state, log, earlier = _state_and_logs(node, runtime)
    return NodeEvidence(
        node=node,
        state=state,
        log=redactor.redact(log),
        earlier_log=redactor.redact(earlier),
        deaths=Record(journal.events()).deaths(node),
        environment=environment_of(graph[node], redactor),
        answers=tuple(answers),
        listens=listening_sockets(runtime, node) if state.status == "running" else None,
        addresses=runtime.container(node).addresses,
        promised_ports=tuple(ports),
    )


def environment_of(node: Node, redactor: Redactor) -> dict[str, str]:
    """What the node's environment is declared to be, every secret masked."""
    return {name: redactor.redact(value) for name, value in node.environment.items()}


def _state_and_logs(node: str, runtime: Runtime) -> tuple[ContainerState, str, str]:
    """State and logs of one life: read again where the next began meanwhile, whose lines would be among them."""
    state = runtime.state(node)
    logs = _logs(node, state, runtime)
    for _ in range(_LOOKS_AGAIN):
        newer = runtime.state(node)
        if newer.started_at == state.started_at:
            break
        state, logs = newer, _logs(node, newer, runtime)
    return state, *logs


def _logs(node: str, state: ContainerState, runtime: Runtime) -> tuple[str, str]:
    """The log of the newest life, and of what was before."""
    began = state.started_at
    newest = runtime.log(node, since=began) if began is not None else ""
    if began is not None and (state.is_running or newest.strip()):
        return newest, runtime.log(node, until=began)
    # Its newest lines are what it died of, also while the engine is about to start it again.
    return runtime.log(node), ""


def collect_all(graph: Graph, runtime: Runtime, journal: Journal, redactor: Redactor) -> dict[str, NodeEvidence]:
    """The evidence of every node whose container exists.

    :raises EngineLost: the engine no longer answers.
    """
    found = {}
    for node in graph:
        try:
            found[node.name] = collect(node.name, graph=graph, runtime=runtime, journal=journal, redactor=redactor)
        except EngineLost:
            raise
        except KeyError:
            # Its container was never made: there is nothing to see.
            continue
    return found
