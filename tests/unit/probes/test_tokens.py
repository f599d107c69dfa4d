import time

import jwt
import pytest

from readiness.probes import tokens

SECRET = "a secret of the issuer that is long enough for HS512, as RFC 7518 wants it to be: 64"
CLAIMS = {"sub": "42", "roles": ["clerk"], "iss": "auth"}


def issued(algorithm: str = "HS256", **claims: object) -> str:
    return jwt.encode({**CLAIMS, "exp": int(time.time()) + 600, **claims}, SECRET, algorithm, headers={"kid": "k1"})


def test_claims_are_read_without_the_key() -> None:
    assert tokens.read_claims(issued())["roles"] == ["clerk"]


@pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
def test_an_expired_token_is_rightly_signed_and_refused_for_its_age_alone(algorithm: str) -> None:
    now = int(time.time())
    token = tokens.expired(issued(algorithm, iat=now, nbf=now), SECRET, algorithm)
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(token, SECRET, algorithms=[algorithm])
    claims = jwt.decode(token, SECRET, algorithms=[algorithm], options={"verify_exp": False})
    assert {name: claims[name] for name in CLAIMS} == CLAIMS
    assert claims["iat"] < claims["exp"] < now
    assert jwt.get_unverified_header(token)["kid"] == "k1"


def test_a_token_without_expiry_gets_one_in_the_past() -> None:
    claims = tokens.read_claims(tokens.expired(jwt.encode(CLAIMS, SECRET, "HS256"), SECRET, "HS256"))
    assert claims["exp"] < time.time()
    assert "iat" not in claims


def test_forged_tokens_keep_the_claims_and_fail_every_honest_verification() -> None:
    original = issued()
    variants = tokens.forged(original)
    assert len(variants) == 2
    for token in variants:
        assert tokens.read_claims(token) == tokens.read_claims(original)
        with pytest.raises(jwt.InvalidTokenError):
            jwt.decode(token, SECRET, algorithms=["HS256"])
    assert [jwt.get_unverified_header(token)["alg"] for token in variants] == ["HS256", "none"]
    assert variants[1].endswith("."), "a token without a signature ends in an empty part"


def test_a_token_of_a_key_pair_is_forged_with_a_shared_key() -> None:
    header = {"alg": "RS256", "kid": "k1"}
    unsigned = jwt.encode(CLAIMS, "x" * 64, "HS256").split(".")[1]
    original = f"{jwt.utils.base64url_encode(repr(header).replace(chr(39), chr(34)).encode()).decode()}.{unsigned}.c2ln"
    assert jwt.get_unverified_header(tokens.forged(original)[0])["alg"] == "HS256"


@pytest.mark.parametrize("text", ["", "abc", "a.b.c", "{}", "é.é.é"])
def test_what_is_no_token_is_refused_with_a_reason(text: str) -> None:
    for act in (tokens.read_claims, tokens.forged, lambda token: tokens.expired(token, SECRET, "HS256")):
        with pytest.raises(tokens.TokenError, match="not a JSON Web Token"):
            act(text)


def test_an_algorithm_that_does_not_go_with_the_secret_is_refused_with_a_reason() -> None:
    with pytest.raises(tokens.TokenError, match="cannot be signed again with RS256"):
        tokens.expired(issued(), SECRET, "RS256")
    with pytest.raises(tokens.TokenError, match="cannot be signed again with XX"):
        tokens.expired(issued(), SECRET, "XX")


def test_the_secret_is_in_no_error() -> None:
    with pytest.raises(tokens.TokenError) as failure:
        tokens.expired(issued(), SECRET, "RS256")
    assert SECRET not in str(failure.value)
