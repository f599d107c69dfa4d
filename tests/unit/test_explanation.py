"""From what ended a node's start to its cause, and the second look once the rest of the graph is known."""

from pathlib import Path

import pytest

from readiness.explanation import Explanation
from readiness.model.errors import (
    ImageUnavailable,
    NodeDied,
    NodeError,
    NotReadyInTime,
    PortInUse,
    ReadyTooLate,
    StartRefused,
)
from readiness.model.events import NodeFailed
from readiness.model.evidence import ContainerState, HttpAnswer, ProbeAnswer
from readiness.model.finding import Confidence
from readiness.model.redaction import Redactor
from readiness.probes import http, redis
from readiness.runtime.asking import Reply
from readiness.runtime.journal import Journal
from readiness.runtime.record import Record, waiting_circle
from readiness.runtime.start import DependencyFailed
from tests.unit.experiments.scripted_platform import terminus
from tests.unit.graphs import backing, contract_of, graph_of, service
from tests.unit.runtime.fake_runtime import FakeRuntime

GRAPH = graph_of(
    backing("redis"),
    service("auth", "redis", environment={"REDIS_URL": "redis://redis:6379"}),
    service("finance", "auth"),
)
MISSING = "10 KeyError: 'JWT_SECRET'"


@pytest.fixture
def runtime(tmp_path: Path) -> FakeRuntime:
    running = {name: ContainerState("running", started_at=1) for name in GRAPH.nodes}
    return FakeRuntime(GRAPH, Journal(tmp_path / "events.jsonl"), states=running)


def explanation(runtime: FakeRuntime) -> Explanation:
    return Explanation(GRAPH, runtime, runtime.journal, Redactor(["s3cr3t-value"]))


def told(runtime: FakeRuntime, node: str) -> None:
    """What the start tells of a failure before it is settled."""
    runtime.journal.append(
        NodeFailed(
            node=node,
            error="NodeDied",
            message="exited",
            cause_class="unknown",
            cause_node=node,
            cause_dependency=None,
            confidence="unknown",
        )
    )


@pytest.mark.parametrize(
    ("error", "cls"),
    [
        (ImageUnavailable("auth", "it cannot be built:\nlast line"), "image_unavailable"),
        (PortInUse("auth", "it needs a port\nlast line"), "port_conflict"),
        (StartRefused("auth", "the engine says no\nlast line"), "start_refused"),
    ],
)
def test_what_the_engine_says_is_the_cause_and_its_words_are_the_evidence(
    runtime: FakeRuntime, error: NodeError, cls: str
) -> None:
    cause = explanation(runtime).of(error, None)
    assert (cause.cls, cause.node, cause.confidence) == (cls, "auth", Confidence.SURE)
    assert cause.summary == str(error).splitlines()[0]
    assert cause.evidence == ("last line",)


@pytest.mark.parametrize(
    ("words", "cls"),
    [
        ('OCI runtime create failed: exec: "pyhton": executable file not found in $PATH: unknown', "command_not_found"),
        ('OCI runtime create failed: exec: "/app/run.sh": permission denied: unknown', "permission_denied"),
        ("unable to find user deploy: no matching entries in passwd file", "config_invalid"),
        ('invalid mount config for type "bind": bind source path does not exist: /etc/x.pem', "start_refused"),
    ],
)
def test_what_the_engine_refuses_has_the_class_of_its_words(runtime: FakeRuntime, words: str, cls: str) -> None:
    cause = explanation(runtime).of(StartRefused("auth", f"the engine does not start it: {words}"), None)
    assert (cause.cls, cause.node, cause.confidence) == (cls, "auth", Confidence.SURE)
    assert words in cause.summary


def test_a_node_that_was_never_started_is_explained_by_the_one_that_failed(runtime: FakeRuntime) -> None:
    cause = explanation(runtime).of(DependencyFailed("finance", "auth"), None)
    assert (cause.cls, cause.node, cause.confidence) == ("dependency_failed", "auth", Confidence.SURE)


