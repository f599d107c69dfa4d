"""What containers say is shown without what it could do to a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.report.text import cut, evidence_of, lines, one_line, title_of
from tests.unit.report.verdict_examples import CRASH_LOOP


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31mERROR\x1b[0m [Nest] 1", ("ERROR [Nest] 1",)),
        ("\x1b]0;title\x07text", ("text",)),
        ("\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\", ("link",)),
        ("\x1b[2J\x1b[Hgone", ("gone",)),
        ("\x9b31mred", ("red",)),
        ("one\r\ntwo\n\n  three  ", ("one", "two", "  three")),
        ("10%\r20%", ("10%", "20%")),
        ("a\tb\x00c\x07", ("a    bc",)),
        ("safe\u202egnp.exe", ("safegnp.exe",)),
        ("half \ud800 a pair", ("half  a pair",)),
        ("unfinished \x1b[", ("unfinished",)),
        ("", ()),
    ],
)
def test_control_sequences_are_taken_out_and_lines_kept(raw: str, shown: tuple[str, ...]) -> None:
    assert lines(raw) == shown


@given(raw=st.text(st.characters()), limit=st.integers(2, 50))
def test_a_line_is_printable_and_within_its_limit(raw: str, limit: int) -> None:
    for line in lines(raw, limit):
        assert 0 < len(line) <= limit
        assert not any(character < " " or "\x7f" <= character <= "\x9f" for character in line)
        line.encode("utf-8")


def test_several_lines_become_one() -> None:
    assert one_line("first\n  second\x1b[0m\n") == "first second"


def test_a_cut_text_says_that_it_was_cut() -> None:
    assert cut("abcdefgh", 5) == "abcd…"


def test_evidence_that_cause_and_finding_share_is_told_once() -> None:
    shared = CRASH_LOOP.cause.evidence[0]
    finding = CRASH_LOOP.__class__(**{**vars(CRASH_LOOP), "evidence": (shared, "seen by the test")})
    assert evidence_of(finding).count(shared) == 1
    assert evidence_of(finding)[-1] == "seen by the test"


def test_a_title_names_its_subject_once() -> None:
    finding = CRASH_LOOP.__class__(**{**vars(CRASH_LOOP), "summary": "auth is not ready"})
    assert title_of(finding) == "auth is not ready"
    assert title_of(CRASH_LOOP).startswith("auth: exits")
