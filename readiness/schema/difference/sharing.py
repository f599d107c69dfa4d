"""Rules for ``@shareable`` and ``@external``, which mean the same at a type and at each of its fields."""

from collections.abc import Iterator

from readiness.schema.change import BREAKING, DANGEROUS, SAFE, Change, ChangeClass
from readiness.schema.difference.pairs import TypePair
from readiness.schema.model import Flavour, TypeKind, federated
from readiness.schema.usage import is_external, is_shareable


def shareable_removed(pair: TypePair) -> Iterator[Change]:
    if not _knows_sharing(pair):
        return
    lost = [
        name
        for name in _common(pair)
        if is_shareable(pair.old, pair.old.fields[name])
        and not is_shareable(pair.new, pair.new.fields[name])
        and (pair.coordinate, name) not in pair.schemas.new_usage.in_keys
    ]
    why = "composition refuses that other subgraphs resolve it too"
    still = any(is_shareable(pair.new, each) for each in pair.new.fields.values())
    is_whole = not still and (len(lost) > 1 or _stood_at_type(pair, "shareable"))
    yield from _told(pair, lost, is_whole, "SHAREABLE_REMOVED", BREAKING, "is no longer @shareable", why)


def shareable_added(pair: TypePair) -> Iterator[Change]:
    if not _knows_sharing(pair):
        return
    gained = [
        name
        for name in _common(pair)
        if is_shareable(pair.new, pair.new.fields[name])
        and not is_shareable(pair.old, pair.old.fields[name])
        and (pair.coordinate, name) not in pair.schemas.old_usage.in_keys
    ]
    why = "other subgraphs may resolve it too"
    was = any(is_shareable(pair.old, each) for each in pair.old.fields.values())
    is_whole = not was and bool(federated(pair.new, "shareable"))
    yield from _told(pair, gained, is_whole, "SHAREABLE_ADDED", SAFE, "is @shareable now", why)


def external_added(pair: TypePair) -> Iterator[Change]:
    gained = [
        name
        for name in _common(pair)
        if is_external(pair.new, pair.new.fields[name])
        and not is_external(pair.old, pair.old.fields[name])
        and not _is_key_of_extension(pair, name)
    ]
    is_whole = bool(federated(pair.new, "external")) and len(gained) == len(_common(pair))
    why = "it is no longer resolved here"
    yield from _told(pair, gained, is_whole, "EXTERNAL_ADDED", BREAKING, "is @external now", why)


def external_removed(pair: TypePair) -> Iterator[Change]:
    lost = [
        name
        for name in _common(pair)
        if is_external(pair.old, pair.old.fields[name])
        and not is_external(pair.new, pair.new.fields[name])
        and not _is_key_of_extension(pair, name)
    ]
    is_whole = bool(federated(pair.old, "external")) and len(lost) == len(_common(pair))
    why = "it is resolved here as well, which composition refuses unless it is shareable"
    yield from _told(pair, lost, is_whole, "EXTERNAL_REMOVED", DANGEROUS, "is no longer @external", why)


def _knows_sharing(pair: TypePair) -> bool:
    """Federation 1 has no ``@shareable``; a change between the two is told as the change of the link."""
    flavours = {pair.schemas.old.flavour, pair.schemas.new.flavour}
    return flavours == {Flavour.FEDERATION_2} and pair.old.kind is TypeKind.OBJECT


def _is_key_of_extension(pair: TypePair, name: str) -> bool:
    """There ``@external`` is only written for Federation 1's sake: the field is resolved with the entity itself."""
    return pair.new.is_extension and (pair.coordinate, name) in pair.schemas.new_usage.in_keys


def _common(pair: TypePair) -> list[str]:
    return [name for name in pair.old.fields if name in pair.new.fields]


def _stood_at_type(pair: TypePair, directive: str) -> bool:
    return bool(federated(pair.old, directive))


def _told(
    pair: TypePair, names: list[str], is_whole: bool, kind: str, cls: ChangeClass, what: str, why: str
) -> Iterator[Change]:
    """Once for the type when all of it changed, else once for each field."""
    if names and is_whole:
        yield Change(kind, pair.coordinate, cls, f"{pair.coordinate} {what}; {why}")
        return
    for name in names:
        coordinate = f"{pair.coordinate}.{name}"
        yield Change(kind, coordinate, cls, f"{coordinate} {what}; {why}")
