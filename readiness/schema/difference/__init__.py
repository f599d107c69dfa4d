"""The difference between two revisions of one subgraph, each change told once and classed by whom it hurts.

Which change is of which class follows the rules of composition (Apollo Federation 2) and of GraphQL's own validation;
see ``docs/schema.md`` for the table.
"""

from collections.abc import Iterable, Iterator

from readiness.schema.change import BREAKING, Change
from readiness.schema.collection import without_collection
from readiness.schema.difference.pairs import DirectivePair, FieldPair, InputPair, Schemas, Site, TypePair, kept
from readiness.schema.difference.policies import Policy
from readiness.schema.difference.table import RULES
from readiness.schema.difference.whole import with_default_roots
from readiness.schema.model import InputValue, Subgraph


def compare(
    old: Subgraph, new: Subgraph, *, shared: frozenset[str] = frozenset(), policies: Iterable[Policy] = ()
) -> tuple[Change, ...]:
    """Every change from the old schema to the new, the worst first, then by coordinate.

    ``shared`` names types that other subgraphs are known to define as well. Each policy may class a change otherwise
    (:mod:`readiness.schema.difference.policies`).
    """
    if old.is_federated or new.is_federated:
        old, new = with_default_roots(old), with_default_roots(new)
    schemas = Schemas(old, new, shared)
    with without_collection():
        changes = list(_schema_changes(schemas))
        for policy in policies:
            changes = [policy(change, schemas) for change in changes]
    return tuple(sorted(changes, key=lambda change: (-change.cls, change.coordinate, change.kind, change.message)))


def _schema_changes(schemas: Schemas) -> Iterator[Change]:
    for rule in RULES.schemas:
        yield from rule(schemas)
    yield from _site_changes(Site(schemas, "schema", "SCHEMA", schemas.old.schema, schemas.new.schema))
    for old_type, new_type in kept(schemas.old.types, schemas.new.types):
        yield from _type_changes(TypePair(schemas, old_type, new_type))
    for old_directive, new_directive in kept(schemas.old.directives, schemas.new.directives):
        yield from _directive_changes(DirectivePair(schemas, old_directive, new_directive))


def _type_changes(pair: TypePair) -> Iterator[Change]:
    if pair.old.kind is not pair.new.kind:
        message = f"{pair.coordinate} is no longer {pair.old.kind.with_article} but {pair.new.kind.with_article}"
        yield Change("TYPE_KIND_CHANGED", pair.coordinate, BREAKING, f"{message}; whoever uses it breaks")
        return
    for rule in RULES.types:
        yield from rule(pair)
    yield from _site_changes(Site(pair.schemas, pair.coordinate, "TYPE", pair.old, pair.new))
    for old_field, new_field in kept(pair.old.fields, pair.new.fields):
        yield from _field_changes(FieldPair(pair, old_field, new_field))
    for old_input, new_input in kept(pair.old.inputs, pair.new.inputs):
        yield from _input_changes(
            pair.schemas, f"{pair.coordinate}.{old_input.name}", "INPUT_FIELD", old_input, new_input
        )
    for old_value, new_value in kept(pair.old.values, pair.new.values):
        coordinate = f"{pair.coordinate}.{old_value.name}"
        yield from _site_changes(Site(pair.schemas, coordinate, "ENUM_VALUE", old_value, new_value))


def _field_changes(pair: FieldPair) -> Iterator[Change]:
    for rule in RULES.fields:
        yield from rule(pair)
    schemas = pair.owner.schemas
    yield from _site_changes(Site(schemas, pair.coordinate, "FIELD", pair.old, pair.new))
    for old, new in kept(pair.old.arguments, pair.new.arguments):
        yield from _input_changes(schemas, f"{pair.coordinate}({old.name}:)", "FIELD_ARGUMENT", old, new)


def _directive_changes(pair: DirectivePair) -> Iterator[Change]:
    for rule in RULES.directives:
        yield from rule(pair)
    yield from _site_changes(Site(pair.schemas, pair.coordinate, "DIRECTIVE", pair.old, pair.new))
    for old, new in kept(pair.old.arguments, pair.new.arguments):
        yield from _input_changes(pair.schemas, f"{pair.coordinate}({old.name}:)", "DIRECTIVE_ARGUMENT", old, new)


def _input_changes(
    schemas: Schemas, coordinate: str, prefix: str, old: InputValue, new: InputValue
) -> Iterator[Change]:
    for rule in RULES.inputs:
        yield from rule(InputPair(schemas, coordinate, prefix, old, new))
    yield from _site_changes(Site(schemas, coordinate, prefix, old, new))


def _site_changes(site: Site) -> Iterator[Change]:
    for rule in RULES.sites:
        yield from rule(site)
