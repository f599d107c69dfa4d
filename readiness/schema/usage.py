"""Where a schema uses its types: what a client sends, what it gets, and what other subgraphs may define as well."""

from collections import deque
from collections.abc import Iterator

from readiness.model.errors import SchemaError
from readiness.schema import fieldsets
from readiness.schema.model import Field, Subgraph, TypeDefinition, TypeKind, federated


class Usage:
    """The positions in which types are used in one subgraph. Reads the schema once."""

    def __init__(self, subgraph: Subgraph) -> None:
        self.in_input: set[str] = set()
        """Types of arguments and of fields of input objects."""
        self.in_output: set[str] = set()
        """Types of fields."""
        self.in_keys = frozenset(key_fields(subgraph))
        """Type and field of everything that some key selects: such fields are shareable by themselves."""
        self.in_shared_output: set[str] = set()
        """Types of ``@shareable`` fields: whoever shares the field has to define the type as well."""
        for definition in subgraph.types.values():
            self.in_input.update(each.type.name for each in definition.inputs.values())
            for field in definition.fields.values():
                self.in_output.add(field.type.name)
                self.in_input.update(each.type.name for each in field.arguments.values())
                if is_shareable(definition, field):
                    self.in_shared_output.add(field.type.name)
        for directive in subgraph.directives.values():
            self.in_input.update(each.type.name for each in directive.arguments.values())


def is_shareable(owner: TypeDefinition, field: Field) -> bool:
    """Whether ``@shareable`` stands at the field or at its type."""
    return bool(federated(field, "shareable") or federated(owner, "shareable"))


def is_external(owner: TypeDefinition, field: Field) -> bool:
    """Whether ``@external`` stands at the field or at its type."""
    return bool(federated(field, "external") or federated(owner, "external"))


def is_shared_value_type(definition: TypeDefinition) -> bool:
    """An object type without a key whose fields are all shareable: other subgraphs define and resolve it too."""
    return (
        definition.kind is TypeKind.OBJECT
        and bool(definition.fields)
        and not federated(definition, "key")
        and all(is_shareable(definition, field) for field in definition.fields.values())
    )


def key_fields(subgraph: Subgraph) -> Iterator[tuple[str, str]]:
    """Type and field of everything that a key selects, on whatever level. Keys that cannot be read select nothing."""
    for definition in subgraph.of_kind(TypeKind.OBJECT, TypeKind.INTERFACE):
        for key in federated(definition, "key"):
            fields = key.argument("fields")
            if not isinstance(fields, str):
                continue
            try:
                selections = fieldsets.parse(fields)
            except SchemaError:
                continue
            yield from _selected(subgraph, definition, selections)


def _selected(
    subgraph: Subgraph, parent: TypeDefinition, selections: tuple[fieldsets.Selection, ...]
) -> Iterator[tuple[str, str]]:
    for each in selections:
        field = parent.fields.get(each.name)
        if field is not None:
            yield parent.name, field.name
        inner = subgraph.types.get(field.type.name if field else each.on or parent.name)
        if inner is not None:
            yield from _selected(subgraph, inner, each.selections)


def reachable(subgraph: Subgraph) -> set[str]:
    """The types that an operation can come across, from the roots and, by way of ``_entities``, from every entity."""
    seen: set[str] = set()
    waiting = deque([*subgraph.schema.operations.values(), *(entity.name for entity in subgraph.entities)])
    implementers: dict[str, list[str]] = {}
    for definition in subgraph.types.values():
        for interface in definition.interfaces:
            implementers.setdefault(interface, []).append(definition.name)
    while waiting:
        name = waiting.popleft()
        if name in seen or name not in subgraph.types:
            continue
        seen.add(name)
        waiting.extend(_neighbours(subgraph.types[name]))
        waiting.extend(implementers.get(name, ()))
    return seen


def _neighbours(definition: TypeDefinition) -> Iterator[str]:
    yield from definition.interfaces
    yield from definition.members
    for each in definition.inputs.values():
        yield each.type.name
    for field in definition.fields.values():
        yield field.type.name
        for argument in field.arguments.values():
            yield argument.type.name
