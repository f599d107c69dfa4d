"""What the documents list is what the code has."""

import ast
import re
from collections.abc import Iterator

import pytest

from fixtures.criteria import catalogue
from tests.unit.architecture.source_code import ROOT, Module, modules

_ROW = re.compile(r"^\| `?(?P<name>[a-z]+\.[a-z_]+)`? \| (?P<priority>P\d) \| (?P<level>\w+) \|", re.MULTILINE)
_CAUSE = re.compile(r"^### `(\w+)`", re.MULTILINE)
RULES = ("readiness.schema.difference.", "readiness.schema.validity.")
"""Packages of many small rules, each named for what it finds: a sentence would repeat the name."""


def document(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_document_of_criteria_lists_each_with_its_priority_and_level_and_no_other() -> None:
    written = {match["name"]: (match["priority"], match["level"]) for match in _ROW.finditer(document("criteria.md"))}
    assert written == {made.name: (made.priority.value, str(made.level)) for made in catalogue()}


def test_the_document_of_criteria_lists_each_once() -> None:
    written = [match["name"] for match in _ROW.finditer(document("criteria.md"))]
    assert len(written) == len(set(written))


def test_every_criterion_has_a_promise_of_one_sentence() -> None:
    without = [made.name for made in catalogue() if not made.promise.endswith(".")]
    assert not without


def test_every_cause_that_the_code_names_is_in_the_document_of_causes() -> None:
    documented = set(_CAUSE.findall(document("causes.md")))
    named = {cause for module in modules().values() for cause in _causes(module)}
    assert named
    assert named <= documented


def _causes(module: Module) -> Iterator[str]:
    """Causes that are named by their text, and not by a member of the closed list."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Cause", "_of_engine") and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


@pytest.mark.parametrize("module", modules().values(), ids=list(modules()))
def test_modules_and_what_they_offer_say_what_they_are_for(module: Module) -> None:
    silent = [node.name for node in _offered(module) if ast.get_docstring(node) is None]
    assert not silent
    assert not module.tree.body or ast.get_docstring(module.tree)


def _offered(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """The module's public functions and classes."""
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            is_rule = module.name.startswith(RULES) and not isinstance(node, ast.ClassDef)
            if not is_rule and not node.name.startswith("_"):
                yield node
