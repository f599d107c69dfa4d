"""Tokens: issued by one service, accepted by the others, and refused where they should be."""

from fixtures.criteria import P2, criterion
from readiness.model import subjects
from readiness.platform import Platform, Service
from readiness.probes import tokens
from readiness.requests import Issued, is_accepted, is_refused, obtain_token, send


@criterion("auth.token", P2, each=subjects.token_holders, cause="token_mishandled")
def test_tokens_are_accepted_and_refused_as_they_should_be(
    service: Service, platform: Platform, issued: Issued | None
) -> None:
    """A token of the issuer is accepted; a forged, an expired and a missing one are refused."""
    promise = platform.contract.tokens
    assert promise is not None
    if service.name == promise.issuer:
        obtain_token(platform, {"id": f"{platform.run}-issuer"})
    assert issued is not None
    secret = platform.graph[promise.issuer].environment.get(promise.secret)
    for request in promise.guarded:
        if request.service != service.name:
            continue
        what = f"{request.method} {request.path}"
        variables = {"id": platform.run}
        accepted = send(platform, request, variables, issued.token)
        assert is_accepted(accepted), f"{what} does not accept a token of {promise.issuer}: {accepted}"
        missing = send(platform, request, variables)
        assert is_refused(missing), f"{what} answers without a token: {missing}"
        for forged in tokens.forged(issued.token):
            answer = send(platform, request, variables, forged)
            assert is_refused(answer), f"{what} accepts a forged token: {answer}"
        assert secret, f"{promise.issuer} has no variable {promise.secret}: an expired token cannot be made"
        late = send(platform, request, variables, tokens.expired(issued.token, secret, promise.algorithm))
        assert is_refused(late), f"{what} accepts an expired token: {late}"
