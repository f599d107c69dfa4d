"""One invalid subgraph a code, with its coordinate and line; and its valid neighbour."""

import pytest

from readiness.schema import parse, validate

ALL = (
    '"@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@tag", '
    '"@interfaceObject", "@authenticated", "@requiresScopes", "@policy", "@context", "@fromContext", "@cost", '
    '"@listSize", "@composeDirective"'
)
LINK = f'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{ALL}])\n'


def version(number: str, imports: str = '"@key"') -> str:
    return f'extend schema @link(url: "https://specs.apollo.dev/federation/v{number}", import: [{imports}])\n'


def found(document: str) -> list[tuple[str, str]]:
    return [(violation.code, violation.coordinate) for violation in validate(parse(document, "finance"))]


QUERY = "type Query { a: A }\n"
ENTITY = 'type A @key(fields: "id") { id: ID!'

INVALID = {
    "an unknown field in a key": (QUERY + 'type A @key(fields: "nr") { id: ID! }', "KEY_INVALID_FIELDS", "A"),
    "an empty key": (QUERY + 'type A @key(fields: " ") { id: ID! }', "KEY_INVALID_FIELDS", "A"),
    "half a key": (QUERY + 'type A @key(fields: "id {") { id: ID! }', "KEY_INVALID_FIELDS", "A"),
    "a deep key": (QUERY + 'type A @key(fields: "' + "id {" * 40 + '") { id: ID! }', "KEY_INVALID_FIELDS", "A"),
    "an alias in a key": (QUERY + 'type A @key(fields: "x: id") { id: ID! }', "KEY_INVALID_FIELDS", "A"),
    "no selection in a key": (
        QUERY + 'type A @key(fields: "b") { b: B } type B { id: ID! }',
        "KEY_INVALID_FIELDS",
        "A",
    ),
    "a key that is no string": (QUERY + "type A @key(fields: true) { id: ID! }", "KEY_INVALID_FIELDS_TYPE", "A"),
    "an argument in a key": (QUERY + 'type A @key(fields: "id") { id(x: Int): ID! }', "KEY_FIELDS_HAS_ARGS", "A"),
    "an interface in a key": (
        QUERY + 'type A @key(fields: "i { id }") { i: I } interface I { id: ID! }',
        "KEY_FIELDS_SELECT_INVALID_TYPE",
        "A",
    ),
    "a directive in a key": (QUERY + 'type A @key(fields: "id @tag") { id: ID! }', "KEY_DIRECTIVE_IN_FIELDS_ARG", "A"),
    "required and not external": (
        QUERY + ENTITY + ' x: Int y: Int @requires(fields: "x") }',
        "REQUIRES_FIELDS_MISSING_EXTERNAL",
        "A.y",
    ),
    "provided and not external": (
        'type Query { a: A @provides(fields: "x") }\n' + ENTITY + " x: Int }",
        "PROVIDES_FIELDS_MISSING_EXTERNAL",
        "Query.a",
    ),
    "provided of a scalar": ('type Query { a: Int @provides(fields: "x") }', "PROVIDES_ON_NON_OBJECT_FIELD", "Query.a"),
    "required in an interface": (
        'type Query { i: I } interface I { x: Int y: Int @requires(fields: "x") } '
        "type A implements I { x: Int y: Int }",
        "REQUIRES_UNSUPPORTED_ON_INTERFACE",
        "I.y",
    ),
    "external and unused": (QUERY + ENTITY + " x: Int @external }", "EXTERNAL_UNUSED", "A.x"),
    "external in an interface": (
        "type Query { i: I } interface I { x: Int @external } type A implements I { x: Int }",
        "EXTERNAL_ON_INTERFACE",
        "I.x",
    ),
    "external and required at once": (
        QUERY + ENTITY + ' x: Int @external @requires(fields: "y") y: Int @external z: Int @requires(fields: "x") }',
        "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
        "A.x",
    ),
    "external and tagged": (
        QUERY + ENTITY + ' x: Int @external @tag(name: "t") y: Int @requires(fields: "x") }',
        "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
        "A.x",
    ),
    "a key that the implementation lacks": (
        'type Query { i: I } interface I @key(fields: "id") { id: ID! } type A implements I { id: ID! }',
        "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
        "A",
    ),
    "an interface object without a key": (
        QUERY + "type A @interfaceObject { id: ID! }",
        "INTERFACE_OBJECT_USAGE_ERROR",
        "A",
    ),
    "shareable in an interface": (
        "type Query { i: I } interface I { x: Int @shareable } type A implements I { x: Int }",
        "INVALID_SHAREABLE_USAGE",
        "I.x",
    ),
    "an unknown type": ("type Query { a: Nowhere }", "INVALID_GRAPHQL", "Query.a"),
    "an unknown directive": ("type Query { a: Int @nowhere }", "INVALID_GRAPHQL", "Query.a"),
    "an argument of a wrong type": ("type Query { a: Int @tag(name: 1) }", "INVALID_GRAPHQL", "Query.a"),
    "a directive in the wrong place": ('type Query { a: Int @key(fields: "id") }', "INVALID_GRAPHQL", "Query.a"),
    "a missing field of an interface": (
        QUERY + "interface I { x: Int } type A implements I { y: Int }",
        "INVALID_GRAPHQL",
        "A",
    ),
    "a default of a wrong type": ('type Query { a(x: [Int!] = [1, "b"]): Int }', "INVALID_GRAPHQL", "Query.a(x:)"),
    "an input that needs itself": ("type Query { a(x: I): Int } input I { i: I! }", "INVALID_GRAPHQL", "I"),
    "an input that is returned": ("type Query { a: I } input I { i: Int }", "INVALID_GRAPHQL", "Query.a"),
    "another type called Query": (
        "schema { query: Q } type Q { a: Int } type Query { a: Int }",
        "ROOT_QUERY_USED",
        "Query",
    ),
    "a context's name": (
        QUERY + 'type A @key(fields: "id") @context(name: "a_b") { id: ID! }',
        "CONTEXT_NAME_INVALID",
        "A",
    ),
    "a context that nobody sets": (
        QUERY + ENTITY + ' x(c: Int @fromContext(field: "$c { x }")): Int }',
        "CONTEXT_NOT_SET",
        "A.x(c:)",
    ),
    "no context": (
        QUERY + ENTITY + ' x(c: Int @fromContext(field: "{ x }")): Int }',
        "NO_CONTEXT_IN_SELECTION",
        "A.x(c:)",
    ),
    "a context's unknown field": (
        'type Query { b: B } type B @key(fields: "id") @context(name: "c") { id: ID! a: A }\n'
        + ENTITY
        + ' x(c: Int @fromContext(field: "$c { z }")): Int }',
        "CONTEXT_INVALID_SELECTION",
        "A.x(c:)",
    ),
    "a context's field of another type": (
        'type Query { b: B } type B @key(fields: "id") @context(name: "c") { id: ID! a: A z: String }\n'
        + ENTITY
        + ' x(c: Int @fromContext(field: "$c { z }")): Int }',
        "CONTEXT_INVALID_SELECTION",
        "A.x(c:)",
    ),
    "a context without a key": (
        'type Query { b: B } type B @key(fields: "id") @context(name: "c") { id: ID! a: A z: Int } '
        'type A { x(c: Int @fromContext(field: "$c { z }")): Int }',
        "CONTEXT_NO_RESOLVABLE_KEY",
        "A",
    ),
    "a cost in an interface": (
        "type Query { i: I } interface I { x: Int @cost(weight: 1) } type A implements I { x: Int }",
        "COST_APPLIED_TO_INTERFACE_FIELD",
        "I.x",
    ),
    "a size of no list": (
        "type Query { a: Int @listSize(assumedSize: 1) }",
        "LIST_SIZE_APPLIED_TO_NON_LIST",
        "Query.a",
    ),
    "a negative size": (
        "type Query { a: [Int] @listSize(assumedSize: -1) }",
        "LIST_SIZE_INVALID_ASSUMED_SIZE",
        "Query.a",
    ),
    "an unknown slice": (
        'type Query { a: [Int] @listSize(slicingArguments: ["x"]) }',
        "LIST_SIZE_INVALID_SLICING_ARGUMENT",
        "Query.a",
    ),
    "an unknown sized field": (
        'type Query { a: A @listSize(sizedFields: ["x"]) } type A { y: [Int] }',
        "LIST_SIZE_INVALID_SIZED_FIELD",
        "Query.a",
    ),
    "a guarded interface": (
        "type Query { i: I } interface I { x: Int @authenticated } type A implements I { x: Int }",
        "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
        "I.x",
    ),
    "taken over from itself": (
        'type Query { a: Int @override(from: "finance") }',
        "OVERRIDE_FROM_SELF_ERROR",
        "Query.a",
    ),
    "a label that is none": (
        'type Query { a: Int @override(from: "b", label: "percent(101)") }',
        "OVERRIDE_LABEL_INVALID",
        "Query.a",
    ),
    "composed, but not linked": (
        'directive @d on OBJECT extend schema @composeDirective(name: "@d") type Query { a: Int }',
        "DIRECTIVE_COMPOSITION_ERROR",
        "schema",
    ),
    "an inaccessible root": ("type Query @inaccessible { a: Int }", "QUERY_ROOT_TYPE_INACCESSIBLE", "Query"),
    "nothing accessible in it": (
        "type Query { a: A b: Int } type A { x: Int @inaccessible }",
        "ONLY_INACCESSIBLE_CHILDREN",
        "A",
    ),
    "required and inaccessible": (
        "type Query { a(x: Int! @inaccessible): Int }",
        "REQUIRED_INACCESSIBLE",
        "Query.a(x:)",
    ),
    "its type is inaccessible": (QUERY + "type A @inaccessible { x: Int }", "REFERENCED_INACCESSIBLE", "Query.a"),
    "its default is inaccessible": (
        "type Query { a(x: I = {e: B}): Int } input I { e: E } enum E { A B @inaccessible }",
        "DEFAULT_VALUE_USES_INACCESSIBLE",
        "Query.a(x:)",
    ),
    "implemented by the inaccessible": (
        "type Query { i: I } interface I { x: Int } type A implements I { x: Int @inaccessible y: Int }",
        "IMPLEMENTED_BY_INACCESSIBLE",
        "A.x",
    ),
}


