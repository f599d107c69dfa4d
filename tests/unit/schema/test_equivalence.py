"""What means the same is no change, however it is written; and every mutation keeps its class among others."""

import random
import re
from dataclasses import dataclass

import pytest
from graphql import parse as parse_document
from graphql import print_ast
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.schema import ChangeClass, compare, parse, worst

SDL = '''
extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.5"
    import: ["@key", "@shareable", "@tag", "@requiresScopes", "@external", "@requires"]
  )
  @link(url: "https://example.com/audit/v1.0", import: ["@audit"])

directive @audit(level: Level! = HIGH, fields: [String!] = ["a"]) repeatable on FIELD_DEFINITION | OBJECT

enum Level { LOW HIGH }

"""An account of the ledger."""
type Account implements Node & Named @key(fields: "id") @key(fields: "number owner { id }") @audit {
  id: ID!
  number: String!
  "Who it belongs to."
  owner: Owner!
  name: String @tag(name: "public") @tag(name: "partner")
  balance(at: Date = "2024-01-01", rounding: Rounding = {digits: 2, mode: UP}): Money!
  limits(first: Int! = 10, filter: [Filter!] = [{name: "a"}]): [Money!]!
    @requiresScopes(scopes: [["read", "limits"], ["admin"]])
  risk: Float @external
  grade: Int @requires(fields: "risk")
  old: Int @deprecated(reason: "No longer supported")
}

type Owner @key(fields: "id", resolvable: false) { id: ID! }
interface Node { id: ID! }
interface Named { name: String }
type Money @shareable { amount: Float! currency: Currency! }
enum Currency { EUR USD CHF @deprecated(reason: "rare") }
enum Mode { UP DOWN }
input Rounding { digits: Int = 2 mode: Mode! = UP factor: Float = 1 }
input Filter { name: String!, ids: [ID!] = ["1"] }
union Found = Account | Owner
scalar Date @specifiedBy(url: "https://example.com/date")
type Query { account(id: ID!): Account find(text: String!, limit: Int = 10): [Found!]! }
type Mutation { close(id: ID!): Account }
'''
BASE = parse(SDL)

WRITTEN_OTHERWISE = {
    "spacing": ('"number owner { id }"', '"  owner{id},number "'),
    "braces around a field set": ('@key(fields: "id")', '@key(fields: "{ id }")'),
    "a default that is written out": ('@key(fields: "id")', '@key(fields: "id", resolvable: true)'),
    "keys in another order": (
        '@key(fields: "id") @key(fields: "number owner { id }")',
        '@key(fields: "number owner { id }") @key(fields: "id")',
    ),
    "imports in another order": ('"@key", "@shareable"', '"@shareable", "@key"'),
    "the federation namespace": ("type Money @shareable", "type Money @federation__shareable"),
    "shareable at each field": (
        "type Money @shareable { amount: Float! currency: Currency! }",
        "type Money { amount: Float! @shareable currency: Currency! @shareable }",
    ),
    "scopes in another order": ('[["read", "limits"], ["admin"]]', '[["admin"], ["limits", "read"]]'),
    "tags in another order": (
        '@tag(name: "public") @tag(name: "partner")',
        '@tag(name: "partner") @tag(name: "public")',
    ),
    "an object in another order": ("{digits: 2, mode: UP}", "{mode: UP, digits: 2}"),
    "a float without a fraction": ("factor: Float = 1 ", "factor: Float = 1.0 "),
    "an id as a number": ('ids: [ID!] = ["1"]', "ids: [ID!] = [1]"),
    "a list of one": ('[{name: "a"}]', '{name: "a"}'),
    "the default reason": ('@deprecated(reason: "No longer supported")', "@deprecated"),
    "own directive with its defaults": ("@audit {", '@audit(level: HIGH, fields: "a") {'),
    "a block string": ('at: Date = "2024-01-01"', 'at: Date = """2024-01-01"""'),
    "a description in another layout": ('"Who it belongs to."', '"""\n  Who it\n    belongs to.\n  """'),
    "an interface more often named": ("implements Node & Named", "implements & Named & Node"),
    "an extension": (
        'type Owner @key(fields: "id", resolvable: false) { id: ID! }',
        'extend type Owner @key(fields: "id", resolvable: false) { id: ID! }',
    ),
    "a scalar of the specification": ("scalar Date", "scalar federation__FieldSet scalar Date"),
    "machinery": (
        "type Query {",
        "scalar _Any union _Entity = Account type _Service { sdl: String! } "
        "type Query { _service: _Service! _entities(representations: [_Any!]!): [_Entity]! ",
    ),
    "an alias used throughout": ('"@shareable"', '{name: "@shareable", as: "@shared"}'),
}


@pytest.mark.parametrize(("old", "new"), WRITTEN_OTHERWISE.values(), ids=WRITTEN_OTHERWISE.keys())
def test_an_equivalent_spelling_is_no_change(old: str, new: str) -> None:
    assert old in SDL
    text = SDL.replace(old, new)
    if "@shared" in new and "as:" in new:
        text = text.replace("type Money @shareable", "type Money @shared")
    assert compare(BASE, parse(text)) == ()
    assert compare(parse(text), BASE) == ()


