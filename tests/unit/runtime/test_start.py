"""Starting a graph over a runtime that is scripted: order, waits, deaths, loops, jobs, refusals, interruptions."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from readiness.model.errors import EngineLost, ImageUnavailable, Interrupted, NodeError, PortInUse, StartRefused
from readiness.model.events import (
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
from readiness.model.evidence import ContainerState
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Condition, Dependency, Graph, HealthCheck, Kind, Node, RestartPolicy
from readiness.runtime import start as module
from readiness.runtime.asking import Reply
from readiness.runtime.journal import Journal
from readiness.runtime.record import Record
from readiness.runtime.start import Start
from tests.unit.graphs import contract_of, graph_of
from tests.unit.runtime.fake_runtime import FakeRuntime, Script, dies, ready

NOTICED_WITHIN_S = 0.25
"""From the engine's event of a death until the wait on it has ended and the death is told."""
NEVER: Script = lambda *_: None  # noqa: E731  (a script like the others)
CHECK = HealthCheck(("CMD", "true"))


def node(name: str, *after: str | Dependency, kind: Kind = Kind.SERVICE, restart: str = "no") -> Node:
    """A node that is ready when its HEALTHCHECK passes."""
    edges = tuple(Dependency(edge, Condition.HEALTHY) if isinstance(edge, str) else edge for edge in after)
    return Node(name, kind, f"{name}:1", depends_on=edges, healthcheck=CHECK, restart=RestartPolicy(restart))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "events.jsonl")
    yield made
    made.close()


class World:
    """One start, and what came of it."""

    def __init__(self, journal: Journal, *nodes: Node, **scripts: Script) -> None:
        self.journal = journal
        self.graph: Graph = graph_of(*nodes)
        self.runtime = FakeRuntime(self.graph, journal, dict.fromkeys(self.graph.nodes, ready) | scripts)
        self.contract = contract_of(defaults={"ready_within": "5s"})
        self.explained: list[tuple[NodeError, Reply | None]] = []
        self.confidence = Confidence.LIKELY

    def start(self, unavailable: dict[str, ImageUnavailable] | None = None) -> Record:
        Start(self.graph, self.contract, self.runtime, self.journal, self._explain).run(unavailable or {})
        return Record(self.journal.events())

    def _explain(self, error: NodeError, last: Reply | None) -> Cause:
        self.explained.append((error, last))
        return Cause("app_exception", error.node, "redis", self.confidence, "it says so", ("line",), "look")

    def failure(self, name: str) -> NodeFailed:
        failure = Record(self.journal.events()).failure(name)
        assert failure is not None
        return failure

    def position(self, wanted: Callable[[Event], bool]) -> int:
        return next(i for i, event in enumerate(self.journal.events()) if wanted(event))

    def started(self, name: str) -> int:
        return self.position(lambda event: isinstance(event, ContainerStarted) and event.node == name)

    def ready(self, name: str) -> int:
        return self.position(lambda event: isinstance(event, NodeReady) and event.node == name)


def later(delay_s: float, script: Script) -> Script:
    """A script that runs in a while."""

    def begin(runtime: FakeRuntime, name: str) -> None:
        threading.Timer(delay_s, script, (runtime, name)).start()

    return begin


# -- order ------------------------------------------------------------------------------------------------------------


def test_a_graph_whose_nodes_become_ready_is_ready(journal: Journal) -> None:
    world = World(journal, node("redis"), node("auth", "redis"))
    record = world.start()
    end = record.events[-1]
    assert isinstance(end, GraphReady)
    assert end.took_s > 0
    assert record.failure("auth") is None
    told = record.ready("auth")
    assert told is not None
    assert told.how == "its HEALTHCHECK"
    assert not world.explained


def test_every_container_is_created_before_the_first_has_to_be_ready(journal: Journal) -> None:
    created: list[set[str]] = []
    world = World(journal, node("redis"), node("auth", "redis"), node("finance", "auth"))

    def look(runtime: FakeRuntime, name: str) -> None:
        ends = time.monotonic() + 2
        while time.monotonic() < ends and len(runtime.states) < 3:
            time.sleep(0.001)
        created.append(set(runtime.states))
        ready(runtime, name)

    world.runtime.scripts["redis"] = look
    world.start()
    assert created == [{"redis", "auth", "finance"}]


