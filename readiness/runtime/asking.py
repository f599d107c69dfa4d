"""How it is asked whether a node is ready: by our own probe, at a fine interval, not by waiting for the engine's."""

from collections.abc import Callable
from dataclasses import dataclass

from readiness.model.contract import Contract
from readiness.model.evidence import ContainerState, HttpAnswer, ProbeAnswer
from readiness.model.graph import Graph, Kind, Node, Role
from readiness.probes import health, http, kafka, postgres, redis
from readiness.runtime.health_check import broken_check, declared_check
from readiness.runtime.protocol import Runtime
from readiness.sources.credentials import credentials

_DEADLINE_S = 2.0
"""Of one question. Silence that long counts as "not yet"; the wait as a whole has its own budget."""


@dataclass(frozen=True)
class Reply:
    """What one question got: ``ready`` with the answer that shows it, or what stands in its way."""

    ready: bool
    answer: str
    health: HttpAnswer | None = None
    probe: ProbeAnswer | None = None


@dataclass(frozen=True)
class Question:
    """How one node is asked: a text for people (``GET /health/ready``), how often, and the asking itself."""

    text: str
    ask: Callable[[], Reply]
    interval_s: float = 0.1


def question(node: Node, contract: Contract, graph: Graph, runtime: Runtime) -> Question:
    """The best question for this node: its ready path, its protocol, its own HEALTHCHECK, or merely whether it runs."""
    promise = contract.promise(node.name)
    if node.kind is Kind.JOB:
        return Question("exit code 0", lambda: _completed(runtime.state(node.name)), interval_s=0.05)
    if node.role is not None and promise.port is not None:
        return _backing_question(node, node.role, promise.port, graph, runtime)
    if node.kind is Kind.SERVICE and promise.port is not None:
        return _service_question(node, promise.port, promise.health.ready, runtime)
    declared = node.healthcheck is not None and not node.healthcheck.disabled
    text = "its HEALTHCHECK" if declared else "its image's HEALTHCHECK, or that it runs"
    return Question(text, lambda: _own_check(node.name, runtime), interval_s=0.5)


def _service_question(node: Node, port: int, path: str, runtime: Runtime) -> Question:
    def ask() -> Reply:
        address = runtime.address(node.name, port)
        if address is None:
            return Reply(False, f"port {port} is not published yet")
        answer = http.get(f"http://{address}{path}", deadline_s=_DEADLINE_S)
        return Reply(health.read_health(answer).is_green, str(answer), health=answer)

    return Question(f"GET {path}", ask)


def _backing_question(node: Node, role: Role, port: int, graph: Graph, runtime: Runtime) -> Question:
    login = credentials(graph, node.name)

    def ask() -> Reply:
        address = runtime.address(node.name, port)
        if address is None:
            return Reply(False, f"port {port} is not published yet")
        if role is Role.REDIS:
            answer = redis.ping(address, login, _DEADLINE_S)
        elif role is Role.POSTGRES:
            answer = postgres.select_one(address, login, _DEADLINE_S)
        else:
            answer = kafka.metadata(address, _DEADLINE_S)
        return Reply(answer.ok, str(answer), probe=answer)

    texts = {Role.REDIS: "PING", Role.POSTGRES: "SELECT 1", Role.KAFKA: "metadata with a controller"}
    return Question(texts[role], ask)


def _completed(state: ContainerState) -> Reply:
    return Reply(state.status == "exited" and state.exit_code == 0, f"{state.status}, exit code {state.exit_code}")


def _own_check(node: str, runtime: Runtime) -> Reply:
    """The HEALTHCHECK of Compose file or image, run by us now; without one it is only told whether the node runs."""
    state = runtime.state(node)
    check = declared_check(runtime.container(node), runtime.image(node))
    if state.status != "running" or not check:
        return Reply(state.status == "running", f"{state.status}, and there is nothing to ask")
    fault = broken_check(runtime, node, check)
    return Reply(not fault, fault or "the HEALTHCHECK passes")
