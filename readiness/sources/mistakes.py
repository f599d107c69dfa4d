"""Validation errors of pydantic in the contract author's words: line, path, what was expected, and what stood there."""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from readiness.sources.lines import Lines, PathInFile, describe_path

_LONGEST_VALUE = 60
_NO_KEY = "[key]"


def did_you_mean(word: str, known: Mapping[str, Any] | list[str] | tuple[str, ...]) -> str:
    """``; did you mean 'finance'?`` for the nearest known word, or nothing where none is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def mistakes(error: ValidationError, model: type[BaseModel], lines: Lines) -> list[str]:
    """One line of text for each mistake, in the order of the file."""
    found: dict[tuple[int, str], None] = {}
    for detail in error.errors(include_url=False):
        path = tuple(part for part in detail["loc"] if part != _NO_KEY)
        if detail["type"] == "missing":
            path = path[:-1]
        text = f"{lines.where(*path)}: {_told(detail, path, model)}"
        found[(lines.line(path), text)] = None
    return [text for _, text in sorted(found)]


def _told(detail: ErrorDetails, path: PathInFile, model: type[BaseModel]) -> str:
    where = f"{describe_path(path)}: " if path else ""
    if detail["type"] == "missing":
        return f"{where}{str(detail['loc'][-1])!r} is missing"
    if detail["type"] == "extra_forbidden":
        known = _keys_at(model, path[:-1])
        hint = did_you_mean(str(path[-1]), known) or f"; known here: {', '.join(known)}"
        return f"{describe_path(path)}: unknown key {str(path[-1])!r}{hint}"
    return f"{where}{_expectation(detail)}"


def _expectation(detail: ErrorDetails) -> str:
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    value = _shown(detail["input"])
    if detail["type"] in ("enum", "literal_error"):
        expected = str(detail["ctx"]["expected"])
        words = [word.strip(" '") for word in expected.replace(" or ", ",").split(",")]
        hint = did_you_mean(detail["input"], words) if isinstance(detail["input"], str) else ""
        return f"expected {expected}, not {value}{hint}"
    say = _EXPECTED.get(detail["type"])
    return f"expected {say(detail)}, not {value}" if say else f"{detail['msg']} (found {value})"


def _say(text: str) -> Callable[[ErrorDetails], str]:
    return lambda _: text


_WHOLE = _say("a whole number")
_TEXT = _say("a text (quote it)")
_MAPPING = _say("a mapping (key: value)")
_LIST = _say("a list")
_DATE = _say("a date such as 2026-12-31")
_YES_NO = _say("true or false")

_EXPECTED: Mapping[str, Callable[[ErrorDetails], str]] = {
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "string_type": _TEXT,
    "string_too_short": _say("a text that says something"),
    "string_pattern_mismatch": _say("a path that starts with /"),
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "tuple_type": _LIST,
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "greater_than_equal": lambda detail: f"a number of at least {detail['ctx']['ge']}",
    "less_than_equal": lambda detail: f"a number of at most {detail['ctx']['le']}",
}


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


def _keys_at(model: type[BaseModel], path: PathInFile) -> list[str]:
    """The keys that the model knows at this place, as the file spells them."""
    annotation: Any = model
    for part in path:
        annotation = _inside(annotation, part)
    return [field.alias or name for owner in _models(annotation) for name, field in owner.model_fields.items()]


def _inside(annotation: Any, part: str | int) -> Any:
    """The type of what stands under a key or an index of a value of this type."""
    for owner in _models(annotation):
        for name, field in owner.model_fields.items():
            if part in (name, field.alias):
                return field.annotation
    for plain in _plain(annotation):
        origin, arguments = get_origin(plain), get_args(plain)
        if origin is dict:
            return arguments[1]
        if origin in (tuple, list):
            return arguments[0]
    return None


def _models(annotation: Any) -> list[type[BaseModel]]:
    return [plain for plain in _plain(annotation) if isinstance(plain, type) and issubclass(plain, BaseModel)]


def _plain(annotation: Any) -> Iterator[Any]:
    """The type without ``Annotated`` and ``None``, and each member of a union."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _plain(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _plain(member)
    elif annotation is not type(None):
        yield annotation
