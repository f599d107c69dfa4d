"""Rules for ``@cost`` and ``@listSize``."""

from collections.abc import Iterator

from readiness.schema import walk
from readiness.schema.model import Applied, Subgraph, TypeKind, federated
from readiness.schema.validity.violation import Violation
from readiness.schema.values import Number, Value


def cost_on_interface(subgraph: Subgraph) -> Iterator[Violation]:
    for place in walk.fields(subgraph, TypeKind.INTERFACE):
        for applied in federated(place.field, "cost"):
            message = "what a field of an interface costs is said by the types that implement it"
            yield Violation("COST_APPLIED_TO_INTERFACE_FIELD", place.coordinate, applied.line, message)


def list_size_invalid(subgraph: Subgraph) -> Iterator[Violation]:
    for place in walk.fields(subgraph):
        for applied in federated(place.field, "listSize"):
            yield from _list_size(subgraph, place, applied)


def _list_size(subgraph: Subgraph, place: walk.FieldPlace, applied: Applied) -> Iterator[Violation]:
    def violation(code: str, message: str) -> Violation:
        return Violation(f"LIST_SIZE_{code}", place.coordinate, applied.line, message)

    size = applied.arguments.get("assumedSize")
    if isinstance(size, Number) and size.value < 0:
        yield violation("INVALID_ASSUMED_SIZE", f"a list cannot have {size.value} items")
    for name in _names(applied.arguments.get("slicingArguments")):
        argument = place.field.arguments.get(name)
        if argument is None:
            yield violation("INVALID_SLICING_ARGUMENT", f"{place.coordinate} has no argument {name}")
        elif argument.type.is_list or argument.type.name != "Int":
            yield violation("INVALID_SLICING_ARGUMENT", f"the argument {name} is {argument.type}; only an Int slices")
    if applied.arguments.get("sizedFields") is None:
        if not place.field.type.is_list:
            yield violation("APPLIED_TO_NON_LIST", f"{place.coordinate} is {place.field.type}, which is no list")
        return
    yield from _sized_fields(subgraph, place, applied)


def _sized_fields(subgraph: Subgraph, place: walk.FieldPlace, applied: Applied) -> Iterator[Violation]:
    parent = subgraph.types.get(place.field.type.name)
    for name in _names(applied.arguments.get("sizedFields")):
        sized = parent.fields.get(name) if parent else None
        if sized is None:
            message = f"{place.field.type.name} has no field {name}"
            yield Violation("LIST_SIZE_INVALID_SIZED_FIELD", place.coordinate, applied.line, message)
        elif not sized.type.is_list:
            message = f"{place.field.type.name}.{name} is {sized.type}, which is no list"
            yield Violation("LIST_SIZE_APPLIED_TO_NON_LIST", place.coordinate, applied.line, message)


def _names(value: Value) -> list[str]:
    items = value if isinstance(value, tuple) else (value,)
    return [each for each in items if isinstance(each, str)]
