"""What the suite has said of a defect, held against the answer."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.detection.defect import Answer, Defect


class CauseJudged(StrEnum):
    """How good the cause is that was told."""

    RIGHT = "right"
    UNKNOWN = "unknown"
    WRONG = "wrong"


@dataclass(frozen=True)
class Judged:
    """One defect, judged."""

    name: str
    found: bool
    cause: CauseJudged
    false_accusations: tuple[str, ...]
    seconds: float
    told: str = ""
    """The cause in one line, as the suite told it."""

    @property
    def is_right(self) -> bool:
        return self.found and self.cause is CauseJudged.RIGHT and not self.false_accusations

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "found": self.found,
            "cause": str(self.cause),
            "false_accusations": list(self.false_accusations),
            "seconds": round(self.seconds, 1),
            "told": self.told,
        }


def judge(name: str, defect: Defect, verdict: Mapping[str, Any], seconds: float) -> Judged:
    """A run's ``verdict.json`` against the defect's answer. A verdict that is not NOT READY has found nothing."""
    findings = {f"{each['criterion']}[{each['subject']}]": each for each in verdict.get("findings", ())}
    wanted = (defect.found, *defect.also)
    is_found = verdict.get("verdict") == "NOT READY" and all(answer.row in findings for answer in wanted)
    causes = [_cause_of(findings[answer.row], answer) for answer in wanted if answer.row in findings]
    # The worst one counts; where nothing was found, nothing was said.
    cause = max(causes, key=list(CauseJudged).index, default=CauseJudged.UNKNOWN)
    first = findings.get(defect.found.row)
    return Judged(
        name=name,
        found=is_found,
        cause=cause,
        false_accusations=(*_accused(defect, findings), *_left_unjudged(defect, verdict)),
        seconds=seconds,
        told=_in_one_line(first) if first else verdict.get("verdict", "no verdict"),
    )


def _cause_of(finding: Mapping[str, Any], answer: Answer) -> CauseJudged:
    cause = finding["cause"]
    told = " ".join((finding["summary"], *finding["evidence"], finding["advice"] or ""))
    same = (cause["class"], cause["node"], cause["dependency"]) == (answer.cause, answer.node, answer.dependency)
    if same and all(text in told for text in answer.tells):
        return CauseJudged.RIGHT
    is_open = cause["class"] == "unknown" or cause["confidence"] == "unknown"
    return CauseJudged.UNKNOWN if is_open else CauseJudged.WRONG


def _accused(defect: Defect, findings: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Every finding that the answer does not have."""
    answers = {answer.row: answer for answer in (defect.found, *defect.also, *defect.may)}
    for row, finding in findings.items():
        answer = answers.get(row)
        if answer is None or (answer in defect.may and _cause_of(finding, answer) is CauseJudged.WRONG):
            yield f"{row}: {_in_one_line(finding)}"


def _left_unjudged(defect: Defect, verdict: Mapping[str, Any]) -> Iterator[str]:
    """Every row that was kept from being judged without having to do with the defect."""
    about = {*defect.blocks, *(node for answer in (defect.found, *defect.also, *defect.may) for node in _nodes(answer))}
    for row in verdict.get("criteria", ()):
        apart = not set(nodes_in(row["subject"])) & about
        if apart and row["outcome"] == "blocked":
            yield f"{row['criterion']}[{row['subject']}] blocked by {row['blocked_by']}"


def _nodes(answer: Answer) -> tuple[str, ...]:
    return (*nodes_in(answer.subject), answer.node)


def nodes_in(subject: str) -> tuple[str, ...]:
    """The nodes that a row's subject names: ``finance->redis (stopped)`` is about finance and redis."""
    return tuple(re.sub(r" \(.*\)$", "", subject).split("->"))


def _in_one_line(finding: Mapping[str, Any]) -> str:
    cause = finding["cause"]
    dependency = f" -> {cause['dependency']}" if cause["dependency"] else ""
    return f"{cause['class']} of {cause['node']}{dependency} ({cause['confidence']}): {finding['summary'][:160]}"
