"""One case a rule: what a change is called, where it is, and whom it hurts."""

import pytest

from readiness.schema import Change, ChangeClass, Subgraph, compare, parse, worst
from readiness.schema.difference import policies

FEDERATION = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", '
    '"@requires", "@provides", "@override", "@inaccessible", "@tag", "@interfaceObject", "@authenticated", '
    '"@requiresScopes", "@policy", "@composeDirective", "@cost", "@context", "@fromContext"])\n'
)


def federated(body: str) -> Subgraph:
    return parse(FEDERATION + body)


def told(old: Subgraph, new: Subgraph) -> list[tuple[str, str, str]]:
    return [(change.kind, change.coordinate, str(change.cls)) for change in compare(old, new)]


PLAIN = {
    "a type goes, and its fields are not told": (
        "type A { x: Int y: Int }",
        "scalar S",
        [("TYPE_REMOVED", "A", "BREAKING"), ("TYPE_ADDED", "S", "SAFE")],
    ),
    "a type comes": ("scalar S", "scalar S type A { x: Int }", [("TYPE_ADDED", "A", "SAFE")]),
    "a kind changes": ("type A { x: Int }", "input A { x: Int }", [("TYPE_KIND_CHANGED", "A", "BREAKING")]),
    "a field goes": ("type A { x: Int y: Int }", "type A { x: Int }", [("FIELD_REMOVED", "A.y", "BREAKING")]),
    "a field comes": ("type A { x: Int }", "type A { x: Int y: Int }", [("FIELD_ADDED", "A.y", "SAFE")]),
    "a field may be null": ("type A { x: Int! }", "type A { x: Int }", [("FIELD_TYPE_CHANGED", "A.x", "BREAKING")]),
    "a field is never null": ("type A { x: [Int] }", "type A { x: [Int!]! }", [("FIELD_TYPE_CHANGED", "A.x", "SAFE")]),
    "a field becomes a list": ("type A { x: Int }", "type A { x: [Int] }", [("FIELD_TYPE_CHANGED", "A.x", "BREAKING")]),
    "an argument goes": (
        "type A { x(a: Int): Int }",
        "type A { x: Int }",
        [("FIELD_ARGUMENT_REMOVED", "A.x(a:)", "BREAKING")],
    ),
    "a required argument comes": (
        "type A { x: Int }",
        "type A { x(a: Int!): Int }",
        [("FIELD_ARGUMENT_ADDED", "A.x(a:)", "BREAKING")],
    ),
    "an argument with a default comes": (
        "type A { x: Int }",
        "type A { x(a: Int! = 1): Int }",
        [("FIELD_ARGUMENT_ADDED", "A.x(a:)", "DANGEROUS")],
    ),
    "an argument becomes required": (
        "type A { x(a: Int): Int }",
        "type A { x(a: Int!): Int }",
        [("FIELD_ARGUMENT_TYPE_CHANGED", "A.x(a:)", "BREAKING")],
    ),
    "an argument becomes required with a default": (
        "type A { x(a: Int = 1): Int }",
        "type A { x(a: Int! = 1): Int }",
        [("FIELD_ARGUMENT_TYPE_CHANGED", "A.x(a:)", "DANGEROUS")],
    ),
    "an argument becomes optional": (
        "type A { x(a: Int!): Int }",
        "type A { x(a: Int): Int }",
        [("FIELD_ARGUMENT_TYPE_CHANGED", "A.x(a:)", "SAFE")],
    ),
    "a default of what is required goes": (
        "input I { x: Int! = 1 y: Int }",
        "input I { x: Int! y: Int }",
        [("INPUT_FIELD_DEFAULT_CHANGED", "I.x", "BREAKING")],
    ),
    "a default of what is required comes": (
        "input I { x: Int! }",
        "input I { x: Int! = 1 }",
        [("INPUT_FIELD_DEFAULT_CHANGED", "I.x", "SAFE")],
    ),
    "a default changes": (
        "input I { x: Int = 1 }",
        "input I { x: Int = 2 }",
        [("INPUT_FIELD_DEFAULT_CHANGED", "I.x", "DANGEROUS")],
    ),
    "type and default change": (
        "input I { x: Int = 1 }",
        'input I { x: String = "1" }',
        [("INPUT_FIELD_TYPE_CHANGED", "I.x", "BREAKING"), ("INPUT_FIELD_DEFAULT_CHANGED", "I.x", "DANGEROUS")],
    ),
    "an optional input field comes": (
        "input I { x: Int }",
        "input I { x: Int y: Int }",
        [("INPUT_FIELD_ADDED", "I.y", "DANGEROUS")],
    ),
    "a required input field comes": (
        "input I { x: Int }",
        "input I { x: Int y: Int! }",
        [("INPUT_FIELD_ADDED", "I.y", "BREAKING")],
    ),
    "an input field goes": (
        "input I { x: Int y: Int }",
        "input I { x: Int }",
        [("INPUT_FIELD_REMOVED", "I.y", "BREAKING")],
    ),
    "one field of an input only": (
        "input I { x: Int }",
        "input I @oneOf { x: Int }",
        [("INPUT_ONE_OF_ADDED", "I", "BREAKING")],
    ),
    "an enum value goes": ("enum E { A B }", "enum E { A }", [("ENUM_VALUE_REMOVED", "E.B", "BREAKING")]),
    "an enum value comes, which is got": (
        "enum E { A } type T { e: E }",
        "enum E { A B } type T { e: E }",
        [("ENUM_VALUE_ADDED", "E.B", "DANGEROUS")],
    ),
    "an enum value comes, which is sent only": (
        "enum E { A } type T { x(e: E): Int }",
        "enum E { A B } type T { x(e: E): Int }",
        [("ENUM_VALUE_ADDED", "E.B", "SAFE")],
    ),
    "a union grows": (
        "type A { x: Int } type B { x: Int } union U = A",
        "type A { x: Int } type B { x: Int } union U = A | B",
        [("UNION_MEMBER_ADDED", "U", "DANGEROUS")],
    ),
    "a union shrinks": (
        "type A { x: Int } type B { x: Int } union U = A | B",
        "type A { x: Int } type B { x: Int } union U = A",
        [("UNION_MEMBER_REMOVED", "U", "BREAKING")],
    ),
    "an interface is no longer implemented": (
        "interface I { x: Int } type A implements I { x: Int }",
        "interface I { x: Int } type A { x: Int }",
        [("OBJECT_TYPE_INTERFACE_REMOVED", "A", "BREAKING")],
    ),
    "an interface is implemented": (
        "interface I { x: Int } type A { x: Int }",
        "interface I { x: Int } type A implements I { x: Int }",
        [("OBJECT_TYPE_INTERFACE_ADDED", "A", "DANGEROUS")],
    ),
    "a root has another type": (
        "type Query { a: Int }",
        "schema { query: Q } type Q { a: Int } type Query { a: Int }",
        [("SCHEMA_QUERY_TYPE_CHANGED", "schema", "BREAKING"), ("TYPE_ADDED", "Q", "SAFE")],
    ),
    "a directive goes": ("directive @a on FIELD scalar S", "scalar S", [("DIRECTIVE_REMOVED", "@a", "BREAKING")]),
    "a directive's argument comes": (
        "directive @a on FIELD",
        "directive @a(x: Int!, y: Int) on FIELD",
        [("DIRECTIVE_ARGUMENT_ADDED", "@a(x:)", "BREAKING"), ("DIRECTIVE_ARGUMENT_ADDED", "@a(y:)", "SAFE")],
    ),
    "a directive's location goes": (
        "directive @a on FIELD | QUERY",
        "directive @a on FIELD",
        [("DIRECTIVE_LOCATION_REMOVED", "@a", "BREAKING")],
    ),
    "a deprecation comes": (
        "type A { x(a: Int): Int }",
        "type A { x(a: Int @deprecated): Int @deprecated }",
        [("FIELD_DEPRECATION_ADDED", "A.x", "SAFE"), ("FIELD_ARGUMENT_DEPRECATION_ADDED", "A.x(a:)", "SAFE")],
    ),
    "a scalar is specified elsewhere": (
        'scalar S @specifiedBy(url: "a")',
        'scalar S @specifiedBy(url: "b")',
        [("SPECIFIED_BY_CHANGED", "S", "DANGEROUS")],
    ),
    "a directive of the schema's own is applied otherwise": (
        "directive @d(n: Int) on OBJECT type A @d(n: 1) { x: Int }",
        "directive @d(n: Int) on OBJECT type A @d(n: 2) { x: Int }",
        [("DIRECTIVE_USAGE_CHANGED", "A @d", "DANGEROUS")],
    ),
    "the schema's description changes": (
        '"a" schema { query: Q } type Q { a: Int }',
        '"b" schema { query: Q } type Q { a: Int }',
        [("SCHEMA_DESCRIPTION_CHANGED", "schema", "SAFE")],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), PLAIN.values(), ids=PLAIN.keys())
