"""A subgraph that answers in memory: what is asked of it, and which of its faults are told."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import graphql as core
import pytest

from readiness.checks.subgraph import (
    NotServed,
    RunningSubgraph,
    ask_entities,
    ask_root_fields,
    guard_faults,
    introspection_faults,
)
from readiness.model.contract import GraphQL
from readiness.model.errors import SchemaError
from readiness.probes import graphql
from readiness.probes.graphql import GraphQLAnswer, GraphQLFault

URL = "http://127.0.0.1:3014/graphql"
TOKEN = {"Authorization": "Bearer abc"}
LINK = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
"""
TYPES = """
type Query {
  accounts: [Account!]!
  account(number: String!): Account
}

type Account @key(fields: "number") {
  number: String!
  name: String
  parent: Account
}
"""
MACHINERY = """
directive @key(fields: String!) repeatable on OBJECT
scalar _Any
union _Entity = Account
type _Service { sdl: String! }
extend type Query { _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }
"""
ACCOUNTS = [{"number": number, "name": f"account {number}", "__typename": "Account"} for number in ("1", "2", "3")]

Resolve = Callable[..., Any]
_SLOW_TO_EXECUTE = 100_000


def _entities(*_: Any, representations: list[dict[str, Any]]) -> list[dict[str, Any] | None]:
    return [next((each for each in ACCOUNTS if each["number"] == r["number"]), None) for r in representations]


