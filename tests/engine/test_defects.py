"""Platforms with a known defect: one finding, the right cause, nobody else accused."""

from pathlib import Path
from typing import Any

import pytest

from tests.engine.overlays import reference
from tests.engine.suite import Suite, Told

pytestmark = pytest.mark.engine


def test_auth_without_its_secret_is_one_restart_loop_and_nobody_else_is_accused(tmp_path: Path) -> None:
    def without_secret(compose: dict[str, Any]) -> None:
        del compose["services"]["auth"]["environment"]["JWT_SECRET"]

    told = Suite(reference(tmp_path, compose=without_secret), tmp_path).wait()
    assert (told.exit_code, told.verdict["verdict"]) == (1, "NOT READY")
    finding = _only(told)
    assert (finding["criterion"], finding["subject"]) == ("start.ready", "auth")
    assert "loop" in finding["summary"]
    assert finding["cause"]["class"] == "config_invalid"
    assert finding["cause"]["node"] == "auth"
    assert "JWT_SECRET" in " ".join(finding["evidence"])
    assert told.outcomes("health.ready") == {
        "auth": "blocked",
        **dict.fromkeys(("master-data", "workflow", "rules-engine", "finance"), "holds"),
    }


def test_a_wrong_redis_password_in_one_service_names_that_service_and_that_dependency(tmp_path: Path) -> None:
    def wrong_password(compose: dict[str, Any]) -> None:
        compose["services"]["workflow"]["environment"]["REDIS_URL"] = "redis://:not-the-password@redis:6379/0"

    def hurry(contract: dict[str, Any]) -> None:
        contract["services"]["workflow"]["ready_within"] = "12s"

    told = Suite(reference(tmp_path, compose=wrong_password, contract=hurry), tmp_path).wait()
    assert (told.exit_code, told.verdict["verdict"]) == (1, "NOT READY")
    cause = _only(told)["cause"]
    assert (cause["class"], cause["node"], cause["dependency"]) == ("dependency_auth_failed", "workflow", "redis")
    assert "not-the-password" not in told.output


def test_a_schema_that_lost_something_names_the_coordinates(tmp_path: Path) -> None:
    saved = tmp_path / "finance.graphql"

    def older_snapshot(contract: dict[str, Any]) -> None:
        graphql = contract["services"]["finance"]["graphql"]
        saved.write_text(
            _replaced(
                Path(graphql["snapshot"]).read_text(),
                ("  currency: String!\n", "  currency: String!\n  iban: String\n"),
                ('type Transaction @key(fields: "id")', 'type Transaction @key(fields: "id") @key(fields: "amount")'),
                ("accountByNumber(number: String!)", "accountByNumber(number: String)"),
            )
        )
        graphql["snapshot"] = str(saved)

    told = Suite(reference(tmp_path, contract=older_snapshot), tmp_path, "-k", "graphql").wait()
    assert (told.exit_code, told.verdict["verdict"]) == (1, "NOT READY")
    finding = _only(told)
    assert (finding["criterion"], finding["subject"]) == ("graphql.snapshot", "finance")
    evidence = " ".join((finding["summary"], *finding["evidence"]))
    for coordinate in ("Account.iban", "Query.accountByNumber(number:)", "Transaction"):
        assert coordinate in evidence


def _replaced(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text, f"the schema has no {old!r}"
        text = text.replace(old, new, 1)
    return text


def _only(told: Told) -> dict[str, Any]:
    assert len(told.findings) == 1, [(f["criterion"], f["subject"], f["summary"]) for f in told.findings]
    return dict(told.findings[0])
