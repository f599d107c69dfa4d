"""What a graph says of its dependencies, circles above all."""

import pytest

from readiness.model.graph import Condition, Graph
from tests.unit.graphs import backing, graph_of, job, names, service

LONG = 1_200
"""More than Python lets functions call themselves."""


def chain(length: int, condition: Condition = Condition.HEALTHY) -> Graph:
    first = service("n0")
    return graph_of(first, *(service(f"n{i}", f"n{i - 1}", condition=condition) for i in range(1, length)))


def circle(length: int, condition: Condition = Condition.HEALTHY) -> Graph:
    return graph_of(*(service(f"n{i}", f"n{(i + 1) % length}", condition=condition) for i in range(length)))


def waits_for(graph: Graph, node: str) -> set[str]:
    return {edge.node for edge in graph[node].depends_on}


def test_a_graph_gives_its_nodes_in_the_order_of_the_file() -> None:
    graph = graph_of(service("zeta"), service("alpha"), backing("redis"))
    assert names(graph) == ["zeta", "alpha", "redis"]
    assert len(graph) == 3
    assert graph["alpha"].name == "alpha"


def test_dependants_are_those_that_declare_a_dependency() -> None:
    graph = graph_of(backing("redis"), service("a", "redis"), service("b", "a"), job("migrate", "redis"))
    assert graph.dependants("redis") == ("a", "migrate")
    assert graph.dependants("b") == ()


def test_a_chain_has_no_circle_however_long_it_is() -> None:
    assert chain(LONG).gated_circle() == ()


@pytest.mark.parametrize("length", [1, 2, 3, 17, LONG])
def test_in_a_circle_each_node_waits_for_the_next(length: int) -> None:
    graph = circle(length)
    found = graph.gated_circle()
    assert sorted(found) == sorted(graph.nodes)
    for node, following in zip(found, (*found[1:], found[0]), strict=True):
        assert following in waits_for(graph, node)


def test_a_circle_at_the_end_of_a_chain_is_told_without_the_chain() -> None:
    graph = graph_of(service("first", "second"), service("second", "a"), service("a", "b"), service("b", "a"))
    assert set(graph.gated_circle()) == {"a", "b"}


def test_waiting_for_a_mere_start_makes_no_circle() -> None:
    assert circle(4, Condition.STARTED).gated_circle() == ()


def test_waiting_for_completion_makes_a_circle_as_waiting_for_health_does() -> None:
    assert set(circle(3, Condition.COMPLETED).gated_circle()) == {"n0", "n1", "n2"}


def test_a_dependency_that_is_not_in_the_graph_makes_no_circle() -> None:
    assert graph_of(service("a", "elsewhere")).gated_circle() == ()


def test_one_dependency_of_two_that_share_it_makes_no_circle() -> None:
    graph = graph_of(backing("redis"), service("a", "redis"), service("b", "redis"), service("c", "a", "b"))
    assert graph.gated_circle() == ()
