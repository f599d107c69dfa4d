"""Requests of the contract: filled in, sent, read for acceptance, and a token had with them."""

import json
from pathlib import Path
from typing import Any

import pytest

from readiness.checks.requests import (
    NotCaptured,
    NoToken,
    captured,
    contains_expected,
    is_accepted,
    is_refused,
    obtain_token,
    send,
)
from readiness.model.contract import Request
from readiness.model.evidence import HttpAnswer
from readiness.probes import http
from tests.unit.experiments.scripted_platform import World, world

Sent = list[tuple[str, str, Any, dict[str, str]]]


def answer(status: int = 200, body: Any = "") -> HttpAnswer:
    return HttpAnswer("http://x/", status, 0.001, 0, body=body if isinstance(body, str) else json.dumps(body))


def request(**more: Any) -> Request:
    return Request.model_validate({"service": "auth", "path": "/", **more})


class Server:
    """Answers requests in turn, and keeps what was sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: HttpAnswer) -> None:
        self.sent: Sent = []
        self._answers = list(answers)
        monkeypatch.setattr(http, "request", self._request)

    def _request(self, method: str, url: str, *, headers: dict[str, str], json: Any, **_: float) -> HttpAnswer:
        self.sent.append((method, url, json, headers))
        return self._answers.pop(0)


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return world(tmp_path, monkeypatch)


def test_variables_are_filled_into_path_and_body_and_into_nothing_else(
    demo: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(monkeypatch, answer())
    body = {"email": "{id}@example.test", "tags": ["{id}", "{other}"], "n": 3, "query": "{ me { id } }", "none": None}
    send(demo.platform, request(method="POST", path="/users/{id}", json=body), {"id": "r1"}, "token")
    ((method, url, sent, headers),) = server.sent
    assert (method, url) == ("POST", "http://127.0.0.1:3001/users/r1")
    assert sent == {
        "email": "r1@example.test",
        "tags": ["r1", "{other}"],
        "n": 3,
        "query": "{ me { id } }",
        "none": None,
    }
    assert headers == {"Authorization": "Bearer token"}


def test_without_a_token_none_is_sent(demo: World, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(monkeypatch, answer())
    send(demo.platform, request(), {})
    assert server.sent[0][3] == {}


@pytest.mark.parametrize(
    ("given", "accepted", "refused"),
    [
        (answer(200, {"data": {}}), True, False),
        (answer(204), True, False),
        (answer(200, "not JSON"), True, False),
        (answer(200, {"errors": []}), True, False),
        (answer(200, {"errors": [{"message": "no"}]}), False, False),
        (answer(200, {"errors": [{"extensions": {"code": "UNAUTHENTICATED"}}]}), False, True),
        (answer(200, {"errors": [{"extensions": {"code": "FORBIDDEN"}}]}), False, True),
        (answer(200, {"errors": [{"extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}), False, False),
        (answer(200, {"errors": [{"extensions": {"originalError": {"statusCode": 401}}}]}), False, True),
        (answer(200, {"errors": [{"extensions": {"http": {"status": 403}}}]}), False, True),
        (answer(200, {"errors": [{"extensions": {"response": {"statusCode": 500}}}]}), False, False),
        (answer(200, {"errors": ["a text", {"extensions": None}]}), False, False),
        (answer(200, [1, 2]), True, False),
        (answer(302), False, False),
        (answer(401), False, True),
        (answer(403), False, True),
        (answer(404), False, False),
        (answer(500), False, False),
        (answer(0), False, False),
    ],
)
def test_success_and_refusal_are_read_also_inside_a_graphql_answer(
    given: HttpAnswer, accepted: bool, refused: bool
) -> None:
    assert (is_accepted(given), is_refused(given)) == (accepted, refused)


@pytest.mark.parametrize(
    ("given", "contains", "expected"),
    [
        (answer(200, "user r1 is here"), "{id}", True),
        (answer(200, "user r2 is here"), "{id}", False),
        (answer(500, "user r1 is here"), "{id}", False),
        (answer(200, "anything"), None, True),
    ],
)
def test_an_effect_is_seen_by_success_and_the_expected_text(
    given: HttpAnswer, contains: str | None, expected: bool
) -> None:
    assert contains_expected(given, request(contains=contains), {"id": "r1"}) is expected


def test_values_are_captured_from_the_depth_of_an_answer() -> None:
    asked = request(captures={"entry": "data.post.id", "number": "data.number"})
    assert captured(answer(200, {"data": {"post": {"id": "e7"}, "number": 3}}), asked) == {"entry": "e7", "number": "3"}


@pytest.mark.parametrize("body", ["not JSON", {"data": None}, {"data": {"post": "text"}}, [1]])
def test_a_value_that_the_answer_does_not_have_is_named(body: Any) -> None:
    with pytest.raises(NotCaptured, match=r"the answer has no data\.post\.id"):
        captured(answer(200, body), request(captures={"entry": "data.post.id"}))


TOKENS = {
    "issuer": "auth",
    "prepare": [{"service": "auth", "method": "POST", "path": "/users", "captures": {"user": "id"}}],
    "login": {"service": "auth", "method": "POST", "path": "/sessions/{user}"},
    "field": "data.token",
}


def with_tokens(demo: World) -> World:
    contract = demo.contract.model_validate({"tokens": TOKENS}).tokens
    object.__setattr__(demo.platform, "contract", demo.contract.model_copy(update={"tokens": contract}))
    return demo


def test_a_token_is_had_after_what_has_to_be_prepared(demo: World, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(monkeypatch, answer(201, {"id": "u1"}), answer(200, {"data": {"token": "abc"}}))
    assert obtain_token(with_tokens(demo).platform, {"id": "r1"}).token == "abc"
    assert [url for _, url, _, _ in server.sent] == ["http://127.0.0.1:3001/users", "http://127.0.0.1:3001/sessions/u1"]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((answer(500),), "POST /users of auth was not accepted"),
        ((answer(201, {"id": "u1"}), answer(401)), "POST /sessions/{user} of auth was not accepted"),
        ((answer(201, {"id": "u1"}), answer(200, {"data": {}})), "the login's answer has no data.token"),
        ((answer(201, {"id": "u1"}), answer(200, {"data": {"token": 7}})), "the login's answer has no data.token"),
    ],
)
def test_no_token_is_told_with_the_step_that_failed(
    demo: World, monkeypatch: pytest.MonkeyPatch, answers: tuple[HttpAnswer, ...], said: str
) -> None:
    Server(monkeypatch, *answers)
    with pytest.raises(NoToken) as caught:
        obtain_token(with_tokens(demo).platform, {})
    assert said in str(caught.value)


def test_a_contract_without_tokens_gives_none(demo: World) -> None:
    with pytest.raises(NoToken, match="the contract has no `tokens`"):
        obtain_token(demo.platform, {})
