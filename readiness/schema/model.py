"""A subgraph's schema as data: what it defines, which directives it applies where, and what it links to.

Two schemas that mean the same are equal here: extensions are merged, links resolved, values compared as values. Lines
and descriptions' layout do not take part in equality.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from readiness.schema.values import ABSENT, Absent, Value

BUILT_IN_SCALARS = frozenset({"Int", "Float", "String", "Boolean", "ID"})


class TypeKind(StrEnum):
    """The kinds of named types (GraphQL specification, 3.4)."""

    SCALAR = "scalar"
    OBJECT = "object type"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT = "input object"

    @property
    def with_article(self) -> str:
        return f"an {self}" if self[0] in "aeiou" else f"a {self}"


class Flavour(StrEnum):
    """Which rules of federation a schema stands under."""

    PLAIN = "GraphQL without federation"
    FEDERATION_1 = "Federation 1"
    FEDERATION_2 = "Federation 2"


class Spec(StrEnum):
    """Where a directive's meaning comes from."""

    GRAPHQL = "graphql"
    FEDERATION = "federation"
    LINK = "link"
    OWN = "own"
    """Defined by the schema itself, or by a specification that is not known here."""


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A reference to a type. ``wrappers`` are ``!`` and ``[]`` from the outside in: ``[T!]!`` has ``! [] !``."""

    name: str
    wrappers: tuple[str, ...] = ()

    @property
    def is_required(self) -> bool:
        return self.wrappers[:1] == ("!",)

    @property
    def is_list(self) -> bool:
        return "[]" in self.wrappers

    @property
    def nullable(self) -> "TypeRef":
        """The same type without an outer ``!``."""
        return TypeRef(self.name, self.wrappers[1:]) if self.is_required else self

    @property
    def item(self) -> "TypeRef | None":
        """What a list is of; None for what is no list."""
        inner = self.nullable
        return TypeRef(inner.name, inner.wrappers[1:]) if inner.wrappers else None

    def __str__(self) -> str:
        text = self.name
        for wrapper in reversed(self.wrappers):
            text = f"{text}!" if wrapper == "!" else f"[{text}]"
        return text


@dataclass(frozen=True, slots=True)
class Applied:
    """A directive as it is applied to an element. ``name`` is the one in its own specification, whatever it is here."""

    name: str
    spec: Spec
    arguments: Mapping[str, Value]
    written: str = field(default="", compare=False)
    """Its name as the document writes it."""
    line: int = field(default=0, compare=False)

    def argument(self, name: str) -> "Value | Absent":
        return self.arguments.get(name, ABSENT)


class Element(Protocol):
    """What directives are applied to."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def directives(self) -> tuple[Applied, ...]: ...
    @property
    def line(self) -> int: ...


def federated(element: Element, *names: str) -> tuple[Applied, ...]:
    """The applications of federation's directives with these names."""
    return tuple(each for each in element.directives if each.spec is Spec.FEDERATION and each.name in names)


def deprecation(element: Element) -> Applied | None:
    """The ``@deprecated`` of the element, if any."""
    return next((a for a in element.directives if a.spec is Spec.GRAPHQL and a.name == "deprecated"), None)


