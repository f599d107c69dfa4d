"""A token of the issuer at the services that are to accept it: do they, and if one does not, why?"""

from collections import Counter
from collections.abc import Mapping

from readiness.checks.requests import is_refused, send
from readiness.diagnosis.promises import BrokenPromise, cause_of
from readiness.model.contract import Tokens
from readiness.model.errors import ReadinessError
from readiness.model.finding import Blocked, Cause, Confidence
from readiness.platform import Platform
from readiness.probes import tokens

_TOLD_CLAIMS = ("iss", "aud", "azp", "scope", "exp", "nbf")
"""Claims by which services refuse tokens whose signature is right (RFC 7519, section 4.1), and which name nobody."""


def demand_takes_tokens(platform: Platform, service: str, token: str) -> None:
    """:raises Blocked: the service refuses a good token, so that nothing which needs one can be judged there."""
    promise = platform.contract.tokens
    for guarded in promise.guarded if promise is not None else ():
        if guarded.service == service and is_refused(send(platform, guarded, {"id": platform.run}, token)):
            raise Blocked(by=f"auth.token[{service}]")


def why_refused(platform: Platform, service: str, token: str) -> Cause:
    """Why a service refuses a good token: another secret than the issuer's, else what the token says of itself."""
    promise = platform.contract.tokens
    assert promise is not None
    node, told = service, ""
    if promise.algorithm.startswith("HS") and service != promise.issuer:
        node, told = _other_secret(promise, service, _secrets(platform, promise))
    evidence = (told,) if told else (_claims(token),)
    advice = (
        f"Give {node} the {promise.secret} that the others have."
        if told
        else "Compare what the service demands of a token (issuer, audience, algorithm, key) with what the token says."
    )
    return Cause(BrokenPromise.TOKEN_MISHANDLED, node, None, Confidence.SURE, told, evidence, advice)


def none_issued(issuer: str) -> Cause:
    """The issuer gave no token that can be used."""
    return cause_of(BrokenPromise.TOKEN_NOT_ISSUED, issuer)


def _secrets(platform: Platform, promise: Tokens) -> dict[str, str]:
    """The secret of the issuer and of each service that checks tokens, where their environment has that variable."""
    holders = {promise.issuer, *(guarded.service for guarded in promise.guarded)}
    declared = {name: platform.graph[name].environment.get(promise.secret) for name in holders}
    return {name: value for name, value in declared.items() if value is not None}


def _other_secret(promise: Tokens, service: str, secrets: Mapping[str, str]) -> tuple[str, str]:
    """Who has another secret than the rest, and that in words; the service itself and "" where nobody is known to."""
    own, issuers = secrets.get(service), secrets.get(promise.issuer)
    if own is None or issuers is None or own == issuers:
        return service, ""
    others = [value for name, value in secrets.items() if name != promise.issuer]
    ((shared, count),) = Counter(others).most_common(1)
    if count == len(others) >= 2 and shared != issuers:
        return promise.issuer, f"{promise.secret} of {promise.issuer} is not the one that the others share"
    return service, f"{promise.secret} of {service} is not that of {promise.issuer}"


def _claims(token: str) -> str:
    try:
        claims = tokens.read_claims(token)
    except ReadinessError as error:
        return str(error)
    told = ", ".join(f"{name}={claims[name]!r}" for name in _TOLD_CLAIMS if name in claims)
    return f"the token says of itself: {told or 'nothing by which services refuse'}"
