"""summary.md shows what was found, and text from containers stays text."""

from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from readiness.model.verdict import Verdict
from readiness.report.markdown import to_markdown
from tests.unit.report.verdict_examples import CRASH_LOOP, EXAMPLES, NO_ENGINE, ONE_FINDING, READY, THREE_FINDINGS


def _tokens(verdict: Verdict) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(to_markdown(verdict))


def _inline_types(verdict: Verdict) -> set[str]:
    return {child.type for token in _tokens(verdict) for child in token.children or []}


def _shown(verdict: Verdict) -> str:
    """What a reader of the rendered page sees."""
    inline = (child.content for token in _tokens(verdict) for child in token.children or [])
    blocks = (token.content for token in _tokens(verdict) if token.type == "fence")
    return "\n".join([*inline, *blocks])


@pytest.mark.parametrize("verdict", EXAMPLES.values(), ids=EXAMPLES)
def test_the_page_opens_with_the_verdict(verdict: Verdict) -> None:
    assert to_markdown(verdict).startswith(f"# {verdict.answer}: reference\n")


def test_a_blocker_is_told_with_cause_evidence_and_advice() -> None:
    shown = _shown(ONE_FINDING)
    for text in ("missing_setting", "JWT_SECRET is not among them", "Set JWT_SECRET", "Blocks 30 checks"):
        assert text in shown


def test_every_criterion_is_a_row_of_a_table() -> None:
    page = to_markdown(READY)
    assert page.count("\n| `") == len({result.criterion for result in READY.results})


def test_an_unknown_verdict_says_why() -> None:
    assert "No container engine answers" in _shown(NO_ENGINE)


def test_what_was_not_checked_and_what_is_waived_is_listed() -> None:
    shown = _shown(THREE_FINDINGS)
    assert "cgroup v1 without cpu.stat" in shown
    assert "until 2026-12-31" in shown


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "[click](http://example.org)",
        "![image](http://example.org/x.png)",
        "**bold** _em_ ~~gone~~ `code`",
        "a | b | c",
        "```\n# heading\n```",
        "````\nunfenced",
        "&lt;script&gt;",
        "$x^2$",
        "- item\n1. item",
        "<!-- comment -->",
        "trailing \\",
    ],
)
def test_markup_from_a_container_is_shown_as_it_is(text: str) -> None:
    plain = replace(ONE_FINDING, findings=(replace(CRASH_LOOP, summary="x", evidence=("x",), advice="x"),))
    finding = replace(CRASH_LOOP, summary=text, evidence=(text,), advice=text)
    verdict = replace(ONE_FINDING, findings=(finding,))
    kinds = [token.type for token in _tokens(verdict)]
    assert kinds == [token.type for token in _tokens(plain)]
    assert _inline_types(verdict) <= _inline_types(plain)
    assert text.splitlines()[0].strip() in _shown(verdict)


def test_a_pipe_in_a_subject_does_not_split_a_cell() -> None:
    row = replace(READY.results[0], subject="a|b")
    cells = [token for token in _tokens(replace(READY, results=(row,))) if token.type == "td_open"]
    assert len(cells) == 7
