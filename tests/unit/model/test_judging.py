"""The algebra of a verdict: failure wins, unknown and pass is unknown, empty is unknown."""

from collections.abc import Sequence
from datetime import date
from itertools import product
from typing import Any

import pytest

from readiness.model import subjects
from readiness.model.contract import Waiver
from readiness.model.criterion import Criterion, Level, Priority, Row, Subject
from readiness.model.finding import Cause, Finding
from readiness.model.verdict import Answer, Outcome, Result, Unchecked, Verdict, judge

SIZE = Criterion("image.size", Priority.P2, Level.LOCAL, "within its budget", subjects.services)
READY = Criterion("start.ready", Priority.P1, Level.LOCAL, "ready in time", subjects.nodes)
TODAY = date(2026, 6, 15)
YESTERDAY, TOMORROW = date(2026, 6, 14), date(2026, 6, 16)

ROWS = tuple(Row(READY, Subject(name)) for name in ("redis", "auth", "finance"))


def result(row: Row, outcome: Outcome, **more: Any) -> Result:
    return Result(row.criterion.name, row.criterion.priority, str(row.subject), outcome, **more)


HOLDS: dict[str, Any] = {"outcome": Outcome.HOLDS}
FAILS: dict[str, Any] = {"outcome": Outcome.FAILS, "reason": "it does not"}
BEYOND: dict[str, Any] = {
    "outcome": Outcome.UNCHECKED,
    "unchecked": Unchecked.BEYOND_REACH,
    "reason": "no scanner is here",
}
NOT_RUN: dict[str, Any] = {"outcome": Outcome.UNCHECKED, "unchecked": Unchecked.NOT_RUN, "reason": "skipped"}
ORPHAN: dict[str, Any] = {"outcome": Outcome.BLOCKED, "reason": "blocked by nobody"}


def judged(*said: dict[str, Any], level: Level = Level.LOCAL, **more: Any) -> Verdict:
    results = [result(row, **what) for row, what in zip(ROWS, said, strict=False)]
    findings = [finding(each.criterion, each.subject) for each in results if each.outcome is Outcome.FAILS]
    given = {"findings": findings, "level": level, "graph": "demo", "today": TODAY, **more}
    return judge(ROWS[: len(said)], results, **given)


def finding(criterion: str, subject: str) -> Finding:
    return Finding(criterion, "P1", subject, "it does not hold", Cause.unknown(subject))


def waiver(until: date, criterion: str = "start.ready", service: str = "redis") -> Waiver:
    return Waiver(criterion=criterion, service=service, until=until, reason="moves out in June")


def test_ready_when_every_row_holds() -> None:
    verdict = judged(HOLDS, HOLDS, HOLDS)
    assert verdict.answer is Answer.READY
    assert verdict.reasons == ()


@pytest.mark.parametrize("others", list(product([HOLDS, BEYOND, NOT_RUN, ORPHAN], repeat=2)))
@pytest.mark.parametrize("level", Level)
def test_a_failure_wins_over_everything_else(others: Sequence[dict[str, Any]], level: Level) -> None:
    assert judged(FAILS, *others, level=level, troubles=["interrupted"]).answer is Answer.NOT_READY


def test_a_finding_without_a_failing_row_is_a_failure_too() -> None:
    verdict = judged(HOLDS, findings=[finding("start.image", "auth")])
    assert verdict.answer is Answer.NOT_READY


def test_unknown_and_pass_is_unknown_and_says_which_and_why() -> None:
    verdict = judged(HOLDS, NOT_RUN, HOLDS)
    assert verdict.answer is Answer.UNKNOWN
    assert verdict.reasons == ("1 unchecked (start.ready): skipped",)


def test_nothing_at_all_is_unknown() -> None:
    verdict = judge((), (), (), level=Level.LOCAL, graph="demo")
    assert verdict.answer is Answer.UNKNOWN
    assert verdict.reasons == ("nothing was found to hold",)


def test_a_row_without_a_result_was_not_run() -> None:
    verdict = judge(ROWS, [result(ROWS[0], Outcome.HOLDS)], (), level=Level.LOCAL, graph="demo")
    assert verdict.answer is Answer.UNKNOWN
    assert verdict.reasons == ("2 unchecked (start.ready): not run",)
    assert [told.unchecked for told in verdict.results] == [None, Unchecked.NOT_RUN, Unchecked.NOT_RUN]


def test_only_local_passes_over_what_is_beyond_reach() -> None:
    answers = {level: judged(HOLDS, BEYOND, level=level).answer for level in Level}
    assert answers == {Level.LOCAL: Answer.READY, Level.NIGHTLY: Answer.UNKNOWN, Level.RELEASE: Answer.UNKNOWN}


@pytest.mark.parametrize("level", Level)
def test_no_level_passes_over_what_was_not_run(level: Level) -> None:
    assert judged(HOLDS, NOT_RUN, level=level).answer is Answer.UNKNOWN


def test_a_row_that_does_not_say_why_it_is_unchecked_is_not_passed_over() -> None:
    assert judged(HOLDS, {"outcome": Outcome.UNCHECKED, "reason": "?"}).answer is Answer.UNKNOWN


def test_all_rows_beyond_reach_is_unknown_also_locally() -> None:
    assert judged(BEYOND, BEYOND).answer is Answer.UNKNOWN


def test_blocked_without_a_finding_is_a_gap() -> None:
    verdict = judged(HOLDS, ORPHAN)
    assert verdict.answer is Answer.UNKNOWN
    assert verdict.reasons == ("1 unchecked (start.ready): blocked by nobody",)


