"""How far the start of a graph is: the event stream folded into one state a node. Pure; knows no terminal."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from readiness.model.events import (
    ContainerDied,
    ContainerStarted,
    Event,
    FaultHealed,
    FaultInjected,
    FaultLanded,
    GraphFailed,
    GraphReady,
    ImageBuilding,
    ImageReady,
    NodeFailed,
    NodeReady,
    OutOfMemory,
    RunStarted,
    Waiting,
)
from readiness.model.units import format_duration
from readiness.report.text import counted, one_line

NodeEvent = (
    ImageBuilding | ImageReady | Waiting | ContainerStarted | NodeReady | NodeFailed | ContainerDied | OutOfMemory
)
_TEXT_LIMIT = 160
_OUT_OF_MEMORY = "was killed: out of memory"


class Phase(Enum):
    """Where a node is on its way. Only a node that is READY or FAILED is no longer waited for."""

    QUEUED = "queued"
    BUILDING = "builds its image"
    PREPARED = "has its image"
    HELD = "waits"
    STARTING = "started"
    DIED = "died"
    READY = "ready"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        return self in (Phase.READY, Phase.FAILED)


@dataclass(frozen=True)
class NodeState:
    """One node: its phase, since when (seconds since the epoch), and what there is to say about it."""

    node: str
    phase: Phase = Phase.QUEUED
    since: float = 0.0
    detail: str = ""
    lives: int = 0
    """How often its process was started."""

    def __str__(self) -> str:
        """What is said of the node on a line of its own."""
        match self.phase:
            case Phase.STARTING:
                start = "started" if self.lives < 2 else f"started again (life {self.lives})"
                return f"{start}, waits for {self.detail}" if self.detail else start
            case Phase.HELD:
                return f"waits for {self.detail}"
            case Phase.BUILDING if self.detail:
                return f"{self.phase.value}: {self.detail}"
            case Phase.DIED | Phase.PREPARED:
                return self.detail or self.phase.value
            case _:
                return f"{self.phase.value} {self.detail}".rstrip()


@dataclass(frozen=True)
class Startup:
    """The start of a graph as far as the events have told it."""

    graph: str = ""
    began: float | None = None
    nodes: Mapping[str, NodeState] = field(default_factory=lambda: MappingProxyType({}))
    took_s: float | None = None
    """How long the start took; None while it goes on."""
    failed: tuple[str, ...] = ()

    @property
    def is_under_way(self) -> bool:
        return self.began is not None and self.took_s is None

    @property
    def waiting(self) -> tuple[NodeState, ...]:
        """The nodes that are still waited for."""
        return tuple(state for state in self.nodes.values() if not state.phase.is_over)

    def __str__(self) -> str:
        """The start as a whole, in a few words."""
        if self.took_s is None:
            ready = sum(state.phase is Phase.READY for state in self.nodes.values())
            return f"{ready} of {counted(len(self.nodes), 'node')} ready"
        if self.failed:
            return f"not ready after {format_duration(self.took_s)}: {', '.join(map(one_line, self.failed))}"
        return f"{counted(len(self.nodes), 'node')} ready after {format_duration(self.took_s)}"


def advance(startup: Startup, event: Event) -> Startup:
    """The start after one more event; the same object where the event says nothing about it."""
    match event:
        case RunStarted(graph=graph, nodes=names, at=at):
            nodes = {name: NodeState(name, since=at) for name in names}
            return Startup(one_line(graph, 80), began=at, nodes=MappingProxyType(nodes))
        case GraphReady(took_s=took_s):
            return replace(startup, took_s=took_s)
        case GraphFailed(failed=failed, took_s=took_s):
            return replace(startup, took_s=took_s, failed=failed)
        case (
            ImageBuilding()
            | ImageReady()
            | Waiting()
            | ContainerStarted()
            | NodeReady()
            | NodeFailed()
            | ContainerDied()
            | OutOfMemory()
        ) if startup.took_s is None:
            before = startup.nodes.get(event.node, NodeState(event.node, since=event.at))
            after = _next(before, event)
            began = event.at if startup.began is None else startup.began
            return replace(startup, began=began, nodes=MappingProxyType({**startup.nodes, event.node: after}))
        case _:
            return startup


def _next(state: NodeState, event: NodeEvent) -> NodeState:
    if state.phase is Phase.FAILED:
        # Its restart policy may go on; the failure has been told.
        return state
    match event:
        case ImageBuilding(line=line):
            return _moved(state, Phase.BUILDING, event.at, one_line(line, _TEXT_LIMIT) or state.detail)
        case ImageReady(how=how, took_s=took_s):
            detail = "" if how == "here" else f"image {how} in {format_duration(took_s)}"
            return _moved(state, Phase.PREPARED, event.at, detail)
        case ContainerStarted():
            return NodeState(state.node, Phase.STARTING, event.at, lives=state.lives + 1)
        case Waiting(what=what):
            return _waiting(state, one_line(what, _TEXT_LIMIT), event.at)
        case NodeReady(after_s=after_s, how=how):
            detail = f"after {format_duration(after_s)} ({one_line(how, _TEXT_LIMIT)})"
            return _moved(state, Phase.READY, event.at, detail)
        case NodeFailed():
            return _moved(state, Phase.FAILED, event.at, f"({event.error}): {one_line(event.message, _TEXT_LIMIT)}")
        case OutOfMemory():
            return _moved(state, Phase.DIED, event.at, _OUT_OF_MEMORY)
        case ContainerDied(exit_code=exit_code):
            return _died(state, exit_code, event.at)


def _waiting(state: NodeState, what: str, at: float) -> NodeState:
    """Before its process runs a node waits for others; afterwards to become ready itself."""
    match state.phase:
        case Phase.STARTING:
            return replace(state, detail=what)
        case Phase.DIED | Phase.READY:
            return state
        case _:
            return _moved(state, Phase.HELD, at, what)


def _died(state: NodeState, exit_code: int, at: float) -> NodeState:
    is_a_job_done = state.phase is Phase.READY and exit_code == 0
    is_explained = state.phase is Phase.DIED and state.detail == _OUT_OF_MEMORY
    return state if is_a_job_done or is_explained else _moved(state, Phase.DIED, at, f"exited with code {exit_code}")


def _moved(state: NodeState, phase: Phase, at: float, detail: str) -> NodeState:
    """The node in a phase; it stays in it since it came into it."""
    since = state.since if phase is state.phase else at
    return replace(state, phase=phase, since=since, detail=detail)


class Faults:
    """Disturbances that were injected and are not healed yet."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], FaultInjected] = {}
        self._proofs: dict[tuple[str, str], str] = {}

    def handle(self, event: Event) -> str | None:
        """What there is to tell when a disturbance has ended, in one line; None otherwise."""
        match event:
            case FaultInjected():
                self._open[event.fault, event.node] = event
            case FaultLanded(proof=proof):
                self._proofs[event.fault, event.node] = one_line(proof, _TEXT_LIMIT)
            case FaultHealed():
                injected = self._open.pop((event.fault, event.node), None)
                proof = self._proofs.pop((event.fault, event.node), "")
                lasted = format_duration(event.at - injected.at) if injected else "an unknown time"
                return f"{_disturbance(event.fault, event.node, proof)}, healed after {lasted}"
        return None

    def left(self) -> tuple[str, ...]:
        """One line for each disturbance that was never healed."""
        return tuple(
            f"{_disturbance(fault, node, self._proofs.get((fault, node), ''))}, not healed"
            for fault, node in self._open
        )


def _disturbance(fault: str, node: str, proof: str) -> str:
    text = f"fault: {one_line(node, 80)} {one_line(fault, 80)}"
    return f"{text} ({proof})" if proof else text
