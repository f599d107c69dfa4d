"""A node that runs and listens where nobody looks for it."""

from dataclasses import replace

import pytest

from readiness.model.address import Address
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Confidence
from readiness.model.graph import HealthCheck
from tests.unit.diagnosis.diagnosis_scene import diagnosed, exited, graph_of, node, running

GRAPH = graph_of(replace(node("auth"), expose=(3001,)), node("orders"), node("worker", environment={}))
REFUSED = "Error: connect ECONNREFUSED auth:{}\n    at TCPConnectWrap.afterConnect (node:net:1)\n"


def listening(*sockets: tuple[str, int], log: str = "", name: str = "auth", **environment: str) -> NodeEvidence:
    found = tuple(Address(host, port) for host, port in sockets)
    return replace(running(name, log, well=False), listens=found, environment=environment)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_port_that_is_open_on_the_loopback_only_is_sure(host: str) -> None:
    cause = diagnosed(listening((host, 3001)), graph=GRAPH)
    assert (cause.cls, cause.node, cause.confidence) == ("not_listening", "auth", Confidence.SURE)
    assert "127.0.0.1:3001 only" in cause.summary


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "172.18.0.4"])
def test_a_port_that_is_open_to_others_is_no_fault(host: str) -> None:
    assert diagnosed(listening((host, 3001), ("127.0.0.1", 3001)), graph=GRAPH).cls == "unknown"


def test_another_port_that_the_nodes_own_setting_names_is_sure() -> None:
    cause = diagnosed(listening(("0.0.0.0", 3002), PORT="3002"), graph=GRAPH)
    assert (cause.cls, cause.confidence) == ("not_listening", Confidence.SURE)
    assert "on port 3002 and not on 3001" in cause.summary


@pytest.mark.parametrize(
    "line", ["Server listening on port 3002", "Application is running on: http://[::1]:3002", "Listening on :3002"]
)
def test_another_port_that_the_log_names_is_sure(line: str) -> None:
    cause = diagnosed(listening(("::", 3002), log=f"{line}\n"), graph=GRAPH)
    assert (cause.cls, cause.confidence) == ("not_listening", Confidence.SURE)
    assert f"log line 1: {line}" in cause.evidence


def test_another_port_that_nothing_names_is_likely_and_stands_behind_what_the_log_says() -> None:
    assert diagnosed(listening(("::", 8080)), graph=GRAPH).confidence is Confidence.LIKELY
    log = "ERROR redis: Error: connect ECONNREFUSED 172.18.0.3:6379\n"
    assert diagnosed(listening(("::", 8080), log=log), graph=GRAPH).cls == "dependency_unreachable"


def test_a_debuggers_port_is_not_taken_for_the_port_of_requests() -> None:
    assert diagnosed(listening(("0.0.0.0", 9229)), graph=GRAPH).cls != "not_listening"


@pytest.mark.parametrize("line", ["Debugger listening on ws://0.0.0.0:9229/x", "metrics server listening on port 9464"])
def test_what_is_said_of_a_side_port_is_no_port_of_requests(line: str) -> None:
    port = 9229 if "9229" in line else 9464
    assert diagnosed(listening(("0.0.0.0", port), log=f"{line}\n"), graph=GRAPH).cls != "not_listening"


def test_a_port_that_is_usually_beside_counts_where_the_log_names_it() -> None:
    cause = diagnosed(listening(("0.0.0.0", 9090), log="Server listening on port 9090\n"), graph=GRAPH)
    assert (cause.cls, cause.confidence) == ("not_listening", Confidence.SURE)


def test_the_promised_port_counts_before_the_declared_one() -> None:
    evidence = replace(listening(("0.0.0.0", 3001), ("127.0.0.1", 8080)), promised_ports=(8080,))
    assert diagnosed(evidence, graph=GRAPH).cls == "not_listening"


def test_the_port_of_the_healthcheck_counts_where_nothing_else_is_declared() -> None:
    check = HealthCheck(("CMD", "curl", "-f", "http://localhost:4000/health"))
    graph = graph_of(replace(node("auth"), healthcheck=check))
    assert diagnosed(listening(("127.0.0.1", 4000)), graph=graph).cls == "not_listening"


def test_a_client_that_is_refused_is_not_at_fault_where_the_other_is_bound_to_the_loopback() -> None:
    cause = diagnosed(exited("orders", REFUSED.format(3001)), replace(listening(("127.0.0.1", 3001))), graph=GRAPH)
    assert (cause.cls, cause.node, cause.confidence) == ("not_listening", "auth", Confidence.SURE)
    assert any(line.startswith("orders: log line 1") for line in cause.evidence)


def test_a_client_that_asks_a_port_which_nobody_opens_or_promises_is_at_fault() -> None:
    target = replace(running("auth", well=True), listens=(Address("0.0.0.0", 3001),))
    cause = diagnosed(exited("orders", REFUSED.format(3002)), target, graph=GRAPH)
    assert (cause.cls, cause.node, cause.dependency) == ("dependency_unreachable", "orders", "auth")
    assert "auth:3002, a port that it does not open" in cause.summary


def test_a_client_that_asks_the_promised_port_is_not_at_fault_for_the_wrong_one() -> None:
    target = listening(("0.0.0.0", 3002), PORT="3002")
    cause = diagnosed(exited("orders", REFUSED.format(3001)), target, graph=GRAPH)
    assert (cause.cls, cause.node) == ("not_listening", "auth")


def test_sockets_that_were_seen_correct_what_an_image_lets_expect() -> None:
    target = replace(running("redis", well=True), listens=(Address("0.0.0.0", 6380),))
    cause = diagnosed(exited("auth", "Error: connect ECONNREFUSED redis:6380\n"), target)
    assert "does not open" not in cause.summary


def test_a_servers_own_line_tells_likely_where_nobody_saw_the_sockets() -> None:
    log = "INFO:     Uvicorn running on http://127.0.0.1:3001 (Press CTRL+C to quit)\n"
    cause = diagnosed(running("auth", log, well=False), graph=GRAPH)
    assert (cause.cls, cause.confidence) == ("not_listening", Confidence.LIKELY)
    assert diagnosed(running("auth", log, well=True), graph=GRAPH).cls != "not_listening"


def test_a_port_that_a_service_does_not_declare_is_likely_wrong_where_nobody_saw_its_sockets() -> None:
    cause = diagnosed(exited("orders", REFUSED.format(3002)), running("auth", well=True), graph=GRAPH)
    assert (cause.node, cause.dependency, cause.confidence) == ("orders", "auth", Confidence.LIKELY)
    assert "auth:3002, a port that it does not open" in cause.summary


def test_a_service_that_is_dead_is_at_fault_whatever_port_was_asked() -> None:
    dead = exited("auth", "KeyError: 'JWT_SECRET'\n")
    assert diagnosed(exited("orders", REFUSED.format(3002)), dead, graph=GRAPH).node == "auth"
