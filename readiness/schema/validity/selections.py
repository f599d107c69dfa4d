"""Rules for the field sets of ``@key``, ``@requires`` and ``@provides``."""

from collections.abc import Iterator
from dataclasses import dataclass

from readiness.model.errors import SchemaError
from readiness.schema import fieldsets, walk
from readiness.schema.fieldsets import Selection
from readiness.schema.model import Applied, Flavour, Subgraph, TypeDefinition, TypeKind, federated
from readiness.schema.usage import is_external, key_fields
from readiness.schema.validity.violation import Violation
from readiness.schema.values import EnumName, Value

_COMPOSITE = (TypeKind.OBJECT, TypeKind.INTERFACE, TypeKind.UNION)


@dataclass(frozen=True)
class FieldSet:
    """A directive's field set: where it stands, and the type (``parent``) that it selects from."""

    directive: str
    coordinate: str
    applied: Applied
    owner: TypeDefinition
    """The type that the directive stands in."""
    parent: TypeDefinition

    @property
    def prefix(self) -> str:
        return self.directive.upper()

    @property
    def text(self) -> Value:
        """What stands for ``fields``. Composers read a bare name in ``@requires`` as if it were quoted."""
        value = self.applied.arguments.get("fields")
        return value.name if isinstance(value, EnumName) and self.directive == "requires" else value

    def violation(self, code: str, message: str) -> Violation:
        return Violation(f"{self.prefix}_{code}", self.coordinate, self.applied.line, f"@{self.directive}: {message}")


def field_sets_invalid(subgraph: Subgraph) -> Iterator[Violation]:
    keys = frozenset(key_fields(subgraph))
    for field_set in field_sets(subgraph):
        if not _is_unsupported(subgraph, field_set):
            yield from _violations(subgraph, field_set, keys)


def provides_on_no_object(subgraph: Subgraph) -> Iterator[Violation]:
    for place in walk.fields(subgraph):
        target = subgraph.types.get(place.field.type.name)
        for applied in federated(place.field, "provides"):
            if target is None or target.kind not in _COMPOSITE:
                message = f"{place.coordinate} is {place.field.type}, which has no fields to provide"
                yield Violation("PROVIDES_ON_NON_OBJECT_FIELD", place.coordinate, applied.line, message)


def unsupported_on_interface(subgraph: Subgraph) -> Iterator[Violation]:
    if subgraph.flavour is not Flavour.FEDERATION_2:
        return
    for place in walk.fields(subgraph, TypeKind.INTERFACE):
        for applied in federated(place.field, "requires", "provides"):
            message = f"@{applied.name} is not supported on fields of interfaces"
            yield Violation(f"{applied.name.upper()}_UNSUPPORTED_ON_INTERFACE", place.coordinate, applied.line, message)


def _is_unsupported(subgraph: Subgraph, field_set: FieldSet) -> bool:
    """Told by the rule above, so that what it selects does not matter."""
    is_federation_2 = subgraph.flavour is Flavour.FEDERATION_2
    return is_federation_2 and field_set.directive != "key" and field_set.owner.kind is TypeKind.INTERFACE


def field_sets(subgraph: Subgraph) -> Iterator[FieldSet]:
    """Every field set whose type is known."""
    for definition in subgraph.of_kind(TypeKind.OBJECT, TypeKind.INTERFACE):
        for applied in federated(definition, "key"):
            yield FieldSet("key", definition.name, applied, definition, definition)
        for field in definition.fields.values():
            coordinate = f"{definition.name}.{field.name}"
            for applied in federated(field, "requires"):
                yield FieldSet("requires", coordinate, applied, definition, definition)
            target = subgraph.types.get(field.type.name)
            if target is not None and target.kind in _COMPOSITE:
                for applied in federated(field, "provides"):
                    yield FieldSet("provides", coordinate, applied, definition, target)


