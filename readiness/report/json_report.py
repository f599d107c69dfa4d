"""``verdict.json``: the verdict for programs. Its shape is ``schemas/verdict.schema.json``."""

import math
from typing import Any

from readiness.model.finding import Finding
from readiness.model.verdict import Result, Verdict
from readiness.report.tally import in_reading_order
from readiness.report.text import advice_of, evidence_of, explanation_of, one_line

SCHEMA_VERSION = 1
"""Raised when a reader of the former shape would be misled; a new key alone does not raise it."""

LINE_LIMIT = 2000
EVIDENCE_LIMIT = 200
"""Lines of evidence a finding: enough for a stack trace, too few for an endless log."""


def to_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON's own types. Texts are cleaned of control characters and bounded."""
    return {
        "schema_version": SCHEMA_VERSION,
        "verdict": str(verdict.answer),
        "level": str(verdict.level),
        "graph": _text(verdict.graph),
        "reasons": [_text(reason) for reason in verdict.reasons],
        "criteria": [_criterion(result) for result in verdict.results],
        "findings": [_finding(finding) for finding in in_reading_order(verdict.findings)],
        "timing": {_text(part): _number(seconds) for part, seconds in verdict.timing.items()},
    }


def _criterion(result: Result) -> dict[str, Any]:
    return {
        "criterion": result.criterion,
        "priority": str(result.priority),
        "subject": _text(result.subject),
        "outcome": str(result.outcome),
        "reason": _text(result.reason),
        "blocked_by": None if result.blocked_by is None else _text(result.blocked_by),
        "measured": {_text(name): _measure(value) for name, value in result.measured.items()},
        "took_s": _number(result.took_s),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    cause = finding.cause
    explanation = explanation_of(finding)
    evidence = evidence_of(finding, LINE_LIMIT)
    return {
        "criterion": finding.criterion,
        "subject": _text(finding.subject),
        "summary": _text(finding.summary),
        "cause": {
            "class": cause.cls,
            "node": _text(cause.node),
            "dependency": None if cause.dependency is None else _text(cause.dependency),
            "confidence": str(cause.confidence),
        },
        # The sentence that names the cause is what was seen, so it stands first among the evidence.
        "evidence": list(dict.fromkeys([explanation, *evidence] if explanation else evidence))[:EVIDENCE_LIMIT],
        "advice": advice_of(finding),
        "blocks": [_text(key) for key in finding.blocks],
    }


def _text(text: str) -> str:
    return one_line(text, LINE_LIMIT)


def _measure(value: float | int | str) -> float | int | str:
    """A measured value; JSON has no infinity and no NaN (RFC 8259, section 6), so these are told as texts."""
    if isinstance(value, str):
        return _text(value)
    return value if math.isfinite(value) else str(value)


def _number(seconds: float) -> float:
    return round(seconds, 3) if math.isfinite(seconds) else 0.0
