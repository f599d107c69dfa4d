"""Sending the requests that a contract declares, and reading whether they were accepted."""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from readiness.model.contract import Request
from readiness.model.errors import ReadinessError
from readiness.model.evidence import HttpAnswer
from readiness.platform import Platform
from readiness.probes import http
from readiness.probes import tokens as jwt

_DEADLINE_S = 5.0
_CLOCKS_S = 2.0
"""The clocks of the issuer and of this machine may differ by less than this."""
_REFUSED = (401, 403)
_REFUSED_CODES = frozenset({"UNAUTHENTICATED", "FORBIDDEN", "UNAUTHORIZED"})
"""``extensions.code`` of a GraphQL error that refuses a caller (Apollo Server's names)."""
_KEPT_IN = ("http", "originalError", "response", "exception")
"""Where an error's ``extensions`` keep the HTTP status: Apollo Server 4, NestJS 10, 9 and 8."""


class NoToken(ReadinessError):
    """The issuer gave no token, so that nothing that needs one can be checked."""

    def __init__(self, message: str, refused: "Refused | None" = None) -> None:
        super().__init__(message)
        self.refused = refused
        """The request that was not accepted; None where all were."""


class NotCaptured(ReadinessError):
    """An answer does not hold what the contract wants to capture from it."""


def send(platform: Platform, request: Request, variables: Mapping[str, str], token: str | None = None) -> HttpAnswer:
    """Send a declared request, with ``{name}`` replaced by the variables in its path and body."""
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    return http.request(
        request.method,
        platform.service(request.service).url(_filled(request.path, variables)),
        deadline_s=_DEADLINE_S,
        headers=headers,
        json=_filled(request.json_body, variables),
    )


def contains_expected(answer: HttpAnswer, request: Request, variables: Mapping[str, str]) -> bool:
    """Whether the answer is one of success and holds the text that the request expects in it."""
    return is_accepted(answer) and (request.contains is None or _filled(request.contains, variables) in answer.body)


def captured(answer: HttpAnswer, request: Request) -> dict[str, str]:
    """What the request captures from its answer, for those that follow.

    :raises NotCaptured: the answer does not have it.
    """
    found = {name: _at(answer, path) for name, path in request.captures.items()}
    missing = [request.captures[name] for name, value in found.items() if value is None]
    if missing:
        raise NotCaptured(f"{request.method} {request.path}: the answer has no {', '.join(missing)}: {answer}")
    return {name: str(value) for name, value in found.items()}


def _at(answer: HttpAnswer, path: str) -> Any:
    try:
        found: Any = json.loads(answer.body)
    except ValueError:
        return None
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def is_refused(answer: HttpAnswer) -> bool:
    """401 or 403, or their equivalent inside a GraphQL answer of status 200."""
    return answer.status in _REFUSED or any(map(_refuses, _errors(answer)))


def is_accepted(answer: HttpAnswer) -> bool:
    """A success that holds no GraphQL error."""
    return 200 <= answer.status < 300 and not _errors(answer)


def _errors(answer: HttpAnswer) -> list[Any]:
    try:
        body = json.loads(answer.body)
    except ValueError:
        return []
    errors = body.get("errors") if isinstance(body, dict) else None
    return errors if isinstance(errors, list) else []


def _refuses(error: Any) -> bool:
    """Whether a GraphQL error says so by its code, or by the HTTP status that a framework keeps beside it."""
    extensions = error.get("extensions") if isinstance(error, dict) else None
    if not isinstance(extensions, dict):
        return False
    kept = [extensions, *(extensions.get(name) for name in _KEPT_IN)]
    statuses = [part.get(name) for part in kept if isinstance(part, dict) for name in ("status", "statusCode")]
    return str(extensions.get("code")) in _REFUSED_CODES or any(status in _REFUSED for status in statuses)


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, text in variables.items():
            value = value.replace("{" + name + "}", text)
        return value
    if isinstance(value, list):
        return [_filled(entry, variables) for entry in value]
    if isinstance(value, dict):
        return {key: _filled(entry, variables) for key, entry in value.items()}
    return value


def _expiry(token: str) -> float:
    """When the token expires, in seconds since the epoch; infinite where it is opaque or does not tell."""
    try:
        told = jwt.read_claims(token).get("exp")
    except jwt.TokenError:
        return math.inf
    return told if isinstance(told, (int, float)) else math.inf


@dataclass(frozen=True)
class Refused:
    """A request that was not accepted."""

    service: str
    answer: HttpAnswer
    since: float
    """When it was sent, in seconds since the epoch."""


@dataclass(frozen=True)
class Issued:
    """A token as the issuer gave it."""

    token: str
    answer: HttpAnswer


def obtain_token(platform: Platform, variables: Mapping[str, str]) -> Issued:
    """Prepare and log in as the contract says.

    :raises NoToken: the contract describes no tokens, a request was not accepted, or its answer holds no token.
    """
    tokens = platform.contract.tokens
    if tokens is None:
        raise NoToken("the contract has no `tokens`: nothing tells how a token is had")
    for request in tokens.prepare:
        variables = {**variables, **captured(_accepted(platform, request, variables), request)}
    answer = _accepted(platform, tokens.login, variables)
    found = _at(answer, tokens.field)
    if not isinstance(found, str):
        raise NoToken(f"the login's answer has no {tokens.field}: {answer}")
    ago_s = time.time() - _expiry(found)
    if ago_s > _CLOCKS_S:
        raise NoToken(f"the token that {tokens.issuer} issues has expired already: its exp is {ago_s:.0f} s ago")
    return Issued(found, answer)


def _accepted(platform: Platform, request: Request, variables: Mapping[str, str]) -> HttpAnswer:
    since = time.time()
    answer = send(platform, request, variables)
    if not is_accepted(answer):
        told = f"{request.method} {request.path} of {request.service} was not accepted: {answer}"
        raise NoToken(told, Refused(request.service, answer, since))
    return answer