def test_a_node_starts_after_those_that_it_waits_for_are_ready(journal: Journal) -> None:
    world = World(journal, node("finance", "auth", "kafka"), node("auth", "redis"), node("kafka"), node("redis"))
    world.start()
    assert world.ready("redis") < world.started("auth")
    assert world.ready("auth") < world.started("finance")
    assert world.ready("kafka") < world.started("finance")


def test_nodes_that_do_not_wait_for_each_other_start_side_by_side(journal: Journal) -> None:
    both = threading.Barrier(2, timeout=2)

    def together(runtime: FakeRuntime, name: str) -> None:
        both.wait()
        ready(runtime, name)

    World(journal, node("a"), node("b"), a=together, b=together).start()
    assert isinstance(journal.events()[-1], GraphReady)


def test_a_dependency_that_must_only_be_started_need_not_be_ready(journal: Journal) -> None:
    edge = Dependency("slow", Condition.STARTED)
    world = World(journal, node("slow"), node("auth", edge), slow=later(0.1, ready))
    world.start()
    assert world.started("slow") < world.started("auth") < world.ready("slow")


def test_what_a_node_waits_for_is_told(journal: Journal) -> None:
    edges = (Dependency("redis", Condition.HEALTHY), Dependency("migrate", Condition.COMPLETED), Dependency("log"))
    world = World(
        journal, node("redis"), node("log"), node("migrate", kind=Kind.JOB), node("auth", *edges), migrate=dies(0)
    )
    world.start()
    told = [event.what for event in journal.events() if isinstance(event, Waiting) and event.node == "auth"]
    assert told == ["redis to be ready, migrate to complete, log to start", "its HEALTHCHECK"]


def test_a_dependency_that_the_graph_does_not_have_is_not_waited_for(journal: Journal) -> None:
    assert isinstance(World(journal, node("auth", "elsewhere")).start().events[-1], GraphReady)


def test_a_graph_without_nodes_is_ready(journal: Journal) -> None:
    assert isinstance(World(journal).start().events[-1], GraphReady)


# -- deaths -----------------------------------------------------------------------------------------------------------


def test_a_death_ends_the_wait_within_250_ms_of_the_engine_s_event(journal: Journal) -> None:
    world = World(journal, node("auth"), auth=later(0.05, dies(3)))
    record = world.start()
    (death,) = record.deaths("auth")
    failure = world.failure("auth")
    assert failure.at - death.at < NOTICED_WITHIN_S
    assert failure.error == "NodeDied"
    assert failure.message.startswith("exited with code 3 ")
    end = record.events[-1]
    assert isinstance(end, GraphFailed)
    assert end.failed == ("auth",)


