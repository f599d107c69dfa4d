"""Composing with the real composer, where Node is there; and blaming without it."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from readiness.composition import CompositionError, NodeMissing, NotComposed, blame, compose, packages
from readiness.composition.blame import broken, changes_behind

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])\n'
FINANCE = LINK + (
    'type Customer @key(fields: "id", resolvable: false) { id: ID! }\n'
    "type Money @shareable { amount: Float! }\n"
    "type Query { debtor: Customer total: Money! }\n"
)
MASTER_DATA = LINK + (
    'type Customer @key(fields: "id") { id: ID! name: String! credit: Money }\n'
    "type Money @shareable { amount: Float! }\n"
    "type Query { customer(id: ID!): Customer }\n"
)
BOTH = {"finance": FINANCE, "master-data": MASTER_DATA}


@pytest.fixture(scope="module")
def composer() -> None:
    try:
        compose(BOTH)
    except NodeMissing as reason:
        pytest.skip(str(reason))


@pytest.mark.usefixtures("composer")
def test_subgraphs_that_belong_together_compose() -> None:
    assert compose(BOTH) == ()


@pytest.mark.usefixtures("composer")
@pytest.mark.parametrize(
    ("name", "old", "new", "code", "coordinate"),
    [
        ("finance", "Money @shareable", "Money", "INVALID_FIELD_SHARING", "Money.amount"),
        ("finance", '"id", resolvable', '"no", resolvable', "KEY_INVALID_FIELDS", "Customer"),
        ("master-data", "amount: Float!", "amount: Int!", "FIELD_TYPE_MISMATCH", "Money.amount"),
    ],
)
def test_what_keeps_them_apart_has_code_subgraph_and_coordinate(
    name: str, old: str, new: str, code: str, coordinate: str
) -> None:
    errors = compose({**BOTH, name: BOTH[name].replace(old, new)})
    assert code in {each.code for each in errors}
    assert any(name in each.subgraphs and coordinate in each.coordinates for each in errors)


@pytest.mark.usefixtures("composer")
def test_the_subgraph_whose_change_broke_it_is_blamed_with_the_change() -> None:
    served = {**BOTH, "master-data": MASTER_DATA.replace('@key(fields: "id")', '@key(fields: "id", resolvable: false)')}
    served["finance"] = FINANCE.replace("debtor: Customer", "debtor: Customer more: Int")
    found = broken(served, BOTH)
    assert found is not None
    assert (found.accused, found.composed_before) == (("master-data",), True)
    assert "a change of master-data since its snapshot broke the composition" in found.summary("master-data")
    assert "no longer resolvable" in " ".join(changes_behind(found, "master-data", served, BOTH))


@pytest.mark.usefixtures("composer")
def test_a_document_that_is_no_schema_is_no_answer() -> None:
    with pytest.raises(NotComposed, match="the composer ended with 1"):
        compose({"finance": "type A {"})


Composer = Mapping[str, tuple[CompositionError, ...]]
ERROR = CompositionError("X", 'what "A.b" is', frozenset({"b"}))


def composing(monkeypatch: pytest.MonkeyPatch, *good: Mapping[str, str]) -> None:
    """Everything but these compositions fails."""
    monkeypatch.setattr(blame, "compose", lambda sdls: () if dict(sdls) in [dict(g) for g in good] else (ERROR,))


def test_two_changes_that_only_break_together_accuse_both(monkeypatch: pytest.MonkeyPatch) -> None:
    composing(monkeypatch, {"a": "1", "b": "2"}, {"a": "2", "b": "1"})
    found = broken({"a": "2", "b": "2"}, {"a": "1", "b": "1"})
    assert found is not None
    assert found.culprits == ("a", "b")


def test_where_nobody_alone_can_mend_it_the_errors_say_who(monkeypatch: pytest.MonkeyPatch) -> None:
    composing(monkeypatch, {"a": "1", "b": "1"})
    found = broken({"a": "2", "b": "2"}, {"a": "1", "b": "1"})
    assert found is not None
    assert (found.culprits, found.accused, found.composed_before) == ((), ("b",), True)
    assert found.summary("b").startswith("the subgraphs no longer compose, the snapshots do: X: ")


def test_subgraphs_that_never_composed_are_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    composing(monkeypatch)
    found = broken({"a": "1", "b": "1"}, {"a": "1"})
    assert found is not None
    assert (found.accused, found.composed_before) == (("b",), False)
    assert found.summary("b").startswith("the subgraphs do not compose: X: ")


def test_a_snapshot_that_cannot_be_read_has_no_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    composing(monkeypatch)
    found = broken({"a": "type A { b: Int }"}, {"a": "type A {"})
    assert found is not None
    assert changes_behind(found, "a", {"a": "type A { b: Int }"}, {"a": "type A {"}) == ()


def test_without_node_nothing_is_composed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NodeMissing, match="node is not on the path"):
        compose(BOTH)


def test_packages_are_installed_once_and_as_a_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = tmp_path / "tool"
    source.mkdir()
    for name in ("package.json", "tool.mjs", "ignored.py"):
        (source / name).write_text(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(packages, "_program", lambda name: name)
    calls: list[Any] = []

    def npm(command: list[str], **_given: Any) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        return subprocess.CompletedProcess(command, 1 if len(calls) == 1 else 0, "", "offline\nwhy")

    monkeypatch.setattr(subprocess, "run", npm)
    with pytest.raises(NodeMissing, match=r"npm could not install the packages: offline \| why"):
        packages.installed(source)
    first = packages.installed(source)
    assert sorted(path.name for path in first.iterdir()) == ["package.json", "tool.mjs"]
    assert packages.installed(source) == first
    assert len(calls) == 2
    (source / "tool.mjs").write_text("another")
    assert packages.installed(source) != first


def test_the_lock_file_names_no_host() -> None:
    folder = Path(packages.__file__).parent
    locked = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert all("integrity" in each and "resolved" not in each for path, each in locked.items() if path)