def test_a_death_is_explained_by_the_log(runtime: FakeRuntime) -> None:
    runtime.states["auth"] = ContainerState("exited", exit_code=1)
    runtime.logs = {"auth": MISSING}
    cause = explanation(runtime).of(NodeDied("auth", "exited with code 1"), None)
    assert (cause.cls, cause.node) == ("config_invalid", "auth")
    assert any("JWT_SECRET" in line for line in cause.evidence)


def test_a_health_answer_that_names_a_dependency_explains_a_node_that_runs(runtime: FakeRuntime) -> None:
    answer = HttpAnswer(
        "http://x/health/ready", 503, 0.01, 0, "application/json", terminus({"redis": False}, "s3cr3t-value")
    )
    last = Reply(False, str(answer), health=answer)
    cause = explanation(runtime).of(NotReadyInTime("auth", "not ready"), last)
    assert cause.dependency == "redis"
    assert "s3cr3t-value" not in f"{cause}"


def test_a_node_about_which_nothing_is_known_has_an_unknown_cause(runtime: FakeRuntime) -> None:
    cause = explanation(runtime).of(NotReadyInTime("auth", "not ready"), None)
    assert cause.confidence is not Confidence.SURE


def test_settling_tells_again_who_goes_back_to_whom(runtime: FakeRuntime) -> None:
    explained = explanation(runtime)
    runtime.states["auth"] = ContainerState("exited", exit_code=1)
    runtime.logs = {"auth": MISSING}
    explained.of(NodeDied("auth", "exited with code 1"), None)
    explained.of(DependencyFailed("finance", "auth"), None)
    for node in ("auth", "finance"):
        told(runtime, node)
    explained.settle()
    record = Record(runtime.journal.events())
    auth, finance = record.failure("auth"), record.failure("finance")
    assert auth is not None
    assert finance is not None
    assert (auth.cause_class, auth.root, auth.error, auth.message) == ("config_invalid", "auth", "NodeDied", "exited")
    assert (finance.cause_class, finance.root) == ("dependency_failed", "auth")


def test_one_that_does_not_answer_at_all_is_not_said_to_answer_wrongly(runtime: FakeRuntime) -> None:
    last = Reply(False, "refused", health=HttpAnswer("http://x/ready", 0, 0.01, 0, error="connection refused"))
    cause = explanation(runtime).of(NotReadyInTime("auth", "not ready"), last)
    assert (cause.cls, cause.confidence) == ("unknown", Confidence.UNKNOWN)


def test_one_that_was_ready_too_late_is_told_as_that(runtime: FakeRuntime) -> None:
    cause = explanation(runtime).of(
        ReadyTooLate("auth", "not ready within 6 s: it was ready 9 s after its start"), None
    )
    assert (cause.cls, cause.node, cause.confidence) == ("not_ready_in_time", "auth", Confidence.SURE)


def test_settling_a_start_without_failures_tells_nothing(runtime: FakeRuntime) -> None:
    explanation(runtime).settle()
    assert runtime.journal.events() == ()


def test_health_answers_that_wait_for_each_other_are_settled_as_one_circle(tmp_path: Path) -> None:
    graph = graph_of(service("one"), service("other"))
    states = {name: ContainerState("running", started_at=1) for name in graph.nodes}
    runtime = FakeRuntime(graph, Journal(tmp_path / "events.jsonl"), states=states)
    explained = Explanation(graph, runtime, runtime.journal, Redactor([]))
    for node, waits_for in (("one", "other"), ("other", "one")):
        answer = HttpAnswer("http://x/ready", 503, 0.01, 0, "application/json", terminus({waits_for: False}, ""))
        explained.of(NotReadyInTime(node, "not ready"), Reply(False, str(answer), health=answer))
        told(runtime, node)
    explained.settle()
    record = Record(runtime.journal.events())
    failures = [record.failure("one"), record.failure("other")]
    assert [failure and (failure.cause_class, failure.root) for failure in failures] == [("waiting_circle", "one")] * 2
    assert set(waiting_circle(record)) == {"one", "other"}


