"""Rules for arguments, fields of input objects and definitions of directives: what a client sends."""

from collections.abc import Iterator

from readiness.schema.change import BREAKING, DANGEROUS, SAFE, Change
from readiness.schema.coercion import coerce_default, same_default
from readiness.schema.difference.outputs import narrows
from readiness.schema.difference.pairs import DirectivePair, InputPair, TypePair, added, removed
from readiness.schema.values import ABSENT, show


def input_fields_removed(pair: TypePair) -> Iterator[Change]:
    for each in removed(pair.old.inputs, pair.new.inputs):
        coordinate = f"{pair.coordinate}.{each.name}"
        message = f"{coordinate} was removed; clients that send it are refused"
        yield Change("INPUT_FIELD_REMOVED", coordinate, BREAKING, message)


def input_fields_added(pair: TypePair) -> Iterator[Change]:
    for each in added(pair.old.inputs, pair.new.inputs):
        coordinate = f"{pair.coordinate}.{each.name}"
        if each.is_required:
            message = f"{coordinate} was added and is required; clients that do not send it are refused"
            yield Change("INPUT_FIELD_ADDED", coordinate, BREAKING, message)
        else:
            why = "composition keeps only the input fields that all subgraphs have"
            yield Change("INPUT_FIELD_ADDED", coordinate, DANGEROUS, f"{coordinate} was added, optional; {why}")


def input_type_changed(pair: InputPair) -> Iterator[Change]:
    old, new = pair.old.type, pair.new.type
    if old == new:
        return
    kind, what = f"{pair.prefix}_TYPE_CHANGED", f"{pair.coordinate} is {new} instead of {old}"
    if narrows(new, old):
        yield Change(kind, pair.coordinate, SAFE, f"{what}; whatever was accepted still is")
    elif new.nullable == old and pair.new.default is not ABSENT:
        message = f"{what}; it may still be left out, but no longer be null"
        yield Change(kind, pair.coordinate, DANGEROUS, message)
    else:
        why = (
            "clients that leave it out are refused"
            if narrows(old, new)
            else "clients that send the old type are refused"
        )
        yield Change(kind, pair.coordinate, BREAKING, f"{what}; {why}")


def default_changed(pair: InputPair) -> Iterator[Change]:
    old = coerce_default(pair.old.default, pair.old.type, pair.schemas.old)
    new = coerce_default(pair.new.default, pair.new.type, pair.schemas.new)
    if same_default(old, new):
        return
    kind = f"{pair.prefix}_DEFAULT_CHANGED"
    what = f"the default of {pair.coordinate} is {show(new)} instead of {show(old)}"
    if new is ABSENT and pair.new.type.is_required:
        # A nullable type that became required without a default is already told as the change of its type.
        if pair.old.type.is_required:
            yield Change(kind, pair.coordinate, BREAKING, f"{what}; clients that leave it out are refused")
    elif old is ABSENT and pair.old.type.is_required:
        yield Change(kind, pair.coordinate, SAFE, f"{what}; nobody could leave it out before")
    else:
        message = f"{what}; clients that leave it out get something else than before"
        yield Change(kind, pair.coordinate, DANGEROUS, message)


def directive_arguments_removed(pair: DirectivePair) -> Iterator[Change]:
    for each in removed(pair.old.arguments, pair.new.arguments):
        coordinate = f"{pair.coordinate}({each.name}:)"
        message = f"{coordinate} was removed; documents that pass it are invalid"
        yield Change("DIRECTIVE_ARGUMENT_REMOVED", coordinate, BREAKING, message)


def directive_arguments_added(pair: DirectivePair) -> Iterator[Change]:
    for each in added(pair.old.arguments, pair.new.arguments):
        coordinate = f"{pair.coordinate}({each.name}:)"
        if each.is_required:
            message = f"{coordinate} was added and is required; documents without it are invalid"
            yield Change("DIRECTIVE_ARGUMENT_ADDED", coordinate, BREAKING, message)
        else:
            yield Change("DIRECTIVE_ARGUMENT_ADDED", coordinate, SAFE, f"{coordinate} was added, optional")


def locations_removed(pair: DirectivePair) -> Iterator[Change]:
    for location in sorted(pair.old.locations - pair.new.locations):
        message = f"{pair.coordinate} is no longer allowed on {location}; documents that have it there are invalid"
        yield Change("DIRECTIVE_LOCATION_REMOVED", pair.coordinate, BREAKING, message)


def locations_added(pair: DirectivePair) -> Iterator[Change]:
    for location in sorted(pair.new.locations - pair.old.locations):
        message = f"{pair.coordinate} is allowed on {location} now"
        yield Change("DIRECTIVE_LOCATION_ADDED", pair.coordinate, SAFE, message)


def repeatable_changed(pair: DirectivePair) -> Iterator[Change]:
    if pair.old.repeatable and not pair.new.repeatable:
        message = f"{pair.coordinate} is no longer repeatable; documents that repeat it are invalid"
        yield Change("DIRECTIVE_REPEATABLE_REMOVED", pair.coordinate, BREAKING, message)
    elif pair.new.repeatable and not pair.old.repeatable:
        message = f"{pair.coordinate} is repeatable now"
        yield Change("DIRECTIVE_REPEATABLE_ADDED", pair.coordinate, SAFE, message)
