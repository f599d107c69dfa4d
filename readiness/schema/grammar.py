"""The grammar of GraphQL's type system (specification, October 2021, section 3) for one piece of a document.

It gives the parts of the model themselves and no syntax tree. A piece that it does not understand is not explained
here: :class:`NotUnderstood` only says that graphql-core has to be asked. Depth is bounded by how pieces are cut.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TypeVar

from graphql import DirectiveLocation

from readiness.schema import links
from readiness.schema.model import Applied, EnumValue, Field, InputValue, Spec, TypeKind, TypeRef
from readiness.schema.tokens import NotUnderstood, description_text, string_value, tokenise
from readiness.schema.values import ABSENT, Absent, EnumName, Number, ObjectValue, Value

KINDS = {
    "scalar": TypeKind.SCALAR,
    "type": TypeKind.OBJECT,
    "interface": TypeKind.INTERFACE,
    "union": TypeKind.UNION,
    "enum": TypeKind.ENUM,
    "input": TypeKind.INPUT,
}
SCHEMA, DIRECTIVE = "schema", "directive"
_OPERATIONS = ("query", "mutation", "subscription")
_NAME_STARTS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)((?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")
_NO_ARGUMENTS: MappingProxyType[str, InputValue] = MappingProxyType({})
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}

Part = TypeVar("Part")


class Repeated(Exception):
    """The same thing stands twice in a definition. ``at`` is the index of the second one's first token."""

    def __init__(self, message: str, at: int) -> None:
        self.at = at
        super().__init__(message)


@dataclass(slots=True)
class Definition:
    """One definition or extension as it stands in the document. Which parts are filled depends on the keyword."""

    keyword: str
    at: int
    """The index of its first token."""
    line: int
    """Counted from the beginning of its piece, from 0."""
    is_extension: bool
    description: str
    name: str = ""
    directives: list[Applied] = field(default_factory=list)
    interfaces: list[str] = field(default_factory=list)
    fields: dict[str, Field] = field(default_factory=dict)
    inputs: dict[str, InputValue] = field(default_factory=dict)
    values: dict[str, EnumValue] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    operations: dict[str, str] = field(default_factory=dict)
    locations: list[str] = field(default_factory=list)
    repeatable: bool = False
    places: dict[str, int] = field(default_factory=dict)
    """The index of the first token of each field, input, value or operation."""

    @property
    def says_something(self) -> bool:
        return bool(
            self.directives or self.interfaces or self.fields or self.inputs or self.values
            or self.members or self.operations
        )  # fmt: skip


