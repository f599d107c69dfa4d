"""Whose failure the others' failures follow from."""

import pytest

from readiness.diagnosis import attribute
from readiness.model.finding import Cause, Confidence
from tests.unit.diagnosis.diagnosis_scene import SHOP


def cause(cls: str, node: str, dependency: str | None = None, confidence: Confidence = Confidence.SURE) -> Cause:
    return Cause(cls, node, dependency, confidence)


def test_a_node_with_a_cause_of_its_own_is_its_own_root() -> None:
    causes = {"auth": cause("config_invalid", "auth"), "orders": cause("app_exception", "orders")}
    assert attribute(causes, SHOP) == {"auth": "auth", "orders": "orders"}


def test_a_row_of_failures_ends_at_the_deepest() -> None:
    causes = {
        "redis": cause("container_oom", "redis"),
        "auth": cause("dependency_unreachable", "auth", "redis"),
        "orders": cause("dependency_timeout", "orders", "auth"),
    }
    assert attribute(causes, SHOP) == {"redis": "redis", "auth": "redis", "orders": "redis"}


def test_a_cause_that_names_another_node_is_that_nodes() -> None:
    causes = {"redis": cause("container_oom", "redis"), "auth": cause("container_oom", "redis")}
    assert attribute(causes, SHOP)["auth"] == "redis"


@pytest.mark.parametrize("cls", ["dependency_auth_failed", "schema_missing", "database_missing", "tls_mismatch"])
def test_a_fault_of_the_client_stays_with_it_although_the_dependency_fails_too(cls: str) -> None:
    causes = {"redis": cause("container_oom", "redis"), "auth": cause(cls, "auth", "redis")}
    assert attribute(causes, SHOP)["auth"] == "auth"


def test_a_dependency_that_does_not_fail_is_no_root() -> None:
    assert attribute({"auth": cause("dependency_unreachable", "auth", "redis")}, SHOP) == {"auth": "auth"}


def test_a_circle_is_named_once_with_all_that_hang_on_it() -> None:
    causes = {
        "billing": cause("dependency_unreachable", "billing", "orders"),
        "orders": cause("dependency_unreachable", "orders", "auth"),
        "auth": cause("dependency_unreachable", "auth", "orders"),
    }
    assert attribute(causes, SHOP) == {"billing": "auth", "orders": "auth", "auth": "auth"}


def test_an_unknown_failure_is_laid_to_the_failing_dependency_rather_than_to_the_node() -> None:
    causes = {"postgres": cause("disk_full", "postgres"), "auth": Cause.unknown("auth")}
    assert attribute(causes, SHOP)["auth"] == "postgres"
