"""The grammar understands exactly what graphql-core does, and the same by it."""

import random
from collections.abc import Iterable
from typing import Any

import pytest
from graphql import GraphQLSyntaxError, parse, print_ast, value_from_ast_untyped
from graphql.language import (
    DirectiveDefinitionNode,
    DocumentNode,
    ExecutableDefinitionNode,
    Node,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeExtensionNode,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.schema.grammar import Definition, Grammar, Repeated
from readiness.schema.model import Applied, EnumValue, Field, InputValue
from readiness.schema.text import is_blank
from readiness.schema.tokens import NotUnderstood
from readiness.schema.values import ABSENT, EnumName, Number, ObjectValue
from tests.unit.schema.test_corpora import rows

EVERYTHING = r'''
"""
The   schema "itself".
"""
schema @a(x: 1) { query: Q, mutation: M }
extend schema @link(url: "x", import: ["@key", {name: "@a", as: "@b"}])
"a \"quoted\" \u00e9 text" directive @d("of x" x: [I!]! = [{a: 1, b: -0.5e+3}], y: E = A @z) @e repeatable on
  | FIELD_DEFINITION | OBJECT
scalar S @specifiedBy(url: """block \""" string""")
interface N implements & M & L @d { id: ID!, next(first: Int! = 10 after: String = null): [[N!]]! @deprecated }
type T implements N { "x" id: ID! """ "y" """ a: Int b(c: [Int] = [1, 2.50, 1e3, true, ONE, $]): S }
type Empty
union U @d = | A | B
union V
extend union U = C
enum E @x { "of A" A @deprecated(reason: "r") B type on }
input I { a: Int = 1 @x, "b" b: [String!]! = ["", """""", """  a
   b
"""] c: I = {} }
extend type T @key(fields: "id")  # a comment { "
extend input I { d: Float = -1.0 }
'''.replace(", $]", "]")
TEXTS = tuple(
    dict.fromkeys(
        [EVERYTHING]
        + [row[side] for row in rows("graphql_changes.jsonl") for side in ("old", "new")]
        + [row["sdl"] for row in rows("federation_validity.jsonl")]
    )
)
PIECES = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "!",
    ":",
    "=",
    "@",
    "|",
    "&",
    '"',
    '"""',
    "\\",
    "#",
    "\n",
    "\r\n",
    "\r",
    " ",
    ",",
]
PIECES += ["type", "on", "extend", "implements", "0", "00", "1.", "1e5", "-", "1-2", "...", "é", "\x00", "a", "$", "\t"]


def ours(text: str) -> list[Any] | None:
    """Everything that the grammar reads out of a text; None when it refuses it."""
    try:
        return [_definition(each) for each in Grammar(text, 1, {}).definitions()]
    except (NotUnderstood, Repeated):
        return None


def theirs(text: str) -> list[Any] | None:
    """The same out of graphql-core's syntax tree. A text with nothing in it is for the reader."""
    if is_blank(text):
        return []
    try:
        document = parse(text)
    except GraphQLSyntaxError:
        return None
    if any(isinstance(each, ExecutableDefinitionNode) for each in document.definitions) or _repeats(document):
        return None
    return [_node(each) for each in document.definitions]


def _definition(each: Definition) -> Any:
    directives = _applied(each.directives)
    arguments = [_part(item) for item in each.inputs.values()]
    if each.keyword == "schema":
        return "schema", each.is_extension, each.line + 1, each.description, directives, list(each.operations.items())
    if each.keyword == "directive":
        head = each.keyword, each.name, each.line + 1, each.description, directives, arguments
        return *head, each.repeatable, each.locations
    parts = [*map(_part, each.fields.values()), *map(_part, each.values.values()), *arguments]
    told: tuple[Any, ...] = each.keyword, each.name, each.is_extension, each.line + 1, each.description, directives
    return *told, each.interfaces, each.members, parts


def _part(item: Field | InputValue | EnumValue) -> Any:
    told = item.name, item.line, item.description, _applied(item.directives)
    if isinstance(item, Field):
        return *told, str(item.type), [_part(argument) for argument in item.arguments.values()]
    if isinstance(item, InputValue):
        return *told, str(item.type), "none" if item.default is ABSENT else _plain(item.default)
    return told


