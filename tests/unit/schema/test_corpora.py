"""The cases of other projects, whose answers are known. What stays wrong is in docs/schema.md, with the reason."""

import json
from pathlib import Path
from typing import Any

from readiness.schema import Change, ChangeClass, compare, parse, validate, worst
from readiness.schema.difference import policies
from readiness.schema.difference.policies import Policy

CORPORA = Path(__file__).parent / "corpora"

RULES: dict[str, Policy | None] = {
    "dangerousBreaking": policies.dangerous_breaks,
    "suppressRemovalOfDeprecatedField": policies.removal_after_deprecation,
    "considerUsage": policies.only_in_use(frozenset()),
    "safeUnreachable": policies.unreachable_is_safe,
    "simplifyChanges": None,  # a change is told once anyway
}
"""The rules that a case of GraphQL Inspector puts in force, and our policies for the same."""


def rows(name: str) -> list[dict[str, Any]]:
    with (CORPORA / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def changes_of(row: dict[str, Any]) -> tuple[Change, ...]:
    in_force = [policy for rule in row["rules"] if (policy := RULES[rule]) is not None]
    return compare(parse(row["old"]), parse(row["new"]), policies=in_force)


def worst_of(row: dict[str, Any]) -> str:
    changes = changes_of(row)
    if row["only_level"]:
        changes = tuple(change for change in changes if change.cls is ChangeClass[row["only_level"]])
    return str(worst(changes))


def test_the_worst_class_is_right_in_97_percent_of_the_undisputed_cases() -> None:
    undisputed = [row for row in rows("graphql_changes.jsonl") if not any(each["disputed"] for each in row["expected"])]
    wrong = [row["id"] for row in undisputed if worst_of(row) != row["worst"]]
    assert len(undisputed) > 80
    assert len(wrong) <= 0.03 * len(undisputed), wrong


def test_95_percent_of_the_single_changes_are_found_at_their_coordinate() -> None:
    missed, count = [], 0
    for row in rows("graphql_changes.jsonl"):
        coordinates = {change.coordinate for change in changes_of(row)}
        count += len(row["expected"])
        missed += [(row["id"], each) for each in row["expected"] if each["coordinate"] not in coordinates]
    assert count > 200
    assert len(missed) <= 0.05 * count, missed


def test_the_expected_codes_are_found_in_95_percent_of_the_subgraphs() -> None:
    cases = rows("federation_validity.jsonl")
    wrong = []
    for row in cases:
        found = codes_of(row)
        expected = set(row["expected_codes"])
        if not (found == expected if row["exact"] else expected <= found):
            wrong.append((row["id"], expected, found))
    assert len(cases) > 100
    assert len(wrong) <= 0.05 * len(cases), wrong


def test_no_valid_subgraph_is_called_invalid() -> None:
    valid = [row for row in rows("federation_validity.jsonl") if not row["expected_codes"]]
    assert len(valid) > 50
    assert {row["id"]: found for row in valid if (found := codes_of(row))} == {}


def codes_of(row: dict[str, Any]) -> set[str]:
    name = row["id"].rpartition("/")[2]  # the case's own name for the subgraph, which @override(from:) may name
    return {violation.code for violation in validate(parse(row["sdl"], name))}
