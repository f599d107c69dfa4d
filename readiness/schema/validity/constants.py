"""Whether a constant is one of a type (GraphQL specification, 5.6.1)."""

from readiness.schema.model import Subgraph, TypeDefinition, TypeKind, TypeRef
from readiness.schema.values import EnumName, Number, ObjectValue, Value

_INT_LIMIT = 2**31


def is_valid(value: Value, ref: TypeRef, subgraph: Subgraph) -> bool:
    """Whether the value can stand for the type. What is unknown of the type is taken as fitting."""
    if value is None:
        return not ref.is_required
    item = ref.item
    if item is not None:
        items = value if isinstance(value, tuple) else (value,)
        return all(is_valid(each, item, subgraph) for each in items)
    definition = subgraph.types.get(ref.name)
    if definition is not None:
        return _is_of_definition(value, definition, subgraph)
    return _is_of_scalar(value, ref.name)


def _is_of_definition(value: Value, definition: TypeDefinition, subgraph: Subgraph) -> bool:
    if definition.kind is TypeKind.ENUM:
        return isinstance(value, EnumName) and value.name in definition.values
    if definition.kind is TypeKind.INPUT:
        if not isinstance(value, ObjectValue):
            return False
        given = dict(value.fields)
        is_complete = all(name in given for name, each in definition.inputs.items() if each.is_required)
        return is_complete and all(
            name in definition.inputs and is_valid(each, definition.inputs[name].type, subgraph)
            for name, each in given.items()
        )
    return True


def _is_of_scalar(value: Value, name: str) -> bool:
    match name:
        case "Int":
            return isinstance(value, Number) and _is_int(value)
        case "Float":
            return isinstance(value, Number)
        case "Boolean":
            return isinstance(value, bool)
        case "String":
            return isinstance(value, str)
        case "ID":
            return isinstance(value, str) or (isinstance(value, Number) and value.is_integer)
    return True


def _is_int(value: Number) -> bool:
    return value.is_integer and -_INT_LIMIT <= value.value < _INT_LIMIT
