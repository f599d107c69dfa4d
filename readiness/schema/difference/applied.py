"""Rules for directives as they are applied: one function a directive, in the table at the end."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from readiness.schema.change import BREAKING, DANGEROUS, SAFE, Change, ChangeClass
from readiness.schema.coercion import Canonical, canonical
from readiness.schema.difference.pairs import Site
from readiness.schema.model import Element, Spec, Subgraph, TypeDefinition, TypeKind
from readiness.schema.values import Value, show


@dataclass(frozen=True)
class Delta:
    """The applications of one directive at one site, where old and new schema differ in them."""

    site: Site
    name: str
    old: tuple[Canonical, ...]
    new: tuple[Canonical, ...]
    removed: tuple[Canonical, ...]
    """What only the old schema has."""
    added: tuple[Canonical, ...]
    """What only the new schema has."""

    @property
    def was_applied(self) -> bool:
        return bool(self.old)

    @property
    def is_applied(self) -> bool:
        return bool(self.new)

    @property
    def coordinate(self) -> str:
        return self.site.coordinate

    def change(self, kind: str, cls: ChangeClass, message: str) -> Change:
        return Change(kind, self.coordinate, cls, message)


AppliedRule = Callable[[Delta], Iterator[Change]]


def applied_changed(site: Site) -> Iterator[Change]:
    """Every change to the directives at one site."""
    if site.old.directives == site.new.directives:
        return
    old = _by_directive(site.old, site.schemas.old)
    new = _by_directive(site.new, site.schemas.new)
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key, Counter()), new.get(key, Counter())
        if before != after:
            gone, come = (before - after).elements(), (after - before).elements()
            delta = Delta(site, key[1], tuple(before), tuple(after), tuple(gone), tuple(come))
            yield from RULES.get(key, own_directive)(delta)


def _by_directive(element: Element, subgraph: Subgraph) -> dict[tuple[Spec, str], Counter[Canonical]]:
    found: dict[tuple[Spec, str], Counter[Canonical]] = {}
    for each in element.directives:
        application = canonical(each, subgraph)
        counted = found.setdefault((each.spec, each.name), Counter())
        # What federation's directives say they say once; how often another one counts is not known here.
        counted[application] = counted[application] + 1 if each.spec is Spec.OWN else 1
    return found


def _shown(application: Canonical) -> str:
    arguments = ", ".join(f"{name}: {show(value)}" for name, value in application.arguments)
    return f"({arguments})" if arguments else ""


def own_directive(delta: Delta) -> Iterator[Change]:
    """A directive whose meaning is not known here: whoever reads it gets something else."""
    coordinate = f"{delta.coordinate} @{delta.name}"
    changed = min(len(delta.removed), len(delta.added))
    for old, new in zip(delta.removed, delta.added, strict=False):
        message = f"@{delta.name}{_shown(old)} became @{delta.name}{_shown(new)}"
        yield Change("DIRECTIVE_USAGE_CHANGED", coordinate, DANGEROUS, message)
    for old in delta.removed[changed:]:
        message = f"@{delta.name}{_shown(old)} was removed from {delta.coordinate}"
        yield Change("DIRECTIVE_USAGE_REMOVED", coordinate, DANGEROUS, message)
    for new in delta.added[changed:]:
        message = f"@{delta.name}{_shown(new)} was added to {delta.coordinate}"
        yield Change("DIRECTIVE_USAGE_ADDED", coordinate, DANGEROUS, message)


def deprecated(delta: Delta) -> Iterator[Change]:
    prefix = delta.site.prefix
    if not delta.was_applied:
        yield delta.change(f"{prefix}_DEPRECATION_ADDED", SAFE, f"{delta.coordinate} is deprecated now")
    elif not delta.is_applied:
        yield delta.change(f"{prefix}_DEPRECATION_REMOVED", SAFE, f"{delta.coordinate} is no longer deprecated")
    else:
        reasons = [_text(each.get("reason")) for each in (*delta.removed, *delta.added)]
        message = f"the reason for the deprecation of {delta.coordinate} is {reasons[-1]!r} instead of {reasons[0]!r}; "
        message += "whoever follows the old advice goes astray"
        yield delta.change(f"{prefix}_DEPRECATION_REASON_CHANGED", DANGEROUS, message)


def specified_by(delta: Delta) -> Iterator[Change]:
    if not delta.was_applied:
        yield delta.change("SPECIFIED_BY_ADDED", SAFE, f"{delta.coordinate} says how it is written now")
    elif not delta.is_applied:
        message = f"{delta.coordinate} no longer says how it is written; clients that serialise by it lose their rule"
        yield delta.change("SPECIFIED_BY_REMOVED", DANGEROUS, message)
    else:
        message = f"{delta.coordinate} is specified by another document; clients may serialise it wrongly"
        yield delta.change("SPECIFIED_BY_CHANGED", DANGEROUS, message)


def one_of(delta: Delta) -> Iterator[Change]:
    """It has a meaning on input objects only (GraphQL specification, draft, 3.13.6)."""
    if not _is_input_object(delta.site.new):
        coordinate = f"{delta.coordinate} @oneOf"
        kind = "DIRECTIVE_USAGE_REMOVED" if delta.was_applied else "DIRECTIVE_USAGE_ADDED"
        yield Change(kind, coordinate, SAFE, f"@oneOf has no meaning on {delta.coordinate}")
    elif delta.is_applied:
        message = f"{delta.coordinate} takes exactly one field now; clients that send more or none are refused"
        yield delta.change("INPUT_ONE_OF_ADDED", BREAKING, message)
    else:
        yield delta.change("INPUT_ONE_OF_REMOVED", SAFE, f"{delta.coordinate} takes any of its fields now")


def _is_input_object(element: Element) -> bool:
    return isinstance(element, TypeDefinition) and element.kind is TypeKind.INPUT


def key(delta: Delta) -> Iterator[Change]:
    old, new = _keys(delta.old), _keys(delta.new)
    for fields in sorted(old.keys() & new.keys()):
        if old[fields] != new[fields]:
            yield _resolvable_changed(delta, fields, becomes=new[fields])
    removed, added = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
    replaced = min(len(removed), len(added))
    for fields, other in zip(removed, added, strict=False):
        message = f'@key "{fields}" of {delta.coordinate} became "{other}"; whoever refers to it by the old key breaks'
        yield delta.change("KEY_CHANGED", BREAKING, message)
    for fields in removed[replaced:]:
        message = f'@key "{fields}" of {delta.coordinate} was removed; the entity can no longer be resolved by it'
        yield delta.change("KEY_REMOVED", BREAKING, message)
    for fields in added[replaced:]:
        message = f'@key "{fields}" was added to {delta.coordinate}; it needs a resolver of its own'
        yield delta.change("KEY_ADDED", SAFE, message)


def _keys(applications: tuple[Canonical, ...]) -> dict[str, bool]:
    """Field set to whether it is resolvable. Written twice, one resolvable is enough."""
    keys: dict[str, bool] = {}
    for each in applications:
        fields = _text(each.get("fields"))
        keys[fields] = keys.get(fields, False) or each.get("resolvable") is not False
    return keys


def _resolvable_changed(delta: Delta, fields: str, *, becomes: bool) -> Change:
    if becomes:
        return delta.change("KEY_RESOLVABLE", SAFE, f'@key "{fields}" of {delta.coordinate} is resolvable now')
    message = f'@key "{fields}" of {delta.coordinate} is no longer resolvable; nothing can be fetched here by it'
    return delta.change("KEY_NOT_RESOLVABLE", BREAKING, message)


def inaccessible(delta: Delta) -> Iterator[Change]:
    if not delta.was_applied:
        message = f"{delta.coordinate} is @inaccessible now; it leaves the API"
        yield delta.change("INACCESSIBLE_ADDED", BREAKING, message)
    elif not delta.is_applied:
        message = f"{delta.coordinate} is no longer @inaccessible; it is exposed in the API"
        yield delta.change("INACCESSIBLE_REMOVED", SAFE, message)


def override(delta: Delta) -> Iterator[Change]:
    old, new = _first(delta.removed), _first(delta.added)
    if old is None and new is not None:
        message = f'{delta.coordinate} is taken over from "{_text(new.get("from"))}"; another resolver answers'
        yield delta.change("OVERRIDE_ADDED", DANGEROUS, message)
    elif new is None and old is not None:
        message = (
            f'{delta.coordinate} is no longer taken over from "{_text(old.get("from"))}"; two subgraphs resolve it'
        )
        yield delta.change("OVERRIDE_REMOVED", BREAKING, message)
    elif old is not None and new is not None and old.get("from") != new.get("from"):
        message = (
            f'{delta.coordinate} is taken over from "{_text(new.get("from"))}" instead of "{_text(old.get("from"))}"'
        )
        yield delta.change("OVERRIDE_FROM_CHANGED", BREAKING, message)
    elif old is not None and new is not None:
        message = f"{delta.coordinate} is taken over under another label; other requests are answered here"
        yield delta.change("OVERRIDE_LABEL_CHANGED", DANGEROUS, message)


def field_selection(delta: Delta) -> Iterator[Change]:
    """``@requires`` and ``@provides``: what the query planner fetches before, or spares after."""
    old, new = _first(delta.removed), _first(delta.added)
    kind = delta.name.upper()
    if old is None and new is not None:
        message = f'@{delta.name} "{_text(new.get("fields"))}" was added to {delta.coordinate}; query plans change'
        yield delta.change(f"{kind}_ADDED", DANGEROUS, message)
    elif new is None and old is not None:
        message = f'@{delta.name} "{_text(old.get("fields"))}" was removed from {delta.coordinate}; query plans change'
        yield delta.change(f"{kind}_REMOVED", DANGEROUS, message)
    elif old is not None and new is not None:
        what = f'"{_text(old.get("fields"))}" became "{_text(new.get("fields"))}"'
        message = f"@{delta.name} of {delta.coordinate}: {what}; query plans change"
        yield delta.change(f"{kind}_CHANGED", DANGEROUS, message)


def interface_object(delta: Delta) -> Iterator[Change]:
    if delta.is_applied:
        message = f"{delta.coordinate} stands for an interface of other subgraphs now"
        yield delta.change("INTERFACE_OBJECT_ADDED", DANGEROUS, message)
    else:
        message = f"{delta.coordinate} no longer stands for the interface; its fields leave the implementing types"
        yield delta.change("INTERFACE_OBJECT_REMOVED", BREAKING, message)


def authenticated(delta: Delta) -> Iterator[Change]:
    if delta.is_applied:
        message = f"{delta.coordinate} wants an authenticated client now; others get null and an error"
        yield delta.change("AUTHENTICATED_ADDED", BREAKING, message)
    else:
        message = f"{delta.coordinate} is open to clients that are not authenticated"
        yield delta.change("AUTHENTICATED_REMOVED", DANGEROUS, message)


def demands(delta: Delta) -> Iterator[Change]:
    """``@requiresScopes`` and ``@policy``: alternatives, each a list of demands that all have to be met."""
    argument = "scopes" if delta.name == "requiresScopes" else "policies"
    kind = "REQUIRES_SCOPES" if delta.name == "requiresScopes" else "POLICY"
    if not delta.was_applied:
        message = f"{delta.coordinate} demands @{delta.name}{_alternatives(delta.added, argument)}; others are refused"
        yield delta.change(f"{kind}_ADDED", BREAKING, message)
    elif not delta.is_applied:
        message = f"{delta.coordinate} no longer demands @{delta.name}{_alternatives(delta.removed, argument)}"
        yield delta.change(f"{kind}_REMOVED", DANGEROUS, message)
    else:
        old, new = _sets(delta.removed, argument), _sets(delta.added, argument)
        what = f"@{delta.name} of {delta.coordinate} is{_alternatives(delta.added, argument)}"
        if all(any(fewer <= each for fewer in new) for each in old):
            yield delta.change(f"{kind}_CHANGED", DANGEROUS, f"{what}; more clients are let in than before")
        else:
            yield delta.change(f"{kind}_CHANGED", BREAKING, f"{what}; clients that were let in are refused")


def _alternatives(applications: tuple[Canonical, ...], argument: str) -> str:
    return "".join(f" {show(each.get(argument))}" for each in applications)


def _sets(applications: tuple[Canonical, ...], argument: str) -> list[frozenset[Value]]:
    alternatives = [each.get(argument) for each in applications]
    return [
        frozenset(each if isinstance(each, tuple) else (each,))
        for value in alternatives
        for each in (value if isinstance(value, tuple) else (value,))
    ]


def tag(delta: Delta) -> Iterator[Change]:
    old = " ".join(_text(each.get("name")) for each in delta.removed) or "none"
    new = " ".join(_text(each.get("name")) for each in delta.added) or "none"
    message = f"the tags of {delta.coordinate} changed (gone: {old}; new: {new}); contract variants filter on them"
    yield delta.change("TAG_CHANGED", DANGEROUS, message)


def compose_directive(delta: Delta) -> Iterator[Change]:
    for each in delta.removed:
        message = f"{_text(each.get('name'))} is no longer composed; it vanishes from the supergraph"
        yield delta.change("COMPOSE_DIRECTIVE_REMOVED", DANGEROUS, message)
    for each in delta.added:
        message = f"{_text(each.get('name'))} is composed into the supergraph now"
        yield delta.change("COMPOSE_DIRECTIVE_ADDED", SAFE, message)


def other_federation_directive(delta: Delta) -> Iterator[Change]:
    """``@context``, ``@fromContext``, ``@cost``, ``@listSize``, ``@cacheTag``: the router behaves otherwise."""
    verb = "changed" if delta.was_applied and delta.is_applied else "added" if delta.is_applied else "removed"
    kind = f"{_snake(delta.name)}_{verb.upper()}"
    now = "".join(f" {_shown(each)}" for each in delta.added)
    message = f"@{delta.name} of {delta.coordinate} was {verb}{now}; the router plans, limits or caches otherwise"
    yield delta.change(kind, DANGEROUS, message)


def told_elsewhere(_delta: Delta) -> Iterator[Change]:
    """``@shareable`` and ``@external`` mean the same at a type and at all its fields: a rule for types tells them.

    ``@extends`` says in Federation 1 who owns a type, which is told as ownership, and in Federation 2 nothing.
    """
    yield from ()


def _first(applications: tuple[Canonical, ...]) -> Canonical | None:
    return applications[0] if applications else None


def _text(value: Value) -> str:
    return value if isinstance(value, str) else show(value)


def _snake(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in name)


RULES: Mapping[tuple[Spec, str], AppliedRule] = {
    (Spec.GRAPHQL, "deprecated"): deprecated,
    (Spec.GRAPHQL, "specifiedBy"): specified_by,
    (Spec.GRAPHQL, "oneOf"): one_of,
    (Spec.FEDERATION, "key"): key,
    (Spec.FEDERATION, "shareable"): told_elsewhere,
    (Spec.FEDERATION, "external"): told_elsewhere,
    (Spec.FEDERATION, "extends"): told_elsewhere,
    (Spec.FEDERATION, "inaccessible"): inaccessible,
    (Spec.FEDERATION, "override"): override,
    (Spec.FEDERATION, "requires"): field_selection,
    (Spec.FEDERATION, "provides"): field_selection,
    (Spec.FEDERATION, "interfaceObject"): interface_object,
    (Spec.FEDERATION, "authenticated"): authenticated,
    (Spec.FEDERATION, "requiresScopes"): demands,
    (Spec.FEDERATION, "policy"): demands,
    (Spec.FEDERATION, "tag"): tag,
    (Spec.FEDERATION, "composeDirective"): compose_directive,
    (Spec.FEDERATION, "context"): other_federation_directive,
    (Spec.FEDERATION, "fromContext"): other_federation_directive,
    (Spec.FEDERATION, "cost"): other_federation_directive,
    (Spec.FEDERATION, "listSize"): other_federation_directive,
    (Spec.FEDERATION, "cacheTag"): other_federation_directive,
}
