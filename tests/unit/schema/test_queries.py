"""Generated requests are valid on the schema that they come from; representations and their answers are judged."""

from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema
from graphql import parse as parse_document
from graphql import validate as validate_document

from readiness.schema import parse
from readiness.schema.queries import KeyPlan, NotGenerable, RootQuery, key_plans, root_queries
from readiness.schema.representations import absent, faults, read

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])
type Query {
  account(id: ID!): Account
  byNumber(number: String!, at: Date): Account
  accounts(first: Int! = 20): Page!
  found(text: String): [Found!]
  named: Named
  total: Float!
  _entities(representations: [_Any!]!): [_Entity]!
}
type Page { items: [Account!]! total: Int! }
type Account @key(fields: "id") @key(fields: "number owner { id }") {
  id: ID!
  number: String!
  owner: Owner!
  history(since: Date!): [String!]
  risk: Float @external
  grade: Int @requires(fields: "risk")
}
type Owner implements Named @key(fields: "id", resolvable: false) { id: ID! name: String account: Account }
interface Named { name: String }
type Lonely @key(fields: "id") { id: ID! }
union Found = Account | Owner
scalar Date
scalar _Any
union _Entity = Account | Lonely
"""
SUBGRAPH = parse(SDL)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(SDL, assume_valid_sdl=True)


def generated(name: str, **known: Any) -> RootQuery | NotGenerable:
    return next(each for each in root_queries(SUBGRAPH, **known) if each.name == name)


def test_every_root_field_has_a_valid_query_or_a_reason(schema: GraphQLSchema) -> None:
    queries = root_queries(SUBGRAPH, {"byNumber": {"number": "1000"}})
    assert [each.name for each in queries] == ["account", "byNumber", "accounts", "found", "named", "total"]
    for each in queries:
        if isinstance(each, RootQuery):
            assert validate_document(schema, parse_document(each.text)) == [], each.text
    assert [each for each in queries if isinstance(each, NotGenerable)] == [
        NotGenerable("account", "no value is known for its required argument id")
    ]


def test_a_query_is_minimal() -> None:
    assert generated("total") == RootQuery("total", "query { total }")
    accounts = generated("accounts")
    assert isinstance(accounts, RootQuery)
    assert accounts.text == "query { accounts { __typename items { __typename id number } total } }"


def test_given_arguments_are_variables() -> None:
    query = generated("byNumber", arguments={"byNumber": {"number": '10"0'}})
    assert isinstance(query, RootQuery)
    assert query.text.startswith("query ($number: String!) { byNumber(number: $number) { ")
    assert query.variables == {"number": '10"0'}


def test_a_required_argument_can_come_from_an_entity_that_is_known() -> None:
    query = generated("account", examples={"Account": {"id": "7"}})
    assert isinstance(query, RootQuery)
    assert query.variables == {"id": "7"}


def test_a_given_argument_that_does_not_exist_is_told() -> None:
    assert generated("total", arguments={"total": {"at": 1}}) == NotGenerable(
        "total", "values are given for at, which it has no argument for"
    )


def test_what_needs_more_than_this_subgraph_is_not_asked() -> None:
    query = generated("account", examples={"Account": {"id": "7"}})
    assert isinstance(query, RootQuery)
    assert not {"history", "risk", "grade"} & set(query.text.split())


def plans() -> dict[tuple[str, str], KeyPlan]:
    return {(each.entity, each.key): each for each in key_plans(SUBGRAPH) if isinstance(each, KeyPlan)}


def test_every_resolvable_key_has_a_plan(schema: GraphQLSchema) -> None:
    assert set(plans()) == {("Account", "id"), ("Account", "number owner { id }"), ("Lonely", "id")}
    for plan in plans().values():
        assert validate_document(schema, parse_document(plan.text)) == [], plan.text
        for source in plan.sources:
            assert validate_document(schema, parse_document(source.query.text)) == [], source.query.text


def test_lists_are_the_first_sources_and_pages_are_seen_through() -> None:
    source, *_ = plans()["Account", "id"].sources
    assert source.path == ("accounts", "items")
    assert plans()["Lonely", "id"].sources == ()


def test_a_key_that_cannot_be_read_is_told() -> None:
    (plan,) = key_plans(parse('type A @key(fields: "id {") { id: ID! }'))
    assert isinstance(plan, NotGenerable)
    assert plan.name == 'A @key "id {"'


def test_representations_are_read_out_of_an_answer() -> None:
    plan = plans()["Account", "number owner { id }"]
    account = {"__typename": "Account", "number": "1", "owner": {"id": "o", "name": "x"}}
    data = {"accounts": {"items": [account, None, account, {**account, "number": "2"}, {"number": "3"}]}}
    assert read(plan, plan.sources[0], data) == (
        {"__typename": "Account", "number": "1", "owner": {"id": "o"}},
        {"__typename": "Account", "number": "2", "owner": {"id": "o"}},
    )
    assert read(plan, plan.sources[0], data, limit=1)[0]["number"] == "1"
    assert read(plan, plan.sources[0], {"accounts": None}) == ()


@pytest.mark.parametrize(
    "value",
    [
        "abc",
        "42",
        "12.50",
        "2024-01-01",
        "2024-01-01T10:00:00Z",
        "0b1de6b3-6a2f-4b0e-9a56-2d9f0c1f0a11",
        7,
        1.5,
        ["a"],
        {"id": "o"},
    ],
)
def test_an_absent_representation_has_the_same_form(value: Any) -> None:
    other = absent({"__typename": "A", "id": value})
    assert other["__typename"] == "A"
    assert other["id"] != value
    assert isinstance(other["id"], (int, float) if isinstance(value, int | float) else type(value))


ASKED = [
    {"__typename": "Account", "id": "1"},
    {"__typename": "Account", "id": "9"},
    {"__typename": "Account", "id": "2"},
]


def entity(number: str, typename: str = "Account") -> dict[str, str]:
    return {"__typename": typename, "id": number, "number": "x"}


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"_entities": [entity("1"), None, entity("2")]}, None),
        ({"_entities": [entity("2"), None, entity("1")]}, "the order is not kept"),
        ({"_entities": [entity("1"), entity("9"), entity("2")]}, "no such entity exists"),
        ({"_entities": [None, None, entity("2")]}, "exists, but it is null"),
        ({"_entities": [entity("1", "Other"), None, entity("2")]}, "it is a Other and not a Account"),
        ({"_entities": [entity("1"), entity("2")]}, "2 entities for 3 representations"),
        ({"_entities": None}, "no list of _entities"),
        (None, "no list of _entities"),
    ],
)
def test_entities_come_in_order_and_null_for_what_does_not_exist(data: Any, fault: str | None) -> None:
    found = faults(plans()["Account", "id"], ASKED, data, absent_at=frozenset({1}))
    if fault is None:
        assert found == ()
    else:
        assert found[0].startswith('Account by "id"')
        assert fault in found[0]


def test_the_reference_platforms_finance_can_be_asked_everything() -> None:
    path = Path(__file__).parents[3] / "schemas" / "finance.graphql"
    subgraph = parse(path.read_bytes(), path.name)
    known = {entity.name: {"id": "1"} for entity in subgraph.entities}
    queries = root_queries(subgraph, {"accountByNumber": {"number": "1000"}}, known)
    assert [each for each in queries if isinstance(each, NotGenerable)] == []
    for plan in key_plans(subgraph):
        assert isinstance(plan, KeyPlan)
        assert plan.sources


GUESSABLE = """
enum Kind { OLD @deprecated NEW }
input Range { from: Int! to: Int! = 9 kinds: [Kind!]! note: String }
input Named { name: String! }
input One @oneOf { a: Int b: Int }
type Query {
  page(first: Int!, ratio: Float!, all: Boolean!, kind: Kind!, ids: [ID!]!, range: Range!): Int
  named(by: Named!): Int
  one(of: One!): Int
  text(like: String!): Int
}
"""


def test_values_of_required_arguments_are_made_up_where_the_type_tells_one() -> None:
    page, *others = root_queries(parse(GUESSABLE))
    assert isinstance(page, RootQuery)
    made_up = {"first": 1, "ratio": 1, "all": False, "kind": "NEW", "ids": [], "range": {"from": 1, "kinds": []}}
    assert page.variables == made_up
    assert page.guessed == tuple(made_up)
    assert all(isinstance(each, NotGenerable) for each in others)
    given, *_ = root_queries(parse(GUESSABLE), {"page": {**made_up, "first": 5}})
    assert isinstance(given, RootQuery)
    assert (given.variables["first"], given.guessed) == (5, ())
