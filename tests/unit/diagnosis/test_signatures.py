"""Every signature's sample goes through the whole diagnosis."""

import time
from dataclasses import replace

import pytest
from pydantic import ValidationError

from readiness.diagnosis.catalogue import SPECIFIC, Signature, Source, Weight, signatures
from readiness.diagnosis.causes import CauseClass
from readiness.model.evidence import HealthLogEntry
from readiness.model.finding import Confidence
from tests.unit.diagnosis.diagnosis_scene import SHOP, diagnosed, exited, running

LOG = signatures(Source.LOG)


@pytest.mark.parametrize("signature", LOG, ids=lambda signature: signature.id)
def test_a_sample_in_a_log_is_diagnosed_as_its_class(signature: Signature) -> None:
    cause = diagnosed(exited("auth", signature.sample))
    assert (cause.cls, cause.node) == (signature.cause, "auth"), cause
    if signature.role is Weight.ROOT and signature.priority >= SPECIFIC:
        assert cause.confidence is Confidence.SURE
    if signature.role is Weight.HINT:
        assert cause.confidence is Confidence.UNKNOWN


@pytest.mark.parametrize("signature", LOG, ids=lambda signature: signature.id)
def test_a_sample_that_names_a_role_names_the_node_that_plays_it(signature: Signature) -> None:
    cause = diagnosed(exited("auth", signature.sample))
    if signature.dependency in SHOP.nodes:
        assert cause.dependency == signature.dependency
    if signature.dependency == "database":
        assert cause.dependency == "postgres"


@pytest.mark.parametrize("signature", signatures(Source.ENGINE), ids=lambda signature: signature.id)
def test_a_sample_of_the_engine_is_diagnosed_from_its_refusal(signature: Signature) -> None:
    cause = diagnosed(exited("auth", code=127, error=signature.sample))
    assert (cause.cls, cause.confidence) == (signature.cause, Confidence.SURE)


@pytest.mark.parametrize("signature", signatures(Source.HEALTH), ids=lambda signature: signature.id)
def test_a_sample_of_a_health_check_is_diagnosed_from_its_output(signature: Signature) -> None:
    evidence = running("auth", health="unhealthy")
    state = replace(evidence.state, health_log=(HealthLogEntry(1, signature.sample, 0.0),))
    cause = diagnosed(replace(evidence, state=state))
    assert (cause.cls, cause.confidence) == (signature.cause, Confidence.SURE)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 8000,
        "X_" * 4000,
        "1" * 8000,
        "a." * 4000,
        "/a" * 4000,
        "missing env " * 600,
        "Error: " * 1100,
        "connection to " * 570,
        "File /migrations/" * 470,
        "open " * 1600,
        "error: x\n" * 800,
        '"' * 8000,
    ],
)
def test_no_pattern_goes_back_over_a_long_line_without_end(text: str) -> None:
    began = time.process_time()
    for signature in LOG:
        signature.search(text)
    # About 0.05 s of processor time for all; a pattern that multiplies what it tries does not end within minutes.
    assert time.process_time() - began < 20


def test_advice_is_filled_with_what_the_message_says_or_falls_back_to_the_class() -> None:
    signature = Signature(
        id="x", pattern="no (?P<obj>\\w+)", cause=CauseClass.SCHEMA_MISSING, sample="", advice="make {obj}"
    )
    assert signature.advise({"obj": "invoices"}) == "make invoices"
    assert "migrations" in signature.advise({})


def test_a_table_with_an_unknown_key_or_class_is_refused() -> None:
    with pytest.raises(ValidationError):
        Signature.model_validate({"id": "x", "pattern": "x", "cause": "no_such_class", "sample": "x"})
    with pytest.raises(ValidationError):
        Signature.model_validate({"id": "x", "pattern": "x", "cause": "disk_full", "sample": "x", "prio": 3})
