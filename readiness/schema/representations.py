"""Representations of entities: read out of answers, and the answers to them judged.

``_entities`` keeps the order of the representations and is null where there is no such entity. Source:
https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
"""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from readiness.schema.fieldsets import Selection
from readiness.schema.queries import KeyPlan, Source

Representation = Mapping[str, Any]


def read(plan: KeyPlan, source: Source, data: Any, *, limit: int = 3) -> tuple[Representation, ...]:
    """Up to ``limit`` different representations out of the data that the source's query brought."""
    found: list[Representation] = []
    for each in _at(data, source.path):
        key = _picked(each, plan.selections)
        representation = {"__typename": plan.entity, **key} if key is not None else None
        if representation is not None and representation not in found:
            found.append(representation)
        if len(found) == limit:
            break
    return tuple(found)


def absent(representation: Representation) -> Representation:
    """A representation of the same shape that no entity has."""
    return {name: value if name == "__typename" else _other(value) for name, value in representation.items()}


def faults(
    plan: KeyPlan, asked: Sequence[Representation], data: Any, *, absent_at: frozenset[int] = frozenset()
) -> tuple[str, ...]:
    """What is wrong with the answer to an ``_entities`` request; empty when it is as the specification wants it.

    ``absent_at`` are the positions of representations that no entity has.
    """
    entities = data.get("_entities") if isinstance(data, Mapping) else None
    if not isinstance(entities, list):
        return (f'{plan.entity} by "{plan.key}": the answer has no list of _entities',)
    if len(entities) != len(asked):
        return (f'{plan.entity} by "{plan.key}": {len(entities)} entities for {len(asked)} representations',)
    return tuple(
        f'{plan.entity} by "{plan.key}", representation {position + 1}: {fault}'
        for position, (representation, entity) in enumerate(zip(asked, entities, strict=True))
        for fault in _entity_faults(plan, representation, entity, is_absent=position in absent_at)
    )


def _entity_faults(plan: KeyPlan, representation: Representation, entity: Any, *, is_absent: bool) -> Iterator[str]:
    if is_absent:
        if entity is not None:
            yield f"no such entity exists, but it is {json.dumps(entity)} and not null"
    elif not isinstance(entity, Mapping):
        yield f"{json.dumps(representation)} exists, but it is {json.dumps(entity)}"
    elif entity.get("__typename") != plan.entity:
        yield f"it is a {entity.get('__typename')} and not a {plan.entity}"
    else:
        key = _picked(entity, plan.selections)
        wanted = {name: value for name, value in representation.items() if name != "__typename"}
        if key != wanted:
            yield f"it is the one with the key {key} and not {wanted}: the order is not kept, or the key not used"


def _at(data: Any, path: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    """The objects at the end of a path, lists opened, nulls left out."""
    if isinstance(data, list):
        for each in data:
            yield from _at(each, path)
    elif isinstance(data, Mapping):
        if path:
            yield from _at(data.get(path[0]), path[1:])
        else:
            yield data


def _picked(entity: Mapping[str, Any], selections: tuple[Selection, ...]) -> dict[str, Any] | None:
    """The key's fields of an entity; None when one is missing."""
    picked: dict[str, Any] = {}
    for each in selections:
        if each.name not in entity:
            return None
        value = entity[each.name]
        picked[each.name] = _within(value, each.selections) if each.selections else value
    return picked


def _within(value: Any, selections: tuple[Selection, ...]) -> Any:
    if isinstance(value, list):
        return [_within(each, selections) for each in value]
    return _picked(value, selections) if isinstance(value, Mapping) else value


def _other(value: Any) -> Any:
    """Another value of the same kind and form, which is not in use."""
    match value:
        case bool() | None:
            return value
        case int() | float():
            return 2_147_483_000  # close to the largest Int of GraphQL
        case str():
            return _other_text(value)
        case list():
            return [_other(each) for each in value]
        case Mapping():
            return {name: _other(each) for name, each in value.items()}
    return value


def _other_text(text: str) -> str:
    """Another text in the same form, as far as the form can be seen: a scalar may refuse any other."""
    if text.isdigit():
        return "2147483000"
    for reads, other in _FORMS:
        try:
            reads(text)
        except ValueError:
            continue
        return other()
    return f"{text}-{uuid.uuid4().hex[:8]}"


_FORMS: tuple[tuple[Callable[[str], object], Callable[[], str]], ...] = (
    (uuid.UUID, lambda: str(uuid.uuid4())),
    (date.fromisoformat, lambda: "9999-12-31"),
    (datetime.fromisoformat, lambda: "9999-12-31T00:00:00Z"),
    (float, lambda: "2147483000.5"),
)