def test_blocked_by_a_finding_that_nobody_made_is_a_gap() -> None:
    blocked = {
        "outcome": Outcome.BLOCKED,
        "blocked_by": "start.ready[ghost]",
        "reason": "blocked by start.ready[ghost]",
    }
    assert judged(HOLDS, blocked).answer is Answer.UNKNOWN


def test_a_trouble_of_the_suite_is_unknown_although_all_rows_hold() -> None:
    verdict = judged(HOLDS, troubles=["the run was interrupted"])
    assert verdict.answer is Answer.UNKNOWN
    assert verdict.reasons == ("the run was interrupted",)


def test_gaps_of_one_reason_are_one_line_that_names_a_few_criteria() -> None:
    rows = [Row(Criterion(f"c{i}", Priority.P1, Level.LOCAL, "", subjects.nodes), Subject("auth")) for i in range(5)]
    results = [result(row, **NOT_RUN) for row in rows]
    held = Row(READY, Subject("auth"))
    verdict = judge([held, *rows], [result(held, Outcome.HOLDS), *results], (), level=Level.LOCAL, graph="demo")
    assert verdict.reasons == ("5 unchecked (c0, c1, c2 and 2 more): skipped",)


def test_results_come_in_the_order_of_the_rows_and_strangers_are_left_out() -> None:
    stranger = result(Row(SIZE, Subject("ghost")), Outcome.HOLDS)
    results = [stranger, *(result(row, Outcome.HOLDS) for row in reversed(ROWS))]
    verdict = judge(ROWS, results, (), level=Level.LOCAL, graph="demo")
    assert [told.key for told in verdict.results] == [row.key for row in ROWS]


@pytest.mark.parametrize("until", [TODAY, TOMORROW])
def test_a_waiver_in_force_takes_the_failure_out_and_is_shown_with_its_reason(until: date) -> None:
    verdict = judged(FAILS, HOLDS, waivers=[waiver(until)])
    assert verdict.answer is Answer.READY
    assert verdict.findings == ()
    (waived,) = verdict.with_outcome(Outcome.WAIVED)
    assert waived.reason == f"until {until}: moves out in June (it does not)"


def test_an_expired_waiver_counts_for_nothing() -> None:
    assert judged(FAILS, HOLDS, waivers=[waiver(YESTERDAY)]).answer is Answer.NOT_READY


@pytest.mark.parametrize("other", [waiver(TOMORROW, service="auth"), waiver(TOMORROW, criterion="image.size")])
def test_a_waiver_of_another_subject_or_criterion_counts_for_nothing(other: Waiver) -> None:
    verdict = judged(FAILS, HOLDS, waivers=[other])
    assert verdict.answer is Answer.NOT_READY
    assert len(verdict.findings) == 1


@pytest.mark.parametrize("what", [HOLDS, NOT_RUN, BEYOND])
def test_a_waiver_changes_nothing_that_did_not_fail(what: dict[str, Any]) -> None:
    assert judged(what, HOLDS, waivers=[waiver(TOMORROW)]).results[0].outcome is what["outcome"]


def test_a_waiver_reaches_both_ends_of_an_edge() -> None:
    row = Row(READY, Subject("auth", "redis"))
    held = Row(SIZE, Subject("auth"))
    results = [result(row, **FAILS), result(held, Outcome.HOLDS)]
    verdict = judge([row, held], results, (), level=Level.LOCAL, graph="demo", waivers=[waiver(TOMORROW)], today=TODAY)
    assert verdict.results[0].outcome is Outcome.WAIVED


def test_what_a_waived_failure_drags_down_is_not_checked_and_so_not_ready_to_release() -> None:
    blocked = {
        "outcome": Outcome.BLOCKED,
        "blocked_by": "start.ready[redis]",
        "reason": "blocked by start.ready[redis]",
    }
    verdict = judged(FAILS, blocked, HOLDS, waivers=[waiver(TOMORROW)])
    assert verdict.answer is Answer.UNKNOWN


def test_a_finding_names_each_row_that_it_blocks_once() -> None:
    blocked = {"outcome": Outcome.BLOCKED, "blocked_by": "start.ready[redis]"}
    verdict = judged(FAILS, blocked, blocked)
    (told,) = verdict.findings
    assert told.blocks == ("start.ready[auth]", "start.ready[finance]")
    assert verdict.answer is Answer.NOT_READY


@pytest.mark.parametrize(("answer", "code"), [(Answer.READY, 0), (Answer.NOT_READY, 1), (Answer.UNKNOWN, 2)])
def test_each_answer_has_an_exit_code_of_its_own(answer: Answer, code: int) -> None:
    assert answer.exit_code == code


def test_a_row_that_is_blocked_by_a_blocked_row_goes_back_to_the_finding() -> None:
    by_finding = {"outcome": Outcome.BLOCKED, "blocked_by": "start.ready[redis]"}
    by_row = {"outcome": Outcome.BLOCKED, "blocked_by": "start.ready[auth]"}
    verdict = judged(FAILS, by_finding, by_row)
    assert verdict.findings[0].blocks == ("start.ready[auth]", "start.ready[finance]")
    assert verdict.reasons == ()


def test_rows_that_block_each_other_are_blocked_by_nobody() -> None:
    one = {"outcome": Outcome.BLOCKED, "blocked_by": "start.ready[auth]"}
    other = {"outcome": Outcome.BLOCKED, "blocked_by": "start.ready[redis]"}
    assert judged(one, other, HOLDS).answer is Answer.UNKNOWN
