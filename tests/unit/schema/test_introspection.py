import copy
from typing import Any

import pytest
from graphql import build_schema, introspection_from_schema

from readiness.schema import parse
from readiness.schema.introspection import agreement, service_faults

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@tag", "FieldSet"])
scalar FieldSet
type Query {
  a(first: Int = 10, ids: [ID!] = [1], by: Order = {asc: true}): [A!]! @deprecated
  _service: _Service!
  _entities(representations: [_Any!]!): [_Entity]!
}
type Mutation { x: Int }
type A implements I @key(fields: "id") { id: ID! @tag(name: "t") e: E u: U }
type B @key(fields: "id", resolvable: false) { id: ID! }
interface I { id: ID! }
enum E { X Y @deprecated }
input Order { asc: Boolean! = false by: String @deprecated }
union U = A | B
scalar Date
scalar _Any
union _Entity = A
type _Service { sdl: String! }
"""


def introspected(sdl: str) -> dict[str, Any]:
    return dict(introspection_from_schema(build_schema(sdl, assume_valid_sdl=True), input_value_deprecation=True))


def differences(told: str, served: str) -> tuple[str, ...]:
    return agreement(parse(told), introspected(served))


def test_the_same_schema_agrees_with_its_introspection() -> None:
    assert differences(SDL, SDL) == ()
    assert service_faults(parse(SDL), introspected(SDL)) == ()


def test_machinery_that_only_introspection_has_is_no_difference() -> None:
    told = SDL.replace("_service: _Service!", "").replace("scalar _Any", "").replace("union _Entity = A", "")
    told = told.replace("_entities(representations: [_Any!]!): [_Entity]!", "").replace(
        "type _Service { sdl: String! }", ""
    )
    assert differences(told, SDL) == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("e: E u: U", "u: U", "A.e (E) is in the SDL, but introspection does not have it"),
        ("e: E u: U", "e: E u: U f: Int", "A.f (Int) is in introspection, but the SDL does not have it"),
        ("first: Int = 10", "first: Int = 20", "Query.a(first:) is Int = 10 in the SDL and Int = 20 in introspection"),
        ("e: E u: U", "e: E! u: U", "A.e is E in the SDL and E! in introspection"),
        ("X Y @dep", "X @dep", "E.Y (enum value) is in the SDL, but introspection does not have it"),
        ("union U = A | B", "union U = A", "U is union of A | B in the SDL and union of A in introspection"),
        ("scalar Date", "", "Date (scalar) is in the SDL, but introspection does not have it"),
        ("scalar Date", "type Date { x: Int }", "Date is scalar in the SDL and object type in introspection"),
        ("type A implements I", "type A", "A is object type implements I in the SDL and object type in introspection"),
    ],
)
def test_a_difference_is_told_once_with_its_coordinate(old: str, new: str, expected: str) -> None:
    assert expected in differences(SDL, SDL.replace(old, new))


def test_a_type_that_is_missing_is_not_also_its_fields() -> None:
    assert differences(SDL, SDL.replace("type Mutation { x: Int }", "")) == (
        "Mutation (object type) is in the SDL, but introspection does not have it",
        "mutation root (Mutation) is in the SDL, but introspection does not have it",
    )


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("_service: _Service!\n", "_service: _Service\n", "_service is _Service and not _Service!"),
        ("sdl: String!", "sdl: ID!", "_Service.sdl is ID! and not String!"),
        ("_service: _Service!\n", "", "the query root has no field _service"),
        ("[_Entity]!", "[_Entity!]!", "_entities is [_Entity!]! and not [_Entity]!"),
        ("[_Any!]!", "[_Any]!", "_entities takes {'representations': '[_Any]!'} and not representations: [_Any!]!"),
        ("union _Entity = A", "union _Entity = B", "A has a key, but is not in the union _Entity"),
    ],
)
def test_what_a_router_needs_is_checked(old: str, new: str, fault: str) -> None:
    assert service_faults(parse(SDL), introspected(SDL.replace(old, new))) == (fault,)


def test_an_sdl_that_may_be_null_is_what_apollos_library_serves() -> None:
    assert service_faults(parse(SDL), introspected(SDL.replace("sdl: String!", "sdl: String"))) == ()


@pytest.mark.parametrize(
    "answer", [{}, {"__schema": None}, {"__schema": {"types": [{"kind": 1}]}}, {"__schema": {"types": 3}}]
)
def test_an_answer_of_another_shape_is_told(answer: dict[str, Any]) -> None:
    (difference,) = agreement(parse(SDL), answer)
    assert difference.startswith("this is no answer to an introspection query")


def test_a_default_that_is_no_graphql_is_a_difference() -> None:
    answer = copy.deepcopy(introspected(SDL))
    query = next(each for each in answer["__schema"]["types"] if each["name"] == "Query")
    query["fields"][0]["args"][0]["defaultValue"] = "[" * 10_000
    (difference,) = agreement(parse(SDL), answer)
    assert difference.startswith("Query.a(first:) is Int = 10 in the SDL")
