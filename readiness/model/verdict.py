"""From the outcomes of all rows to one verdict.

The algebra (see ``docs/reading-a-verdict.md``): failure wins; unknown and pass is unknown; empty is unknown.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import IntEnum, StrEnum

from readiness.model.contract import Waiver
from readiness.model.criterion import Level, Row
from readiness.model.finding import Finding

_SHOWN_CRITERIA = 3


class Outcome(StrEnum):
    """What became of one row."""

    HOLDS = "holds"
    FAILS = "fails"
    BLOCKED = "blocked"
    UNCHECKED = "unchecked"
    WAIVED = "waived"


class Answer(StrEnum):
    """The one thing that is said of a platform."""

    READY = "READY"
    NOT_READY = "NOT READY"
    UNKNOWN = "UNKNOWN"

    @property
    def exit_code(self) -> int:
        return {Answer.READY: 0, Answer.NOT_READY: 1, Answer.UNKNOWN: 2}[self]


class Unchecked(IntEnum):
    """Why a row was not judged, the more excusable first."""

    BEYOND_REACH = 1
    """This machine or this suite cannot check it: only LOCAL may pass over that, and it says so."""
    NOT_RUN = 2
    """Deselected, interrupted, skipped or broken: never passed over."""


@dataclass(frozen=True)
class Result:
    """What became of one row, with what was seen."""

    criterion: str
    priority: str
    subject: str
    outcome: Outcome
    reason: str = ""
    """Why it is unchecked, blocked or waived."""
    unchecked: Unchecked | None = None
    blocked_by: str | None = None
    """The key of the finding that kept this row from being judged."""
    measured: Mapping[str, float | int | str] = field(default_factory=dict)
    took_s: float = 0.0

    @property
    def key(self) -> str:
        return f"{self.criterion}[{self.subject}]"


@dataclass(frozen=True)
class Verdict:
    """One answer for a platform, and everything that it rests on."""

    answer: Answer
    level: Level
    graph: str
    results: tuple[Result, ...]
    findings: tuple[Finding, ...]
    reasons: tuple[str, ...] = ()
    """Why the answer is UNKNOWN; empty otherwise."""
    timing: Mapping[str, float] = field(default_factory=dict)

    def with_outcome(self, outcome: Outcome) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.outcome is outcome)


def judge(
    rows: Sequence[Row],
    results: Iterable[Result],
    findings: Sequence[Finding],
    *,
    level: Level,
    graph: str,
    troubles: Sequence[str] = (),
    timing: Mapping[str, float] | None = None,
    waivers: Sequence[Waiver] = (),
    today: date | None = None,
) -> Verdict:
    """The verdict over all rows that this level demands.

    A row without a result was not run. ``troubles`` kept the suite itself from telling (no engine ...).
    A waiver of the contract takes a failing row out of the verdict until its end date.
    """
    told = {result.key: result for result in results}
    in_force = [waiver for waiver in waivers if waiver.until >= (today or datetime.now(tz=UTC).date())]
    complete = tuple(_waived(told.get(row.key, _not_run(row)), row, in_force) for row in rows)
    waived = {result.key for result in complete if result.outcome is Outcome.WAIVED}
    findings = [finding for finding in findings if finding.key not in waived]
    told_of = {finding.key for finding in findings}
    complete = _followed(complete, told_of)
    holding = any(result.outcome is Outcome.HOLDS for result in complete)
    # Where nothing holds, a list of all rows would bury the trouble or the finding that is the reason.
    reasons = [*troubles, *(_gaps(complete, level, told_of) if holding else ())]
    if not (holding or reasons or findings):
        reasons = ["nothing was found to hold"]
    if findings or any(result.outcome is Outcome.FAILS for result in complete):
        answer = Answer.NOT_READY
    elif reasons:
        answer = Answer.UNKNOWN
    else:
        answer = Answer.READY
    return Verdict(
        answer=answer,
        level=level,
        graph=graph,
        results=complete,
        findings=with_blocked(findings, complete),
        reasons=tuple(reasons),
        timing=timing or {},
    )


def _followed(results: Sequence[Result], told_of: Set[str]) -> tuple[Result, ...]:
    """Each blocked row with the finding that it goes back to, where the row that it names is blocked in its turn."""
    by_key = {result.key: result for result in results}

    def root(result: Result) -> str | None:
        key, passed = result.blocked_by, {result.key}
        while key is not None and key not in told_of and key not in passed:
            passed.add(key)
            key = by_key[key].blocked_by if key in by_key else None
        return key if key in told_of else result.blocked_by

    return tuple(replace(r, blocked_by=root(r)) if r.outcome is Outcome.BLOCKED else r for r in results)


def _waived(result: Result, row: Row, waivers: Sequence[Waiver]) -> Result:
    if result.outcome is not Outcome.FAILS:
        return result
    for waiver in waivers:
        if waiver.criterion == row.criterion.name and waiver.service in row.subject.nodes:
            return replace(
                result, outcome=Outcome.WAIVED, reason=f"until {waiver.until}: {waiver.reason} ({result.reason})"
            )
    return result


def _not_run(row: Row) -> Result:
    return Result(
        row.criterion.name,
        row.criterion.priority,
        str(row.subject),
        Outcome.UNCHECKED,
        reason="not run",
        unchecked=Unchecked.NOT_RUN,
    )


def _gaps(results: Sequence[Result], level: Level, told_of: Set[str]) -> list[str]:
    passable = Unchecked.BEYOND_REACH if level is Level.LOCAL else 0
    gaps = [result for result in results if result.outcome is Outcome.UNCHECKED and (result.unchecked or 2) > passable]
    # Blocked by a finding that nobody made is not blocked: it was simply not judged.
    orphans = [r for r in results if r.outcome is Outcome.BLOCKED and r.blocked_by not in told_of]
    why: dict[str, list[str]] = {}
    for result in [*gaps, *orphans]:
        why.setdefault(result.reason, []).append(result.criterion)
    return [_told(reason, names) for reason, names in why.items()]


def _told(reason: str, criteria: Sequence[str]) -> str:
    different = list(dict.fromkeys(criteria))
    shown, more = ", ".join(different[:_SHOWN_CRITERIA]), len(different) - _SHOWN_CRITERIA
    return f"{len(criteria)} unchecked ({shown}{f' and {more} more' if more > 0 else ''}): {reason}"


def with_blocked(findings: Sequence[Finding], results: Sequence[Result]) -> tuple[Finding, ...]:
    """The findings, each with the keys of the rows that it blocks."""
    return tuple(
        replace(
            finding,
            blocks=tuple(dict.fromkeys((*finding.blocks, *(r.key for r in results if r.blocked_by == finding.key)))),
        )
        for finding in findings
    )
