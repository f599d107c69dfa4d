"""Rules for ``@composeDirective``."""

from collections.abc import Iterator

from readiness.schema import federation
from readiness.schema.model import Link, Subgraph, federated
from readiness.schema.validity.violation import Violation

_CODE = "DIRECTIVE_COMPOSITION_ERROR"


def composed_directive_invalid(subgraph: Subgraph) -> Iterator[Violation]:
    for applied in federated(subgraph.schema, "composeDirective"):
        name = applied.arguments.get("name")
        if name is not None and not isinstance(name, str):
            continue  # told as invalid GraphQL
        fault = "its argument must not be null" if name is None else _fault(subgraph, name)
        if fault is not None:
            yield Violation(_CODE, "schema", applied.line, f'"{name or ""}": {fault}')


def _fault(subgraph: Subgraph, name: str) -> str | None:
    if not name.startswith("@"):
        return "the name of a directive begins with @"
    local = name.removeprefix("@")
    if local in subgraph.machinery_directives or (local in federation.DIRECTIVES and local not in subgraph.directives):
        return "federation composes its own directives itself"
    if local not in subgraph.directives:
        return "there is no such directive"
    if not any(_brings(link, name) for link in subgraph.links):
        return "no @link says which specification it belongs to"
    return None


def _brings(link: Link, name: str) -> bool:
    local = name.removeprefix("@")
    is_imported = any(own == name for _, own in link.imports)
    return is_imported or local == link.namespace or local.startswith(f"{link.namespace}__")
