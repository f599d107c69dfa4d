"""The old and the new of one thing, as the rules get it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from readiness.schema.model import (
    DirectiveDefinition,
    Element,
    EnumValue,
    Field,
    InputValue,
    Subgraph,
    TypeDefinition,
)
from readiness.schema.usage import Usage, reachable

T = TypeVar("T")


@dataclass(frozen=True)
class Schemas:
    """Two revisions of one subgraph, and what is known about the others."""

    old: Subgraph
    new: Subgraph
    shared: frozenset[str] = frozenset()
    """Types that other subgraphs are known to define as well."""

    @cached_property
    def old_usage(self) -> Usage:
        return Usage(self.old)

    @cached_property
    def new_usage(self) -> Usage:
        return Usage(self.new)

    @cached_property
    def reachable(self) -> set[str]:
        """Types that operations on the old schema can come across."""
        return reachable(self.old)

    @property
    def is_federated(self) -> bool:
        return self.old.is_federated or self.new.is_federated


@dataclass(frozen=True)
class TypePair:
    """A type in both schemas."""

    schemas: Schemas
    old: TypeDefinition
    new: TypeDefinition

    @property
    def coordinate(self) -> str:
        return self.old.name


@dataclass(frozen=True)
class FieldPair:
    """A field of a type in both schemas."""

    owner: TypePair
    old: Field
    new: Field

    @property
    def coordinate(self) -> str:
        return f"{self.owner.coordinate}.{self.old.name}"


@dataclass(frozen=True)
class InputPair:
    """An argument of a field or of a directive, or a field of an input object."""

    schemas: Schemas
    coordinate: str
    prefix: str
    """What kinds of changes to it begin with: FIELD_ARGUMENT, DIRECTIVE_ARGUMENT or INPUT_FIELD."""
    old: InputValue
    new: InputValue


@dataclass(frozen=True)
class ValuePair:
    """A value of an enum in both schemas."""

    owner: TypePair
    old: EnumValue
    new: EnumValue

    @property
    def coordinate(self) -> str:
        return f"{self.owner.coordinate}.{self.old.name}"


@dataclass(frozen=True)
class DirectivePair:
    """The definition of a directive in both schemas."""

    schemas: Schemas
    old: DirectiveDefinition
    new: DirectiveDefinition

    @property
    def coordinate(self) -> str:
        return f"@{self.old.name}"


@dataclass(frozen=True)
class Site:
    """An element that directives and a description can stand at."""

    schemas: Schemas
    coordinate: str
    prefix: str
    """What kinds of changes to it begin with, such as FIELD."""
    old: Element
    new: Element


def added(old: Mapping[str, T], new: Mapping[str, T]) -> list[T]:
    """What is only in the new mapping, in its order."""
    return [each for name, each in new.items() if name not in old]


def removed(old: Mapping[str, T], new: Mapping[str, T]) -> list[T]:
    """What is only in the old mapping, in its order."""
    return [each for name, each in old.items() if name not in new]


def kept(old: Mapping[str, T], new: Mapping[str, T]) -> list[tuple[T, T]]:
    """What is in both and differs. What is equal needs no rule."""
    pairs = ((each, new[name]) for name, each in old.items() if name in new)
    return [(each, other) for each, other in pairs if each is not other and each != other]