@dataclass(frozen=True, slots=True)
class InputValue:
    """An argument, or a field of an input object."""

    name: str
    type: TypeRef
    default: "Value | Absent" = ABSENT
    description: str = ""
    directives: tuple[Applied, ...] = ()
    line: int = field(default=0, compare=False)

    @property
    def is_required(self) -> bool:
        """Whether it has to be given (GraphQL specification, 5.4.2.1: non-null and without a default)."""
        return self.type.is_required and self.default is ABSENT


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object or interface."""

    name: str
    type: TypeRef
    arguments: Mapping[str, InputValue] = field(default_factory=dict)
    description: str = ""
    directives: tuple[Applied, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class EnumValue:
    """One value of an enum."""

    name: str
    description: str = ""
    directives: tuple[Applied, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class TypeDefinition:
    """A named type with its extensions merged in. Which of the mappings are filled depends on the kind."""

    name: str
    kind: TypeKind
    description: str = ""
    directives: tuple[Applied, ...] = ()
    interfaces: frozenset[str] = frozenset()
    fields: Mapping[str, Field] = field(default_factory=dict)
    inputs: Mapping[str, InputValue] = field(default_factory=dict)
    values: Mapping[str, EnumValue] = field(default_factory=dict)
    members: frozenset[str] = frozenset()
    is_extension: bool = field(default=False, compare=False)
    """It is only extended here, by ``extend`` or ``@extends``: another subgraph has its definition."""
    line: int = field(default=0, compare=False)

    @property
    def has_fields(self) -> bool:
        return self.kind in (TypeKind.OBJECT, TypeKind.INTERFACE)


@dataclass(frozen=True, slots=True)
class DirectiveDefinition:
    """The definition of a directive that is not federation's own."""

    name: str
    arguments: Mapping[str, InputValue] = field(default_factory=dict)
    locations: frozenset[str] = frozenset()
    repeatable: bool = False
    description: str = ""
    directives: tuple[Applied, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Link:
    """One ``@link`` of the schema (https://specs.apollo.dev/link/v1.0)."""

    url: str
    identity: str
    """The URL without its version."""
    name: str
    version: tuple[int, int] | None
    namespace: str
    """``as``, or else the specification's own name."""
    imports: tuple[tuple[str, str], ...] = ()
    """Name in the specification and name here; a directive's with its ``@``."""
    line: int = field(default=0, compare=False)
    faults: tuple[str, ...] = ()
    """What is wrong with the application itself: no URL, an import that is no name."""


@dataclass(frozen=True, slots=True)
class SchemaDefinition:
    """The ``schema`` element with its extensions: operations and the directives on it, links left out."""

    operations: Mapping[str, str] = field(default_factory=dict)
    """query, mutation, subscription: the type that plays it. Defaults are filled in where such types exist."""
    description: str = ""
    directives: tuple[Applied, ...] = ()
    name: str = "schema"
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Subgraph:
    """One subgraph's schema, free of the machinery that every federated service carries."""

    name: str
    schema: SchemaDefinition
    types: Mapping[str, TypeDefinition]
    directives: Mapping[str, DirectiveDefinition]
    links: tuple[Link, ...] = ()
    flavour: Flavour = Flavour.PLAIN
    machinery_types: Mapping[str, TypeDefinition] = field(default_factory=dict, compare=False)
    """``_Any``, ``_Entity``, ``_Service``, ``FieldSet`` and the like, as far as the document writes them out."""
    machinery_directives: Mapping[str, DirectiveDefinition] = field(default_factory=dict, compare=False)
    """Definitions of federation's own directives, by their names in the specification."""
    machinery_fields: Mapping[str, Field] = field(default_factory=dict, compare=False)
    """``_entities`` and ``_service``, where the document writes them out."""
    unimported: frozenset[str] = frozenset()
    """Directives of federation that are applied by a name which nothing imports."""

    @property
    def federation_link(self) -> Link | None:
        return next((link for link in self.links if link.identity == FEDERATION_IDENTITY), None)

    @property
    def federation_version(self) -> tuple[int, int] | None:
        """(1, 0) for Federation 1; None without federation, and where the linked version cannot be read."""
        if self.flavour is Flavour.FEDERATION_2:
            link = self.federation_link
            return link.version if link else None
        return (1, 0) if self.flavour is Flavour.FEDERATION_1 else None

    @property
    def is_federated(self) -> bool:
        return self.flavour is not Flavour.PLAIN

    def root(self, operation: str) -> TypeDefinition | None:
        """The type of ``query``, ``mutation`` or ``subscription``."""
        return self.types.get(self.schema.operations.get(operation, ""))

    def of_kind(self, *kinds: TypeKind) -> Iterator[TypeDefinition]:
        return (each for each in self.types.values() if each.kind in kinds)

    @cached_property
    def _implementations(self) -> dict[str, list[TypeDefinition]]:
        found: dict[str, list[TypeDefinition]] = {}
        for each in self.of_kind(TypeKind.OBJECT):
            for interface in each.interfaces:
                found.setdefault(interface, []).append(each)
        return found

    def implementations(self, interface: str) -> Sequence[TypeDefinition]:
        """The object types that implement an interface."""
        return self._implementations.get(interface, [])

    @property
    def entities(self) -> tuple[TypeDefinition, ...]:
        """The object types with a key."""
        return tuple(each for each in self.of_kind(TypeKind.OBJECT) if federated(each, "key"))


FEDERATION_IDENTITY = "https://specs.apollo.dev/federation"
