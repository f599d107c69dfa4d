"""Requests to a running subgraph, generated from its schema: for each root field, and for each key of each entity."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from readiness.model.errors import SchemaError
from readiness.schema import fieldsets
from readiness.schema.fieldsets import Selection
from readiness.schema.model import Field, Subgraph, TypeDefinition, TypeKind, TypeRef, deprecation, federated
from readiness.schema.usage import is_external

MAX_FIELDS = 60
"""A generated selection is cut here: it is to show that a field answers, not to fetch everything."""

MAX_PATH = 3
"""Fields between a root field and the entities that it leads to: a page and its items are two."""

_GUESSES: Mapping[str, Any] = {"Int": 1, "Float": 1, "Boolean": False}
_GUESSED_DEPTH = 3
"""Input objects within input objects that values are made up for."""

Arguments = Mapping[str, Mapping[str, Any]]
"""Values by root field and argument."""


@dataclass(frozen=True)
class RootQuery:
    """A query of one root field."""

    name: str
    text: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    guessed: tuple[str, ...] = ()
    """Arguments whose values were only made up from their types: that they are refused says nothing."""


@dataclass(frozen=True)
class NotGenerable:
    """A root field, or a key, for which no request can be generated."""

    name: str
    reason: str


@dataclass(frozen=True)
class Source:
    """A query whose answer holds entities, and the fields that lead to them from the answer's data."""

    query: RootQuery
    path: tuple[str, ...]


@dataclass(frozen=True)
class KeyPlan:
    """How one key of one entity is tried: where representations come from, and what is asked with them."""

    entity: str
    key: str
    """The field set, in canonical spelling."""
    selections: tuple[Selection, ...]
    sources: tuple[Source, ...]
    text: str
    """The ``_entities`` request; its one variable is ``representations``."""


def root_queries(
    subgraph: Subgraph, arguments: Arguments | None = None, examples: Arguments | None = None
) -> tuple[RootQuery | NotGenerable, ...]:
    """One minimal query for each root query field.

    A required argument is taken from ``arguments`` (root field to argument to value), else, where it is named like a
    field of the type that is returned, from ``examples`` (type to field to value, such as a representation holds), else
    its type makes one up: 1, false, the first value of an enum, an empty list. Nobody can make up an ID or a String.
    Optional ones are left out unless they are given. Mutations and subscriptions are never asked.
    """
    root = subgraph.root("query")
    if root is None:
        return ()
    return tuple(_root_query(subgraph, each, arguments or {}, examples or {}) for each in root.fields.values())


def key_plans(subgraph: Subgraph, arguments: Arguments | None = None) -> tuple[KeyPlan | NotGenerable, ...]:
    """One plan for each resolvable key of each entity."""
    return tuple(
        _key_plan(subgraph, entity, fields, arguments or {})
        for entity in subgraph.entities
        for fields in _resolvable_keys(entity)
    )


def _root_query(
    subgraph: Subgraph, root_field: Field, arguments: Arguments, examples: Arguments
) -> RootQuery | NotGenerable:
    given = {**_borrowed(subgraph, root_field, examples), **arguments.get(root_field.name, {})}
    guesses = _guesses(subgraph, root_field, given)
    query = query_of(root_field, {**given, **guesses}, _answer_selection(subgraph, root_field.type))
    return replace(query, guessed=tuple(guesses)) if isinstance(query, RootQuery) else query


def _guesses(subgraph: Subgraph, root_field: Field, given: Mapping[str, Any]) -> dict[str, Any]:
    """Made-up values for the required arguments that none is given for."""
    return {
        name: guess
        for name, argument in root_field.arguments.items()
        if argument.is_required and name not in given and (guess := _guess(subgraph, argument.type)) is not None
    }


def _guess(subgraph: Subgraph, ref: TypeRef, depth: int = 0) -> Any:
    """A value that any service takes for the type, as far as the type tells; None where it does not."""
    if ref.item is not None:
        return []
    if ref.name in _GUESSES:
        return _GUESSES[ref.name]
    definition = subgraph.types.get(ref.name)
    if definition is None or depth > _GUESSED_DEPTH:
        return None
    if definition.kind is TypeKind.ENUM:
        return next((value.name for value in definition.values.values() if deprecation(value) is None), None)
    if definition.kind is not TypeKind.INPUT or any(each.name == "oneOf" for each in definition.directives):
        return None
    required = {name: each.type for name, each in definition.inputs.items() if each.is_required}
    made = {name: _guess(subgraph, each, depth + 1) for name, each in required.items()}
    return None if None in made.values() else made


def _borrowed(subgraph: Subgraph, root_field: Field, examples: Arguments) -> dict[str, Any]:
    """Values for required arguments that are named like the fields of a known entity: ``account(id:)``."""
    example = examples.get(root_field.type.name, {})
    definition = subgraph.types.get(root_field.type.name)
    if definition is None:
        return {}
    return {
        name: example[name]
        for name, argument in root_field.arguments.items()
        if argument.is_required and name in example and _names_type(definition, name) == argument.type.name
    }


def _names_type(definition: TypeDefinition, name: str) -> str | None:
    each = definition.fields.get(name)
    return each.type.name if each else None


