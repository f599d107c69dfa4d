"""What a team may decide for itself about the class of a change.

A policy gets a change and gives it back, perhaps classed otherwise; it never hides one.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from readiness.schema.change import BREAKING, DANGEROUS, SAFE, Change
from readiness.schema.difference.pairs import Schemas
from readiness.schema.model import Element, Subgraph, deprecation

Policy = Callable[[Change, Schemas], Change]

_REMOVALS = frozenset(
    {
        "FIELD_REMOVED",
        "FIELD_ARGUMENT_REMOVED",
        "INPUT_FIELD_REMOVED",
        "ENUM_VALUE_REMOVED",
        "TYPE_REMOVED",
    }
)
_MEMBER = re.compile(r"(?P<type>\w+)(?:\.(?P<member>\w+)(?:\((?P<argument>\w+):\))?)?")


def removal_after_deprecation(change: Change, schemas: Schemas) -> Change:
    """Removing what was deprecated is DANGEROUS, not BREAKING; a type counts as deprecated when all its uses are."""
    if change.cls is not BREAKING or change.kind not in _REMOVALS:
        return change
    if change.kind == "TYPE_REMOVED":
        was_deprecated = _all_uses_deprecated(change.coordinate, schemas.old)
    else:
        element = find(change.coordinate, schemas.old)
        was_deprecated = element is not None and deprecation(element) is not None
    if not was_deprecated:
        return change
    return replace(change, cls=DANGEROUS, message=f"{change.message} (it was deprecated before)")


def unreachable_is_safe(change: Change, schemas: Schemas) -> Change:
    """What no operation can come across can be changed at will."""
    name = re.match(r"\w+", change.coordinate)
    if name is None or change.coordinate == "schema" or name[0] in schemas.reachable:
        return change
    return replace(change, cls=min(change.cls, SAFE))


def dangerous_breaks(change: Change, _schemas: Schemas) -> Change:
    """For those who want nothing uncertain: DANGEROUS counts as BREAKING."""
    return replace(change, cls=BREAKING) if change.cls is DANGEROUS else change


def only_in_use(used: frozenset[str]) -> Policy:
    """Breaking what no client is known to use is only DANGEROUS. ``used`` holds coordinates."""

    def policy(change: Change, _schemas: Schemas) -> Change:
        if change.cls is BREAKING and change.coordinate not in used:
            return replace(change, cls=DANGEROUS, message=f"{change.message} (no client is known to use it)")
        return change

    return policy


def find(coordinate: str, subgraph: Subgraph) -> Element | None:
    """The element of a type that a coordinate names; None for what is not there and for directives."""
    match = _MEMBER.fullmatch(coordinate)
    definition = subgraph.types.get(match["type"]) if match else None
    if match is None or definition is None or match["member"] is None:
        return definition
    member: Element | None = definition.inputs.get(match["member"]) or definition.values.get(match["member"])
    field = definition.fields.get(match["member"])
    if match["argument"] is not None:
        return field.arguments.get(match["argument"]) if field else None
    return field or member


def _all_uses_deprecated(name: str, subgraph: Subgraph) -> bool:
    uses = [
        field
        for definition in subgraph.types.values()
        if definition.name != name
        for field in definition.fields.values()
        if field.type.name == name
    ]
    return bool(uses) and all(deprecation(field) is not None for field in uses)
