"""Starting a graph: every container created side by side, each started the moment that its dependencies allow.

One thread a node. A wait ends at once when what it waits for has died, and the death is told with its cause.
"""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from readiness.model.contract import Contract
from readiness.model.errors import (
    CrashLoop,
    EngineError,
    ImageUnavailable,
    NodeDied,
    NodeError,
    NotReadyInTime,
    ReadyTooLate,
)
from readiness.model.events import (
    ContainerCreated,
    ContainerDied,
    ContainerStarted,
    EngineGone,
    Event,
    GraphFailed,
    GraphReady,
    NodeFailed,
    NodeReady,
    Waiting,
)
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Condition, Dependency, Graph, Kind, Node
from readiness.model.units import format_duration
from readiness.runtime.asking import Question, Reply, question
from readiness.runtime.journal import Journal
from readiness.runtime.protocol import Runtime

Explain = Callable[[NodeError, Reply | None], Cause]
"""From what ended a node's start, and the last answer that the node gave, to the cause."""

_DEPENDENCY_DEADLINE_S = 600.0
"""A dependency has its own budget and fails by it; this only guards against one that nobody starts."""
_LOOP_WATCH_S = 10.0
"""After a first death: how long to watch for the second that makes a loop. The engine's back-off begins at 0.1 s."""
_LATE_WATCH_S = (10.0, 15.0)
"""After a budget that ended without a cause: as long again, within these bounds, it is watched whether the node is only
late, is at work, or hangs."""
_EVENT_DEADLINE_S = 2.0
"""For the engine's event of a start that the engine has confirmed."""
_WORDS = {
    Condition.STARTED: "{} to start",
    Condition.HEALTHY: "{} to be ready",
    Condition.COMPLETED: "{} to complete",
}


class DependencyFailed(NodeError):
    """The node was never started, since one that it waits for failed."""

    def __init__(self, node: str, dependency: str) -> None:
        self.dependency = dependency
        super().__init__(node, f"never started: it waits for {dependency}, which failed")


