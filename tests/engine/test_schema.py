"""The schema of running subgraphs: drift told, accepted and refused; fetched from a kept graph; composed."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.engine.overlays import reference
from tests.engine.suite import PLATFORM, ROOT, Suite, Told

pytestmark = pytest.mark.engine

SCHEMAS = PLATFORM.parents[1] / "schemas"
SERVED = (SCHEMAS / "finance.graphql").read_text()
WITHOUT_A_FIELD = SERVED.replace('  """How much the ledger holds."""\n  ledgerSummary: LedgerSummary!\n', "")
WITH_ANOTHER_FIELD = SERVED.replace("  currency: String!\n", "  currency: String!\n  iban: String\n", 1)
ACCEPT = "pytest -m readiness --schema-update"


def run(folder: Path, saved: str, *options: str) -> Told:
    """The suite with another saved schema for finance, which stands in ``saved.graphql`` of the folder."""
    file = folder / "saved.graphql"
    file.write_text(saved)

    def other_snapshot(contract: dict[str, Any]) -> None:
        contract["services"]["finance"]["graphql"]["snapshot"] = str(file)

    return Suite(
        reference(folder, contract=other_snapshot), folder, "-k", "test_schema_does_not_drift", *options
    ).wait()


def measured(told: Told) -> dict[str, Any]:
    rows = [
        row for row in told.verdict["criteria"] if (row["criterion"], row["subject"]) == ("graphql.snapshot", "finance")
    ]
    found: dict[str, Any] = rows[0]["measured"]
    return found


def test_safe_drift_holds_and_is_told_with_the_command_that_accepts_it(tmp_path: Path) -> None:
    told = run(tmp_path, WITHOUT_A_FIELD)
    assert told.outcomes("graphql.snapshot")["finance"] == "holds"
    assert (measured(told)["breaking"], measured(told)["safe"]) == (0, 1)
    assert measured(told)["FIELD_ADDED Query.ledgerSummary"] == "SAFE: Query.ledgerSummary was added"
    assert measured(told)["accept_with"] == ACCEPT
    assert f"finance: 1 safe change against saved.graphql; `{ACCEPT}` accepts what is not breaking" in told.output
    assert "  SAFE Query.ledgerSummary: Query.ledgerSummary was added" in told.output
    assert (tmp_path / "saved.graphql").read_text() == WITHOUT_A_FIELD


def test_an_update_saves_what_is_served_and_says_what_it_accepts(tmp_path: Path) -> None:
    told = run(tmp_path, WITHOUT_A_FIELD, "--schema-update")
    assert told.outcomes("graphql.snapshot")["finance"] == "holds"
    assert "  SAFE Query.ledgerSummary: Query.ledgerSummary was added" in told.output
    assert f"saved to {tmp_path / 'saved.graphql'}" in told.output
    assert (tmp_path / "saved.graphql").read_text() == SERVED


def test_an_update_refuses_what_breaks_and_names_how_to_accept_it(tmp_path: Path) -> None:
    told = run(tmp_path, WITH_ANOTHER_FIELD, "--schema-update")
    assert (told.exit_code, told.outcomes("graphql.snapshot")["finance"]) == (1, "fails")
    assert f"{ACCEPT} --accept-breaking" in told.findings[0]["advice"]
    assert (tmp_path / "saved.graphql").read_text() == WITH_ANOTHER_FIELD


def test_an_update_takes_what_breaks_when_it_is_told_to(tmp_path: Path) -> None:
    told = run(tmp_path, WITH_ANOTHER_FIELD, "--schema-update", "--accept-breaking")
    assert told.outcomes("graphql.snapshot")["finance"] == "holds"
    assert "BREAKING Account.iban" in told.output
    assert (tmp_path / "saved.graphql").read_text() == SERVED


def test_the_subgraphs_of_the_reference_platform_compose(tmp_path: Path) -> None:
    told = Suite(reference(tmp_path), tmp_path, "-k", "compose", "--level", "nightly").wait()
    assert told.outcomes("graphql.composes") == {"finance": "holds", "master-data": "holds"}


@contextmanager
def kept_graph() -> Iterator[str]:
    """The reference platform, left running by the command line. Gives the run's name."""
    ended = readiness("up")
    told = re.search(r"^run (\w+) goes on", ended.stdout, re.MULTILINE)
    assert told is not None, ended.stdout + ended.stderr
    try:
        assert ended.returncode == 0, ended.stdout + ended.stderr
        yield told[1]
    finally:
        readiness("down", told[1])


def readiness(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "readiness", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_the_schema_of_a_kept_graph_is_fetched_by_the_services_name(tmp_path: Path) -> None:
    with kept_graph() as run_name:
        fetched = readiness("schema", "pull", "--service", "finance", "--run", run_name)
        assert (fetched.returncode, fetched.stdout) == (0, SERVED), fetched.stderr
        none = readiness("schema", "pull", "--service", "auth", "--run", run_name)
        assert (none.returncode, none.stdout) == (2, "")
        assert "the contract names no subgraph of auth; it names: master-data, finance" in none.stderr