def test_plain_graphql(old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    assert told(parse(old), parse(new)) == expected


FEDERATED = {
    "a key goes": (
        'type A @key(fields: "id") @key(fields: "n") { id: ID! n: Int! }',
        'type A @key(fields: "id") { id: ID! n: Int! }',
        [("KEY_REMOVED", "A", "BREAKING")],
    ),
    "a key comes": (
        'type A @key(fields: "id") { id: ID! n: Int! }',
        'type A @key(fields: "n") @key(fields: "id") { id: ID! n: Int! }',
        [("KEY_ADDED", "A", "SAFE")],
    ),
    "a key is widened": (
        'type A @key(fields: "id") { id: ID! n: Int! }',
        'type A @key(fields: "id n") { id: ID! n: Int! }',
        [("KEY_CHANGED", "A", "BREAKING")],
    ),
    "a key is no longer resolvable": (
        'type A @key(fields: "id") { id: ID! }',
        'type A @key(fields: "id", resolvable: false) { id: ID! }',
        [("KEY_NOT_RESOLVABLE", "A", "BREAKING")],
    ),
    "a key of an interface goes": (
        'interface I @key(fields: "id") { id: ID! }',
        "interface I { id: ID! }",
        [("KEY_REMOVED", "I", "BREAKING")],
    ),
    "a type is no longer shareable": (
        "type M @shareable { x: Int y: Int }",
        "type M { x: Int y: Int }",
        [("SHAREABLE_REMOVED", "M", "BREAKING")],
    ),
    "one field is no longer shareable": (
        "type M { x: Int @shareable y: Int @shareable }",
        "type M { x: Int @shareable y: Int }",
        [("SHAREABLE_REMOVED", "M.y", "BREAKING")],
    ),
    "a type is shareable": (
        "type M { x: Int y: Int }",
        "type M @shareable { x: Int y: Int }",
        [("SHAREABLE_ADDED", "M", "SAFE")],
    ),
    "a key's field need not be shareable": (
        'type A @key(fields: "id") { id: ID! @shareable x: Int }',
        'type A @key(fields: "id") { id: ID! x: Int }',
        [],
    ),
    "a shared value type grows": (
        "type M @shareable { x: Int }",
        "type M @shareable { x: Int y: Int }",
        [("FIELD_ADDED", "M.y", "DANGEROUS")],
    ),
    "a shared value type shrinks": (
        "type M @shareable { x: Int y: Int }",
        "type M @shareable { x: Int }",
        [("FIELD_REMOVED", "M.y", "BREAKING")],
    ),
    "an entity grows": (
        'type A @key(fields: "id") { id: ID! }',
        'type A @key(fields: "id") { id: ID! y: Int }',
        [("FIELD_ADDED", "A.y", "SAFE")],
    ),
    "a shared field gets an optional argument": (
        "type Query { a: Int @shareable }",
        "type Query { a(x: Int): Int @shareable }",
        [("FIELD_ARGUMENT_ADDED", "Query.a(x:)", "DANGEROUS")],
    ),
    "a shared enum grows that is sent and got": (
        "enum E { A } type Query { a(e: E): E @shareable }",
        "enum E { A B } type Query { a(e: E): E @shareable }",
        [("ENUM_VALUE_ADDED", "E.B", "BREAKING")],
    ),
    "a field leaves the API": (
        "type Query { a: Int b: Int }",
        "type Query { a: Int b: Int @inaccessible }",
        [("INACCESSIBLE_ADDED", "Query.b", "BREAKING")],
    ),
    "a type enters the API": (
        "type M @inaccessible { a: Int }",
        "type M { a: Int }",
        [("INACCESSIBLE_REMOVED", "M", "SAFE")],
    ),
    "a field is resolved elsewhere": (
        'type A @key(fields: "id") { id: ID! x: Int }',
        'type A @key(fields: "id") { id: ID! x: Int @external }',
        [("EXTERNAL_ADDED", "A.x", "BREAKING")],
    ),
    "a type is resolved elsewhere": (
        "type M { x: Int y: Int }",
        "type M @external { x: Int y: Int }",
        [("EXTERNAL_ADDED", "M", "BREAKING")],
    ),
    "a field is taken over": (
        "type Query { a: Int }",
        'type Query { a: Int @override(from: "b") }',
        [("OVERRIDE_ADDED", "Query.a", "DANGEROUS")],
    ),
    "a field is given back": (
        'type Query { a: Int @override(from: "b") }',
        "type Query { a: Int }",
        [("OVERRIDE_REMOVED", "Query.a", "BREAKING")],
    ),
    "a field is taken over from another": (
        'type Query { a: Int @override(from: "b") }',
        'type Query { a: Int @override(from: "c") }',
        [("OVERRIDE_FROM_CHANGED", "Query.a", "BREAKING")],
    ),
    "a field is taken over for others": (
        'type Query { a: Int @override(from: "b", label: "percent(5)") }',
        'type Query { a: Int @override(from: "b", label: "percent(9)") }',
        [("OVERRIDE_LABEL_CHANGED", "Query.a", "DANGEROUS")],
    ),
    "another selection is required": (
        'type A @key(fields: "id") { id: ID! x: Int @external y: Int @external z: Int @requires(fields: "x") }',
        'type A @key(fields: "id") { id: ID! x: Int @external y: Int @external z: Int @requires(fields: "x y") }',
        [("REQUIRES_CHANGED", "A.z", "DANGEROUS")],
    ),
    "nothing is provided any more": (
        'type Query { a: A @provides(fields: "x") } type A @key(fields: "id") { id: ID! x: Int @external }',
        'type Query { a: A } type A @key(fields: "id") { id: ID! x: Int @external }',
        [("PROVIDES_REMOVED", "Query.a", "DANGEROUS")],
    ),
    "an interface object becomes an object": (
        'type I @interfaceObject @key(fields: "id") { id: ID! }',
        'type I @key(fields: "id") { id: ID! }',
        [("INTERFACE_OBJECT_REMOVED", "I", "BREAKING")],
    ),
    "tags change": (
        'type Query { a: Int @tag(name: "x") }',
        'type Query { a: Int @tag(name: "y") @tag(name: "z") }',
        [("TAG_CHANGED", "Query.a", "DANGEROUS")],
    ),
    "a field wants a login": (
        "type Query { a: Int }",
        "type Query { a: Int @authenticated }",
        [("AUTHENTICATED_ADDED", "Query.a", "BREAKING")],
    ),
    "a field is open": (
        'type Query { a: Int @requiresScopes(scopes: [["r"]]) }',
        "type Query { a: Int }",
        [("REQUIRES_SCOPES_REMOVED", "Query.a", "DANGEROUS")],
    ),
    "scopes are an alternative more": (
        'type Query { a: Int @requiresScopes(scopes: [["r"]]) }',
        'type Query { a: Int @requiresScopes(scopes: [["w"], ["r"]]) }',
        [("REQUIRES_SCOPES_CHANGED", "Query.a", "DANGEROUS")],
    ),
    "policies are a demand more": (
        'type Query { a: Int @policy(policies: [["r"]]) }',
        'type Query { a: Int @policy(policies: [["r", "w"]]) }',
        [("POLICY_CHANGED", "Query.a", "BREAKING")],
    ),
    "the cost changes": (
        "type Query { a: Int @cost(weight: 1) }",
        "type Query { a: Int @cost(weight: 2) }",
        [("COST_CHANGED", "Query.a", "DANGEROUS")],
    ),
    "a directive is no longer composed": (
        'directive @d on OBJECT extend schema @composeDirective(name: "@d") type Query { a: Int }',
        "directive @d on OBJECT type Query { a: Int }",
        [("COMPOSE_DIRECTIVE_REMOVED", "schema", "DANGEROUS")],
    ),
    "the root's name, which composition changes anyway": (
        "type Query { a: Int b: Int }",
        "schema { query: Q } type Q { a: Int }",
        [("FIELD_REMOVED", "Query.b", "BREAKING"), ("SCHEMA_QUERY_TYPE_CHANGED", "schema", "SAFE")],
    ),
    "a type that only extends is the same as one that defines": (
        'extend type A @key(fields: "id") { id: ID! }',
        'type A @key(fields: "id") { id: ID! }',
        [],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), FEDERATED.values(), ids=FEDERATED.keys())
def test_federation(old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    assert told(federated(old), federated(new)) == expected


BODY = ' type A @key(fields: "id") { id: ID! }'
V2_3 = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])'
LINKS = {
    "a newer version": (V2_3, V2_3.replace("2.3", "2.5"), [("FEDERATION_VERSION_CHANGED", "schema", "DANGEROUS")]),
    "an older version": (V2_3, V2_3.replace("2.3", "2.0"), [("FEDERATION_VERSION_CHANGED", "schema", "BREAKING")]),
    "no link": (V2_3, "", [("FEDERATION_LINK_REMOVED", "schema", "BREAKING")]),
    "a link": ("", V2_3, [("FEDERATION_LINK_ADDED", "schema", "DANGEROUS")]),
    "an import that is needed goes": (
        V2_3,
        V2_3.replace('"@key"', '"@tag"'),
        [("LINK_IMPORT_REMOVED", "@key", "BREAKING")],
    ),
    "an import that is needed gets another name": (
        V2_3,
        V2_3.replace('"@key"', '{name: "@key", as: "@primary"}'),
        [("LINK_IMPORT_REMOVED", "@key", "BREAKING")],
    ),
    "an import that is not needed comes": (V2_3, V2_3.replace('"@key"', '"@tag", "@key"'), []),
    "another specification": (
        V2_3,
        V2_3 + ' @link(url: "https://example.com/cache/v1.0")',
        [("LINK_ADDED", "schema", "SAFE")],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), LINKS.values(), ids=LINKS.keys())
