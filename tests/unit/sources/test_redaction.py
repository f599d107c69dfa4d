"""Secrets are masked in every text, and the rest of the text stays readable."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.model.redaction import MASK, Redactor


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("connecting with hunter22!", "connecting with ***!"),
        ("xhunter22y", "x***y"),
        ("pin 4711, order 47110", "pin ***, order 47110"),
        ("abc stays, it is too short", "abc stays, it is too short"),
        ("?password=p%2Fw%20d1234", "?password=***"),
        ("redis://:other@redis:6379/0", "redis://:***@redis:6379/0"),
        ("postgresql://app:other@db/x and http://a:80/b", "postgresql://app:***@db/x and http://a:80/b"),
        ("token eyJhbGciOi.eyJzdWIiOi.c2ln end", "token *** end"),
        ("Authorization: Bearer abc123def456", "Authorization: Bearer ***"),
        ("bearer authentication is needed", "bearer authentication is needed"),
        ("DB_PASSWORD=other x", "DB_PASSWORD=*** x"),
        ('{"password": "other one", "a": 1}', '{"password": "***", "a": 1}'),
        ("redis-server --requirepass other --port 1", "redis-server --requirepass *** --port 1"),
        ("FATAL: password authentication failed for user", "FATAL: password authentication failed for user"),
        ("JWT_SECRET: field required", "JWT_SECRET: field required"),
        ("JWT_SECRET= is empty", "JWT_SECRET= is empty"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- x", "*** x"),
        ("INSIDE://kafka:9092,OUTSIDE://127.0.0.1:9093", "INSIDE://kafka:9092,OUTSIDE://127.0.0.1:9093"),
    ],
)
def test_secrets_are_masked_where_they_stand(text: str, redacted: str) -> None:
    redactor = Redactor(["hunter22", "4711", "abc", "p/w d1234"])
    assert redactor.redact(text) == redacted
    assert redactor.redact(redacted) == redacted


def test_of_two_secrets_the_longer_one_is_masked_whole() -> None:
    assert Redactor(["secret-12", "secret-12-and-more"]).redact("x secret-12-and-more") == f"x {MASK}"


def test_a_line_of_a_key_is_masked_by_itself() -> None:
    assert Redactor(["first\nMIIEvQIBADANBgkqh\nlast"]).redact("read MIIEvQIBADANBgkqh") == f"read {MASK}"


def test_without_secrets_a_text_stays_as_it_is() -> None:
    assert Redactor().redact("nothing to hide") == "nothing to hide"


@given(st.text(min_size=8).filter(lambda value: len(value.strip()) >= 8 and "*" not in value), st.text())
def test_no_secret_of_eight_characters_gets_through(secret: str, around: str) -> None:
    redacted = Redactor([secret]).redact(f"{around}{secret}{around}")
    assert secret not in redacted.replace(around, "", 2) or secret in around
    assert json.dumps(secret)[1:-1] not in Redactor([secret]).redact(json.dumps({"value": secret}))
