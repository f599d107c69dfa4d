"""Nodes that wait for each other, as their logs, health answers and gates show it."""

from dataclasses import replace

import pytest

from readiness.diagnosis import attribute, health_cause
from readiness.model.evidence import Activity, NodeEvidence
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Condition, Graph, Kind, Role
from tests.unit.diagnosis.diagnosis_scene import diagnosed, exited, graph_of, looping, node, running

GRAPH = graph_of(node("a", environment={}), node("b", environment={}), node("c", environment={}))
REFUSED = "Error: connect ECONNREFUSED {}\n    at TCPConnectWrap.afterConnect (node:net:1)\n"


def waiting(name: str, line: str, **indicators: tuple[str, str]) -> NodeEvidence:
    return replace(running(name, f"INFO starting\n{line}\n", well=False), environment={}, indicators=indicators)


def never_started(name: str) -> NodeEvidence:
    evidence = exited(name)
    return replace(evidence, state=replace(evidence.state, status="created"))


def causes_of(*evidence: NodeEvidence, graph: Graph = GRAPH) -> dict[str, Cause]:
    return {each.node: diagnosed(each, *evidence, graph=graph) for each in evidence}


@pytest.mark.parametrize(
    "line",
    [
        "INFO waiting for http://{}:3002/health",
        "WARN http://{}:3002/health/ready is not ready yet",
        "Waiting for service {}...",
        "[shop] {} is not there yet, trying again",
        "2025-11-25 01:02:03 INFO {}:3002 is unavailable, retrying in 3 s",
    ],
)
def test_two_nodes_that_say_that_they_wait_for_each_other_are_a_sure_circle(line: str) -> None:
    causes = causes_of(waiting("a", line.format("b")), waiting("b", line.format("a")))
    assert {cause.cls for cause in causes.values()} == {"waiting_circle"}
    assert {(cause.node, cause.dependency) for cause in causes.values()} == {("a", "b"), ("b", "a")}
    assert causes["a"].confidence is Confidence.SURE
    assert "a -> b -> a" in causes["a"].summary
    assert any(entry.startswith("b: log line 2") for entry in causes["a"].evidence)
    assert attribute(causes, GRAPH) == {"a": "a", "b": "a"}


def test_a_circle_of_three_is_named_whole_and_who_hangs_on_it_leads_to_it() -> None:
    graph = graph_of(*GRAPH, node("d", environment={}))
    waits = [waiting(one, f"waiting for http://{other}:80/health") for one, other in ("ab", "bc", "ca", "db")]
    causes = causes_of(*waits, graph=graph)
    assert "a -> b -> c -> a" in causes["a"].summary
    assert set(attribute(causes, graph).values()) == {"a"}


def test_health_answers_that_name_each_other_are_a_likely_circle() -> None:
    one = waiting("a", "", b=("down", "Request failed with status code 503"))
    other = waiting("b", "", a=("down", "Request failed with status code 503"))
    cause = diagnosed(one, other, graph=GRAPH)
    assert (cause.cls, cause.dependency, cause.confidence) == ("waiting_circle", "b", Confidence.LIKELY)
    assert health_cause("a", one.indicators, one, GRAPH, {"b": other}).cls == "waiting_circle"


def test_health_answers_that_ask_each_other_by_address_are_a_likely_circle_whatever_the_keys_are() -> None:
    one = waiting("a", "", upstream=("down", "http://b:3002/health/ready: 503"))
    other = waiting("b", "", partner=("down", "GET a:3002/health/ready got 503"))
    cause = diagnosed(one, other, graph=GRAPH)
    assert (cause.cls, cause.dependency, cause.confidence) == ("waiting_circle", "b", Confidence.LIKELY)


def test_two_nodes_that_died_blaming_each_other_are_a_likely_circle() -> None:
    causes = causes_of(exited("a", REFUSED.format("b:3002")), exited("b", REFUSED.format("a:3001")))
    assert (causes["b"].cls, causes["b"].dependency, causes["b"].confidence) == (
        "waiting_circle",
        "a",
        Confidence.LIKELY,
    )


def test_a_gate_and_a_wait_that_was_seen_make_a_circle() -> None:
    graph = graph_of(node("a", needs={"b": Condition.HEALTHY}), node("b", environment={}))
    causes = causes_of(never_started("a"), waiting("b", "waiting for http://a:3001/health"), graph=graph)
    assert causes["b"].cls == "waiting_circle"
    assert causes["a"].cls == "waiting_circle"


def test_who_waits_for_one_that_fails_of_its_own_accord_is_in_no_circle() -> None:
    causes = causes_of(
        waiting("a", "waiting for http://b:3002/health"), exited("b", "KeyError: 'JWT_SECRET'\n"), waiting("c", "")
    )
    assert (causes["b"].cls, causes["b"].node) == ("config_invalid", "b")


def test_a_wait_that_is_over_counts_no_more() -> None:
    over = waiting("a", "waiting for http://b:3002/health\nINFO b is ready\nINFO warming up")
    assert diagnosed(over, waiting("b", "waiting for http://a:3001/health"), graph=GRAPH).cls != "waiting_circle"


def test_one_that_is_well_is_no_part_of_a_circle() -> None:
    well = replace(running("b", "waiting for http://a:3001/health\n", well=True), environment={})
    assert diagnosed(waiting("a", "waiting for http://b:3002/health"), well, graph=GRAPH).cls != "waiting_circle"


def test_a_wrong_address_is_no_wait() -> None:
    one = exited("a", REFUSED.format("localhost:3002"))
    assert diagnosed(one, exited("b", REFUSED.format("a:3001")), graph=GRAPH).cls == "dependency_unreachable"


def test_two_that_wait_for_each_other_for_want_of_a_third_wait_for_that_one() -> None:
    redis = node("redis", kind=Kind.BACKING, image="redis:7", role=Role.REDIS)
    user = node("a", environment={"REDIS_URL": "redis://redis:6379"})
    graph = graph_of(redis, user, node("b", environment={}))
    evidence = (exited("a", REFUSED.format("b:3002")), exited("b", REFUSED.format("a:3001")), exited("redis", oom=True))
    cause = diagnosed(evidence[0], *evidence, graph=graph)
    assert (cause.cls, cause.node) == ("container_oom", "redis")


def test_one_that_ended_for_a_reason_of_its_own_is_in_no_circle_whatever_it_said_before() -> None:
    one = exited("a", "waiting for http://b:3002/health\nKeyError: 'JWT_SECRET'\n")
    cause = diagnosed(one, waiting("b", "waiting for http://a:3001/health"), graph=GRAPH)
    assert (cause.cls, cause.node) == ("config_invalid", "a")


def test_two_in_restart_loops_that_blame_each_other_are_a_circle() -> None:
    one, other = looping("a", REFUSED.format("b:3002"), log="starting\n"), looping("b", REFUSED.format("a:3001"))
    causes = causes_of(one, other)
    assert {cause.cls for cause in causes.values()} == {"waiting_circle"}


def test_one_that_waits_for_somebody_who_fails_does_not_hang_of_its_own() -> None:
    quiet = replace(waiting("a", "waiting for http://b:3002/health"), activity=Activity(10.0, (), 0.0))
    cause = diagnosed(quiet, exited("b", "KeyError: 'JWT_SECRET'\n"), graph=GRAPH)
    assert (cause.cls, cause.node) == ("config_invalid", "b")
