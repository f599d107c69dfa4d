"""GraphQL requests, by way of gql. An error inside an HTTP 200 is an error, and half an answer is named as such."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gql import Client, GraphQLRequest
from gql.transport import Transport
from gql.transport.exceptions import TransportError, TransportProtocolError, TransportQueryError
from graphql import ExecutionResult, GraphQLSyntaxError, get_introspection_query

from readiness.model.evidence import HttpAnswer
from readiness.probes import http

MAX_ANSWER_BYTES = 5_000_000
MAX_SCHEMA_BYTES = 32_000_000
"""For SDL and introspection, which are as large as the schema."""

# GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/), 4: the newer media type and the older one.
_MEDIA_TYPES = ("application/graphql-response+json", "application/json")
_ACCEPT = "application/graphql-response+json, application/json;q=0.9"
_SDL_QUERY = "query { _service { sdl } }"
_SHOWN_ERRORS = 3
_STACK = re.compile(
    r"Traceback \(most recent call last\)|^\s*File \".+\", line \d+|^\s+at .+:(?:line )?\d+|^goroutine \d+ \[",
    re.MULTILINE,
)
"""How Python, Node, the JVM, .NET and Go write one."""


@dataclass(frozen=True)
class GraphQLFault:
    """One entry of an answer's ``errors``."""

    message: str
    path: str = ""
    """Where in the data, dots between the parts."""
    has_stack: bool = False
    """A stack trace stands in it, be it in the message or in the extensions."""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


@dataclass(frozen=True)
class GraphQLAnswer:
    """What came back of one request."""

    url: str
    status: int
    """Of HTTP; 0 when nothing complete came."""
    latency_s: float
    at: float
    data: Mapping[str, Any] | None = None
    errors: tuple[GraphQLFault, ...] = ()
    error: str = ""
    """Why this is no GraphQL answer at all; empty when it is one, with or without errors in it."""

    @property
    def is_partial(self) -> bool:
        """Data and errors at once."""
        return self.data is not None and bool(self.errors)

    @property
    def ok(self) -> bool:
        """Data, and nothing wrong."""
        return self.data is not None and not self.errors and not self.error

    @property
    def problem(self) -> str:
        """What is wrong, in one line; empty when nothing is."""
        if self.error:
            return self.error
        if not self.errors:
            return ""
        shown = "; ".join(str(each) for each in self.errors[:_SHOWN_ERRORS])
        more = f" (and {len(self.errors) - _SHOWN_ERRORS} more)" if len(self.errors) > _SHOWN_ERRORS else ""
        what = "a partial answer, with" if self.is_partial else "no data, but"
        return f"HTTP {self.status} with {what} {len(self.errors)} error{'s' * (len(self.errors) > 1)}: {shown}{more}"

    def __str__(self) -> str:
        return f"{self.url}: {self.problem or 'ok'} ({self.latency_s * 1000:.0f} ms)"


@dataclass(frozen=True)
class SdlAnswer:
    """The SDL that a subgraph serves, or what came instead."""

    sdl: str
    answer: GraphQLAnswer
    error: str = ""


def execute(
    url: str,
    query: str,
    variables: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    deadline_s: float = 5.0,
    *,
    max_body_bytes: int = MAX_ANSWER_BYTES,
) -> GraphQLAnswer:
    """One request, complete within ``deadline_s`` and ``max_body_bytes``.

    Whatever the other side does is told in the answer and never raised.
    """
    transport = _BoundedTransport(url, headers or {}, deadline_s, max_body_bytes)
    try:
        request = GraphQLRequest(query, variable_values=dict(variables or {}))
    except GraphQLSyntaxError as failure:
        return GraphQLAnswer(url, 0, 0.0, 0.0, error=f"the query itself is wrong: {failure.message}")
    try:
        result = Client(transport=transport).execute(request, get_execution_result=True)
    except TransportQueryError as failure:
        return _answer(transport.answer, failure.data, failure.errors or [])
    except TransportError as failure:
        return _answer(transport.answer, None, [], error=str(failure))
    return _answer(transport.answer, result.data, [])


def answered_of_batch(url: str, query: str, count: int, headers: Mapping[str, str], deadline_s: float) -> int:
    """One request with an array of ``count`` times the same query: how many of them are answered without an error.

    The array is a custom of many servers and no part of GraphQL over HTTP; a server that has none of it answers 0.
    """
    sent = {"accept": _ACCEPT, **headers}
    answer = http.request(
        "POST", url, deadline_s=deadline_s, headers=sent, json=[{"query": query}] * count,
        max_body_bytes=MAX_ANSWER_BYTES,
    )  # fmt: skip
    try:
        results = json.loads(answer.body) if answer.answered else None
    except (ValueError, RecursionError):
        return 0
    told = results if isinstance(results, list) else []
    return sum(isinstance(each, dict) and bool(each.get("data")) and not each.get("errors") for each in told)


