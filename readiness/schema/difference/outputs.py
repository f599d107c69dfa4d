"""Rules for types and the fields of objects and interfaces: what a client gets."""

from collections.abc import Iterator

from readiness.schema.change import BREAKING, DANGEROUS, SAFE, Change
from readiness.schema.difference.pairs import FieldPair, TypePair, added, removed
from readiness.schema.model import TypeKind, TypeRef, federated
from readiness.schema.usage import is_external, is_shareable, is_shared_value_type


def interfaces_removed(pair: TypePair) -> Iterator[Change]:
    for name in sorted(pair.old.interfaces - pair.new.interfaces):
        message = f"{pair.coordinate} no longer implements {name}; fragments on it no longer match"
        yield Change("OBJECT_TYPE_INTERFACE_REMOVED", pair.coordinate, BREAKING, message)


def interfaces_added(pair: TypePair) -> Iterator[Change]:
    for name in sorted(pair.new.interfaces - pair.old.interfaces):
        message = f"{pair.coordinate} implements {name} now; clients that list its types get one that they do not know"
        yield Change("OBJECT_TYPE_INTERFACE_ADDED", pair.coordinate, DANGEROUS, message)


def members_removed(pair: TypePair) -> Iterator[Change]:
    for name in sorted(pair.old.members - pair.new.members):
        message = f"{name} is no longer in the union {pair.coordinate}; fragments on it are invalid"
        yield Change("UNION_MEMBER_REMOVED", pair.coordinate, BREAKING, message)


def members_added(pair: TypePair) -> Iterator[Change]:
    for name in sorted(pair.new.members - pair.old.members):
        message = f"{name} is in the union {pair.coordinate} now; clients get a type that they do not know"
        yield Change("UNION_MEMBER_ADDED", pair.coordinate, DANGEROUS, message)


def values_removed(pair: TypePair) -> Iterator[Change]:
    for each in removed(pair.old.values, pair.new.values):
        message = f"{each.name} was removed from {pair.coordinate}; clients that send or expect it break"
        yield Change("ENUM_VALUE_REMOVED", f"{pair.coordinate}.{each.name}", BREAKING, message)


def values_added(pair: TypePair) -> Iterator[Change]:
    """By use: a client only meets a new value in what it gets; composition wants the same values where both occur."""
    name = pair.coordinate
    usage = pair.schemas.new_usage
    is_sent, is_got = name in usage.in_input, name in usage.in_output
    is_shared = name in pair.schemas.shared or name in usage.in_shared_output
    if is_sent and is_got and is_shared:
        cls, why = BREAKING, "the enum is shared and used in input and output, where all subgraphs need the same values"
    elif is_sent and not is_got:
        cls, why = SAFE, "it is only used in input"
    else:
        cls, why = DANGEROUS, "clients may get a value that they do not know"
    for each in added(pair.old.values, pair.new.values):
        yield Change("ENUM_VALUE_ADDED", f"{name}.{each.name}", cls, f"{each.name} was added to {name}; {why}")


def fields_removed(pair: TypePair) -> Iterator[Change]:
    is_shared = is_shared_value_type(pair.old)
    for each in removed(pair.old.fields, pair.new.fields):
        coordinate = f"{pair.coordinate}.{each.name}"
        if is_external(pair.old, each) and not pair.old.is_extension:
            message = f"{coordinate} was removed; it was @external, so only this subgraph's own selections knew it"
            yield Change("FIELD_REMOVED", coordinate, DANGEROUS, message)
            continue
        why = "paths through this subgraph no longer reach it" if is_shared else "queries for it are invalid"
        yield Change("FIELD_REMOVED", coordinate, BREAKING, f"{coordinate} was removed; {why}")


def fields_added(pair: TypePair) -> Iterator[Change]:
    is_shared = is_shared_value_type(pair.old) or (
        pair.coordinate in pair.schemas.shared and not federated(pair.old, "key") and not _is_root(pair)
    )
    for each in added(pair.old.fields, pair.new.fields):
        coordinate = f"{pair.coordinate}.{each.name}"
        if is_shared and pair.old.kind is TypeKind.OBJECT:
            message = f"{coordinate} was added to a shared value type; other subgraphs that return it cannot resolve it"
            yield Change("FIELD_ADDED", coordinate, DANGEROUS, message)
        else:
            yield Change("FIELD_ADDED", coordinate, SAFE, f"{coordinate} was added")


def _is_root(pair: TypePair) -> bool:
    return pair.coordinate in pair.schemas.old.schema.operations.values()


def field_type_changed(pair: FieldPair) -> Iterator[Change]:
    old, new = pair.old.type, pair.new.type
    if old == new:
        return
    what = f"{pair.coordinate} is {new} instead of {old}"
    if narrows(old, new):
        yield Change("FIELD_TYPE_CHANGED", pair.coordinate, SAFE, f"{what}; whoever could take null still can")
    else:
        why = "clients may get null where they never did" if narrows(new, old) else "clients get something else"
        yield Change("FIELD_TYPE_CHANGED", pair.coordinate, BREAKING, f"{what}; {why}")


def narrows(old: TypeRef, new: TypeRef) -> bool:
    """Whether every value of the new type is one of the old, as far as ``!`` and ``[]`` tell.

    Source: IsValidImplementationFieldType of the GraphQL specification, 3.6, for the same named type.
    """
    if old == new:
        return True
    if new.is_required:
        return narrows(old.nullable, new.nullable)
    if old.is_required or old.name != new.name:
        return False
    old_item, new_item = old.item, new.item
    return old_item is not None and new_item is not None and narrows(old_item, new_item)


def arguments_removed(pair: FieldPair) -> Iterator[Change]:
    for each in removed(pair.old.arguments, pair.new.arguments):
        coordinate = f"{pair.coordinate}({each.name}:)"
        message = f"{coordinate} was removed; queries that pass it are invalid"
        yield Change("FIELD_ARGUMENT_REMOVED", coordinate, BREAKING, message)


def arguments_added(pair: FieldPair) -> Iterator[Change]:
    is_shared = is_shareable(pair.owner.new, pair.new) or pair.owner.coordinate in pair.owner.schemas.shared
    for each in added(pair.old.arguments, pair.new.arguments):
        coordinate = f"{pair.coordinate}({each.name}:)"
        if each.is_required:
            message = f"{coordinate} was added and is required; queries without it are invalid"
            yield Change("FIELD_ARGUMENT_ADDED", coordinate, BREAKING, message)
            continue
        why = (
            "composition drops it from the API until every subgraph that shares the field has it"
            if is_shared
            else "what the field answers without it may be something else than before"
        )
        yield Change("FIELD_ARGUMENT_ADDED", coordinate, DANGEROUS, f"{coordinate} was added, optional; {why}")
