"""Every element of a schema that a directive can stand at, with its coordinate and its location."""

from collections.abc import Iterator
from dataclasses import dataclass

from readiness.schema.model import Element, Field, InputValue, Subgraph, TypeDefinition, TypeKind

_LOCATIONS = {
    TypeKind.SCALAR: "SCALAR",
    TypeKind.OBJECT: "OBJECT",
    TypeKind.INTERFACE: "INTERFACE",
    TypeKind.UNION: "UNION",
    TypeKind.ENUM: "ENUM",
    TypeKind.INPUT: "INPUT_OBJECT",
}


@dataclass(frozen=True, slots=True)
class Place:
    """An element with its coordinate and its directive location (GraphQL specification, 3.13)."""

    coordinate: str
    location: str
    element: Element


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """A field of an object or an interface."""

    owner: TypeDefinition
    field: Field

    @property
    def coordinate(self) -> str:
        return f"{self.owner.name}.{self.field.name}"


@dataclass(frozen=True, slots=True)
class InputPlace:
    """An argument or a field of an input object. ``within`` are the elements around it, the innermost first."""

    coordinate: str
    input: InputValue
    within: tuple[Element, ...] = ()


def places(subgraph: Subgraph) -> Iterator[Place]:
    """All elements, the ``schema`` element first."""
    yield Place("schema", "SCHEMA", subgraph.schema)
    for definition in subgraph.types.values():
        yield Place(definition.name, _LOCATIONS[definition.kind], definition)
        for value in definition.values.values():
            yield Place(f"{definition.name}.{value.name}", "ENUM_VALUE", value)
        for each in definition.inputs.values():
            yield Place(f"{definition.name}.{each.name}", "INPUT_FIELD_DEFINITION", each)
        for field in definition.fields.values():
            yield Place(f"{definition.name}.{field.name}", "FIELD_DEFINITION", field)
            for argument in field.arguments.values():
                coordinate = f"{definition.name}.{field.name}({argument.name}:)"
                yield Place(coordinate, "ARGUMENT_DEFINITION", argument)
    for directive in subgraph.directives.values():
        for argument in directive.arguments.values():
            yield Place(f"@{directive.name}({argument.name}:)", "ARGUMENT_DEFINITION", argument)


def fields(subgraph: Subgraph, *kinds: TypeKind) -> Iterator[FieldPlace]:
    """The fields of all types of these kinds; of all object types and interfaces where none is named."""
    for definition in subgraph.of_kind(*(kinds or (TypeKind.OBJECT, TypeKind.INTERFACE))):
        for field in definition.fields.values():
            yield FieldPlace(definition, field)


def inputs(subgraph: Subgraph) -> Iterator[InputPlace]:
    """All arguments of fields and all fields of input objects."""
    for definition in subgraph.types.values():
        for each in definition.inputs.values():
            yield InputPlace(f"{definition.name}.{each.name}", each, (definition,))
        for field in definition.fields.values():
            for argument in field.arguments.values():
                coordinate = f"{definition.name}.{field.name}({argument.name}:)"
                yield InputPlace(coordinate, argument, (field, definition))
