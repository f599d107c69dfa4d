"""Queries that are nested as deep as one likes, where a schema's types lead back to themselves."""

from collections.abc import Iterator

from readiness.schema.model import Field, Subgraph
from readiness.schema.queries import Arguments, RootQuery, askable, query_of


def nested_query(subgraph: Subgraph, depth: int, arguments: Arguments) -> RootQuery | None:
    """A valid query nested ``depth`` deep; None where the schema has no circle of types that a query can go round."""
    root = subgraph.root("query")
    for root_field in root.fields.values() if root else ():
        way = _into_circle(subgraph, root_field)
        if way is None:
            continue
        path, circle = way
        names = [each.name for each in path]
        while len(names) < depth - 2:
            names += [each.name for each in circle]
        selection = "__typename"
        for name in reversed(names):
            selection = f"{name} {{ {selection} }}"
        query = query_of(root_field, arguments.get(root_field.name, {}), selection)
        if isinstance(query, RootQuery):
            return query
    return None


def _into_circle(subgraph: Subgraph, root_field: Field) -> tuple[list[Field], list[Field]] | None:
    """Fields that lead from a root field to a type, and from that type back to itself."""
    waiting: list[tuple[str, list[Field], list[str]]] = [(root_field.type.name, [], [root_field.type.name])]
    seen: set[str] = set()
    while waiting:
        name, path, types = waiting.pop(0)
        for each in _objects(subgraph, name):
            if each.type.name in types:
                back = types.index(each.type.name)
                return path, [each, *path[back:]]
            if each.type.name not in seen:
                seen.add(each.type.name)
                waiting.append((each.type.name, [*path, each], [*types, each.type.name]))
    return None


def _objects(subgraph: Subgraph, name: str) -> Iterator[Field]:
    """Fields of a type that lead to objects."""
    definition = subgraph.types.get(name)
    if definition is not None:
        for each in askable(definition):
            target = subgraph.types.get(each.type.name)
            if target is not None and target.fields:
                yield each
