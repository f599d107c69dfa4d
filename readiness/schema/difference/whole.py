"""Rules for the schema as a whole: its types, directives, roots and links."""

from collections.abc import Iterator
from dataclasses import replace

from readiness.schema.change import BREAKING, DANGEROUS, SAFE, Change
from readiness.schema.difference.pairs import Schemas, added, removed
from readiness.schema.model import (
    FEDERATION_IDENTITY,
    Field,
    Flavour,
    InputValue,
    Link,
    Subgraph,
    TypeDefinition,
    TypeRef,
)

_DEFAULT_ROOTS = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}


def types_removed(schemas: Schemas) -> Iterator[Change]:
    for each in removed(schemas.old.types, schemas.new.types):
        yield Change(
            "TYPE_REMOVED", each.name, BREAKING, f"the {each.kind} {each.name} was removed; whoever names it breaks"
        )


def types_added(schemas: Schemas) -> Iterator[Change]:
    for each in added(schemas.old.types, schemas.new.types):
        yield Change("TYPE_ADDED", each.name, SAFE, f"the {each.kind} {each.name} was added")


def directives_removed(schemas: Schemas) -> Iterator[Change]:
    for each in removed(schemas.old.directives, schemas.new.directives):
        yield Change(
            "DIRECTIVE_REMOVED",
            f"@{each.name}",
            BREAKING,
            f"@{each.name} was removed; documents that use it are invalid",
        )


def directives_added(schemas: Schemas) -> Iterator[Change]:
    for each in added(schemas.old.directives, schemas.new.directives):
        yield Change("DIRECTIVE_ADDED", f"@{each.name}", SAFE, f"@{each.name} was added")


def root_renamed(schemas: Schemas) -> Iterator[Change]:
    """A root that comes or goes is told as its type; here only its type's name is another."""
    for operation, old in schemas.old.schema.operations.items():
        new = schemas.new.schema.operations.get(operation)
        if new is None or new == old:
            continue
        kind = f"SCHEMA_{operation.upper()}_TYPE_CHANGED"
        if schemas.is_federated:
            why = "composition calls every root by its default name"
            yield Change(kind, "schema", SAFE, f"the {operation} root is {new} instead of {old}; {why}")
        else:
            why = "fragments on the old type no longer match"
            yield Change(kind, "schema", BREAKING, f"the {operation} root is {new} instead of {old}; {why}")


def root_came_or_went(schemas: Schemas) -> Iterator[Change]:
    """Operations of a kind come or go. Where the root's type goes with them, its removal says it."""
    old, new = schemas.old.schema.operations, schemas.new.schema.operations
    for operation, name in old.items():
        if operation not in new and name in schemas.new.types:
            kind = f"SCHEMA_{operation.upper()}_TYPE_CHANGED"
            yield Change(
                kind, "schema", BREAKING, f"{name} is no longer the {operation} root; no {operation} is possible"
            )
    for operation, name in new.items():
        if operation not in old:
            kind = f"SCHEMA_{operation.upper()}_TYPE_CHANGED"
            yield Change(kind, "schema", SAFE, f"{name} is the {operation} root now; there was none")


def federation_link_changed(schemas: Schemas) -> Iterator[Change]:
    old, new = schemas.old.federation_link, schemas.new.federation_link
    if old is None and new is not None:
        why = "fields are no longer shared unless they say so" if schemas.old.is_federated else "it becomes a subgraph"
        yield Change("FEDERATION_LINK_ADDED", "schema", DANGEROUS, f"@link to {_version(new)} was added: {why}")
    elif old is not None and new is None:
        what = f"@link to {_version(old)} was removed; the schema is read as {schemas.new.flavour} now"
        yield Change("FEDERATION_LINK_REMOVED", "schema", BREAKING, what)
    elif old is not None and new is not None and old.version != new.version:
        what = f"{_version(old)} became {_version(new)}"
        if old.version and new.version and old.version < new.version:
            why = "the router has to be at least that new"
            yield Change("FEDERATION_VERSION_CHANGED", "schema", DANGEROUS, f"{what}; {why}")
        else:
            why = "directives that came with the newer version are unknown"
            yield Change("FEDERATION_VERSION_CHANGED", "schema", BREAKING, f"{what}; {why}")


