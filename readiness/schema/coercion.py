"""Values as the type that they are given for takes them, so that equal values written differently are equal.

Source: input coercion of the GraphQL specification (October 2021), 3.5 and 3.11.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from readiness.model.errors import SchemaError
from readiness.schema import federation, fieldsets
from readiness.schema.model import Applied, Spec, Subgraph, TypeKind, TypeRef
from readiness.schema.values import ABSENT, Absent, Number, ObjectValue, Value

_ANY_OF_ALL_OF = frozenset({("requiresScopes", "scopes"), ("policy", "policies")})
"""Lists of alternatives, each a list of demands: neither order says anything."""
_SETS = frozenset({("listSize", "slicingArguments"), ("listSize", "sizedFields")})


def coerce(value: Value, ref: TypeRef, subgraph: Subgraph) -> Value:
    """The value as a service gets it that declares the type."""
    if value is None:
        return None
    item = ref.item
    if item is not None:
        items = value if isinstance(value, tuple) else (value,)
        return tuple(coerce(each, item, subgraph) for each in items)
    if ref.name == "ID" and isinstance(value, Number):
        return str(value.value)
    definition = subgraph.types.get(ref.name)
    if isinstance(value, ObjectValue) and definition and definition.kind is TypeKind.INPUT:
        return ObjectValue(
            tuple(
                (name, coerce(each, definition.inputs[name].type, subgraph) if name in definition.inputs else each)
                for name, each in value.fields
            )
        )
    return value


def coerce_default(value: Value | Absent, ref: TypeRef, subgraph: Subgraph) -> Value | Absent:
    """A default as :func:`coerce` has it; what is absent stays so."""
    return value if isinstance(value, Absent) else coerce(value, ref, subgraph)


@dataclass(frozen=True, slots=True)
class Canonical:
    """The arguments of an applied directive with defaults filled in, as values, sorted by name."""

    arguments: tuple[tuple[str, Value], ...]

    def get(self, name: str) -> Value:
        return dict(self.arguments).get(name)


def canonical(applied: Applied, subgraph: Subgraph) -> Canonical:
    """What an application says, free of the way in which it is written."""
    arguments: dict[str, Value] = {}
    parameters = _parameters(applied, subgraph)
    for name, (ref, default) in parameters.items():
        value = applied.arguments.get(name, default)
        if not isinstance(value, Absent):
            arguments[name] = _normal(applied.name, name, value, ref, subgraph)
    for name, value in applied.arguments.items():
        arguments.setdefault(name, value)
    return Canonical(tuple(sorted(arguments.items(), key=lambda item: item[0])))


def _parameters(applied: Applied, subgraph: Subgraph) -> Mapping[str, tuple[TypeRef, Value | Absent]]:
    if applied.spec is Spec.FEDERATION:
        known = federation.DIRECTIVES[applied.name].arguments
        return {name: (argument.type, argument.default) for name, argument in known.items()}
    if applied.spec is Spec.GRAPHQL and applied.name == "deprecated":
        return {"reason": (TypeRef("String"), "No longer supported")}
    definition = subgraph.directives.get(applied.name) if applied.spec is Spec.OWN else None
    if definition is None:
        return {}
    return {name: (argument.type, argument.default) for name, argument in definition.arguments.items()}


def _normal(directive: str, argument: str, value: Value, ref: TypeRef, subgraph: Subgraph) -> Value:
    if ref.name == federation.FIELD_SET and isinstance(value, str):
        return canonical_field_set(value)
    value = coerce(value, ref, subgraph)
    if isinstance(value, tuple) and (directive, argument) in _ANY_OF_ALL_OF:
        return _sorted_set(tuple(_sorted_set(each) if isinstance(each, tuple) else each for each in value))
    if isinstance(value, tuple) and (directive, argument) in _SETS:
        return _sorted_set(value)
    return value


def _sorted_set(items: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(sorted(dict.fromkeys(items), key=repr))


def canonical_field_set(text: str) -> str:
    """One text for all spellings of a field set; a field set that cannot be read stands for itself."""
    try:
        return fieldsets.canonical(fieldsets.parse(text))
    except SchemaError:
        return " ".join(text.split())


def same_default(old: Value | Absent, new: Value | Absent) -> bool:
    """Whether two coerced defaults are the same, none at all included."""
    return (old is ABSENT) == (new is ABSENT) and old == new
