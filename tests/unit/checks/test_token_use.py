"""A token of the issuer at the services that are to accept it."""

from pathlib import Path

import jwt
import pytest

from readiness.checks.requests import NoToken, obtain_token
from readiness.checks.token_use import demand_takes_tokens, why_refused
from readiness.model.evidence import ContainerState, HttpAnswer
from readiness.model.finding import Blocked
from readiness.probes import http
from tests.unit.experiments.scripted_platform import World, world
from tests.unit.graphs import contract_of, graph_of, service

TOKEN = jwt.encode({"iss": "elsewhere", "sub": "someone", "exp": 4_000_000_000}, "k" * 32, "HS256")
GUARDED = [{"service": name, "path": "/"} for name in ("auth", "orders", "stock")]
TOKENS = {"issuer": "auth", "login": {"service": "auth", "path": "/login"}, "guarded": GUARDED}


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return world(tmp_path, monkeypatch)


def with_secrets(demo: World, **secrets: str) -> World:
    nodes = [service(name, environment={"JWT_SECRET": secret}) for name, secret in secrets.items()]
    demo.runtime.states.update(dict.fromkeys(secrets, ContainerState("running", started_at=1)))
    object.__setattr__(demo.platform, "graph", graph_of(*nodes))
    object.__setattr__(
        demo.platform, "contract", contract_of({name: {"port": 3000} for name in secrets}, tokens=TOKENS)
    )
    return demo


def test_a_service_with_another_secret_than_the_issuer_is_told_with_the_variable(demo: World) -> None:
    cause = why_refused(with_secrets(demo, auth="a" * 32, orders="b" * 32, stock="a" * 32).platform, "orders", TOKEN)
    assert (cause.cls, cause.node, cause.summary) == (
        "token_mishandled",
        "orders",
        "JWT_SECRET of orders is not that of auth",
    )
    assert "bbbb" not in str(cause)


def test_an_issuer_whose_secret_alone_differs_is_at_fault_itself(demo: World) -> None:
    cause = why_refused(with_secrets(demo, auth="a" * 32, orders="b" * 32, stock="b" * 32).platform, "orders", TOKEN)
    assert cause.node == "auth"


def test_where_the_secrets_agree_the_token_tells_what_it_may_be_refused_for(demo: World) -> None:
    cause = why_refused(with_secrets(demo, auth="a" * 32, orders="a" * 32, stock="b" * 32).platform, "orders", TOKEN)
    assert cause.node == "orders"
    assert cause.evidence == ("the token says of itself: iss='elsewhere', exp=4000000000",)


@pytest.mark.parametrize(("status", "blocked"), [(401, True), (200, False), (503, False)])
def test_what_needs_a_token_is_blocked_where_the_service_refuses_it(
    demo: World, monkeypatch: pytest.MonkeyPatch, status: int, blocked: bool
) -> None:
    platform = with_secrets(demo, auth="a" * 32, orders="b" * 32, stock="b" * 32).platform
    monkeypatch.setattr(http, "request", lambda *_, **__: HttpAnswer("http://x/", status, 0.001, 0))
    if not blocked:
        demand_takes_tokens(platform, "orders", TOKEN)
        return
    with pytest.raises(Blocked) as told:
        demand_takes_tokens(platform, "orders", TOKEN)
    assert told.value.by == "auth.token[orders]"


def test_a_token_that_has_expired_when_it_is_issued_is_none(demo: World, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = with_secrets(demo, auth="a" * 32).platform
    late = jwt.encode({"exp": 1_000_000_000}, "k" * 32, "HS256")
    body = f'{{"access_token": "{late}"}}'
    monkeypatch.setattr(http, "request", lambda *_, **__: HttpAnswer("http://x/", 200, 0.001, 0, body=body))
    with pytest.raises(NoToken, match="has expired already"):
        obtain_token(platform, {})
