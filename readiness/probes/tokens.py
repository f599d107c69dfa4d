"""Bearer tokens (JSON Web Tokens, RFC 7519) that a service has to refuse, made from one that it accepts."""

import secrets
import time
from collections.abc import Mapping
from typing import Any

import jwt

from readiness.model.errors import ReadinessError

_PAST_S = 3600


class TokenError(ReadinessError):
    """The issuer's answer holds something that is no JSON Web Token."""


def read_claims(token: str) -> Mapping[str, Any]:
    """The claims of a token. Its signature is not verified.

    :raises TokenError: it cannot be read.
    """
    return _read(token)[0]


def expired(token: str, secret: str, algorithm: str) -> str:
    """The same claims, rightly signed, with ``exp`` an hour in the past; ``iat`` and ``nbf``, where given, before it.

    :raises TokenError: the token cannot be read, or the algorithm is unknown or does not go with this secret.
    """
    claims, headers = _read(token)
    now = int(time.time())
    moved: dict[str, Any] = {name: now - 2 * _PAST_S for name in ("iat", "nbf") if name in claims}
    return _signed({**claims, **moved, "exp": now - _PAST_S}, secret, algorithm, headers)


def forged(token: str) -> tuple[str, ...]:
    """The same claims in tokens that nobody with the key has signed.

    The first is signed with another key (HMAC, by the header's own algorithm where it is one), the second claims
    ``"alg": "none"`` and has no signature (RFC 8725, section 2.1).

    :raises TokenError: the token cannot be read.
    """
    claims, headers = _read(token)
    algorithm = headers.get("alg", "")
    hmac = algorithm if algorithm in ("HS256", "HS384", "HS512") else "HS256"
    return _signed(claims, secrets.token_hex(64), hmac, headers), _signed(claims, "", "none", headers)


def _read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        complete = jwt.decode_complete(token, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise TokenError(f"not a JSON Web Token: {error}") from error
    return complete["payload"], complete["header"]


def _signed(claims: Mapping[str, Any], key: str, algorithm: str, headers: Mapping[str, Any]) -> str:
    # The key's id is kept, so that the token is refused for its signature and not for an unknown key.
    kept = {name: value for name, value in headers.items() if name not in ("alg", "typ")}
    try:
        return jwt.encode(dict(claims), key or None, algorithm=algorithm, headers=kept)
    except (jwt.PyJWTError, NotImplementedError, ValueError, TypeError) as error:
        raise TokenError(f"the token cannot be signed again with {algorithm}: {error}") from error