def _applied(directives: Iterable[Applied]) -> Any:
    return [(a.written, a.line, [(name, _plain(value)) for name, value in a.arguments.items()]) for a in directives]


def _plain(value: Any) -> Any:
    if isinstance(value, Number):
        return float(value.value)
    if isinstance(value, EnumName):
        return value.name
    if isinstance(value, ObjectValue):
        return {name: _plain(item) for name, item in value.fields}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _node(node: Any) -> Any:
    line, description, directives = node.loc.start_token.line, _text(node), _node_applied(node)
    if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
        operations = [(each.operation.value, each.type.name.value) for each in node.operation_types or ()]
        return "schema", isinstance(node, SchemaExtensionNode), line, description, directives, operations
    if isinstance(node, DirectiveDefinitionNode):
        arguments = [_node_part(each) for each in node.arguments or ()]
        locations = [each.value for each in node.locations]
        told = "directive", node.name.value, line, description, directives, arguments
        return *told, node.repeatable, locations
    keyword = node.kind.split("_")[0].replace("object", "type")
    interfaces = [each.name.value for each in getattr(node, "interfaces", None) or ()]
    is_union = keyword == "union"
    members = [each.name.value for each in (node.types or () if is_union else ())]
    parts = getattr(node, "fields", None) or getattr(node, "values", None) or ()
    told = keyword, node.name.value, isinstance(node, TypeExtensionNode), line, description, directives
    return *told, interfaces, members, [_node_part(each) for each in parts]


def _node_part(node: Any) -> Any:
    told = node.name.value, node.loc.start_token.line, _text(node), _node_applied(node)
    if node.kind == "enum_value_definition":
        return told
    if node.kind == "field_definition":
        return *told, print_ast(node.type), [_node_part(each) for each in node.arguments or ()]
    default = "none" if node.default_value is None else _node_plain(node.default_value)
    return *told, print_ast(node.type), default


def _node_applied(node: Any) -> Any:
    return [
        (
            each.name.value,
            each.loc.start_token.line,
            [(a.name.value, _node_plain(a.value)) for a in each.arguments or ()],
        )
        for each in node.directives or ()
    ]


def _node_plain(node: Any) -> Any:
    return value_from_ast_untyped(node)


def _text(node: Any) -> str:
    description = getattr(node, "description", None)
    return " ".join(description.value.split()) if description else ""


def _repeats(node: Node | DocumentNode) -> bool:
    """Whether something stands twice where it may stand once; repeated object fields are left alone."""
    for name in node.keys:
        value = getattr(node, name, None)
        children = [each for each in value if isinstance(each, Node)] if isinstance(value, list | tuple) else []
        if name in ("fields", "arguments", "values", "operation_types") and node.kind != "object_value":
            names = [
                each.operation.value if each.kind == "operation_type_definition" else each.name.value  # type: ignore[attr-defined]
                for each in children
                if hasattr(each, "name") or each.kind == "operation_type_definition"
            ]
            if len(names) != len(set(names)):
                return True
        children += [value] if isinstance(value, Node) else []
        if any(_repeats(each) for each in children):
            return True
    return False


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_it_reads_what_graphql_core_reads(text: str) -> None:
    assert ours(text) is not None
    assert ours(text) == theirs(text)


@settings(max_examples=2000, deadline=None)
@given(st.sampled_from(TEXTS), st.randoms(use_true_random=False), st.integers(1, 3))
def test_it_refuses_what_graphql_core_refuses(text: str, chance: random.Random, times: int) -> None:
    text = text[:3000]
    for _ in range(times):
        at = chance.randrange(len(text) + 1)
        upto = min(len(text), at + chance.choice((0, 0, 1, 3, 20)))
        text = text[:at] + chance.choice(["", *PIECES]) + text[upto:]
    assert ours(text) == theirs(text)


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_it_reads_any_constant_as_graphql_core_does(pieces: list[str]) -> None:
    text = f"input I {{ a: A = {''.join(pieces)} }}"
    assert ours(text) == theirs(text)
