"""Rules for who resolves what: ``@external``, ``@shareable``, ``@override`` and interfaces with keys."""

import re
from collections.abc import Iterator

from readiness.model.errors import SchemaError
from readiness.schema import coercion, fieldsets, walk
from readiness.schema.federation import INTERFACE_KEYS_SINCE
from readiness.schema.fieldsets import Selection
from readiness.schema.model import Flavour, Subgraph, TypeDefinition, TypeKind, federated
from readiness.schema.usage import is_external
from readiness.schema.validity.selections import field_sets
from readiness.schema.validity.violation import Violation

# https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives#override
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_\-:./]*")
_PERCENT = re.compile(r"percent\((\d{1,2}(?:\.\d{1,8})?|100(?:\.0{1,8})?)\)")


def external_unused(subgraph: Subgraph) -> Iterator[Violation]:
    if subgraph.flavour is not Flavour.FEDERATION_2:
        return
    used = _selected_fields(subgraph)
    for place in walk.fields(subgraph, TypeKind.OBJECT):
        key = (place.owner.name, place.field.name)
        if is_external(place.owner, place.field) and key not in used and not _is_demanded(subgraph, *key):
            message = f"{place.coordinate} is @external, but no @key, @requires or @provides uses it"
            yield Violation("EXTERNAL_UNUSED", place.coordinate, place.field.line, message)


def external_on_interface(subgraph: Subgraph) -> Iterator[Violation]:
    if subgraph.flavour is not Flavour.FEDERATION_2:
        return
    for place in walk.fields(subgraph, TypeKind.INTERFACE):
        for applied in federated(place.field, "external"):
            message = "a field of an interface has no resolver that could be elsewhere"
            yield Violation("EXTERNAL_ON_INTERFACE", place.coordinate, applied.line, message)


def external_collides(subgraph: Subgraph) -> Iterator[Violation]:
    for place in walk.fields(subgraph, TypeKind.OBJECT):
        if subgraph.flavour is not Flavour.FEDERATION_2 or not is_external(place.owner, place.field):
            continue
        for applied in federated(place.field, "requires", "provides"):
            message = f"{place.coordinate} is @external, so that @{applied.name} has nothing to say about it"
            yield Violation("EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE", place.coordinate, applied.line, message)
        for applied in federated(place.field, "override"):
            message = f"{place.coordinate} is @external and taken over at the same time"
            yield Violation("OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", place.coordinate, applied.line, message)
        for applied in federated(place.field, "tag", "inaccessible"):
            message = f"@{applied.name} belongs where {place.coordinate} is resolved, not where it is @external"
            yield Violation("MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL", place.coordinate, applied.line, message)


def shareable_on_interface(subgraph: Subgraph) -> Iterator[Violation]:
    for place in walk.fields(subgraph, TypeKind.INTERFACE):
        for applied in federated(place.field, "shareable"):
            message = "only fields of object types can be shared"
            yield Violation("INVALID_SHAREABLE_USAGE", place.coordinate, applied.line, message)


def override_invalid(subgraph: Subgraph) -> Iterator[Violation]:
    for place in walk.fields(subgraph):
        for applied in federated(place.field, "override"):
            if place.owner.kind is TypeKind.INTERFACE:
                message = "a field of an interface has no resolver to take over"
                yield Violation("OVERRIDE_ON_INTERFACE", place.coordinate, applied.line, message)
            elif applied.argument("from") == subgraph.name:
                message = f"{place.coordinate} is taken over from this very subgraph, {subgraph.name}"
                yield Violation("OVERRIDE_FROM_SELF_ERROR", place.coordinate, applied.line, message)
            label = applied.arguments.get("label")
            if isinstance(label, str) and not (_LABEL.fullmatch(label) or _PERCENT.fullmatch(label)):
                message = f'the label "{label}" is neither a name nor percent(0 to 100)'
                yield Violation("OVERRIDE_LABEL_INVALID", place.coordinate, applied.line, message)


def interface_key_unsupported(subgraph: Subgraph) -> Iterator[Violation]:
    version = subgraph.federation_version
    if subgraph.flavour is not Flavour.FEDERATION_2 or version is None or version >= INTERFACE_KEYS_SINCE:
        return
    for interface in subgraph.of_kind(TypeKind.INTERFACE):
        for applied in federated(interface, "key")[:1]:
            message = "interfaces have had keys since Federation 2.3 only"
            yield Violation("KEY_UNSUPPORTED_ON_INTERFACE", interface.name, applied.line, message)


def interface_key_missing(subgraph: Subgraph) -> Iterator[Violation]:
    version = subgraph.federation_version
    if subgraph.flavour is not Flavour.FEDERATION_2 or version is None or version < INTERFACE_KEYS_SINCE:
        return
    for interface in subgraph.of_kind(TypeKind.INTERFACE):
        keys = _keys(interface)
        if not keys:
            continue
        for implementation in subgraph.implementations(interface.name):
            for missing in sorted(keys - _keys(implementation)):
                message = f'{implementation.name} implements {interface.name}, but has not its key "{missing}"'
                line = implementation.line
                yield Violation("INTERFACE_KEY_NOT_ON_IMPLEMENTATION", implementation.name, line, message)


def interface_object_without_key(subgraph: Subgraph) -> Iterator[Violation]:
    for definition in subgraph.of_kind(TypeKind.OBJECT):
        for applied in federated(definition, "interfaceObject"):
            if not federated(definition, "key"):
                message = f"{definition.name} stands for an interface, but has no @key to be resolved by"
                yield Violation("INTERFACE_OBJECT_USAGE_ERROR", definition.name, applied.line, message)


def _keys(definition: TypeDefinition) -> set[str]:
    fields = (applied.arguments.get("fields") for applied in federated(definition, "key"))
    return {coercion.canonical_field_set(each) for each in fields if isinstance(each, str)}


def _is_demanded(subgraph: Subgraph, type_name: str, field: str) -> bool:
    """An interface in this subgraph demands the field, so that it cannot be left out."""
    interfaces = (subgraph.types.get(name) for name in subgraph.types[type_name].interfaces)
    return any(interface is not None and field in interface.fields for interface in interfaces)


def _selected_fields(subgraph: Subgraph) -> set[tuple[str, str]]:
    """Type and field of everything that a key, ``@requires`` or ``@provides`` selects."""
    selected: set[tuple[str, str]] = set()
    for field_set in field_sets(subgraph):
        text = field_set.text
        if not isinstance(text, str):
            continue
        try:
            selections = fieldsets.parse(text)
        except SchemaError:
            continue  # told by the rule for field sets
        _collect(subgraph, field_set.parent, selections, selected)
    return selected


def _collect(
    subgraph: Subgraph, parent: TypeDefinition, selections: tuple[Selection, ...], into: set[tuple[str, str]]
) -> None:
    owners = [parent]
    if parent.kind is TypeKind.INTERFACE:
        owners += subgraph.implementations(parent.name)
    for each in selections:
        field = parent.fields.get(each.name)
        inner = subgraph.types.get(field.type.name if field else each.on or parent.name)
        if field is not None:
            into.update((owner.name, field.name) for owner in owners)
        if inner is not None and each.selections:
            _collect(subgraph, inner, each.selections, into)