def other_link_changed(schemas: Schemas) -> Iterator[Change]:
    old, new = _other_links(schemas.old), _other_links(schemas.new)
    for link in removed(old, new):
        yield Change("LINK_REMOVED", "schema", DANGEROUS, f"@link to {link.url} was removed; what it composes vanishes")
    for link in added(old, new):
        yield Change("LINK_ADDED", "schema", SAFE, f"@link to {link.url} was added")
    for identity, link in old.items():
        if identity in new and new[identity].version != link.version:
            message = f"@link to {link.url} became {new[identity].url}; subgraphs have to agree on its major version"
            yield Change("LINK_VERSION_CHANGED", "schema", DANGEROUS, message)


def import_dropped(schemas: Schemas) -> Iterator[Change]:
    for name in sorted(schemas.new.unimported - schemas.old.unimported):
        message = f"@{name} is applied but no longer imported by this name; composition refuses the schema"
        yield Change("LINK_IMPORT_REMOVED", f"@{name}", BREAKING, message)


def import_found(schemas: Schemas) -> Iterator[Change]:
    still_applied = schemas.old.unimported - schemas.new.unimported
    for name in sorted(still_applied):
        yield Change("LINK_IMPORT_ADDED", f"@{name}", SAFE, f"@{name} is imported or no longer applied")


def ownership_changed(schemas: Schemas) -> Iterator[Change]:
    """In Federation 1 one subgraph owns a type and the others extend it; Federation 2 knows no owners."""
    if schemas.old.flavour is not Flavour.FEDERATION_1 or schemas.new.flavour is not Flavour.FEDERATION_1:
        return
    roots = set(schemas.old.schema.operations.values())
    for name, old in schemas.old.types.items():
        new = schemas.new.types.get(name)
        if new is None or name in roots or old.is_extension == new.is_extension:
            continue
        if new.is_extension:
            message = f"{name} is only extended here now; composition fails unless another subgraph defines it"
            yield Change("TYPE_BECAME_EXTENSION", name, BREAKING, message)
        else:
            message = f"{name} is defined here now instead of extended; its owner changes"
            yield Change("TYPE_BECAME_DEFINITION", name, DANGEROUS, message)


def _other_links(subgraph: Subgraph) -> dict[str, Link]:
    known = (FEDERATION_IDENTITY, "https://specs.apollo.dev/link")
    return {link.identity: link for link in subgraph.links if link.identity not in known}


def _version(link: Link) -> str:
    return f"Federation {'.'.join(map(str, link.version))}" if link.version else link.url


def with_default_roots(subgraph: Subgraph) -> Subgraph:
    """The subgraph with its roots called as composition calls them. ``schema.operations`` keeps the written names."""
    renames = {
        name: _DEFAULT_ROOTS[operation]
        for operation, name in subgraph.schema.operations.items()
        if name != _DEFAULT_ROOTS[operation]
        and name in subgraph.types
        and _DEFAULT_ROOTS[operation] not in subgraph.types
    }
    if not renames:
        return subgraph
    types = {renames.get(name, name): _renamed(each, renames) for name, each in subgraph.types.items()}
    return replace(subgraph, types=types)


def _renamed(each: TypeDefinition, renames: dict[str, str]) -> TypeDefinition:
    def field(item: Field) -> Field:
        arguments = {name: value(argument) for name, argument in item.arguments.items()}
        return replace(item, type=ref(item.type), arguments=arguments)

    def value(item: InputValue) -> InputValue:
        return replace(item, type=ref(item.type))

    def ref(item: TypeRef) -> TypeRef:
        return TypeRef(renames.get(item.name, item.name), item.wrappers)

    return replace(
        each,
        name=renames.get(each.name, each.name),
        fields={name: field(item) for name, item in each.fields.items()},
        members=frozenset(renames.get(member, member) for member in each.members),
    )