@pytest.mark.parametrize(("document", "code", "coordinate"), INVALID.values(), ids=INVALID.keys())
def test_an_invalid_subgraph_has_its_code(document: str, code: str, coordinate: str) -> None:
    assert found(LINK + document) == [(code, coordinate)]


LINKS = {
    "an unknown version": (version("2.99"), "UNKNOWN_FEDERATION_LINK_VERSION"),
    "no version": (version("x").replace("/vx", ""), "INVALID_LINK_IDENTIFIER"),
    "an unknown version of link": (
        'extend schema @link(url: "https://specs.apollo.dev/link/v3.0")\n' + version("2.3"),
        "UNKNOWN_LINK_VERSION",
    ),
    "an unknown import": (version("2.3", '"@nowhere"'), "INVALID_LINK_DIRECTIVE_USAGE"),
    "an import before its time": (version("2.2", '"@interfaceObject"'), "INVALID_LINK_DIRECTIVE_USAGE"),
    "linked twice": (version("2.3") + version("2.3"), "INVALID_LINK_DIRECTIVE_USAGE"),
    "an import as something else": (version("2.3", '{name: "@key", as: "key"}'), "INVALID_LINK_DIRECTIVE_USAGE"),
}


@pytest.mark.parametrize(("link", "code"), LINKS.values(), ids=LINKS.keys())
def test_a_wrong_link_has_its_code(link: str, code: str) -> None:
    assert found(link + "type Query { a: Int }") == [(code, "schema")]


