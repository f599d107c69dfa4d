"""A platform whose services answer as their dependencies allow, without an engine and without a network."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from readiness.model.contract import Contract
from readiness.model.evidence import ContainerState, HttpAnswer, ProbeAnswer
from readiness.model.graph import Node, RestartPolicy
from readiness.model.redaction import Redactor
from readiness.platform import Platform
from readiness.probes import http, postgres, redis
from readiness.runtime.journal import Journal
from tests.unit.graphs import backing, contract_of, graph_of, restarting, service
from tests.unit.runtime.fake_runtime import FakeRuntime

PORTS = {"auth": 3001, "finance": 3014, "stuck": 3099, "postgres": 5432, "redis": 6379}
PATHS = {"/health/ready", "/health/live", "/health"}
SECRET = "correct-horse-battery"

Manner = Callable[["World", str, str], tuple[int, str]]
"""How a service answers: from the world, its name and the path, to status and body."""


def terminus(details: dict[str, bool], note: str = "") -> str:
    """A health answer in the shape of Terminus; True is up."""
    entries = {
        name: f'"{name}": {{"status": "{"up" if up else "down"}", "message": "{note}"}}' for name, up in details.items()
    }
    info = ", ".join(entry for name, entry in entries.items() if details[name])
    error = ", ".join(entry for name, entry in entries.items() if not details[name])
    status = "ok" if all(details.values()) else "error"
    whole = ", ".join(entries.values())
    return f'{{"status": "{status}", "info": {{{info}}}, "error": {{{error}}}, "details": {{{whole}}}}}'


def always(status: int, body: str) -> Manner:
    """A service that answers the same whatever happens."""
    return lambda *_: (status, body)


def honest(world: "World", name: str, path: str) -> tuple[int, str]:
    """Names each dependency as it is; live does not depend on any."""
    used = world.contract.promise(name).uses
    if path.endswith("live"):
        return 200, terminus({})
    details = {role.value: world.runtime.states[node].status == "running" for role, node in used.items()}
    return (200 if all(details.values()) else 503), terminus(details, note=SECRET)


@dataclass
class World:
    """The platform, its runtime, and how each service answers."""

    platform: Platform
    runtime: FakeRuntime
    contract: Contract
    manners: dict[str, Manner] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def get(self, url: str, *, deadline_s: float) -> HttpAnswer:
        """In place of a GET over the network."""
        parts = urlsplit(url)
        name = next(name for name, port in PORTS.items() if port == parts.port)
        self.asked.append(f"{name}{parts.path}")
        now = time.time()
        if self.runtime.states[name].status != "running" or parts.path not in PATHS:
            return HttpAnswer(url, 0, 0.0, now, error="connection refused")
        status, body = self.manners.get(name, honest)(self, name, parts.path)
        error = "" if status else f"no answer within {deadline_s:g} s"
        return HttpAnswer(url, status, 0.001, now, "application/json" if status else "", body, error)

    def backing_answer(self, name: str) -> ProbeAnswer:
        """In place of a probe of a backing service."""
        up = self.runtime.states[name].status == "running"
        return ProbeAnswer("ping", name, up, 0.001, time.time(), error="" if up else "connection refused")


def world(folder: Path, monkeypatch: pytest.MonkeyPatch, *nodes: Node) -> World:
    """Two services on PostgreSQL and Redis, all of them running; or the nodes that are given."""
    graph = graph_of(*(nodes or (backing("postgres"), backing("redis"), restarting("auth"), restarting("finance"))))
    uses = {"auth": {"postgres": "postgres", "redis": "redis"}, "finance": {"postgres": "postgres"}}
    contract = contract_of(
        {name: {"port": PORTS[name], "uses": uses.get(name, {})} for name in graph.nodes},
        defaults={
            "ready_within": "300ms",
            "notices_within": "300ms",
            "recovers_within": "300ms",
            "stops_within": "200ms",
        },
    )
    journal = Journal(folder / "events.jsonl")
    runtime = FakeRuntime(graph, journal)
    platform = Platform(
        contract=contract,
        graph=graph,
        folder=folder,
        runtime=runtime,
        journal=journal,
        run="abc123",
        run_folder=folder,
        redactor=Redactor([SECRET]),
    )
    made = World(platform, runtime, contract)
    for name in graph.nodes:
        runtime.states[name] = ContainerState("created")
        runtime.run(name)
    monkeypatch.setattr(http, "get", made.get)
    monkeypatch.setattr(redis, "ping", lambda *_: made.backing_answer("redis"))
    monkeypatch.setattr(postgres, "select_one", lambda *_: made.backing_answer("postgres"))
    return made


def without_policy(name: str) -> Node:
    """A service that nobody brings back."""
    return service(name, restart=RestartPolicy("no"))
