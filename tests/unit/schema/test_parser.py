import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.model.errors import SchemaError
from readiness.schema import Subgraph, parse
from readiness.schema.model import Flavour, Spec, TypeKind, TypeRef, federated
from readiness.schema.text import MAX_BYTES, MAX_DEPTH
from readiness.schema.values import ABSENT

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: {imports})\n'


def linked(body: str, imports: str = '["@key", "@shareable"]') -> Subgraph:
    return parse(LINK.replace("{imports}", imports) + body, "finance.graphql")


def test_extensions_are_merged_whichever_comes_first() -> None:
    schema = parse(
        "extend type A { b: Int } type A implements I { a: Int } interface I { a: Int } extend type A @x { c: Int }"
    )
    definition = schema.types["A"]
    assert set(definition.fields) == {"a", "b", "c"}
    assert definition.interfaces == {"I"}
    assert [each.name for each in definition.directives] == ["x"]
    assert not definition.is_extension


def test_an_extension_without_a_base_is_a_type() -> None:
    schema = parse("extend type Query { a: Int }")
    assert schema.types["Query"].is_extension
    assert schema.root("query") is schema.types["Query"]


def test_types_of_references_keep_lists_and_bangs_in_order() -> None:
    ref = parse("type A { a: [[Int!]]! }").types["A"].fields["a"].type
    assert ref == TypeRef("Int", ("!", "[]", "[]", "!"))
    assert str(ref) == "[[Int!]]!"
    assert ref.item == TypeRef("Int", ("[]", "!"))


def test_descriptions_lose_their_layout_only() -> None:
    one = parse('"""\n  What  it\n  says.\n"""\ntype A { a: Int }')
    other = parse('"What it says." type A { a: Int }')
    assert one.types == other.types
    assert one.types["A"].description == "What it says."


def test_lines_are_those_of_the_document() -> None:
    schema = parse("type A {\n  a: Int\n}\n\n# a comment\ntype B {\n  b(\n    c: Int\n  ): Int @deprecated\n}\n")
    field = schema.types["B"].fields["b"]
    assert (schema.types["A"].line, schema.types["B"].line, field.line, field.arguments["c"].line) == (1, 6, 7, 8)
    assert field.directives[0].line == 9


def test_a_link_brings_federations_directives_by_name_alias_and_namespace() -> None:
    schema = linked(
        'type A @key(fields: "id") @mine @federation__shareable { id: ID }',
        '["@key", {name: "@inaccessible", as: "@mine"}]',
    )
    found = {(each.written, each.name, each.spec) for each in schema.types["A"].directives}
    assert found == {
        ("key", "key", Spec.FEDERATION),
        ("mine", "inaccessible", Spec.FEDERATION),
        ("federation__shareable", "shareable", Spec.FEDERATION),
    }
    assert schema.flavour is Flavour.FEDERATION_2
    assert schema.federation_version == (2, 3)


def test_a_namespace_can_be_chosen() -> None:
    schema = parse(
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", as: "fed")'
        ' type A @fed__key(fields: "a") { a: ID }'
    )
    assert federated(schema.types["A"], "key")


def test_link_itself_can_have_another_name() -> None:
    schema = parse(
        'extend schema @spec(url: "https://specs.apollo.dev/link/v1.0", as: "spec")'
        ' @spec(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"]) type A @key(fields: "a") { a: ID }'
    )
    assert schema.federation_version == (2, 0)


def test_a_directive_of_the_schemas_own_is_not_federations() -> None:
    schema = linked("directive @inaccessible on OBJECT type A @inaccessible { a: Int }", '["@key"]')
    assert schema.types["A"].directives[0].spec is Spec.OWN


def test_what_is_applied_but_not_imported_is_known_for_what_it_is() -> None:
    schema = linked('type A @key(fields: "a") { a: ID }', '["@shareable"]')
    assert schema.unimported == {"key"}
    assert federated(schema.types["A"], "key")


def test_without_a_link_keys_make_it_federation_1_and_external_alone_does_not() -> None:
    assert parse('type A @key(fields: "a") { a: ID }').flavour is Flavour.FEDERATION_1
    assert (
        parse("type Query { _service: _Service! a: Int } type _Service { sdl: String }").flavour is Flavour.FEDERATION_1
    )
    assert parse("directive @external on OBJECT type A @external { a: ID }").flavour is Flavour.PLAIN


def test_federations_machinery_is_set_apart() -> None:
    schema = linked(
        """
        directive @key(fields: FieldSet!) repeatable on OBJECT
        scalar FieldSet
        scalar federation__Scope
        scalar _Any
        union _Entity = A
        type _Service { sdl: String! }
        type Query { _entities(representations: [_Any!]!): [_Entity]! _service: _Service! a: A }
        type A @key(fields: "id") { id: ID }
        """,
        '["@key", "FieldSet"]',
    )
    assert set(schema.types) == {"Query", "A"}
    assert set(schema.types["Query"].fields) == {"a"}
    assert not schema.directives
    assert set(schema.machinery_types) == {"FieldSet", "federation__Scope", "_Any", "_Entity", "_Service"}
    assert set(schema.machinery_directives) == {"key"}


