"""Constant values of GraphQL as values: ``1.0`` is ``1``, a block string is its text, an object has no order."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from graphql.language import (
    BooleanValueNode,
    ConstListValueNode,
    ConstObjectValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
)


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


def from_node(node: ValueNode) -> Value:
    """The value that a constant of the syntax tree stands for. Its depth is bounded by the text's."""
    match node:
        case IntValueNode():
            return _number(node.value, is_integer=True)
        case FloatValueNode():
            return _number(node.value, is_integer=False)
        case StringValueNode():
            return node.value
        case BooleanValueNode():
            return bool(node.value)
        case NullValueNode():
            return None
        case EnumValueNode():
            return EnumName(node.value)
        case ListValueNode() | ConstListValueNode():
            return tuple(from_node(item) for item in node.values)
        case ObjectValueNode() | ConstObjectValueNode():
            return ObjectValue(tuple(sorted(((f.name.value, from_node(f.value)) for f in node.fields), key=_name)))
    raise TypeError(f"{node.kind} is not a constant")


def _name(field: tuple[str, Value]) -> str:
    return field[0]


def _number(text: str, *, is_integer: bool) -> Value:
    try:
        return Number(Decimal(text), is_integer)
    except InvalidOperation:  # an exponent beyond what a Decimal can hold: only equal to itself
        return text


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
