"""A run's verdict held against a defect's answer: right, unknown or wrong, and who was accused falsely."""

from typing import Any

import pytest

from tests.detection.defect import Answer, Defect
from tests.detection.judging import judge
from tests.detection.overlay import merged

DEFECT = Defect(
    why="redis has another password",
    found=Answer(
        criterion="start.ready",
        subject="auth",
        cause="dependency_auth_failed",
        node="auth",
        dependency="redis",
        tells=("REDIS_URL",),
    ),
    blocks=("workflow",),
)


_UNKNOWN: dict[str, Any] = {"class": "unknown", "dependency": None}


def finding(row: str = "start.ready[auth]", /, **cause: Any) -> dict[str, Any]:
    criterion, _, subject = row.rstrip("]").partition("[")
    told = {"class": "dependency_auth_failed", "node": "auth", "dependency": "redis", "confidence": "sure"}
    return {
        "criterion": criterion,
        "subject": subject,
        "summary": "auth: not ready",
        "cause": told | cause,
        "evidence": ["REDIS_URL"],
        "advice": "",
    }


def verdict(*findings: dict[str, Any], rows: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    criteria = [
        {"criterion": "health.ready", "subject": subject, "outcome": outcome, "blocked_by": "start.ready[auth]"}
        for subject, outcome in rows
    ]
    return {"verdict": "NOT READY" if findings else "READY", "findings": list(findings), "criteria": criteria}


def test_the_answer_itself_is_right() -> None:
    assert judge("a", DEFECT, verdict(finding()), 1).is_right


def test_a_ready_platform_has_found_nothing() -> None:
    judged = judge("a", DEFECT, verdict(), 1)
    assert (judged.found, judged.cause) == (False, "unknown")


@pytest.mark.parametrize("other", [{"class": "app_exception"}, {"node": "redis"}, {"dependency": None}])
def test_another_cause_is_wrong(other: dict[str, Any]) -> None:
    assert judge("a", DEFECT, verdict(finding(**other)), 1).cause == "wrong"


def test_a_cause_that_is_told_as_unknown_is_not_wrong() -> None:
    assert judge("a", DEFECT, verdict(finding(**_UNKNOWN)), 1).cause == "unknown"
    assert judge("a", DEFECT, verdict(finding(dependency=None, confidence="unknown")), 1).cause == "unknown"


def test_a_text_that_has_to_be_told_and_is_not_makes_the_cause_wrong() -> None:
    assert judge("a", DEFECT, verdict(finding() | {"evidence": []}), 1).cause == "wrong"


def test_a_finding_that_the_answer_does_not_have_is_a_false_accusation() -> None:
    judged = judge("a", DEFECT, verdict(finding(), finding("health.live[finance]")), 1)
    assert [accused.partition(":")[0] for accused in judged.false_accusations] == ["health.live[finance]"]
    assert not judged.is_right


def test_what_may_be_left_unjudged_is_the_defects_affair() -> None:
    rows = (("auth", "blocked"), ("auth->redis (stopped)", "blocked"), ("workflow", "blocked"), ("finance", "holds"))
    assert not judge("a", DEFECT, verdict(finding(), rows=rows), 1).false_accusations
    judged = judge("a", DEFECT, verdict(finding(), rows=(("finance", "blocked"),)), 1)
    assert judged.false_accusations == ("health.ready[finance] blocked by start.ready[auth]",)


def test_a_merge_patch_takes_away_with_null_and_replaces_lists() -> None:
    target = {"a": {"b": 1, "c": [1, 2]}, "d": 1}
    assert merged(target, {"a": {"b": None, "c": [3]}, "e": {"f": None}}) == {"a": {"c": [3]}, "d": 1, "e": {}}
