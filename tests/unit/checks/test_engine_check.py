"""The HEALTHCHECK of a node: whether it has one, what it asks, and whether it passes in time."""

from dataclasses import replace
from pathlib import Path

import pytest

from readiness.checks.engine_check import engine_check_fault, gives_up_early
from readiness.model.events import ContainerStarted, HealthChanged, NodeReady
from readiness.platform import Platform
from readiness.runtime.protocol import CheckTimes, Executed
from readiness.runtime.record import Record
from tests.unit.experiments.scripted_platform import PORTS, World, world
from tests.unit.graphs import backing, service
from tests.unit.runtime.fake_runtime import FACTS

READY = ("CMD", "curl", "-f", f"http://localhost:{PORTS['auth']}/health/ready")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return world(tmp_path, monkeypatch, backing("postgres"), backing("redis"), service("auth", "postgres"))


@pytest.fixture
def platform(made: World) -> Platform:
    return made.platform


def with_check(made: World, node: str, check: tuple[str, ...], times: CheckTimes | None = None) -> str:
    made.runtime.containers[node] = replace(FACTS, healthcheck=check, check_times=times or CheckTimes())
    return engine_check_fault(made.platform, node)


def test_a_check_that_asks_readiness_and_passes_has_no_fault(made: World) -> None:
    assert with_check(made, "auth", READY) == ""


def test_a_service_without_one_is_told(platform: Platform) -> None:
    assert engine_check_fault(platform, "auth") == "neither the image nor the Compose file has a HEALTHCHECK"


def test_a_backing_service_needs_one_only_where_others_wait_for_it(platform: Platform) -> None:
    assert engine_check_fault(platform, "postgres").endswith("these wait for postgres to be healthy: auth")
    assert engine_check_fault(platform, "redis") == ""


def test_a_backing_service_is_held_to_the_check_that_it_has(made: World) -> None:
    made.runtime.answers["redis"] = Executed(127, "sh: 1: nc: not found")
    fault = with_check(made, "redis", ("CMD-SHELL", "nc -z localhost 6379"))
    assert fault.startswith("the HEALTHCHECK is wrong: it does not pass: its tool is not in the image")
    assert fault.endswith("\nCMD-SHELL nc -z localhost 6379")


def test_a_path_that_the_service_does_not_serve_is_told_with_its_answer(made: World) -> None:
    fault = with_check(made, "auth", ("CMD", "curl", "-f", f"http://localhost:{PORTS['auth']}/healthz"))
    assert "it asks /healthz, which answers" in fault


def test_a_path_at_another_port_is_left_to_the_check_itself(made: World) -> None:
    assert with_check(made, "auth", ("CMD", "curl", "-f", "http://localhost:9090/healthz")) == ""


def test_a_check_that_checks_nothing_is_told(made: World) -> None:
    assert "it passes whatever is the case" in with_check(made, "auth", ("CMD", "true"))


def test_times_that_let_a_hang_go_unseen_are_told(made: World) -> None:
    assert "(timeout)" in with_check(made, "auth", READY, CheckTimes(timeout_s=600))


def test_a_check_that_is_slower_than_its_timeout_is_tried_again_before_it_is_told(made: World) -> None:
    made.runtime.answers["auth"] = Executed(-1, "curl did not end within 1 s")
    assert "not pass within its timeout of 1.0 s" in with_check(made, "auth", READY, CheckTimes(timeout_s=1))
    assert sum(call[0] == "execute" for call in made.runtime.calls) == 3


@pytest.mark.parametrize(("unhealthy_at", "budget_s", "early"), [(3.0, 30, True), (9.0, 30, False), (3.0, 4, False)])
def test_a_check_that_calls_a_node_unhealthy_while_it_starts_is_impatient(
    unhealthy_at: float, budget_s: float, early: bool
) -> None:
    record = Record(
        sorted(
            (
                ContainerStarted(node="auth", at=0.5),
                HealthChanged(node="auth", status="unhealthy", at=unhealthy_at),
                NodeReady(node="auth", after_s=6, how="", at=6.5),
            ),
            key=lambda event: event.at,
        )
    )
    told = gives_up_early(record, "auth", budget_s)
    assert ("2.5 s after its start" in told and "start_period" in told) if early else told == ""
