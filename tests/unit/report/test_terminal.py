"""The terminal tells the verdict first, its reasons next, and fits the terminal."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from readiness.model.verdict import Outcome, Verdict
from readiness.report.style import ASCII
from readiness.report.terminal import EVIDENCE_LINES, FINDINGS_IN_FULL, NARROWEST, render
from tests.unit.report.verdict_examples import (
    CRASH_LOOP,
    EXAMPLES,
    NO_ENGINE,
    ONE_FINDING,
    READY,
    SNAPSHOT,
    THREE_FINDINGS,
)

SGR = re.compile(r"\x1b\[[0-9;]*m")


def _lines(verdict: Verdict, width: int = 100) -> list[str]:
    return render(verdict, width, colour=False).splitlines()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("verdict", EXAMPLES.values(), ids=EXAMPLES)
def test_no_line_is_wider_than_the_terminal(verdict: Verdict, width: int, colour: bool) -> None:
    for line in SGR.sub("", render(verdict, width, colour)).splitlines():
        assert cell_len(line) <= width
        assert line == line.rstrip()


@pytest.mark.parametrize("verdict", EXAMPLES.values(), ids=EXAMPLES)
def test_colours_change_nothing_but_the_colour(verdict: Verdict) -> None:
    assert SGR.sub("", render(verdict, 80, colour=True)) == render(verdict, 80, colour=False)
    assert "\x1b" not in render(verdict, 80, colour=False)


@pytest.mark.parametrize("verdict", EXAMPLES.values(), ids=EXAMPLES)
def test_the_verdict_stands_in_the_first_lines_and_in_the_last(verdict: Verdict) -> None:
    lines = _lines(verdict)
    assert lines[1].startswith(f" {verdict.answer} ")
    assert lines[-1].startswith(f"{verdict.answer} · exit code {verdict.answer.exit_code}")


def test_ready_for_eight_containers_fits_on_a_screen() -> None:
    assert len(_lines(READY, 80)) <= 36


def test_the_cause_of_the_first_blocker_is_on_the_first_screen() -> None:
    first_screen = "\n".join(_lines(THREE_FINDINGS, 80)[:20])
    assert "missing_setting in auth (sure)" in first_screen
    assert "Set JWT_SECRET in the environment of auth" in first_screen


def test_a_blocker_says_how_much_it_drags_down() -> None:
    assert "30 checks that rest on this: auth 30" in render(ONE_FINDING, 100, colour=False)


def test_a_failing_criterion_names_who_fails() -> None:
    (line,) = [line for line in _lines(THREE_FINDINGS) if " health.ready " in line]
    assert line.endswith(" rules-engine · 1 blocked · 3 hold")


def test_criteria_without_failures_are_counted_together() -> None:
    assert any(
        line.startswith("  ✓  start ") and line.endswith("image 8 · ready 8 · acyclic 1") for line in _lines(READY)
    )


def test_what_was_not_checked_is_told_with_its_reason() -> None:
    text = render(READY, 120, colour=False)
    assert "1 check: the engine does not report throttling (cgroup v1 without cpu.stat)  limits.cpu" in text


def test_a_waiver_is_told_with_its_reason_and_end() -> None:
    assert "image.size · finance · until 2026-12-31: machine-learning libraries" in render(READY, 120, colour=False)


def test_an_unknown_verdict_says_why_and_lists_no_criteria() -> None:
    lines = _lines(NO_ENGINE)
    assert (
        lines[3] == " ?  No container engine answers on unix:///var/run/docker.sock. Start Docker, or run `make setup`."
    )
    assert len(lines) <= 16


def test_evidence_beyond_the_limit_is_counted() -> None:
    finding = replace(CRASH_LOOP, evidence=tuple(f"line {number}" for number in range(50)))
    text = render(replace(ONE_FINDING, findings=(finding,)), 100, colour=False)
    left_out = 50 + len(CRASH_LOOP.cause.evidence) - EVIDENCE_LINES
    assert f"{left_out} more lines in verdict.json" in text


def test_of_many_findings_the_later_ones_are_told_in_short() -> None:
    findings = [replace(SNAPSHOT, subject=f"service-{number}") for number in range(40)]
    text = render(replace(ONE_FINDING, findings=tuple(findings)), 100, colour=False)
    assert text.count("evidence") == FINDINGS_IN_FULL
    assert f"And {40 - FINDINGS_IN_FULL} more findings" in text
    assert "service-39" in text


def test_text_from_a_container_cannot_steer_the_terminal() -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07[bold]:smile: \u202eok"
    finding = replace(CRASH_LOOP, summary=hostile, evidence=(hostile,), advice=hostile)
    text = render(replace(ONE_FINDING, graph=hostile, findings=(finding,)), 100, colour=True)
    assert SGR.sub("", text).isprintable() is False  # newlines only
    assert all(line.isprintable() for line in SGR.sub("", text).splitlines())
    assert "[bold]:smile:" in text


def test_a_terminal_without_unicode_gets_ascii() -> None:
    assert render(READY, 80, colour=False, symbols=ASCII).isascii()


def test_the_place_of_the_reports_is_told() -> None:
    assert _lines(READY)[-1].endswith("exit code 0")
    assert render(READY, 80, colour=False, folder=Path("readiness-report")).endswith("reports in readiness-report\n")


def test_a_very_narrow_terminal_still_gets_the_verdict() -> None:
    assert render(THREE_FINDINGS, 10, colour=False) == render(THREE_FINDINGS, NARROWEST, colour=False)


def test_a_verdict_without_rows_is_told() -> None:
    empty = replace(NO_ENGINE, results=(), timing={})
    assert "0 of 0 checks hold" in render(empty, 80, colour=False)


def test_a_criterion_of_which_nobody_was_checked_stands_with_the_others_unchecked() -> None:
    results = tuple(
        replace(row, outcome=Outcome.UNCHECKED, reason="no scanner is installed")
        if row.criterion == "auth.token"
        else row
        for row in READY.results
    )
    lines = _lines(replace(READY, results=results))
    assert any(line.startswith("  ?  other ") and line.endswith("auth.token 5") for line in lines)
