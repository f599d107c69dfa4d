import json
from typing import Any

import pytest
from graphql import build_schema, execute_sync, introspection_from_schema
from graphql import parse as parse_document

from readiness.probes import graphql
from tests.unit.probes.misbehaving_servers import (
    GRACE_S,
    Behaviour,
    closes,
    drips,
    floods,
    nobody,
    resets,
    says,
    server,
    silent,
    turns,
    within,
)

DEADLINE_S = 0.3
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def response(body: Any, *, status: str = "200 OK", media_type: str = "application/json") -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-length: {len(content)}\r\ncontent-type: {media_type}\r\n\r\n"
    return head.encode() + content


def asked(behaviour: Behaviour, deadline_s: float = 2.0) -> graphql.GraphQLAnswer:
    with server(behaviour) as address:
        return graphql.execute(f"http://{address}/graphql", "query { a }", deadline_s=deadline_s)


def test_an_answer_has_its_data_status_and_latency() -> None:
    answer = asked(says(response({"data": {"a": 1}})))
    assert (answer.data, answer.status, answer.errors, answer.error) == ({"a": 1}, 200, (), "")
    assert answer.ok
    assert answer.problem == ""
    assert 0 < answer.latency_s < 2


def test_query_variables_and_headers_are_sent() -> None:
    received: list[bytes] = []

    def listens(connection: Any, over: Any) -> None:
        received.append(connection.recv(65536))
        if b"variables" not in received[0]:  # the body may come behind the head
            received.append(connection.recv(65536))
        connection.sendall(response({"data": {"a": 1}}))
        over.wait()

    with server(listens) as address:
        graphql.execute(
            f"http://{address}/graphql", "query ($x: ID!) { a(x: $x) }", {"x": "1"}, {"authorization": "Bearer t"}
        )
    request = b"".join(received)
    head, _, body = request.partition(b"\r\n\r\n")
    assert b"authorization: Bearer t" in head
    assert b"accept: application/graphql-response+json" in head
    assert json.loads(body)["variables"] == {"x": "1"}


def test_an_error_inside_a_200_is_seen() -> None:
    fault = {"message": "no such account", "path": ["accounts", 0, "balance"]}
    answer = asked(says(response({"data": None, "errors": [fault]})))
    assert answer.data is None
    assert not answer.ok
    assert answer.errors == (graphql.GraphQLFault("no such account", "accounts.0.balance"),)
    assert answer.problem == "HTTP 200 with no data, but 1 error: accounts.0.balance: no such account"


def test_a_partial_answer_is_named() -> None:
    answer = asked(says(response({"data": {"a": 1, "b": None}, "errors": [{"message": "b is down"}] * 5})))
    assert answer.is_partial
    assert not answer.ok
    assert answer.data == {"a": 1, "b": None}
    assert answer.problem.startswith(
        "HTTP 200 with a partial answer, with 5 errors: b is down; b is down; b is down (and 2"
    )


def test_errors_with_a_status_of_their_own_are_answers() -> None:
    refused = response({"errors": [{"message": "bad query"}]}, status="400 Bad Request")
    answer = asked(says(refused))
    assert (answer.status, answer.error) == (400, "")
    assert answer.problem == "HTTP 400 with no data, but 1 error: bad query"


def test_the_newer_media_type_is_taken() -> None:
    assert asked(says(response({"data": {"a": 1}}, media_type="application/graphql-response+json; charset=utf-8"))).ok


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (
            response(b"<html>Bad gateway</html>", media_type="text/html"),
            "HTTP 200 with text/html instead of JSON: <html>Bad",
        ),
        (response(b"{}", media_type="text/plain"), "text/plain instead of JSON"),
        (response(b"", status="502 Bad Gateway", media_type="text/html"), "HTTP 502 with text/html"),
        (response(b"{"), "no JSON, although it says so"),
        (response(b"[" * 200_000), "no JSON, although it says so"),
        (response(b"[]"), "JSON that is no GraphQL answer"),
        (response({"status": "ok"}), "JSON that is no GraphQL answer"),
        (response({"data": [1]}), "data or errors of a wrong type"),
        (response({"data": None, "errors": "x"}), "data or errors of a wrong type"),
        (response({"data": {"a": 1}}, status="500 Internal Server Error"), "HTTP 500 with no errors in it"),
        (response({"data": None}), "neither data nor errors"),
        (response({"data": None, "errors": ["boom", {"code": 7}]}), "boom; {'code': 7}"),
    ],
)
def test_what_is_no_graphql_answer_is_told(raw: bytes, problem: str) -> None:
    answer = asked(says(raw))
    assert not answer.ok
    assert problem in answer.problem


@pytest.mark.parametrize(
    ("behaviour", "problem"),
    [
        (silent, "no answer within 300 ms"),
        (closes, "closed"),
        (resets, "connection reset"),
        (drips(response({"data": {"a": 1}}), 0.05), "no answer within 300 ms"),
        (floods(HEAD + b"\r\n", b" " * 65536), "the body is longer than 5000000 bytes"),
    ],
)
def test_a_server_that_misbehaves_holds_nobody(behaviour: Behaviour, problem: str) -> None:
    deadline_s = 5.0 if "longer" in problem else DEADLINE_S
    with within(deadline_s + GRACE_S):
        answer = asked(behaviour, deadline_s)
    assert answer.status == 0
    assert problem in answer.problem


