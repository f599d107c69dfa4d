"""The tree of errors that errors.py opens with is the tree of its classes."""

import inspect
import re

import pytest

from readiness.model import errors
from readiness.model.errors import NodeError, ReadinessError, SchemaError

CLASSES = {name: cls for name, cls in vars(errors).items() if inspect.isclass(cls)}
_BRANCH = re.compile(r"^(?P<indent>[│├└─ ]*)(?P<name>[A-Z]\w+)", re.MULTILINE)


def drawn() -> dict[str, str]:
    """Each class of the drawing with the one that it hangs on."""
    parents: dict[str, str] = {}
    path: list[str] = []
    for match in _BRANCH.finditer((errors.__doc__ or "").partition("\n\n")[2]):
        depth = len(match["indent"]) // 4
        path[depth:] = [match["name"]]
        parents[match["name"]] = path[depth - 1] if depth else Exception.__name__
    return parents


def test_the_drawing_is_what_the_classes_are() -> None:
    assert drawn() == {name: cls.__bases__[0].__name__ for name, cls in CLASSES.items()}


@pytest.mark.parametrize("cls", CLASSES.values(), ids=list(CLASSES))
def test_every_error_says_what_it_is_and_is_one_of_ours(cls: type[Exception]) -> None:
    assert issubclass(cls, ReadinessError)
    assert (cls.__doc__ or "").strip()


@pytest.mark.parametrize("cls", [cls for cls in CLASSES.values() if issubclass(cls, NodeError)])
def test_an_error_of_a_node_has_the_node_and_its_text_is_the_message(cls: type[NodeError]) -> None:
    error = cls("auth", "auth does not do what it must")
    assert error.node == "auth"
    assert str(error) == "auth does not do what it must"


def test_an_error_in_a_schema_knows_its_place() -> None:
    error = SchemaError("unexpected }", 3, 14)
    assert (error.line, error.column, str(error)) == (3, 14, "unexpected }")