def test_a_root_that_holds_machinery_only_is_no_root() -> None:
    schema = linked(
        'type Query { _service: _Service! } type _Service { sdl: String! } type A @key(fields: "a") { a: ID }'
    )
    assert set(schema.types) == {"A"}
    assert schema.root("query") is None


def test_roots_are_those_that_the_schema_names() -> None:
    schema = parse("schema { query: Q } type Q { a: Int } type Mutation { a: Int }")
    assert schema.schema.operations == {"query": "Q"}


def test_defaults_are_values_and_absence_is_none() -> None:
    inputs = parse("input I { a: Int = null b: Int c: Float = 1.0 d: Float = 1 }").types["I"].inputs
    assert inputs["a"].default is None
    assert inputs["b"].default is ABSENT
    assert inputs["c"].default == inputs["d"].default


@pytest.mark.parametrize(
    ("document", "line", "column", "text"),
    [
        ("", 1, 1, "empty"),
        ("  # only a comment\n", 1, 1, "empty"),
        ("type A {", 1, 9, "found <EOF>"),
        ("type A {\n  a: Int\n}\n\ntype B {\n  b: [Int\n}\n", 7, 1, "found '}'"),
        ("type A { a: Int } type B { b: }", 1, 31, "found '}'"),
        ("type A { a: Int }\n}", 2, 1, "Unexpected '}'"),
        ("query { a }", 1, 1, "an operation"),
        ("<html><body>Bad gateway</body></html>", 1, 1, "Unexpected character"),
        ('{"data": null}', 1, 2, "Expected Name"),
        ("type A { a: Int }\ntype A { b: Int }", 2, 1, "A is defined twice, first in line 1"),
        ("type A {\n  a: Int\n  a: Int\n}", 3, 3, "A.a is defined twice"),
        ("type A { a: Int } extend type A { a: Int }", 1, 35, "A.a is defined twice"),
        ("enum E { A A }", 1, 12, "E.A is defined twice"),
        ("type A { a(b: Int, b: Int): Int }", 1, 20, "the argument b is defined twice"),
        ("type A { a: Int } extend enum A { B }", 1, 19, "A is an enum here and an object type in line 1"),
        ("directive @a on FIELD directive @a on FIELD", 1, 23, "@a is defined twice"),
        ('"""never closed', 1, 16, "Unterminated string"),
    ],
)
def test_what_is_no_schema_is_told_with_its_place(document: str, line: int, column: int, text: str) -> None:
    with pytest.raises(SchemaError, match=r"finance\.graphql:") as caught:
        parse(document, "finance.graphql")
    assert text in str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    "document",
    [
        "type A { a: " + "[" * 100_000,
        "type A { a(b: Int = " + "[" * 100_000 + "]" * 100_000 + "): Int }",
        "type A { a(b: Int = " + "{a: " * 100_000 + "): Int }",
        "query " + "{ a " * 100_000,
        "type A { a: " + "[" * (MAX_DEPTH + 1) + "Int" + "]" * (MAX_DEPTH + 1) + " }",
    ],
)
def test_depth_is_bounded(document: str) -> None:
    with pytest.raises(SchemaError, match="nested deeper than 64 levels"):
        parse(document)


def test_brackets_in_strings_and_comments_have_no_depth() -> None:
    schema = parse('# {{{{\n"' + "[" * 500 + '"\ntype A { """ ' + '{ \\""" ' * 500 + ' """ a: Int }')
    assert set(schema.types["A"].fields) == {"a"}


def test_size_is_bounded() -> None:
    with pytest.raises(SchemaError, match="more than 32,000,000"):
        parse(b"#" * (MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("document", "line", "column", "text"),
    [
        (b"type A {\n  a: Int # \xff\n}", 2, 12, "not UTF-8"),
        ("type A { a: Int }".encode("utf-16"), 1, 1, "UTF-16"),
    ],
)
def test_another_encoding_is_told(document: bytes, line: int, column: int, text: str) -> None:
    with pytest.raises(SchemaError, match=text) as caught:
        parse(document)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_bytes_with_a_mark_of_their_order_are_read() -> None:
    assert "A" in parse("\ufefftype A { a: Int }".encode()).types
    assert "A" in parse("\ufefftype A { a: Int }").types


def test_a_circle_of_inputs_and_types_is_read() -> None:
    schema = parse("input I { i: I } type A { b: B } type B { a: A }")
    assert schema.types["I"].kind is TypeKind.INPUT


def outcome(document: str | bytes) -> Subgraph | tuple[int | None, int | None]:
    """The schema, or the place of the error: there is nothing else."""
    try:
        return parse(document)
    except SchemaError as error:
        return error.line, error.column


@settings(max_examples=300)
@given(st.text(alphabet='typeinputA{}()[]!:=@"\\# \n,&|_0.-', max_size=80) | st.binary(max_size=60))
def test_whatever_comes_is_read_or_told_with_its_place(document: str | bytes) -> None:
    place = outcome(document)
    assert isinstance(place, Subgraph) or None not in place