def test_links(old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    assert told(parse(old + BODY), parse(new + BODY)) == expected


def test_in_federation_1_it_matters_who_owns_a_type() -> None:
    defined, extended = 'type A @key(fields: "id") { id: ID! }', 'extend type A @key(fields: "id") { id: ID! }'
    assert told(parse(defined), parse(extended)) == [("TYPE_BECAME_EXTENSION", "A", "BREAKING")]
    assert told(parse(extended), parse(defined)) == [("TYPE_BECAME_DEFINITION", "A", "DANGEROUS")]


def test_a_message_names_the_key() -> None:
    old = federated('type A @key(fields: "id") @key(fields: "n") { id: ID! n: Int! }')
    new = federated('type A @key(fields: "id") { id: ID! n: Int! }')
    (change,) = compare(old, new)
    assert str(change) == 'BREAKING A: @key "n" of A was removed; the entity can no longer be resolved by it'


def test_types_that_other_subgraphs_share_are_classed_harder() -> None:
    old, new = "enum E { A } type Query { a(e: E): E }", "enum E { A B } type Query { a(e: E): E }"
    assert worst(compare(parse(old), parse(new))) is ChangeClass.DANGEROUS
    assert worst(compare(parse(old), parse(new), shared=frozenset({"E"}))) is ChangeClass.BREAKING


def test_the_worst_of_nothing_is_none() -> None:
    assert worst(()) is ChangeClass.NONE
    assert (
        worst((Change("A", "a", ChangeClass.SAFE, ""), Change("B", "b", ChangeClass.DANGEROUS, ""))).name == "DANGEROUS"
    )


@pytest.mark.parametrize(
    ("old", "new", "coordinate"),
    [
        ("type A { x: Int @deprecated y: Int }", "type A { y: Int }", "A.x"),
        ("type A { x(a: Int @deprecated): Int }", "type A { x: Int }", "A.x(a:)"),
        ("enum E { A @deprecated B }", "enum E { B }", "E.A"),
        ("input I { a: Int @deprecated b: Int }", "input I { b: Int }", "I.a"),
    ],
)
def test_removal_after_deprecation_can_be_allowed(old: str, new: str, coordinate: str) -> None:
    (hard,) = compare(parse(old), parse(new))
    (allowed,) = compare(parse(old), parse(new), policies=[policies.removal_after_deprecation])
    assert (hard.coordinate, hard.cls) == (coordinate, ChangeClass.BREAKING)
    assert (allowed.coordinate, allowed.cls) == (coordinate, ChangeClass.DANGEROUS)


def test_a_type_counts_as_deprecated_when_all_its_uses_are() -> None:
    old = parse("type Query { a: Int b: B @deprecated } type B { x: Int }")
    new = parse("type Query { a: Int }")
    changes = compare(old, new, policies=[policies.removal_after_deprecation])
    assert {(change.coordinate, change.cls) for change in changes} == {
        ("B", ChangeClass.DANGEROUS),
        ("Query.b", ChangeClass.DANGEROUS),
    }


def test_entities_can_be_reached_though_no_root_leads_to_them() -> None:
    old = federated('type A @key(fields: "id") { id: ID! b: B } type B { x: Int y: Int } type C { x: Int y: Int }')
    new = federated('type A @key(fields: "id") { id: ID! b: B } type B { x: Int } type C { x: Int }')
    changes = compare(old, new, policies=[policies.unreachable_is_safe])
    assert {(change.coordinate, change.cls) for change in changes} == {
        ("B.y", ChangeClass.BREAKING),
        ("C.y", ChangeClass.SAFE),
    }
