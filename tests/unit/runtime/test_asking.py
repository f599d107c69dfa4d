"""Which question is put to a node, and what counts as ready."""

from collections.abc import Callable
from pathlib import Path

import pytest

from readiness.model.address import Address
from readiness.model.evidence import ContainerState, HttpAnswer, ProbeAnswer
from readiness.model.graph import HealthCheck, Kind, Node, Role
from readiness.probes import http, kafka, postgres, redis
from readiness.runtime.asking import Question, question
from readiness.runtime.journal import Journal
from tests.unit.graphs import backing, contract_of, graph_of, job, service
from tests.unit.runtime.fake_runtime import FakeRuntime

UP = '{"status": "ok", "info": {}, "error": {}, "details": {}}'
DOWN = (
    '{"status": "error", "info": {}, "error": {"redis": {"status": "down"}}, "details": {"redis": {"status": "down"}}}'
)

Ask = Callable[..., Question]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """The question to a node in this state."""

    def make(node: Node, state: ContainerState, port: int | None = None, ready: str = "/health/ready") -> Question:
        graph = graph_of(node)
        runtime = FakeRuntime(graph, Journal(tmp_path / "events.jsonl"), states={node.name: state})
        promise = {"port": port, "health": {"ready": ready}} if port else {}
        return question(node, contract_of({node.name: promise}), graph, runtime)

    return make


RUNNING = ContainerState("running")


def answers(monkeypatch: pytest.MonkeyPatch, status: int, body: str = "", error: str = "") -> list[str]:
    """Every GET is answered so. Returns the URLs that were asked."""
    asked: list[str] = []

    def get(url: str, *, deadline_s: float) -> HttpAnswer:
        asked.append(url)
        return HttpAnswer(url, status, 0.001, 0, "application/json", body, error)

    monkeypatch.setattr(http, "get", get)
    return asked


@pytest.mark.parametrize(
    ("status", "body", "error", "ready"),
    [
        (200, UP, "", True),
        (200, "", "", True),
        (503, DOWN, "", False),
        (200, DOWN, "", False),
        (204, "", "", False),
        (404, "", "", False),
        (302, "", "", False),
        (200, "<html>Welcome</html>", "", False),
        (0, "", "connection refused", False),
    ],
)
def test_a_service_is_ready_when_its_ready_path_says_so(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, status: int, body: str, error: str, ready: bool
) -> None:
    asked = answers(monkeypatch, status, body, error)
    made = ask(service("auth"), RUNNING, 3001, "/ready")
    reply = made.ask()
    assert made.text == "GET /ready"
    assert asked == ["http://127.0.0.1:3001/ready"]
    assert reply.ready is ready
    assert reply.health is not None
    assert error in reply.answer


def test_a_service_whose_port_is_not_published_is_not_asked(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, 200)
    reply = ask(service("auth"), ContainerState("exited"), 3001).ask()
    assert not reply.ready
    assert reply.answer == "port 3001 is not published yet"
    assert not asked


@pytest.mark.parametrize(
    ("role", "module", "function", "text"),
    [
        (Role.REDIS, redis, "ping", "PING"),
        (Role.POSTGRES, postgres, "select_one", "SELECT 1"),
        (Role.KAFKA, kafka, "metadata", "metadata with a controller"),
    ],
)
@pytest.mark.parametrize("ok", [True, False])
def test_a_backing_service_is_asked_in_its_own_protocol(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, role: Role, module: object, function: str, text: str, ok: bool
) -> None:
    asked: list[Address] = []

    def probe(address: Address, *_: object) -> ProbeAnswer:
        asked.append(address)
        return ProbeAnswer(function, str(address), ok, 0.001, 0, error="" if ok else "refused")

    monkeypatch.setattr(module, function, probe)
    made = ask(backing(role.value), RUNNING, 9000)
    reply = made.ask()
    assert (made.text, reply.ready, asked) == (text, ok, [Address("127.0.0.1", 9000)])
    assert reply.probe is not None
    assert not ask(backing(role.value), ContainerState("created"), 9000).ask().ready


@pytest.mark.parametrize(
    ("state", "ready"),
    [
        (ContainerState("exited", exit_code=0), True),
        (ContainerState("exited", exit_code=1), False),
        (ContainerState("running"), False),
        (ContainerState("created"), False),
    ],
)
def test_a_job_is_ready_when_it_has_ended_well(ask: Ask, state: ContainerState, ready: bool) -> None:
    assert ask(job("migrate"), state).ask().ready is ready


@pytest.mark.parametrize(
    ("state", "ready"),
    [
        (ContainerState("running", health="healthy"), True),
        (ContainerState("running", health="starting"), False),
        (ContainerState("running", health="unhealthy"), False),
        (ContainerState("exited", health="healthy"), False),
    ],
)
def test_a_node_without_a_port_is_asked_through_its_healthcheck(ask: Ask, state: ContainerState, ready: bool) -> None:
    made = ask(Node("mail", Kind.BACKING, "mail:1", healthcheck=HealthCheck(("CMD", "true"))), state)
    assert made.text == "its HEALTHCHECK"
    assert made.ask().ready is ready


@pytest.mark.parametrize("check", [None, HealthCheck((), disabled=True)])
@pytest.mark.parametrize(("status", "ready"), [("running", True), ("restarting", False), ("exited", False)])
def test_a_node_that_cannot_be_asked_is_ready_when_it_runs(
    ask: Ask, check: HealthCheck | None, status: str, ready: bool
) -> None:
    made = ask(Node("mail", Kind.BACKING, "mail:1", healthcheck=check), ContainerState(status))
    reply = made.ask()
    assert reply.ready is ready
    assert "nothing to ask" in reply.answer
