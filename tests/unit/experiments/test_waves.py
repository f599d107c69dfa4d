"""Who is disturbed together: nobody beside one that it asks, and whoever asks before whom it asks."""

from readiness.experiments.parallel import asked_by, waves
from tests.unit.graphs import graph_of, service


def test_services_that_do_not_ask_each_other_are_disturbed_together() -> None:
    graph = graph_of(service("auth"), service("finance"), service("workflow"))
    assert list(waves(graph, ("auth", "finance", "workflow"))) == [("auth", "finance", "workflow")]


def test_a_gateway_is_disturbed_before_the_subgraphs_that_it_needs() -> None:
    graph = graph_of(
        service("pricing"),
        service("portal", environment={"SUBGRAPHS": "pricing=http://pricing:7004/graphql,http://catalog:7002/graphql"}),
        service("catalog"),
        service("auth"),
    )
    assert asked_by(graph, "portal") == {"pricing", "catalog"}
    assert list(waves(graph, ("pricing", "portal", "catalog", "auth"))) == [("portal", "auth"), ("pricing", "catalog")]


def test_services_that_ask_each_other_are_disturbed_one_after_the_other() -> None:
    graph = graph_of(
        service("orders", environment={"STOCK_URL": "http://stock:3000"}),
        service("stock", environment={"ORDERS_URL": "http://orders:3000"}),
    )
    assert list(waves(graph, ("orders", "stock"))) == [("orders",), ("stock",)]