class Start:
    """One start of one graph, told in the journal as it goes."""

    def __init__(self, graph: Graph, contract: Contract, runtime: Runtime, journal: Journal, explain: Explain) -> None:
        self._graph = graph
        self._contract = contract
        self._runtime = runtime
        self._journal = journal
        self._explain = explain

    def run(self, unavailable: Mapping[str, ImageUnavailable]) -> None:
        """Bring up every node whose image is there. Returns when each is ready or has failed; what runs goes on.

        :raises EngineLost: the engine stopped answering.
        :raises Interrupted: the journal was interrupted.
        """
        begun = time.monotonic()
        with ThreadPoolExecutor(max_workers=max(1, len(self._graph)), thread_name_prefix="start") as pool:
            try:
                outcomes = [pool.submit(self._bring_up, node, unavailable.get(node.name)) for node in self._graph]
                failed = tuple(name for outcome in outcomes if (name := outcome.result()) is not None)
            except BaseException:
                self._journal.interrupt()
                raise
        took_s = time.monotonic() - begun
        self._journal.append(GraphFailed(failed=failed, took_s=took_s) if failed else GraphReady(took_s=took_s))

    def _bring_up(self, node: Node, unavailable: ImageUnavailable | None) -> str | None:
        """The node's name when it failed, None when it is ready."""
        try:
            if unavailable is not None:
                raise unavailable
            self._runtime.create(node.name)
            self._journal.append(ContainerCreated(node=node.name))
            self._await_dependencies(node)
            self._run(node)
        except NodeError as error:
            self._tell(error, None)
            return node.name
        except _Failed:
            return node.name
        except EngineError as error:
            # Told here and not only raised, so that nobody goes on waiting for a node that he cannot hear of.
            self._journal.append(EngineGone(message=str(error)))
            raise
        return None

    def _await_dependencies(self, node: Node) -> None:
        if node.depends_on:
            what = ", ".join(_WORDS[edge.condition].format(edge.node) for edge in node.depends_on)
            self._journal.append(Waiting(node=node.name, what=what))
        deadline = time.monotonic() + _DEPENDENCY_DEADLINE_S
        for edge in node.depends_on:
            if edge.node in self._graph.nodes:
                event = self._journal.wait_for(_settling(edge), deadline)
                if edge.required and (event is None or isinstance(event, NodeFailed)):
                    raise DependencyFailed(node.name, edge.node)

    def _run(self, node: Node) -> None:
        position = len(self._journal)
        self._runtime.start(node.name)
        asked = question(node, self._contract, self._graph, self._runtime)
        budget_s = self._contract.promise(node.name).ready_within or 0.0
        ends = time.monotonic() + budget_s
        with _Asker(node.name, asked, self._journal) as asker:
            # So that the record reads in the order in which things happened: started, waits, ready.
            self._journal.wait_for(_start_of(node.name), time.monotonic() + _EVENT_DEADLINE_S, start=position)
            self._journal.append(Waiting(node=node.name, what=asked.text))
            event = self._journal.wait_for(_outcome_of(node.name), ends, start=position)
            if event is None:
                self._tell_late(node, budget_s, asker, position)
        if isinstance(event, NodeReady):
            return
        if isinstance(event, ContainerDied):
            if node.kind is Kind.JOB and event.exit_code == 0:
                self._journal.append(NodeReady(node=node.name, after_s=asker.running_s, how=asked.text))
                return
            self._tell_death(node, event, asker, position)
        raise _Failed

    def _tell_late(self, node: Node, budget_s: float, asker: "_Asker", position: int) -> None:
        """Tell it at once; where nothing explains it, then watch whether the node is only late, and tell that too."""
        late = f"not ready within {format_duration(budget_s)}"
        cause = self._tell(NotReadyInTime(node.name, f"{late}; {asker.text} got: {asker.last_answer}"), asker.last)
        if cause.confidence is not Confidence.UNKNOWN:
            return
        shortest_s, longest_s = _LATE_WATCH_S
        ends = time.monotonic() + min(max(budget_s, shortest_s), longest_s)
        event = self._journal.wait_for(_outcome_of(node.name), ends, start=position)
        done = isinstance(event, ContainerDied) and node.kind is Kind.JOB and event.exit_code == 0
        if done or isinstance(event, NodeReady):
            after_s = event.after_s if isinstance(event, NodeReady) else asker.running_s
            text = f"{late}: it was ready {format_duration(after_s)} after its start"
            self._tell(ReadyTooLate(node.name, text), asker.last)
        elif isinstance(event, ContainerDied):
            self._tell_death(node, event, asker, position)
        else:
            self._tell(NotReadyInTime(node.name, f"{late}; {asker.text} got: {asker.last_answer}"), asker.last)

    def _tell_death(self, node: Node, death: ContainerDied, asker: "_Asker", position: int) -> None:
        """Tell it at once; then watch whether the restart policy makes a loop of it, and tell that too."""
        text = f"exited with code {death.exit_code} {format_duration(asker.running_s)} after its start"
        self._tell(NodeDied(node.name, text), asker.last)
        if node.restart.name == "no":
            return
        again = self._journal.wait_for(
            lambda event: isinstance(event, ContainerDied) and event.node == node.name and event.at > death.at,
            time.monotonic() + _LOOP_WATCH_S,
            start=position,
        )
        if isinstance(again, ContainerDied):
            text = (
                f"restarts in a loop: exited with code {death.exit_code}, restarted, exited with code {again.exit_code}"
            )
            self._tell(CrashLoop(node.name, text), asker.last)

    def _tell(self, error: NodeError, last: Reply | None) -> Cause:
        cause = self._explain(error, last)
        self._journal.append(
            NodeFailed(
                node=error.node,
                error=type(error).__name__,
                # The rest of it, such as the last lines of a build, is the cause's evidence.
                message=str(error).partition("\n")[0],
                cause_class=cause.cls,
                cause_node=cause.node,
                cause_dependency=cause.dependency,
                confidence=cause.confidence.value,
                summary=cause.summary,
                evidence=cause.evidence,
                advice=cause.advice,
            )
        )
        return cause


class _Failed(Exception):
    """The node failed and that was told."""


class _Asker:
    """Asks one node again and again in a thread of its own: a question without an answer delays nobody's wait."""

    def __init__(self, node: str, asked: Question, journal: Journal) -> None:
        self._node = node
        self._asked = asked
        self._journal = journal
        self._stop = threading.Event()
        self._begun = time.monotonic()
        self.last: Reply | None = None
        self._thread = threading.Thread(target=self._run, name=f"ask-{node}", daemon=True)

    @property
    def text(self) -> str:
        return self._asked.text

    @property
    def running_s(self) -> float:
        return time.monotonic() - self._begun

    @property
    def last_answer(self) -> str:
        return self.last.answer if self.last else "no answer yet"

    def __enter__(self) -> "_Asker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.last = self._asked.ask()
            except EngineError as error:
                self._journal.append(EngineGone(message=str(error)))
                return
            if self._stop.is_set():
                return
            if self.last.ready:
                self._journal.append(NodeReady(node=self._node, after_s=self.running_s, how=self._asked.text))
                return
            self._stop.wait(self._asked.interval_s)


def _settling(edge: Dependency) -> Callable[[Event], bool]:
    """Whether an event settles what the edge waits for, one way or the other."""
    enough = ContainerStarted if edge.condition is Condition.STARTED else NodeReady
    return lambda event: isinstance(event, (enough, NodeFailed)) and event.node == edge.node


def _start_of(node: str) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, ContainerStarted) and event.node == node


def _outcome_of(node: str) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, (NodeReady, ContainerDied)) and event.node == node
