"""Constant values of GraphQL as values: ``1.0`` is ``1``, a block string is its text, an object has no order."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True)
class Number:
    """An Int or a Float. A class of its own, since in Python ``True == 1``."""

    value: Decimal
    is_integer: bool = field(default=True, compare=False)
    """Whether it is written without a fraction and an exponent: ``1.0`` equals ``1``, but is no Int."""


@dataclass(frozen=True, slots=True)
class EnumName:
    """The name of an enum's value, which is not the string of the same letters."""

    name: str


@dataclass(frozen=True, slots=True)
class ObjectValue:
    """The fields of an input object, sorted by name."""

    fields: tuple[tuple[str, "Value"], ...]


Value = None | bool | str | Number | EnumName | ObjectValue | tuple["Value", ...]


class Absent:
    """The type of :data:`ABSENT`: no value at all, which is not the value null."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


def show(value: "Value | Absent") -> str:
    """The value as GraphQL writes it, in one line."""
    match value:
        case Absent():
            return "none"
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        case Number():
            return str(value.value)
        case EnumName():
            return value.name
        case ObjectValue():
            return "{" + ", ".join(f"{name}: {show(item)}" for name, item in value.fields) + "}"
        case tuple():
            return "[" + ", ".join(show(item) for item in value) + "]"