def test_nobody_there_is_told() -> None:
    answer = graphql.execute(f"http://{nobody()}/graphql", "query { a }", deadline_s=DEADLINE_S)
    assert answer.problem == "connection refused"


def test_a_query_that_is_none_is_never_sent() -> None:
    answer = graphql.execute(f"http://{nobody()}/graphql", "query { a", deadline_s=DEADLINE_S)
    assert answer.problem.startswith("the query itself is wrong")


def fetched(raw: bytes) -> graphql.SdlAnswer:
    with server(says(raw)) as address:
        return graphql.fetch_sdl(f"http://{address}/graphql", deadline_s=2)


def test_the_sdl_is_fetched() -> None:
    fetch = fetched(response({"data": {"_service": {"sdl": "type Query { a: Int }"}}}))
    assert (fetch.sdl, fetch.error) == ("type Query { a: Int }", "")
    assert fetch.answer.ok


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (response(b"<html></html>", media_type="text/html"), "text/html instead of JSON"),
        (response({"errors": [{"message": "Cannot query field '_service' on type 'Query'."}]}), "Cannot query field"),
        (response({"data": {"_service": None}}), "no SDL in _service.sdl"),
        (response({"data": {"_service": {"sdl": 7}}}), "no SDL in _service.sdl"),
        (response({"data": {"_service": {"sdl": "  "}}}), "the SDL is empty"),
        (response({"data": {"_service": {"sdl": "type A"}}, "errors": [{"message": "slow"}]}), "a partial answer"),
    ],
)
def test_why_there_is_no_sdl_is_told(raw: bytes, error: str) -> None:
    assert error in fetched(raw).error


def test_introspection_is_read_whole() -> None:
    schema = build_schema("type Query { a(x: Int @deprecated): Int }")
    data = introspection_from_schema(schema, input_value_deprecation=True)
    with server(says(response({"data": data}))) as address:
        answer = graphql.introspect(f"http://{address}/graphql", deadline_s=2)
    assert answer.ok
    assert answer.data == data


def test_an_older_service_is_asked_without_deprecated_arguments() -> None:
    refusal = response({"errors": [{"message": 'Unknown argument "includeDeprecated" on field "__Field.args".'}]})
    refusal = refusal.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1)
    answers = iter([refusal, response({"data": {"__schema": {}}})])

    def older(connection: Any, over: Any) -> None:
        turns(next(answers))(connection, over)
        over.wait()

    with server(older) as address:
        answer = graphql.introspect(f"http://{address}/graphql", deadline_s=2)
    assert answer.data == {"__schema": {}}


def test_closed_introspection_is_told() -> None:
    closed = response({"errors": [{"message": "introspection is disabled"}]}, status="400 Bad Request")
    with server(says(closed)) as address:
        answer = graphql.introspect(f"http://{address}/graphql", deadline_s=2)
    assert answer.problem == "HTTP 400 with no data, but 1 error: introspection is disabled"


def test_the_introspection_query_is_one_that_graphql_knows() -> None:
    schema = build_schema("type Query { a: Int }")
    received: list[str] = []

    def serves(connection: Any, over: Any) -> None:
        request = connection.recv(65536)
        while b'"query"' not in request or not request.rstrip().endswith(b"}"):
            request += connection.recv(65536)
        received.append(json.loads(request.partition(b"\r\n\r\n")[2])["query"])
        result = execute_sync(schema, parse_document(received[0]))
        connection.sendall(response({"data": result.data}))
        over.wait()

    with server(serves) as address:
        answer = graphql.introspect(f"http://{address}/graphql", deadline_s=2)
    assert answer.data is not None
    assert answer.data["__schema"]["queryType"]["name"] == "Query"


@pytest.mark.parametrize(
    ("error", "has_stack"),
    [
        ({"message": "boom"}, False),
        ({"message": "Syntax Error: Expected Name at line 3:1"}, False),
        ({"message": "Traceback (most recent call last):\n  ..."}, True),
        ({"message": "boom\n    at resolve (app.js:3:1)"}, True),
        ({"message": "boom", "extensions": {"stacktrace": ["Error: boom", "    at resolve (/app/a.js:3:1)"]}}, True),
        ({"message": "boom", "extensions": {"exception": "\tat com.acme.Api.get(Api.java:42)"}}, True),
        ({"message": "boom", "extensions": {"details": "   at Acme.Get() in /src/Api.cs:line 42"}}, True),
        ({"message": "boom", "extensions": {"code": "BAD_USER_INPUT", "at": 3}}, False),
    ],
)
def test_a_stack_trace_is_seen_wherever_an_error_shows_it(error: dict[str, Any], has_stack: bool) -> None:
    answer = asked(says(response({"errors": [error]})))
    assert answer.errors[0].has_stack is has_stack


@pytest.mark.parametrize(
    ("body", "answered"),
    [
        ([{"data": {"a": 1}}] * 3, 3),
        ([{"data": {"a": 1}}, {"errors": [{"message": "too many"}]}], 1),
        ({"errors": [{"message": "batching is not allowed"}]}, 0),
        (b"no JSON", 0),
    ],
)
def test_of_a_batch_the_answered_operations_are_counted(body: Any, answered: int) -> None:
    with server(says(response(body))) as address:
        assert graphql.answered_of_batch(f"http://{address}/graphql", "{ a }", 3, {}, 2.0) == answered
