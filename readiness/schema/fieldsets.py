"""Field sets: the selections in the strings of ``@key``, ``@requires`` and ``@provides``."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from graphql import GraphQLSyntaxError
from graphql.language import FieldNode, InlineFragmentNode, OperationDefinitionNode, SelectionSetNode
from graphql.language import parse as parse_document

from readiness.model.errors import SchemaError
from readiness.schema import text

MAX_DEPTH = 24
MAX_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class Selection:
    """One selected field, or an inline fragment (``name`` is empty then)."""

    name: str
    on: str | None = None
    """The type condition of an inline fragment."""
    alias: str | None = None
    has_arguments: bool = False
    directives: tuple[str, ...] = ()
    selections: tuple["Selection", ...] = ()
    has_selection: bool = False
    """Whether it has braces of its own, empty or not."""

    @property
    def is_fragment(self) -> bool:
        return not self.name

    def canonical(self) -> str:
        """The selection without order, spacing and repetition."""
        head = f"... on {self.on}" if self.is_fragment and self.on else self.name or "..."
        return f"{head} {{ {canonical(self.selections)} }}" if self.selections else head


def canonical(selections: tuple[Selection, ...]) -> str:
    """One text for all spellings of a field set: sorted, spaced alike, each part once."""
    return " ".join(sorted({each.canonical() for each in merged(selections)}))


def merged(selections: tuple[Selection, ...]) -> tuple[Selection, ...]:
    """Selections of the same field brought together: ``a { b } a { c }`` is ``a { b c }``."""
    by_head: dict[tuple[str, str | None], Selection] = {}
    for each in selections:
        known = by_head.get((each.name, each.on))
        if known is not None:
            each = Selection(
                each.name,
                each.on,
                each.alias,
                each.has_arguments,
                each.directives,
                (*known.selections, *each.selections),
                True,
            )
        by_head[each.name, each.on] = each
    return tuple(by_head.values())


@lru_cache(maxsize=4096)
def parse(field_set: str) -> tuple[Selection, ...]:
    """The selections of a field set, with or without outer braces.

    :raises SchemaError: it is empty, not a selection, too deep or too long.
    """
    if len(field_set) > MAX_LENGTH or text.is_nested_deeper_than(field_set, MAX_DEPTH):
        raise SchemaError("the field set is too long or nested too deeply")
    if text.is_blank(field_set):
        raise SchemaError("the field set is empty")
    body = field_set if _is_braced(field_set) else "{" + field_set + "\n}"
    try:
        document = parse_document(body, no_location=True)
    except GraphQLSyntaxError as error:
        raise SchemaError(f"{error.message.removeprefix('Syntax Error: ').rstrip('.')}") from error
    match document.definitions:
        case (OperationDefinitionNode(selection_set=SelectionSetNode() as selection_set, name=None),):
            return tuple(_selections(selection_set))
    raise SchemaError("not one selection of fields")


def paths(selections: tuple[Selection, ...], prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every selected field, the ones in between included. Fragments add nothing to a path."""
    for each in selections:
        path = prefix if each.is_fragment else (*prefix, each.name)
        if not each.is_fragment:
            yield path
        yield from paths(each.selections, path)


def _is_braced(field_set: str) -> bool:
    return field_set.lstrip(" \t\r\n,\ufeff").startswith("{")


def _selections(node: SelectionSetNode) -> Iterator[Selection]:
    for each in node.selections:
        match each:
            case FieldNode():
                yield Selection(
                    name=each.name.value,
                    alias=each.alias.value if each.alias else None,
                    has_arguments=bool(each.arguments),
                    directives=tuple(directive.name.value for directive in each.directives or ()),
                    selections=tuple(_selections(each.selection_set)) if each.selection_set else (),
                    has_selection=each.selection_set is not None,
                )
            case InlineFragmentNode():
                yield Selection(
                    name="",
                    on=each.type_condition.name.value if each.type_condition else None,
                    directives=tuple(directive.name.value for directive in each.directives or ()),
                    selections=tuple(_selections(each.selection_set)),
                    has_selection=True,
                )
            case _:
                raise SchemaError("a named fragment cannot stand in a field set")
