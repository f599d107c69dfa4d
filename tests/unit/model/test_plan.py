"""Which rows a run has to check: criteria by level, and for whom each is made."""

from typing import Any

import pytest

from readiness.model import subjects
from readiness.model.contract import Contract
from readiness.model.criterion import Criterion, Level, Priority, Row, Subject, Subjects, plan
from readiness.model.graph import Graph, Role
from tests.unit.graphs import backing, contract_of, graph_of, job, service

GRAPH = graph_of(
    backing("postgres"),
    backing("redis"),
    backing("kafka"),
    job("migrate", "postgres"),
    service("auth", "postgres"),
    service("finance", "kafka"),
    name="demo",
)
LOGIN = {"service": "auth", "method": "POST", "path": "/sessions"}
CONTRACT = contract_of(
    {
        "auth": {"uses": {"postgres": "postgres", "redis": "redis"}},
        "finance": {
            "uses": {"kafka": "kafka"},
            "kafka": {"consumes": ["auth.user.created"], "group": "finance"},
            "graphql": {"snapshot": "finance.graphql"},
        },
        "redis": {"port": 6379},
    },
    flows=[
        {
            "topic": "auth.user.created",
            "producer": "auth",
            "consumer": "finance",
            "cause": LOGIN,
            "effect": {"service": "finance", "path": "/"},
        }
    ],
    tokens={
        "issuer": "auth",
        "login": LOGIN,
        "guarded": [{"service": "finance", "path": "/a"}, {"service": "finance", "path": "/b"}, LOGIN],
    },
)


def told(each: Subjects, contract: Contract = CONTRACT, graph: Graph = GRAPH) -> list[str]:
    return [str(subject) for subject in each(contract, graph)]


def criterion(name: str, level: Level = Level.LOCAL, each: Subjects = subjects.services) -> Criterion:
    return Criterion(name, Priority.P1, level, "a promise", each)


@pytest.mark.parametrize(
    ("each", "expected"),
    [
        (subjects.platform, ["demo"]),
        (subjects.nodes, ["postgres", "redis", "kafka", "migrate", "auth", "finance"]),
        (subjects.lasting_nodes, ["postgres", "redis", "kafka", "auth", "finance"]),
        (subjects.services, ["auth", "finance"]),
        (subjects.backing(Role.REDIS), ["redis"]),
        (subjects.backing_services, ["postgres", "redis", "kafka"]),
        (subjects.edges, ["auth->postgres", "auth->redis", "finance->kafka"]),
        (subjects.edges_to(Role.REDIS), ["auth->redis"]),
        (
            subjects.edges_under_loss,
            [f"{edge} ({fault})" for edge in ("auth->postgres", "auth->redis", "finance->kafka")
             for fault in ("stopped", "paused")],
        ),
        (subjects.consumers, ["finance->kafka"]),
        (subjects.flows, ["auth->finance (auth.user.created)"]),
        (subjects.subgraphs, ["finance"]),
        (subjects.token_holders, ["auth", "finance"]),
    ],
)  # fmt: skip
def test_each_kind_of_subject_is_found_once_and_in_order(each: Subjects, expected: list[str]) -> None:
    assert told(each) == expected


@pytest.mark.parametrize(
    "each",
    [
        subjects.edges,
        subjects.edges_to(Role.KAFKA),
        subjects.edges_under_loss,
        subjects.consumers,
        subjects.flows,
        subjects.subgraphs,
        subjects.token_holders,
    ],
)
def test_a_contract_that_promises_nothing_has_no_such_subject(each: Subjects) -> None:
    assert told(each, Contract()) == []


def test_a_use_by_a_service_that_is_not_in_the_graph_is_no_edge() -> None:
    contract = contract_of({"ghost": {"uses": {"redis": "redis"}}})
    assert told(subjects.edges, contract) == []


def test_a_plan_keeps_the_order_of_the_criteria_and_then_of_the_subjects() -> None:
    planned = plan((criterion("b"), criterion("a")), CONTRACT, GRAPH, Level.LOCAL)
    assert [row.key for row in planned] == ["b[auth]", "b[finance]", "a[auth]", "a[finance]"]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (Level.LOCAL, ["local"]),
        (Level.NIGHTLY, ["local", "nightly"]),
        (Level.RELEASE, ["local", "nightly", "release"]),
    ],
)
def test_a_stricter_level_demands_all_that_the_milder_ones_do(level: Level, expected: list[str]) -> None:
    criteria = tuple(criterion(str(at), at, subjects.platform) for at in Level)
    assert [row.criterion.name for row in plan(criteria, CONTRACT, GRAPH, level)] == expected


def test_a_criterion_that_applies_to_nobody_makes_no_row() -> None:
    assert plan((criterion("graphql.valid", each=subjects.subgraphs),), Contract(), GRAPH, Level.LOCAL) == ()


@pytest.mark.parametrize("level", Level)
def test_a_level_is_named_as_it_is_written(level: Level) -> None:
    assert Level.named(str(level)) is level


def test_an_unknown_level_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Level.named("weekly")


@pytest.mark.parametrize(
    ("subject", "text", "nodes"),
    [
        (Subject("auth"), "auth", ("auth",)),
        (Subject("auth", "redis"), "auth->redis", ("auth", "redis")),
        (Subject("auth", "redis", "paused"), "auth->redis (paused)", ("auth", "redis")),
        (Subject("auth", variant="x"), "auth (x)", ("auth",)),
    ],
)
def test_a_subject_is_told_with_its_edge_and_variant(subject: Subject, text: str, nodes: Any) -> None:
    assert str(subject) == text
    assert subject.nodes == nodes
    assert Row(criterion("x"), subject).key == f"x[{text}]"