@settings(max_examples=50, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_format_and_extensions_are_no_change(chance: random.Random) -> None:
    assert compare(BASE, parse(scattered(chance))) == ()


def scattered(chance: random.Random) -> str:
    """The schema with its definitions shuffled, printed anew, and some fields moved into extensions."""
    definitions = [print_ast(definition) for definition in parse_document(SDL).definitions]
    moved = []
    for position, text in enumerate(definitions):
        lines = text.split("\n")
        fields = [
            n for n, line in enumerate(lines) if line.startswith("  ") and ":" in line and not line.startswith("   ")
        ]
        if text.startswith(("type ", "input ")) and len(fields) > 1 and chance.random() < 0.7:
            line = lines.pop(chance.choice(fields))
            kind, name = text.split()[:2]
            moved.append(f"extend {kind} {name} {{\n{line}\n}}")
            definitions[position] = "\n".join(lines)
    everything = definitions + moved
    chance.shuffle(everything)
    separators = ["\n", "\n\n", "\n# a comment { [ (\n", "\n,,\n\t"]
    return "".join(each + chance.choice(separators) for each in everything)


@dataclass(frozen=True)
class Mutation:
    old: str
    new: str
    coordinate: str
    cls: ChangeClass


B, D, S = ChangeClass.BREAKING, ChangeClass.DANGEROUS, ChangeClass.SAFE
MUTATIONS = (
    Mutation("  number: String!\n", "  number: String! extra: Int\n", "Account.extra", S),
    Mutation('  old: Int @deprecated(reason: "No longer supported")\n', "", "Account.old", B),
    Mutation(' @key(fields: "id") @key', " @key", "Account", B),
    Mutation("resolvable: false", "resolvable: true", "Owner", S),
    Mutation("find(text: String!,", "find(text: String!, exact: Boolean!,", "Query.find(exact:)", B),
    Mutation("limit: Int = 10", "limit: Int = 20", "Query.find(limit:)", D),
    Mutation("type Money @shareable", "type Money", "Money", B),
    Mutation("{ EUR USD CHF", "{ EUR USD JPY CHF", "Currency.JPY", D),
    Mutation("{ UP DOWN }", "{ UP DOWN EVEN }", "Mode.EVEN", S),
    Mutation("union Found = Account | Owner", "union Found = Account", "Found", B),
    Mutation("close(id: ID!): Account", "close(id: ID): Account", "Mutation.close(id:)", S),
    Mutation("risk: Float @external", "risk: Float! @external", "Account.risk", S),
    Mutation("name: String!, ids", "name: String!, kind: Int!, ids", "Filter.kind", B),
    Mutation('[["read", "limits"], ["admin"]]', '[["read", "limits"]]', "Account.limits", B),
    Mutation('@tag(name: "public") ', "", "Account.name", D),
    Mutation('@requires(fields: "risk")', '@requires(fields: "risk number")', "Account.grade", D),
    Mutation("https://example.com/date", "https://example.com/other", "Date", D),
    Mutation("federation/v2.5", "federation/v2.7", "schema", D),
    Mutation("An account of the ledger.", "An account.", "Account", S),
    Mutation("digits: Int = 2", "digits: Int! = 2", "Rounding.digits", D),
)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.coordinate)
def test_a_mutation_alone_is_told_once(mutation: Mutation) -> None:
    assert SDL.count(mutation.old) == 1
    changes = compare(BASE, parse(SDL.replace(mutation.old, mutation.new)))
    assert [(change.coordinate, change.cls) for change in changes] == [(mutation.coordinate, mutation.cls)]


@settings(max_examples=100, deadline=None)
@given(st.sets(st.sampled_from(MUTATIONS), min_size=2))
def test_mutations_together_are_told_each(mutations: set[Mutation]) -> None:
    text = SDL
    for mutation in mutations:
        text = text.replace(mutation.old, mutation.new)
    found = sorted((change.coordinate, change.cls) for change in compare(BASE, parse(text)))
    assert found == sorted((mutation.coordinate, mutation.cls) for mutation in mutations)
    assert worst(compare(BASE, parse(text))) is max(mutation.cls for mutation in mutations)


ADDITIONS = (
    ("type Query {", "type Query { more: Int "),
    ("{ EUR USD", "{ EUR USD JPY"),
    ("type Query {", "type More { a: Int } type Query {"),
    ("union Found = Account", "type Other { a: Int } union Found = Other | Account"),
    ("type Money @shareable {", "type Money @shareable { more: Int "),
    ("input Filter {", "input Filter { more: Int "),
    ("type Owner @key", 'type Owner @tag(name: "x") @key'),
    ("account(id: ID!)", "account(id: ID!, more: Int)"),
    ("find(text", "find(more: Int, text"),
)


@pytest.mark.parametrize(("old", "new"), ADDITIONS)
def test_a_pure_addition_never_breaks_both_ways(old: str, new: str) -> None:
    assert SDL.count(old) >= 1
    other = parse(SDL.replace(old, new, 1))
    assert compare(BASE, other) != ()
    assert worst(compare(BASE, other)) < ChangeClass.BREAKING


@settings(max_examples=50, deadline=None)
@given(st.randoms(use_true_random=False))
def test_aliases_and_namespaces_of_imports_are_no_change(chance: random.Random) -> None:
    assert compare(BASE, parse(aliased(chance))) == ()
    assert compare(parse(aliased(chance)), BASE) == ()


def aliased(chance: random.Random) -> str:
    """The schema with each of federation's directives imported under its own name, another one, or not at all."""
    text = SDL
    for name in ("key", "shareable", "tag", "requiresScopes", "external", "requires"):
        imported, local = chance.choice(
            (
                (f'"@{name}"', f"@{name}"),
                (f'{{name: "@{name}", as: "@my_{name}"}}', f"@my_{name}"),
                ("", f"@federation__{name}"),
            )
        )
        text = re.sub(rf'(?<!")@{name}\b', local, text).replace(f'"@{name}"', imported, 1)
    return text.replace("import: [", f"import: [{chance.choice(('', ', '))}", 1)