def test_one_that_was_never_started_and_the_one_that_waits_for_it_are_a_circle(tmp_path: Path) -> None:
    graph = graph_of(service("late"), service("gated", "late"))
    states = {"late": ContainerState("running", started_at=1), "gated": ContainerState("created")}
    logs = {"late": "2 INFO waiting for http://gated:3000/health\n"}
    runtime = FakeRuntime(graph, Journal(tmp_path / "events.jsonl"), states=states, logs=logs)
    explained = Explanation(graph, runtime, runtime.journal, Redactor([]))
    explained.of(NotReadyInTime("late", "not ready"), Reply(False, "no answer", health=HttpAnswer("u", 0, 1, 0)))
    explained.of(DependencyFailed("gated", "late"), None)
    for node in graph.nodes:
        told(runtime, node)
    explained.settle()
    record = Record(runtime.journal.events())
    failures = [record.failure("late"), record.failure("gated")]
    assert [failure and (failure.cause_class, failure.root) for failure in failures] == [("waiting_circle", "late")] * 2


def test_a_neighbour_that_answers_turns_suspicion_to_the_clients_settings(
    runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    well = ProbeAnswer("PING", "redis", True, 0.001, 0.0)
    monkeypatch.setattr(redis, "ping", lambda *_: well)
    monkeypatch.setattr(redis, "write_and_read", lambda *_: well)
    contract = contract_of({"redis": {"port": 6379}})
    explained = Explanation(GRAPH, runtime, runtime.journal, Redactor([]), contract)
    answer = HttpAnswer("http://x/ready", 503, 0.01, 0, "application/json", terminus({"redis": False}, ""))
    explained.of(NotReadyInTime("auth", "not ready"), Reply(False, str(answer), health=answer))
    told(runtime, "auth")
    explained.settle()
    failure = Record(runtime.journal.events()).failure("auth")
    assert failure is not None
    assert "redis answers our own probe" in failure.evidence
    assert "REDIS_URL" in failure.advice


def test_a_backing_service_that_refuses_our_own_write_is_itself_the_cause(
    runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = "READONLY: You can't write against a read only replica."
    monkeypatch.setattr(redis, "ping", lambda *_: ProbeAnswer("PING", "redis", True, 0.001, 0.0))
    monkeypatch.setattr(redis, "write_and_read", lambda *_: ProbeAnswer("SET", "redis", False, 0.001, 0.0, refused))
    explained = Explanation(GRAPH, runtime, runtime.journal, Redactor([]), contract_of({"redis": {"port": 6379}}))
    body = terminus({"redis": False}, "READONLY You can't write against a read only replica.")
    answer = HttpAnswer("http://x/ready", 503, 0.01, 0, "application/json", body)
    explained.of(NotReadyInTime("auth", "not ready"), Reply(False, str(answer), health=answer))
    told(runtime, "auth")
    explained.settle()
    failure = Record(runtime.journal.events()).failure("auth")
    assert failure is not None
    assert (failure.cause_class, failure.cause_node) == ("dependency_write_refused", "redis")


def test_what_was_down_by_chance_in_the_last_answer_is_not_accused(
    runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = HttpAnswer("u", 503, 0.01, 0, "application/json", terminus({"redis": True, "templates": False}, "0 of 12"))
    monkeypatch.setattr(http, "get", lambda *_, **__: newer)
    explained = Explanation(GRAPH, runtime, runtime.journal, Redactor([]), contract_of({"auth": {"port": 3001}}))
    last = HttpAnswer("u", 503, 0.01, 0, "application/json", terminus({"redis": False, "templates": False}, ""))
    explained.of(NotReadyInTime("auth", "not ready"), Reply(False, str(last), health=last))
    told(runtime, "auth")
    explained.settle()
    failure = Record(runtime.journal.events()).failure("auth")
    assert failure is not None
    assert (failure.cause_class, failure.cause_dependency) == ("health_reported_down", None)
    assert "templates is not well: 0 of 12" in failure.summary
