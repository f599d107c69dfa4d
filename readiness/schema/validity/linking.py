"""Rules for ``@link`` and for what the document writes out of federation's own definitions."""

from collections import Counter
from collections.abc import Iterator

from readiness.schema import federation
from readiness.schema.model import (
    FEDERATION_IDENTITY,
    DirectiveDefinition,
    Flavour,
    InputValue,
    Link,
    Subgraph,
    TypeKind,
)
from readiness.schema.validity.violation import Violation

_ROOTS = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
_SERVICE_KINDS = {"_Any": TypeKind.SCALAR, "_Entity": TypeKind.UNION, "_Service": TypeKind.OBJECT}


def link_malformed(subgraph: Subgraph) -> Iterator[Violation]:
    for link in subgraph.links:
        for fault in link.faults:
            yield Violation("INVALID_LINK_DIRECTIVE_USAGE", "schema", link.line, fault)


def link_without_version(subgraph: Subgraph) -> Iterator[Violation]:
    for link in subgraph.links:
        if link.url and link.version is None:
            message = f"{link.url} does not end in a version such as v2.3"
            yield Violation("INVALID_LINK_IDENTIFIER", "schema", link.line, message)


def link_repeated(subgraph: Subgraph) -> Iterator[Violation]:
    counts = Counter(link.identity for link in subgraph.links)
    seen: set[str] = set()
    for link in subgraph.links:
        if counts[link.identity] > 1 and link.identity in seen:
            message = f"{link.identity} is linked {counts[link.identity]} times"
            yield Violation("INVALID_LINK_DIRECTIVE_USAGE", "schema", link.line, message)
        seen.add(link.identity)


def federation_version_unknown(subgraph: Subgraph) -> Iterator[Violation]:
    for link in _federation_links(subgraph):
        if link.version is not None and not federation.is_known_version(link.version):
            message = (
                f"there is no version {_text(link.version)} of Federation; 2.0 to {_text(federation.LATEST)} are known"
            )
            yield Violation("UNKNOWN_FEDERATION_LINK_VERSION", "schema", link.line, message)


def link_version_unknown(subgraph: Subgraph) -> Iterator[Violation]:
    for link in subgraph.links:
        is_link = link.identity == federation.LINK_IDENTITY
        if is_link and link.version is not None and link.version not in federation.LINK_VERSIONS:
            message = f"there is no version {_text(link.version)} of the link specification; 1.0 is known"
            yield Violation("UNKNOWN_LINK_VERSION", "schema", link.line, message)


def import_unknown(subgraph: Subgraph) -> Iterator[Violation]:
    for link in _federation_links(subgraph):
        if link.version is None or not federation.is_known_version(link.version):
            continue
        for name, _ in link.imports:
            since = _since(name)
            if since is None:
                message = f"federation has no {name}"
                yield Violation("INVALID_LINK_DIRECTIVE_USAGE", "schema", link.line, message)
            elif since > link.version:
                message = f"{name} came with Federation {_text(since)}; {_text(link.version)} is linked"
                yield Violation("INVALID_LINK_DIRECTIVE_USAGE", "schema", link.line, message)


def directive_definition_invalid(subgraph: Subgraph) -> Iterator[Violation]:
    for name, definition in subgraph.machinery_directives.items():
        known = federation.DIRECTIVES[name]
        for fault in _definition_faults(subgraph, definition, known):
            yield Violation("DIRECTIVE_DEFINITION_INVALID", f"@{definition.name}", definition.line, fault)


def type_definition_invalid(subgraph: Subgraph) -> Iterator[Violation]:
    expected = dict(_SERVICE_KINDS)
    for name in federation.TYPES:
        expected.update(dict.fromkeys(_local_names(subgraph, name), TypeKind.SCALAR))
    for name, definition in subgraph.machinery_types.items():
        kind = expected.get(name)
        if kind is not None and definition.kind is not kind:
            message = f"{name} is {definition.kind.with_article}; federation's is {kind.with_article}"
            yield Violation("TYPE_DEFINITION_INVALID", name, definition.line, message)


def root_name_used(subgraph: Subgraph) -> Iterator[Violation]:
    """Composition renames roots to their default names, which must be free for that."""
    for operation, default in _ROOTS.items():
        root = subgraph.schema.operations.get(operation)
        other = subgraph.types.get(default)
        if root is not None and root != default and other is not None:
            message = f"{root} is the {operation} root, but another type is called {default}"
            yield Violation(f"ROOT_{operation.upper()}_USED", default, other.line, message)


def _federation_links(subgraph: Subgraph) -> Iterator[Link]:
    return (link for link in subgraph.links if link.identity == FEDERATION_IDENTITY)


def _since(name: str) -> federation.Version | None:
    if name.startswith("@"):
        directive = federation.DIRECTIVES.get(name.removeprefix("@"))
        return directive.since if directive else None
    return federation.TYPES.get(name)


def _text(version: federation.Version) -> str:
    return f"{version[0]}.{version[1]}"


def _definition_faults(
    subgraph: Subgraph, definition: DirectiveDefinition, known: federation.FederationDirective
) -> Iterator[str]:
    extra = definition.locations - known.locations
    if extra:
        yield f"it is not for {', '.join(sorted(extra))}, but for {', '.join(sorted(known.locations))}"
    if definition.repeatable and not known.repeatable:
        yield "it is not repeatable"
    for name, argument in known.arguments.items():
        if name not in definition.arguments and argument.is_required:
            yield f"its argument {name} is missing"
    for name, own in definition.arguments.items():
        if name not in known.arguments:
            yield f"it has no argument {name}"
        elif not _is_compatible(subgraph, own, known.arguments[name]):
            yield f"its argument {name} is {known.arguments[name].type}, not {own.type}"


def _is_compatible(subgraph: Subgraph, own: InputValue, known: federation.FederationArgument) -> bool:
    name = known.type.name.rpartition("__")[2]
    names = {name}
    if name in federation.TYPES:
        # Libraries write String for federation's scalars, their own names without importing them, and _FieldSet as in
        # Federation 1; composers take all of these.
        names = _local_names(subgraph, name) | {name, "String", f"_{name}", f"federation__{name}"}
    # Who defines a directive may demand what federation leaves optional; the composer takes that.
    wrappers = {known.type.wrappers} if known.type.is_required else {known.type.wrappers, ("!", *known.type.wrappers)}
    return own.type.wrappers in wrappers and own.type.name in names


def _local_names(subgraph: Subgraph, name: str) -> set[str]:
    """What one of federation's types is called in this document."""
    if subgraph.flavour is not Flavour.FEDERATION_2:
        return set()
    links = list(_federation_links(subgraph))
    imported = {local for link in links for original, local in link.imports if original == name}
    return imported | {f"{link.namespace}__{name}" for link in links}