class Grammar:
    """Reads the definitions of one piece. ``type_refs`` holds one object for all references alike."""

    def __init__(self, text: str, first_line: int, type_refs: dict[tuple[str, tuple[str, ...]], TypeRef]) -> None:
        tokens = tokenise(text, first_line)
        self._texts = tokens.texts
        self._lines = tokens.lines
        self._first_line = first_line
        self._type_refs = type_refs
        self._at = 0

    def definitions(self) -> Iterator[Definition]:
        """:raises NotUnderstood: the text does not follow the grammar.
        :raises Repeated: something stands twice in one definition.
        """
        while self._texts[self._at]:
            yield self._definition()

    def value(self) -> Value:
        """The text as one constant."""
        value = self._value()
        self._take("")
        return value

    def _definition(self) -> Definition:
        at = self._at
        description = self._description()
        is_extension = not description and at == self._at and self._skip("extend")
        keyword = self._name()
        found = Definition(keyword, at, self._lines[at] - self._first_line, is_extension, description)
        if keyword == SCHEMA:
            self._schema(found)
        elif keyword == DIRECTIVE and not is_extension:
            self._directive(found)
        elif keyword in KINDS:
            self._type(found)
        else:
            raise NotUnderstood
        if is_extension and not found.says_something:
            raise NotUnderstood
        return found

    def _schema(self, found: Definition) -> None:
        found.directives = self._applied()
        if not found.is_extension or self._texts[self._at] == "{":
            self._each(found, found.operations, self._operation, "{", "}")

    def _operation(self) -> tuple[str, str]:
        operation = self._name()
        if operation not in _OPERATIONS:
            raise NotUnderstood
        self._take(":")
        return operation, self._name()

    def _directive(self, found: Definition) -> None:
        self._take("@")
        found.name = self._name()
        found.inputs = dict(self._arguments())
        found.directives = self._applied()
        found.repeatable = self._skip("repeatable")
        self._take("on")
        found.locations = self._names("|")
        if not all(location in DirectiveLocation.__members__ for location in found.locations):
            raise NotUnderstood

    def _type(self, found: Definition) -> None:
        found.name = self._name()
        kind = found.keyword
        if kind in ("type", "interface") and self._skip("implements"):
            found.interfaces = self._names("&")
        found.directives = self._applied()
        following = self._texts[self._at]
        if kind == "union" and following == "=":
            self._at += 1
            found.members = self._names("|")
        elif following == "{":
            if kind in ("type", "interface"):
                self._each(found, found.fields, self._field, "{", "}")
            elif kind == "input":
                self._each(found, found.inputs, self._input, "{", "}")
            elif kind == "enum":
                self._each(found, found.values, self._enum_value, "{", "}")

    def _each(
        self,
        found: Definition,
        parts: dict[str, Part],
        read: Callable[[], tuple[str, Part]],
        opening: str,
        closing: str,
    ) -> None:
        """One or more parts between brackets, into a mapping by their names."""
        self._take(opening)
        texts = self._texts
        while True:
            at = self._at
            name, part = read()
            if name in parts:
                owner = f"{found.name}.{name} is defined twice" if found.name else f"a second {name} root"
                raise Repeated(owner, at)
            parts[name] = part
            found.places[name] = at
            if texts[self._at] == closing:
                self._at += 1
                return

    def _field(self) -> tuple[str, Field]:
        line = self._lines[self._at]
        description = self._description()
        name = self._name()
        arguments = self._arguments()
        self._take(":")
        return name, Field(name, self._type_ref(), arguments, description, tuple(self._applied()), line)

    def _arguments(self) -> "dict[str, InputValue] | MappingProxyType[str, InputValue]":
        if self._texts[self._at] != "(":
            return _NO_ARGUMENTS
        self._at += 1
        arguments: dict[str, InputValue] = {}
        while True:
            at = self._at
            name, argument = self._input()
            if name in arguments:
                raise Repeated(f"the argument {name} is defined twice", at)
            arguments[name] = argument
            if self._texts[self._at] == ")":
                self._at += 1
                return arguments

    def _input(self) -> tuple[str, InputValue]:
        line = self._lines[self._at]
        description = self._description()
        name = self._name()
        self._take(":")
        ref = self._type_ref()
        default: Value | Absent = ABSENT
        if self._texts[self._at] == "=":
            self._at += 1
            default = self._value()
        return name, InputValue(name, ref, default, description, tuple(self._applied()), line)

    def _enum_value(self) -> tuple[str, EnumValue]:
        line = self._lines[self._at]
        description = self._description()
        name = self._name()
        if name in _WORDS:
            raise NotUnderstood
        return name, EnumValue(name, description, tuple(self._applied()), line)

    def _type_ref(self) -> TypeRef:
        texts = self._texts
        lists = 0
        while texts[self._at] == "[":
            self._at += 1
            lists += 1
        name = self._name()
        wrappers: tuple[str, ...] = ()
        if texts[self._at] == "!":
            self._at += 1
            wrappers = ("!",)
        for _ in range(lists):
            self._take("]")
            wrappers = ("[]", *wrappers)
            if texts[self._at] == "!":
                self._at += 1
                wrappers = ("!", *wrappers)
        known = self._type_refs.get((name, wrappers))
        if known is None:
            known = self._type_refs[name, wrappers] = TypeRef(name, wrappers)
        return known

    def _applied(self) -> list[Applied]:
        texts = self._texts
        applied: list[Applied] = []
        while texts[self._at] == "@":
            line = self._lines[self._at]
            self._at += 1
            name = self._name()
            arguments = self._values(name) if texts[self._at] == "(" else {}
            spec = Spec.GRAPHQL if name in links.GRAPHQL_DIRECTIVES else Spec.OWN
            applied.append(Applied(name, spec, arguments, name, line))
        return applied

    def _values(self, directive: str) -> dict[str, Value]:
        self._at += 1
        values: dict[str, Value] = {}
        while True:
            at = self._at
            name = self._name()
            if name in values:
                raise Repeated(f"@{directive}({name}:) is given twice", at)
            self._take(":")
            values[name] = self._value()
            if self._texts[self._at] == ")":
                self._at += 1
                return values

    def _value(self) -> Value:
        token = self._texts[self._at]
        self._at += 1
        first = token[:1]
        if first == '"' and len(token) > 1:
            return string_value(token)
        if first in _NAME_STARTS:
            return _WORDS[token] if token in _WORDS else EnumName(token)
        if token == "[":
            items: list[Value] = []
            while not self._skip("]"):
                items.append(self._value())
            return tuple(items)
        if token == "{":
            fields: list[tuple[str, Value]] = []
            while not self._skip("}"):
                name = self._name()
                self._take(":")
                fields.append((name, self._value()))
            return ObjectValue(tuple(sorted(fields, key=lambda each: each[0])))
        return _number(token)

    def _description(self) -> str:
        token = self._texts[self._at]
        if token[:1] != '"' or len(token) == 1:
            return ""
        self._at += 1
        return description_text(token)

    def _names(self, delimiter: str) -> list[str]:
        """One or more names, the delimiter between them and perhaps before the first."""
        self._skip(delimiter)
        names = [self._name()]
        while self._skip(delimiter):
            names.append(self._name())
        return names

    def _name(self) -> str:
        token = self._texts[self._at]
        if token[:1] not in _NAME_STARTS:
            raise NotUnderstood
        self._at += 1
        return token

    def _take(self, token: str) -> None:
        if self._texts[self._at] != token:
            raise NotUnderstood
        self._at += 1

    def _skip(self, token: str) -> bool:
        if self._texts[self._at] != token:
            return False
        self._at += 1
        return True


def _number(token: str) -> Value:
    match = _NUMBER.fullmatch(token)
    if match is None:
        raise NotUnderstood
    try:
        return Number(Decimal(token), is_integer=not match[1])
    except InvalidOperation:  # an exponent beyond what a Decimal can hold: only equal to itself
        return token