def _violations(subgraph: Subgraph, field_set: FieldSet, keys: frozenset[tuple[str, str]]) -> Iterator[Violation]:
    if "fields" not in field_set.applied.arguments:
        return  # a required argument is missing, which is told as invalid GraphQL
    text = field_set.text
    if not isinstance(text, str):
        yield field_set.violation("INVALID_FIELDS_TYPE", "`fields` has to be a string")
        return
    try:
        selections = fieldsets.parse(text)
    except SchemaError as error:
        yield field_set.violation("INVALID_FIELDS", f'"{text}": {error}')
        return
    yield from _Checker(subgraph, field_set, keys).check(field_set.parent, selections, has_external=False)


class _Checker:
    """Goes down one field set beside the types that it selects from."""

    def __init__(self, subgraph: Subgraph, field_set: FieldSet, keys: frozenset[tuple[str, str]]) -> None:
        self._subgraph = subgraph
        self._keys = keys
        self._field_set = field_set
        self._is_strict = subgraph.flavour is Flavour.FEDERATION_2
        """Federation 1 never asked for more than known fields without arguments."""

    def check(
        self, parent: TypeDefinition, selections: tuple[Selection, ...], *, has_external: bool
    ) -> Iterator[Violation]:
        for each in selections:
            if each.directives:
                names = " ".join(f"@{name}" for name in each.directives)
                yield self._violation("DIRECTIVE_IN_FIELDS_ARG", f"{names} cannot stand in a field set")
            if each.is_fragment:
                yield from self._fragment(parent, each, has_external)
            elif each.name != "__typename":
                yield from self._field(parent, each, has_external)

    def _fragment(self, parent: TypeDefinition, each: Selection, has_external: bool) -> Iterator[Violation]:
        inner = self._subgraph.types.get(each.on) if each.on else parent
        if inner is None:
            yield self._violation("INVALID_FIELDS", f"there is no type {each.on}")
        else:
            yield from self.check(inner, each.selections, has_external=has_external)

    def _field(self, parent: TypeDefinition, each: Selection, has_external: bool) -> Iterator[Violation]:
        field = parent.fields.get(each.name)
        if field is None:
            yield self._violation("INVALID_FIELDS", f"{parent.name} has no field {each.name}")
            return
        coordinate = f"{parent.name}.{field.name}"
        if each.alias and self._is_strict:
            yield self._violation("INVALID_FIELDS", f"{coordinate} cannot have an alias ({each.alias})")
        if self._field_set.directive != "requires" and field.arguments:
            yield self._violation("FIELDS_HAS_ARGS", f"{coordinate} has arguments")
        inner = self._subgraph.types.get(field.type.name)
        is_composite = inner is not None and inner.kind in _COMPOSITE
        if self._is_strict:
            yield from self._strict(coordinate, each, inner if is_composite else None)
        has_external = has_external or self._is_external(parent, each.name)
        if inner is not None and is_composite:
            yield from self.check(inner, each.selections, has_external=has_external)
        elif self._is_strict and self._field_set.directive != "key" and not has_external:
            message = f"{coordinate} is not @external: it is resolved here anyway"
            yield self._violation("FIELDS_MISSING_EXTERNAL", message)

    def _strict(self, coordinate: str, each: Selection, inner: TypeDefinition | None) -> Iterator[Violation]:
        if inner is None:
            if each.has_selection:
                yield self._violation("INVALID_FIELDS", f"{coordinate} has no fields to select")
            return
        if self._field_set.directive == "key" and inner.kind is not TypeKind.OBJECT:
            message = f"{coordinate} is {inner.kind.with_article}, which a key cannot select"
            yield self._violation("FIELDS_SELECT_INVALID_TYPE", message)
        elif not each.selections:
            yield self._violation("INVALID_FIELDS", f"{coordinate} needs a selection of fields of {inner.name}")

    def _is_external(self, parent: TypeDefinition, name: str) -> bool:
        """An interface's field is external where an implementation's is: the interface has no resolver of its own.

        A key of an extended type is not, though it says so: it comes with the entity itself.
        """
        owners = [parent]
        if parent.kind is TypeKind.INTERFACE:
            owners += self._subgraph.implementations(parent.name)
        return any(
            is_external(owner, owner.fields[name])
            for owner in owners
            if name in owner.fields and not (owner.is_extension and (owner.name, name) in self._keys)
        )

    def _violation(self, code: str, message: str) -> Violation:
        return self._field_set.violation(code, message)