def query_of(root_field: Field, given: Mapping[str, Any], selection: str) -> RootQuery | NotGenerable:
    """A query of one root field with these values and this selection, or why there can be none."""
    unknown = sorted(given.keys() - root_field.arguments.keys())
    if unknown:
        return NotGenerable(root_field.name, f"values are given for {', '.join(unknown)}, which it has no argument for")
    missing = [name for name, each in root_field.arguments.items() if each.is_required and name not in given]
    if missing:
        return NotGenerable(root_field.name, f"no value is known for its required argument {', '.join(missing)}")
    variables = dict(given)
    declared = ", ".join(f"${name}: {root_field.arguments[name].type}" for name in variables)
    passed = ", ".join(f"{name}: ${name}" for name in variables)
    head = f"query ({declared}) " if variables else "query "
    call = f"{root_field.name}({passed})" if variables else root_field.name
    return RootQuery(root_field.name, f"{head}{{ {call}{_braced(selection)} }}", variables)


def _braced(selection: str) -> str:
    return f" {{ {selection} }}" if selection else ""


def _answer_selection(subgraph: Subgraph, ref: TypeRef) -> str:
    """Scalars of a composite type, and those of the objects that it holds; empty for what has no fields."""
    definition = subgraph.types.get(ref.name)
    if definition is None or definition.kind in (TypeKind.SCALAR, TypeKind.ENUM):
        return ""
    chosen = ["__typename"]
    for each in askable(definition):
        inner = subgraph.types.get(each.type.name)
        if inner is None or inner.kind in (TypeKind.SCALAR, TypeKind.ENUM):
            chosen.append(each.name)
        else:
            chosen.append(f"{each.name} {{ {' '.join(['__typename', *_scalars(subgraph, inner)])} }}")
    return " ".join(chosen[:MAX_FIELDS])


def _scalars(subgraph: Subgraph, definition: TypeDefinition) -> list[str]:
    return [each.name for each in askable(definition) if _is_leaf(subgraph, each)][:MAX_FIELDS]


def _is_leaf(subgraph: Subgraph, each: Field) -> bool:
    definition = subgraph.types.get(each.type.name)
    return definition is None or definition.kind in (TypeKind.SCALAR, TypeKind.ENUM)


def askable(definition: TypeDefinition) -> Iterator[Field]:
    """The fields that this subgraph answers by itself and without arguments."""
    for each in definition.fields.values():
        needs_argument = any(
            argument.is_required or federated(argument, "fromContext") for argument in each.arguments.values()
        )
        is_elsewhere = is_external(definition, each) and not definition.is_extension
        if not needs_argument and not is_elsewhere and not federated(each, "requires"):
            yield each


def _resolvable_keys(entity: TypeDefinition) -> list[str]:
    keys: dict[str, None] = {}
    for applied in federated(entity, "key"):
        fields = applied.arguments.get("fields")
        if isinstance(fields, str) and applied.arguments.get("resolvable") is not False:
            keys[fields] = None
    return list(keys)


def _key_plan(subgraph: Subgraph, entity: TypeDefinition, fields: str, arguments: Arguments) -> KeyPlan | NotGenerable:
    try:
        selections = fieldsets.merged(fieldsets.parse(fields))
    except SchemaError as error:
        return NotGenerable(f'{entity.name} @key "{fields}"', str(error))
    key = fieldsets.canonical(selections)
    asked = " ".join(dict.fromkeys(["__typename", key, *_scalars(subgraph, entity)]))
    text = (
        "query ($representations: [_Any!]!) "
        f"{{ _entities(representations: $representations) {{ __typename ... on {entity.name} {{ {asked} }} }} }}"
    )
    return KeyPlan(entity.name, key, selections, tuple(_sources(subgraph, entity.name, key, arguments)), text)


def _sources(subgraph: Subgraph, entity: str, key: str, arguments: Arguments) -> Iterator[Source]:
    """Queries that lead to the entity: through lists first, which give more than one to compare, and the shortest."""
    root = subgraph.root("query")
    found: list[tuple[bool, int, Source]] = []
    for root_field in root.fields.values() if root else ():
        for path, has_list in _paths(subgraph, root_field, entity):
            selection = f"__typename {key}"
            for name in reversed(path):
                selection = f"{name} {{ {selection} }}"
            given = arguments.get(root_field.name, {})
            query = query_of(root_field, {**given, **_guesses(subgraph, root_field, given)}, selection)
            if isinstance(query, RootQuery):
                found.append((not has_list, len(path), Source(query, (root_field.name, *path))))
    yield from (source for *_, source in sorted(found, key=lambda each: each[:2]))


def _paths(subgraph: Subgraph, root_field: Field, entity: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The shortest ways from a root field to objects of a type, and whether a list lies on them."""
    waiting: deque[tuple[tuple[str, ...], TypeRef, bool]] = deque([((), root_field.type, root_field.type.is_list)])
    seen: set[str] = set()
    while waiting:
        path, ref, has_list = waiting.popleft()
        if ref.name == entity:
            yield path, has_list
            return
        definition = subgraph.types.get(ref.name)
        if definition is None or ref.name in seen or len(path) == MAX_PATH:
            continue
        seen.add(ref.name)
        for each in askable(definition):
            waiting.append(((*path, each.name), each.type, has_list or each.type.is_list))