def test_a_death_is_told_at_once_also_while_a_question_to_the_node_gets_no_answer(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(journal, node("auth"), auth=later(0.05, dies(1)))
    asked, over = threading.Event(), threading.Event()

    def hang(name: str) -> ContainerState:
        asked.set()
        over.wait(5)
        return ContainerState("exited")

    monkeypatch.setattr(world.runtime, "state", hang)
    record = world.start()
    over.set()
    assert asked.is_set()
    assert world.failure("auth").at - record.deaths("auth")[0].at < NOTICED_WITHIN_S


def test_the_explanation_is_told_whole(journal: Journal) -> None:
    world = World(journal, node("auth"), auth=dies())
    world.start()
    failure = world.failure("auth")
    assert (failure.cause_class, failure.cause_node, failure.cause_dependency, failure.confidence) == (
        "app_exception", "auth", "redis", "likely",
    )  # fmt: skip
    assert (failure.summary, failure.evidence, failure.advice) == ("it says so", ("line",), "look")


def test_a_second_death_is_a_loop_and_is_told_too(journal: Journal) -> None:
    def loop(runtime: FakeRuntime, name: str) -> None:
        runtime.die(name, 1)
        runtime.run(name)
        threading.Timer(0.05, runtime.die, (name, 2)).start()

    world = World(journal, node("auth", restart="always"), auth=loop)
    world.start()
    told = [event.error for event in journal.events() if isinstance(event, NodeFailed)]
    assert told == ["NodeDied", "CrashLoop"]
    assert world.failure("auth").message == "restarts in a loop: exited with code 1, restarted, exited with code 2"


def test_a_death_that_does_not_come_again_is_no_loop(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOP_WATCH_S", 0.05)

    def once(runtime: FakeRuntime, name: str) -> None:
        runtime.die(name, 1)
        runtime.run(name)

    world = World(journal, node("auth", restart="always"), auth=once)
    world.start()
    assert [event.error for event in journal.events() if isinstance(event, NodeFailed)] == ["NodeDied"]


def test_without_a_restart_policy_nobody_watches_for_a_loop(journal: Journal) -> None:
    began = time.monotonic()
    World(journal, node("auth"), auth=dies()).start()
    assert time.monotonic() - began < 1


def test_a_service_that_ends_with_code_0_has_died(journal: Journal) -> None:
    world = World(journal, node("auth"), auth=dies(0))
    world.start()
    assert world.failure("auth").error == "NodeDied"


# -- jobs -------------------------------------------------------------------------------------------------------------


def test_a_job_is_ready_when_it_has_ended_with_code_0(journal: Journal) -> None:
    edge = Dependency("migrate", Condition.COMPLETED)
    world = World(journal, node("migrate", kind=Kind.JOB), node("auth", edge), migrate=later(0.02, dies(0)))
    record = world.start()
    assert isinstance(record.events[-1], GraphReady)
    assert world.ready("migrate") < world.started("auth")


def test_a_job_that_ends_with_another_code_has_failed_and_so_has_who_waits_for_it(journal: Journal) -> None:
    edge = Dependency("migrate", Condition.COMPLETED)
    world = World(journal, node("migrate", kind=Kind.JOB), node("auth", edge), migrate=dies(1))
    record = world.start()
    assert isinstance(record.events[-1], GraphFailed)
    assert record.events[-1].failed == ("migrate", "auth")
    assert world.failure("migrate").error == "NodeDied"
    assert world.failure("auth").error == "DependencyFailed"


# -- failures of others, images, budgets ------------------------------------------------------------------------------


def test_a_node_whose_dependency_failed_is_never_started(journal: Journal) -> None:
    world = World(journal, node("redis"), node("auth", "redis"), node("finance", "auth"), redis=dies())
    world.start()
    assert ("start", "auth") not in world.runtime.calls
    assert world.failure("auth").message == "never started: it waits for redis, which failed"
    assert world.failure("finance").message == "never started: it waits for auth, which failed"


def test_a_failure_ends_the_wait_of_a_dependant_at_once(journal: Journal) -> None:
    world = World(journal, node("redis"), node("auth", "redis"), redis=later(0.05, dies()))
    world.start()
    assert world.failure("auth").at - world.failure("redis").at < NOTICED_WITHIN_S


def test_a_dependency_that_is_not_required_may_fail(journal: Journal) -> None:
    edge = Dependency("redis", Condition.HEALTHY, required=False)
    world = World(journal, node("redis"), node("auth", edge), redis=dies())
    record = world.start()
    assert record.ready("auth") is not None


def test_the_rest_of_the_graph_runs_although_one_node_failed(journal: Journal) -> None:
    world = World(journal, node("redis"), node("auth", "redis"), node("broken"), broken=dies())
    record = world.start()
    assert record.ready("auth") is not None
    assert world.runtime.states["auth"].status == "running"
    assert isinstance(record.events[-1], GraphFailed)
    assert record.events[-1].failed == ("broken",)


def test_a_node_without_an_image_is_neither_created_nor_started(journal: Journal) -> None:
    world = World(journal, node("auth"), node("finance", "auth"))
    world.start({"auth": ImageUnavailable("auth", "the image auth:1 cannot be built:\nlast line")})
    assert not [call for call in world.runtime.calls if call[1] == "auth"]
    assert world.failure("auth").error == "ImageUnavailable"
    assert world.failure("auth").message == "the image auth:1 cannot be built:"
    assert str(world.explained[0][0]).endswith("last line"), "the rest is for the explanation"
    assert world.failure("finance").error == "DependencyFailed"


@pytest.mark.parametrize("what", ["create", "start"])
@pytest.mark.parametrize("error", [StartRefused("auth", "the engine says no"), PortInUse("auth", "port is taken")])
def test_a_refusal_of_the_engine_is_told_in_its_words(journal: Journal, what: str, error: NodeError) -> None:
    world = World(journal, node("auth"))
    world.runtime.refusals[what, "auth"] = error
    world.start()
    assert (world.failure("auth").error, world.failure("auth").message) == (type(error).__name__, str(error))


def test_a_node_that_is_not_ready_within_its_own_budget_is_told_with_its_last_answer(journal: Journal) -> None:
    world = World(journal, node("auth"), node("redis"), auth=NEVER)
    world.contract = contract_of({"auth": {"ready_within": "150ms"}}, defaults={"ready_within": "30s"})
    world.start()
    failure = world.failure("auth")
    assert failure.error == "NotReadyInTime"
    assert failure.message == "not ready within 150 ms; its HEALTHCHECK got: exit code 1: not healthy"
    ((_, last),) = world.explained
    assert last is not None
    assert not last.ready


def test_one_that_nothing_explains_is_watched_on_and_may_only_be_late(journal: Journal) -> None:
    world = World(journal, node("slow"), node("auth", "slow"), slow=later(0.4, ready))
    world.contract = contract_of({"slow": {"ready_within": "150ms"}})
    world.confidence = Confidence.UNKNOWN
    record = world.start()
    told = [event.error for event in record.events if isinstance(event, NodeFailed) and event.node == "slow"]
    assert told == ["NotReadyInTime", "ReadyTooLate"]
    assert world.failure("slow").message.startswith("not ready within 150 ms: it was ready ")
    # Whoever waits for it was not kept waiting by the watch.
    assert world.failure("auth").at < world.failure("slow").at


def test_one_that_is_still_not_ready_after_the_watch_is_told_again(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LATE_WATCH_S", (0.1, 0.1))
    world = World(journal, node("auth"), auth=NEVER)
    world.contract = contract_of({"auth": {"ready_within": "100ms"}})
    world.confidence = Confidence.UNKNOWN
    world.start()
    assert [type(error).__name__ for error, _ in world.explained] == ["NotReadyInTime"] * 2


def test_the_budget_begins_with_the_node_s_own_start(journal: Journal) -> None:
    world = World(journal, node("slow"), node("auth", "slow"), slow=later(0.3, ready))
    world.contract = contract_of({"auth": {"ready_within": "200ms"}})
    record = world.start()
    told = record.ready("auth")
    assert told is not None
    assert told.after_s < 0.2


# -- ends -------------------------------------------------------------------------------------------------------------


def test_an_interruption_ends_a_start_at_once(journal: Journal) -> None:
    world = World(journal, node("redis"), node("auth", "redis"), redis=NEVER)
    with ThreadPoolExecutor() as pool:
        starting = pool.submit(world.start)
        journal.wait_for(lambda event: isinstance(event, ContainerStarted), time.monotonic() + 5)
        began = time.monotonic()
        journal.interrupt()
        with pytest.raises(Interrupted):
            starting.result(timeout=5)
        assert time.monotonic() - began < 0.5


def test_a_lost_engine_ends_a_start_at_once(journal: Journal) -> None:
    def lose(runtime: FakeRuntime, name: str) -> None:
        runtime.journal.append(EngineGone(message="the engine ended its event stream"))

    world = World(journal, node("redis"), node("auth", "redis"), redis=lose)
    began = time.monotonic()
    with pytest.raises(EngineLost, match="ended its event stream"):
        world.start()
    assert time.monotonic() - began < 1


def test_an_engine_that_does_not_answer_a_question_ends_no_thread_with_a_traceback(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(journal, node("redis"), redis=NEVER)
    gone = threading.Event()

    def lost(name: str) -> ContainerState:
        gone.set()
        journal.append(EngineGone(message="gone"))
        raise EngineLost("the engine stopped answering")

    monkeypatch.setattr(world.runtime, "state", lost)
    with pytest.raises(EngineLost):
        world.start()
    assert gone.is_set()


def test_a_death_before_the_start_does_not_count(journal: Journal) -> None:
    journal.append(ContainerDied(node="auth", exit_code=1))
    assert World(journal, node("auth")).start().ready("auth") is not None