def fetch_sdl(url: str, headers: Mapping[str, str] | None = None, deadline_s: float = 5.0) -> SdlAnswer:
    """What the subgraph answers to ``_service { sdl }``."""
    answer = execute(url, _SDL_QUERY, None, headers, deadline_s, max_body_bytes=MAX_SCHEMA_BYTES)
    service = answer.data.get("_service") if answer.data is not None else None
    sdl = service.get("sdl") if isinstance(service, Mapping) else None
    if answer.ok and not isinstance(sdl, str):
        return SdlAnswer("", answer, "the answer holds no SDL in _service.sdl")
    if answer.ok and isinstance(sdl, str) and not sdl.strip():
        return SdlAnswer("", answer, "the SDL is empty")
    return SdlAnswer(sdl if isinstance(sdl, str) else "", answer, answer.problem)


def introspect(url: str, headers: Mapping[str, str] | None = None, deadline_s: float = 5.0) -> GraphQLAnswer:
    """The whole introspection; deprecated arguments too where the service knows that they can be (October 2021)."""
    answer = _introspected(url, headers, deadline_s, with_deprecated_inputs=True)
    if any("includeDeprecated" in each.message for each in answer.errors):
        left_s = max(0.0, deadline_s - answer.latency_s)
        answer = _introspected(url, headers, left_s, with_deprecated_inputs=False)
    return answer


def _introspected(
    url: str, headers: Mapping[str, str] | None, deadline_s: float, *, with_deprecated_inputs: bool
) -> GraphQLAnswer:
    query = get_introspection_query(descriptions=False, input_value_deprecation=with_deprecated_inputs)
    return execute(url, query, None, headers, deadline_s, max_body_bytes=MAX_SCHEMA_BYTES)


class _BoundedTransport(Transport):
    """Carries gql's requests over our bounded HTTP and keeps the raw answer."""

    def __init__(self, url: str, headers: Mapping[str, str], deadline_s: float, max_body_bytes: int) -> None:
        self._url = url
        self._headers = {"accept": _ACCEPT, **headers}
        self._deadline_s = deadline_s
        self._max_body_bytes = max_body_bytes
        self.answer = HttpAnswer(url, 0, 0.0, 0.0)

    def execute(self, request: GraphQLRequest, *_args: Any, **_kwargs: Any) -> ExecutionResult:
        """One POST.

        :raises TransportProtocolError: what came is no GraphQL answer.
        """
        self.answer = http.request(
            "POST",
            self._url,
            deadline_s=self._deadline_s,
            headers=self._headers,
            json=request.payload,
            max_body_bytes=self._max_body_bytes,
        )
        return _result(self.answer)


def _result(answer: HttpAnswer) -> ExecutionResult:
    if not answer.answered:
        raise TransportProtocolError(answer.error)
    media_type = answer.content_type.partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES:
        raise TransportProtocolError(_instead(answer, f"{media_type or 'no media type'} instead of JSON"))
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError) as failure:
        raise TransportProtocolError(_instead(answer, f"no JSON, although it says so ({failure})")) from failure
    if not isinstance(body, dict) or not ("data" in body or "errors" in body):
        raise TransportProtocolError(_instead(answer, "JSON that is no GraphQL answer"))
    data, errors = body.get("data"), body.get("errors")
    if not isinstance(data, dict | None) or not isinstance(errors, list | None):
        raise TransportProtocolError(_instead(answer, "data or errors of a wrong type"))
    if data is None and not errors:
        raise TransportProtocolError(_instead(answer, "neither data nor errors"))
    if answer.status >= 400 and not errors:
        raise TransportProtocolError(_instead(answer, "no errors in it"))
    return ExecutionResult(data, errors or None)


def _instead(answer: HttpAnswer, what: str) -> str:
    beginning = " ".join(answer.body[:200].split())
    return f"HTTP {answer.status} with {what}: {beginning}"


def _answer(answer: HttpAnswer, data: Any, errors: list[Any], error: str = "") -> GraphQLAnswer:
    return GraphQLAnswer(
        answer.url,
        answer.status,
        answer.latency_s,
        answer.at,
        data=data,
        errors=tuple(_fault(each) for each in errors),
        error=error,
    )


def _fault(entry: Any) -> GraphQLFault:
    """One error as the service wrote it, which need not be as it should."""
    if not isinstance(entry, Mapping):
        return GraphQLFault(str(entry)[:500])
    path = entry.get("path")
    return GraphQLFault(
        str(entry.get("message", entry))[:500],
        ".".join(map(str, path)) if isinstance(path, list) else "",
        any(_STACK.search(text) for text in _texts(entry)),
    )


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value. What was read as JSON is nested less deep than this can go."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(each)