def test_keys_of_interfaces_came_with_2_3() -> None:
    body = 'type Query { i: I } interface I @key(fields: "id") { id: ID! } '
    body += 'type A implements I @key(fields: "id") { id: ID! }'
    assert found(version("2.2") + body) == [("KEY_UNSUPPORTED_ON_INTERFACE", "I")]
    assert found(version("2.3") + body) == []


def test_a_definition_that_is_not_federations_is_told() -> None:
    document = version("2.3") + "directive @key(fields: Int!) on OBJECT type Query { a: Int }"
    assert found(document) == [("DIRECTIVE_DEFINITION_INVALID", "@key")]


@pytest.mark.parametrize(
    "definition",
    [
        "directive @composeDirective(name: String) repeatable on SCHEMA",
        "directive @composeDirective(name: String!) repeatable on SCHEMA",
        "directive @external(reason: String!) on OBJECT | FIELD_DEFINITION",
        "directive @key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE",
    ],
)
def test_definitions_as_libraries_print_them_are_federations(definition: str) -> None:
    document = version("2.3", '"@key", "@external", "@composeDirective"') + f"{definition} type Query {{ a: Int }}"
    assert found(document) == []


def test_a_composed_directive_without_a_name_is_told() -> None:
    document = version("2.3", '"@composeDirective"') + "extend schema @composeDirective type Query { a: Int }"
    assert ("DIRECTIVE_COMPOSITION_ERROR", "schema") in found(document)