class Server:
    """Executes requests against a schema of its own, and refuses what a guarded subgraph refuses."""

    def __init__(self) -> None:
        self.sdl = LINK + TYPES
        self.schema = core.build_schema(TYPES + MACHINERY)
        self.most_characters = 10_000
        self.most_operations = 10
        self.deepest = 12
        self.wants_token = True
        self.introspection = True
        self.problem: GraphQLAnswer | None = None
        self.resolvers: dict[str, Resolve] = {
            "accounts": lambda *_: ACCOUNTS,
            "account": lambda *_, number: next((each for each in ACCOUNTS if each["number"] == number), None),
            "_service": lambda *_: {"sdl": self.sdl},
            "_entities": _entities,
        }

    def execute(
        self,
        _url: str,
        query: str,
        variables: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        *_: float,
        **__: int,
    ) -> GraphQLAnswer:
        """In place of a request over the network."""
        refusal = self._refusal(query, headers or {})
        if self.problem is not None or refusal:
            return self.problem or answer(errors=(GraphQLFault(refusal),))
        if len(query) > _SLOW_TO_EXECUTE:
            return answer({"__typename": "Query"})
        result = core.graphql_sync(
            self.schema,
            query,
            root_value={},
            variable_values=dict(variables or {}),
            field_resolver=self._resolve,
            type_resolver=lambda value, *_: value["__typename"],
        )
        return answer(result.data, tuple(GraphQLFault(error.message) for error in result.errors or ()))

    def _refusal(self, query: str, headers: Mapping[str, str]) -> str:
        if len(query) > self.most_characters:
            return "the document is too large"
        if "__schema" in query:
            return "" if self.introspection else "introspection is disabled"
        if _depth(query) > self.deepest:
            return "the query is too deep"
        return "" if "Authorization" in headers or not self.wants_token or "_service" in query else "unauthenticated"

    def _resolve(self, source: Any, info: core.GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        if info.parent_type.name == "Query":
            return self.resolvers[info.field_name](source, info, **arguments)
        return source if info.field_name == "parent" else source.get(info.field_name)


def answer(
    data: Mapping[str, Any] | None = None, errors: tuple[GraphQLFault, ...] = (), *, status: int = 200, error: str = ""
) -> GraphQLAnswer:
    return GraphQLAnswer(URL, status, 0.001, time.time(), data, errors, error)


def _depth(query: str) -> int:
    deepest = depth = 0
    for character in query:
        depth += {"{": 1, "}": -1}.get(character, 0)
        deepest = max(deepest, depth)
    return deepest


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    monkeypatch.setattr(graphql, "execute", made.execute)
    monkeypatch.setattr(graphql, "answered_of_batch", lambda _url, _query, count, *_: min(count, made.most_operations))
    return made


def running(**promise: Any) -> RunningSubgraph:
    return RunningSubgraph("finance", URL, GraphQL(snapshot="finance.graphql", **promise), TOKEN)


def guards(*, wants_token: bool = True, **promise: Any) -> list[str]:
    subgraph = running(**promise)
    return list(guard_faults(subgraph, subgraph.schema(), wants_token=wants_token))


def test_the_schema_is_what_is_served(server: Server) -> None:
    assert set(running().schema().types) >= {"Query", "Account"}


def test_a_service_that_serves_no_sdl_is_told_so(server: Server) -> None:
    server.problem = answer(status=404, error="HTTP 404 with text/html instead of JSON")
    with pytest.raises(NotServed, match="does not serve its SDL: HTTP 404"):
        running().schema()


def test_an_sdl_that_is_no_graphql_is_an_error_with_its_place(server: Server) -> None:
    server.sdl = "type Query {"
    with pytest.raises(SchemaError):
        running().schema()


def test_every_root_field_is_asked_once_with_arguments_that_exist(server: Server) -> None:
    asked = ask_root_fields(running(), running().schema())
    assert (asked.faults, asked.beyond_reach, asked.count) == ((), (), 2)


def test_a_root_field_that_answers_with_an_error_is_named(server: Server) -> None:
    def fails(*_: Any) -> Any:
        raise RuntimeError("no such table")

    server.resolvers["accounts"] = fails
    asked = ask_root_fields(running(arguments={"account": {"number": "1"}}), running().schema())
    (fault,) = asked.faults
    assert fault.startswith("Query.accounts: ")
    assert fault.endswith("no such table")


def test_a_value_that_was_only_made_up_may_be_refused(server: Server) -> None:
    def refuses(*_: Any, first: int) -> Any:
        raise ValueError(f"first is at least 10, and not {first}")

    paged = TYPES.replace("account(number", "page(first: Int!): Int\n  account(number")
    server.sdl, server.schema = LINK + paged, core.build_schema(paged + MACHINERY)
    server.resolvers["page"] = refuses
    asked = ask_root_fields(running(), running().schema())
    assert (asked.faults, asked.count) == ((), 2)
    (beyond,) = asked.beyond_reach
    assert beyond.startswith("Query.page: values made up for first are refused, give some in the contract: ")
    given = ask_root_fields(running(arguments={"page": {"first": 1}}), running().schema())
    assert given.faults[0].endswith("first is at least 10, and not 1")


def test_every_key_of_an_entity_resolves_in_order_and_null_for_what_does_not_exist(server: Server) -> None:
    asked = ask_entities(running(), running().schema())
    assert (asked.faults, asked.beyond_reach, asked.count) == ((), (), 1)


@pytest.mark.parametrize(
    "resolve",
    [
        lambda *_, representations: sorted(_entities(representations=representations), key=str),
        lambda *_, representations: [each for each in _entities(representations=representations) if each],
        lambda *_, representations: [ACCOUNTS[0] for _ in representations],
        lambda *_, representations: [None for _ in representations],
    ],
    ids=["in the order of the table", "without the missing one", "always the same", "always null"],
)
def test_entities_that_are_not_answered_as_the_specification_says_are_told(server: Server, resolve: Resolve) -> None:
    server.resolvers["_entities"] = resolve
    faults = ask_entities(running(), running().schema()).faults
    assert faults
    assert all(fault.startswith('Account by "number"') for fault in faults)


def test_an_entity_to_which_no_query_leads_is_beyond_reach_and_no_fault(server: Server) -> None:
    server.resolvers["accounts"] = lambda *_: []
    asked = ask_entities(running(arguments={"account": {"number": "9"}}), running().schema())
    assert asked.faults == ()
    assert asked.beyond_reach == ('Account by "number": no query leads to an entity that exists',)


def test_introspection_and_sdl_that_agree_have_no_fault(server: Server) -> None:
    assert introspection_faults(running(), running().schema()) == ()


def test_introspection_that_tells_less_than_the_sdl_is_told(server: Server) -> None:
    server.schema = core.build_schema(TYPES.replace("  name: String\n", "") + MACHINERY)
    (fault,) = introspection_faults(running(), running().schema())
    assert "Account.name" in fault


def test_closed_introspection_is_told_where_it_is_asked_for(server: Server) -> None:
    server.introspection = False
    (fault,) = introspection_faults(running(introspection=True), running().schema())
    assert fault.startswith("introspection is not answered: ")
    assert fault.endswith("introspection is disabled")


def test_closed_introspection_is_no_fault_where_the_contract_does_not_ask_for_it(server: Server) -> None:
    server.introspection = False
    assert introspection_faults(running(), running().schema()) == ()


def test_a_guarded_subgraph_has_no_fault(server: Server) -> None:
    assert guards() == []


def test_a_query_that_is_too_deep_has_to_be_refused(server: Server) -> None:
    server.deepest = 1000
    assert guards(max_depth=6) == ["a query nested 11 deep is answered, promised is a limit of 6"]


def test_a_query_that_is_too_large_has_to_be_refused(server: Server) -> None:
    server.most_characters = 10**9
    (fault,) = guards()
    assert fault.startswith("a query of 20000 fields")


def test_a_batch_without_end_has_to_be_refused(server: Server) -> None:
    server.most_operations = 10**6
    assert guards() == ["a batch of 200 operations in one request is answered"]


def test_open_introspection_is_a_fault_only_where_it_is_to_be_closed(server: Server) -> None:
    assert guards(introspection=False) == ["introspection is open, although the contract wants it closed"]
    server.introspection = False
    assert guards(introspection=False) == []


def test_fields_that_answer_without_a_token_are_named_where_one_is_wanted(server: Server) -> None:
    server.wants_token = False
    told = guards(arguments={"account": {"number": "1"}})
    assert told == ["Query.accounts is answered without a token", "Query.account is answered without a token"]
    assert guards(wants_token=False) == []


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        (answer({"__noSuchField": 1}), "a query of a field that does not exist is answered without an error"),
        (answer(status=500, error="HTTP 500 with text/html"), "a query with a mistake is not answered as GraphQL"),
        (
            answer(errors=(GraphQLFault("boom", has_stack=True),)),
            "its errors show a stack trace to whoever asks",
        ),
    ],
)
def test_a_mistake_has_to_be_an_error_without_a_stack_trace(server: Server, mistake: GraphQLAnswer, told: str) -> None:
    schema = running().schema()
    execute = server.execute

    def with_mistake(url: str, query: str, *more: Any, **named: Any) -> GraphQLAnswer:
        return (
            mistake if "__noSuchField" in query or "NoSuchEntity" in str(more) else execute(url, query, *more, **named)
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graphql, "execute", with_mistake)
        (fault,) = guard_faults(running(), schema, wants_token=False)
    assert fault.startswith(told)


def test_a_stack_trace_in_the_error_of_a_resolver_is_told(server: Server) -> None:
    execute = server.execute
    trace = answer(errors=(GraphQLFault("boom", has_stack=True),))

    def with_trace(url: str, query: str, *more: Any, **named: Any) -> GraphQLAnswer:
        return trace if "NoSuchEntity" in str(more) else execute(url, query, *more, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graphql, "execute", with_trace)
        assert guards() == ["its errors show a stack trace to whoever asks"]
