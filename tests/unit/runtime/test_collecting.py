"""Evidence of a node: which log is of this life, and no secret anywhere."""

from pathlib import Path

import pytest

from readiness.model.errors import EngineLost
from readiness.model.events import ContainerDied, ContainerStarted
from readiness.model.evidence import ContainerState, NodeEvidence, ProbeAnswer
from readiness.model.redaction import Redactor
from readiness.runtime.collecting import collect, collect_all
from readiness.runtime.journal import Journal
from tests.unit.graphs import backing, graph_of, service
from tests.unit.runtime.fake_runtime import FakeRuntime

GRAPH = graph_of(
    service("auth", environment={"REDIS_URL": "redis://:hunter2hunter2@redis:6379", "PORT": "3001"}), backing("redis")
)
LOG = "10 first life\n11 died of hunter2hunter2\n20 second life\n21 now"
SECRETS = Redactor(["hunter2hunter2"])


@pytest.fixture
def runtime(tmp_path: Path) -> FakeRuntime:
    return FakeRuntime(GRAPH, Journal(tmp_path / "events.jsonl"), logs={"auth": LOG})


def evidence(runtime: FakeRuntime, **more: object) -> NodeEvidence:
    return collect(
        "auth", graph=GRAPH, runtime=runtime, journal=runtime.journal, redactor=SECRETS, **more  # type: ignore[arg-type]
    )  # fmt: skip


def test_of_a_running_node_the_log_of_this_life_and_of_the_one_before_are_apart(runtime: FakeRuntime) -> None:
    runtime.states["auth"] = ContainerState("running", started_at=20)
    seen = evidence(runtime)
    assert seen.log == "second life\nnow"
    assert seen.earlier_log == "first life\ndied of ***"


@pytest.mark.parametrize("status", ["exited", "restarting", "created"])
def test_of_a_node_that_does_not_run_the_newest_lines_are_what_it_died_of(runtime: FakeRuntime, status: str) -> None:
    runtime.states["auth"] = ContainerState(status, started_at=99)
    seen = evidence(runtime)
    assert seen.log.splitlines()[-1] == "now"
    assert seen.earlier_log == ""


@pytest.mark.parametrize("status", ["exited", "restarting"])
def test_of_a_node_that_died_the_log_of_its_last_life_is_apart(runtime: FakeRuntime, status: str) -> None:
    runtime.states["auth"] = ContainerState(status, started_at=20)
    seen = evidence(runtime)
    assert seen.log == "second life\nnow"
    assert seen.earlier_log == "first life\ndied of ***"


def test_a_life_that_begins_while_the_log_is_read_is_not_mixed_with_the_one_before(
    runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime.states["auth"] = ContainerState("restarting", exit_code=1, started_at=10)
    read = runtime.log

    def begins_meanwhile(node: str, since: float | None = None, until: float | None = None) -> str:
        runtime.states[node] = ContainerState("running", started_at=20)
        return read(node, since=since, until=until)

    monkeypatch.setattr(runtime, "log", begins_meanwhile)
    seen = evidence(runtime)
    assert (seen.state.status, seen.log) == ("running", "second life\nnow")
    assert seen.earlier_log == "first life\ndied of ***"


def test_no_secret_is_in_the_evidence(runtime: FakeRuntime) -> None:
    runtime.states["auth"] = ContainerState("exited")
    seen = evidence(runtime)
    assert "hunter2" not in f"{seen.log}{seen.earlier_log}{dict(seen.environment)}"
    assert seen.environment == {"REDIS_URL": "redis://:***@redis:6379", "PORT": "3001"}


def test_deaths_come_from_the_record_and_answers_are_passed_on(runtime: FakeRuntime) -> None:
    runtime.states["auth"] = ContainerState("running", started_at=20)
    runtime.journal.append(ContainerStarted(node="auth", at=10))
    runtime.journal.append(ContainerDied(node="auth", exit_code=1, at=12))
    answer = ProbeAnswer("ping", "redis", ok=False, latency_s=0.1, at=0)
    seen = evidence(runtime, answers=[answer])
    assert [(death.exit_code, death.lived_s) for death in seen.deaths] == [(1, 2)]
    assert seen.answers == (answer,)


def test_all_that_exist_are_collected_and_what_was_never_made_is_left_out(runtime: FakeRuntime) -> None:
    runtime.states["redis"] = ContainerState("running")
    assert list(collect_all(GRAPH, runtime, runtime.journal, SECRETS)) == ["redis"]


def test_a_lost_engine_is_not_taken_for_a_container_that_was_never_made(
    runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(node: str) -> ContainerState:
        raise EngineLost("gone")

    monkeypatch.setattr(runtime, "state", lost)
    with pytest.raises(EngineLost):
        collect_all(GRAPH, runtime, runtime.journal, SECRETS)