def test_a_type_that_is_not_federations_is_told() -> None:
    document = version("2.3", '"@key", "FieldSet"') + "enum FieldSet { A } type Query { a: Int }"
    assert found(document) == [("TYPE_DEFINITION_INVALID", "FieldSet")]


def test_federation_1_asks_for_less() -> None:
    document = 'type Query { a: A } extend type A @key(fields: "id") { id: ID! @external x: Int @external y: Int }'
    assert found(document) == []
    assert found(version("2.3", '"@key", "@external"') + document) == [("EXTERNAL_UNUSED", "A.x")]


def test_federation_1_knows_no_shareable() -> None:
    assert found('type Query { a: A @shareable } type A @key(fields: "id") { id: ID! }') == [
        ("INVALID_GRAPHQL", "Query.a")
    ]


def test_a_violation_tells_its_line() -> None:
    (violation,) = validate(parse(LINK + '\n\ntype Query { a: A }\ntype A\n  @key(fields: "nr")\n{ id: ID! }'))
    assert violation.line == 6
    assert str(violation) == "KEY_INVALID_FIELDS A (line 6): @key: A has no field nr"


VALID = {
    "nested keys, lists and duplicates": (
        'type Query { a: A } type A @key(fields: "id tags b { id }") @key(fields: "id") @key(fields: "id") '
        "{ id: ID tags: [String!] b: B } type B { id: ID }"
    ),
    "an interface object": 'type Query { a: A } type A @key(fields: "id") @interfaceObject { id: ID! x: Int }',
    "a key of an extended type, marked external": QUERY
    + 'extend type A @key(fields: "id") { id: ID! @external x: Int }',
    "a selection through an interface": (
        'type Query { a: A } type A @key(fields: "id") '
        '{ id: ID! d: D @external e: Int @requires(fields: "d { x ... on F { y } }") }'
        " interface D { x: Int } type F implements D @external { x: Int y: Int }"
    ),
    "a composed directive": (
        'directive @d on FIELD_DEFINITION extend schema @link(url: "https://example.com/d/v1.0", import: ["@d"]) '
        '@composeDirective(name: "@d") type Query { a: Int @d }'
    ),
    "a context": (
        'type Query { b: B } type B @key(fields: "id") @context(name: "c") { id: ID! a: A z: Z! } '
        "type Z { n: [Int!]! }\n" + ENTITY + ' x(c: [Int!]! @fromContext(field: "$c { z { n } }")): Int }'
    ),
    "no query": ENTITY + " }",
    "inaccessible together with what it needs": (
        "type Query { a: Int b(i: I @inaccessible): Int @inaccessible } "
        "input I @inaccessible { x: E! = A @inaccessible } "
        "enum E @inaccessible { A @inaccessible }"
    ),
}


@pytest.mark.parametrize("document", VALID.values(), ids=VALID.keys())
def test_a_valid_subgraph_has_no_violation(document: str) -> None:
    assert found(LINK + document) == []


@pytest.mark.parametrize("scalar", ["FieldSet", "_FieldSet", "federation__FieldSet", "String"])
def test_the_names_that_libraries_give_to_a_field_set_are_valid(scalar: str) -> None:
    definition = f"directive @key(fields: {scalar}!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE"
    written_out = "" if scalar == "String" else f"scalar {scalar}"
    text = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
        f'{definition} {written_out} type A @key(fields: "id") {{ id: ID! }} type Query {{ a: A }}'
    )
    assert validate(parse(text)) == ()


def test_interfaces_cannot_implement_each_other_in_a_circle() -> None:
    text = "interface A implements B { a: Int } interface B implements A { a: Int } type Query { a: A }"
    assert {each.coordinate for each in validate(parse(text))} == {"A", "B"}
