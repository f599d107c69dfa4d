"""The saved SDL: how far the served one is from it, and that it is replaced as a whole."""

from pathlib import Path

import pytest

from readiness.checks.snapshot import NoSnapshot, NotSaved, drift, save, shared_types
from readiness.model.contract import Contract
from readiness.model.errors import SchemaError
from readiness.schema import parse

SAVED = "type Query { a: Int b: Int kind: Kind find(kind: Kind): Int }\nenum Kind { A }\n"
SERVED = "type Query { a: Int! kind: Kind find(kind: Kind, more: Int): Int }\nenum Kind { A B }\n"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "saved.graphql"
    path.write_text(SAVED)
    return path


def test_a_drift_is_counted_by_class_and_told_change_by_change(saved: Path) -> None:
    found = drift(saved, parse(SERVED))
    assert found.counts == {"breaking": 1, "dangerous": 2, "safe": 1}
    assert found.summary == "1 breaking, 2 dangerous, 1 safe changes"
    assert [change.coordinate for change in found.breaking] == ["Query.b"]
    assert found.measured == {
        **found.counts,
        "FIELD_REMOVED Query.b": "BREAKING: Query.b was removed; queries for it are invalid",
        "ENUM_VALUE_ADDED Kind.B": "DANGEROUS: B was added to Kind; clients may get a value that they do not know",
        "FIELD_ARGUMENT_ADDED Query.find(more:)": "DANGEROUS: Query.find(more:) was added, optional; "
        "what the field answers without it may be something else than before",
        "FIELD_TYPE_CHANGED Query.a": "SAFE: Query.a is Int! instead of Int; whoever could take null still can",
    }


def test_no_drift_is_no_change(saved: Path) -> None:
    found = drift(saved, parse(SAVED))
    assert (found.changes, found.summary, found.counts) == (
        (),
        "no changes",
        {"breaking": 0, "dangerous": 0, "safe": 0},
    )


def test_a_snapshot_that_is_not_there_or_no_graphql_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshot, match=r"none\.graphql cannot be read: No such file"):
        drift(tmp_path / "none.graphql", parse(SAVED))
    (tmp_path / "half.graphql").write_text("type A {")
    with pytest.raises(SchemaError, match=r"half\.graphql:1:9"):
        drift(tmp_path / "half.graphql", parse(SAVED))


def test_saving_replaces_the_file_as_a_whole_and_follows_a_link(tmp_path: Path, saved: Path) -> None:
    link = tmp_path / "link.graphql"
    link.symlink_to(saved)
    save("type A { ä: Int }", link)
    assert link.is_symlink()
    assert saved.read_text(encoding="utf-8") == "type A { ä: Int }\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.graphql", "saved.graphql"]


def test_what_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotSaved, match="cannot be written"):
        save("type A { a: Int }", tmp_path / "no" / "folder.graphql")
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotSaved, match="cannot be written"):
        save("type A { a: Int }", tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_types_of_other_subgraphs_are_shared_and_those_without_a_snapshot_unknown(saved: Path) -> None:
    services = {
        "one": {"graphql": {"snapshot": saved.name}},
        "two": {"graphql": {"snapshot": "none.graphql"}},
        "half": {"graphql": {"snapshot": "half.graphql"}},
        "three": {},
    }
    (saved.parent / "half.graphql").write_text("type A {")
    contract = Contract.model_validate({"services": services})
    assert shared_types(contract, saved.parent, "two") == {"Query", "Kind"}
    assert shared_types(contract, saved.parent, "one") == frozenset()
