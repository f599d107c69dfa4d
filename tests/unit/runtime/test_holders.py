"""Who holds the connections of a server that is full."""

from dataclasses import replace
from pathlib import Path

import pytest

from readiness.model.evidence import ContainerState, ProbeAnswer
from readiness.probes import postgres, redis
from readiness.runtime.holders import connection_holders
from readiness.runtime.journal import Journal
from tests.unit.graphs import backing, contract_of, graph_of, service
from tests.unit.runtime.fake_runtime import FACTS, FakeRuntime

GRAPH = graph_of(backing("postgres"), backing("redis"), service("shop"), service("billing"))
CONTRACT = contract_of({"postgres": {"port": 5432}, "redis": {"port": 6379}})


@pytest.fixture
def runtime(tmp_path: Path) -> FakeRuntime:
    states = {name: ContainerState("running") for name in GRAPH.nodes}
    made = {"shop": replace(FACTS, addresses=("172.18.0.7",)), "billing": replace(FACTS, addresses=("172.18.0.8",))}
    return FakeRuntime(GRAPH, Journal(tmp_path / "events.jsonl"), states=states, containers=made)


def test_the_greediest_comes_first(runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = [{"client_addr": address} for address in ("172.18.0.8", "172.18.0.7", "172.18.0.7", None)]
    told = ProbeAnswer("postgres.sessions", "x", True, 0.0, 0.0, detail={"sessions": sessions})
    monkeypatch.setattr(postgres, "sessions", lambda *_: told)
    assert connection_holders(GRAPH["postgres"], CONTRACT, GRAPH, runtime, 1.0) == (
        "shop holds 2 connection(s) to postgres",
        "billing holds 1 connection(s) to postgres",
    )


def test_a_server_that_lets_nobody_ask_tells_nothing(runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis, "clients", lambda *_: ProbeAnswer("redis.clients", "x", False, 0.0, 0.0, "full"))
    assert connection_holders(GRAPH["redis"], CONTRACT, GRAPH, runtime, 1.0) == ()
