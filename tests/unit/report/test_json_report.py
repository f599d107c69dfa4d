"""verdict.json is what its schema says, whatever the texts in it."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from readiness.model.finding import Cause, Confidence
from readiness.model.verdict import Verdict
from readiness.report.json_report import EVIDENCE_LIMIT, to_json
from tests.unit.report.verdict_examples import CRASH_LOOP, EXAMPLES, ONE_FINDING, READY, THREE_FINDINGS

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parents[3] / "schemas" / "verdict.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def _round_trip(verdict: Verdict) -> Any:
    return json.loads(json.dumps(to_json(verdict), allow_nan=False))


def test_the_schema_is_itself_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("verdict", EXAMPLES.values(), ids=EXAMPLES)
def test_a_verdict_is_valid_against_the_schema(verdict: Verdict) -> None:
    VALIDATOR.validate(_round_trip(verdict))


def test_every_row_is_there_in_its_order() -> None:
    told = _round_trip(THREE_FINDINGS)["criteria"]
    assert [f"{row['criterion']}[{row['subject']}]" for row in told] == [row.key for row in THREE_FINDINGS.results]


def test_a_finding_carries_its_cause_and_names_what_it_blocks() -> None:
    (finding,) = _round_trip(ONE_FINDING)["findings"]
    assert finding["cause"] == {"class": "missing_setting", "node": "auth", "dependency": None, "confidence": "sure"}
    assert finding["evidence"][0] == "The setting JWT_SECRET is required and not set."
    assert finding["advice"] == CRASH_LOOP.cause.advice
    assert "health.ready[auth]" in finding["blocks"]


def test_the_finding_that_blocks_the_most_comes_first() -> None:
    findings = _round_trip(THREE_FINDINGS)["findings"]
    assert [finding["subject"] for finding in findings] == ["auth", "rules-engine->redis", "finance"]


def test_what_json_cannot_say_is_told_as_text() -> None:
    measured = {"p95_ms": math.inf, "lag": math.nan, "size_bytes": 231_000_000}
    verdict = replace(READY, results=(replace(READY.results[0], measured=measured),))
    told = _round_trip(verdict)
    VALIDATOR.validate(told)
    assert told["criteria"][0]["measured"] == {"p95_ms": "inf", "lag": "nan", "size_bytes": 231_000_000}


def test_an_endless_log_is_bounded() -> None:
    endless = tuple(f"line {number} " + "x" * 5000 for number in range(5000))
    verdict = replace(ONE_FINDING, findings=(replace(CRASH_LOOP, evidence=endless),))
    told = _round_trip(verdict)
    VALIDATOR.validate(told)
    assert len(told["findings"][0]["evidence"]) == EVIDENCE_LIMIT


@given(text=st.text(st.characters()))
def test_no_text_from_a_container_breaks_the_file(text: str) -> None:
    cause = Cause("unknown", "auth", confidence=Confidence.UNKNOWN, evidence=(text,), summary=text)
    finding = replace(CRASH_LOOP, summary=text, advice=text, cause=cause)
    verdict = replace(ONE_FINDING, results=ONE_FINDING.results[:3], findings=(finding,), graph=text)
    document = to_json(verdict)
    VALIDATOR.validate(document)
    json.dumps(document, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "MAYBE"},
        {"surprise": 1},
        {"schema_version": 2},
        {"timing": {"start_s": -1}},
        {"reasons": ["not run"]},
        {"criteria": []},
    ],
    ids=str,
)
def test_the_schema_refuses_what_is_not_a_verdict(change: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(_round_trip(READY) | change)
