"""Tokens: issued by one service, accepted by the others, and refused where they should be."""

import time

import pytest

from fixtures.criteria import P2, criterion
from readiness.checks.refusal import demand_accepted, refusal_cause
from readiness.checks.requests import Issued, NoToken, is_refused, send
from readiness.checks.token_use import none_issued, why_refused
from readiness.diagnosis.promises import BrokenPromise
from readiness.model import subjects
from readiness.model.finding import Blocked, Cause, Unmet
from readiness.platform import Platform, Service
from readiness.probes import tokens

_FORGED = ("signed with another key", 'which claims "alg": "none" and has no signature')
"""What is wrong with each of the forged tokens, in their order."""


@criterion("auth.token", P2, each=subjects.token_holders, cause=BrokenPromise.TOKEN_MISHANDLED)
def test_tokens_are_accepted_and_refused_as_they_should_be(
    request: pytest.FixtureRequest, service: Service, platform: Platform, login: Issued | NoToken | Blocked | None
) -> None:
    """A token of the issuer is accepted; a forged, an expired and a missing one are refused."""
    promise = platform.contract.tokens
    assert promise is not None
    if isinstance(login, NoToken) and service.name == promise.issuer:
        raise Unmet(str(login), _why_none(platform, login) or none_issued(service.name))
    issued: Issued = request.getfixturevalue("issued")
    secret = platform.graph[promise.issuer].environment.get(promise.secret)
    for guarded in promise.guarded:
        if guarded.service != service.name:
            continue
        what = f"{guarded.method} {guarded.path}"
        variables = {"id": platform.run}
        since = time.time()
        accepted = send(platform, guarded, variables, issued.token)
        otherwise = f"{what} does not accept a token of {promise.issuer}"
        if is_refused(accepted):
            raise Unmet(f"{otherwise}: {accepted}", why_refused(platform, service.name, issued.token))
        demand_accepted(platform, guarded, accepted, since, otherwise)
        missing = send(platform, guarded, variables)
        assert is_refused(missing), f"{what} answers without a token: {missing}"
        for how, forged in zip(_FORGED, tokens.forged(issued.token), strict=True):
            answer = send(platform, guarded, variables, forged)
            assert is_refused(answer), f"{what} accepts a forged token, {how}: {answer}"
        assert secret, f"{promise.issuer} has no variable {promise.secret}: an expired token cannot be made"
        late = send(platform, guarded, variables, tokens.expired(issued.token, secret, promise.algorithm))
        assert is_refused(late), f"{what} accepts an expired token: {late}"


def _why_none(platform: Platform, login: NoToken) -> Cause | None:
    refused = login.refused
    return refusal_cause(platform, refused.service, refused.answer, refused.since) if refused else None
