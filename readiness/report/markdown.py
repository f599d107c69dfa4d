"""``summary.md``: the verdict for the page of a CI run, in GitHub's dialect of Markdown."""

import re
from collections.abc import Iterable, Sequence

from readiness.model.finding import Finding
from readiness.model.units import format_duration
from readiness.model.verdict import Outcome, Verdict
from readiness.report.tally import (
    PRIORITY_MEANING,
    WORST_FIRST,
    Tally,
    blocked_nodes,
    by_priority,
    count_outcomes,
    in_reading_order,
    unchecked,
    waived,
)
from readiness.report.text import (
    advice_of,
    counted,
    evidence_of,
    explanation_of,
    names,
    one_line,
    title_of,
)

EVIDENCE_LINES = 12
FINDINGS_IN_FULL = 40
"""A step's summary may have 1 MiB (GitHub, workflow commands); this many findings stay far below it."""

# What has a meaning anywhere in a line (CommonMark 0.31, and GitHub's tables, strikethrough, formulas and bare links),
# and what makes a list or a heading of its beginning.
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&$]|:(?=//)|(?<=www)\.|^[-+#=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")
_BACKTICKS = re.compile(r"`+")


def to_markdown(verdict: Verdict) -> str:
    """The verdict as a Markdown page."""
    sections = [
        *_heading(verdict),
        *_findings(in_reading_order(verdict.findings)),
        *_criteria(verdict),
        *_list(
            "Not checked",
            (
                f"{counted(len(alike.results), 'check')}: {_escaped(one_line(alike.reason) or 'no reason was given')} "
                f"({_codes(alike.criteria, at_most=5)})"
                for alike in unchecked(verdict)
            ),
        ),
        *_list(
            "Waived",
            (
                f"{_code(alike.criteria[0])} {_codes(alike.subjects, at_most=8)}: {_escaped(one_line(alike.reason))}"
                for alike in waived(verdict)
            ),
        ),
        *_timing(verdict),
    ]
    return "\n\n".join(sections) + "\n"


def _heading(verdict: Verdict) -> Iterable[str]:
    yield f"# {verdict.answer}: {_escaped(one_line(verdict.graph, 80))}"
    holding = len(verdict.with_outcome(Outcome.HOLDS))
    others = [f"{number} {outcome}" for outcome, number in count_outcomes(verdict.results).items()][
        : -1 if holding else None
    ]
    counts = [f"{holding} of {counted(len(verdict.results), 'check')} hold", *others]
    yield f"Level {verdict.level}. {', '.join(counts)}."
    if verdict.reasons:
        yield "The suite cannot tell, because:" if not verdict.findings else "The suite could not tell everything:"
        yield "\n".join(f"- {_escaped(one_line(reason))}" for reason in verdict.reasons[:EVIDENCE_LINES])


def _findings(findings: Sequence[Finding]) -> Iterable[str]:
    if findings:
        yield "## Blockers"
    for number, finding in enumerate(findings[:FINDINGS_IN_FULL], start=1):
        yield f"### {number}. {_escaped(title_of(finding))}"
        yield "\n".join(f"- {fact}" for fact in _facts(finding))
        evidence = evidence_of(finding)
        if evidence:
            yield _fenced(evidence)
    rest = findings[FINDINGS_IN_FULL:]
    if rest:
        yield "\n".join(f"- {_code(finding.criterion)} {_escaped(title_of(finding))}" for finding in rest)


def _facts(finding: Finding) -> Iterable[str]:
    cause = finding.cause
    edge = cause.node if cause.dependency is None else f"{cause.node} -> {cause.dependency}"
    yield f"Criterion: {_code(finding.criterion)} ({finding.priority})"
    yield f"Cause: **{_escaped(cause.cls)}** in {_code(edge)} ({cause.confidence})"
    if explanation_of(finding):
        yield f"Seen: {_escaped(explanation_of(finding))}"
    if advice_of(finding):
        yield f"Advice: {_escaped(advice_of(finding))}"
    if finding.blocks:
        shares = names((f"{node} {number}" for node, number in blocked_nodes(finding).items()), at_most=8)
        yield f"Blocks {counted(len(finding.blocks), 'check')}: {_escaped(shares)}"


def _criteria(verdict: Verdict) -> Iterable[str]:
    yield "## Criteria"
    for priority, tallies in by_priority(verdict.results).items():
        yield f"### {priority} {PRIORITY_MEANING.get(priority, '')}".rstrip()
        header = ["criterion", *WORST_FIRST, "who does not hold"]
        rule = ["---", *("--:" for _ in WORST_FIRST), "---"]
        yield "\n".join(map(_row, [header, rule, *map(_cells, tallies)]))


def _cells(tally: Tally) -> list[str]:
    counts = tally.counts
    not_holding = [result.subject for result in tally.results if result.outcome is not Outcome.HOLDS]
    whom = _codes(not_holding, at_most=6) if not_holding else ""
    return [_code(tally.criterion), *(str(counts.get(outcome, "")) for outcome in WORST_FIRST), whom]


def _list(heading: str, items: Iterable[str]) -> Iterable[str]:
    text = "\n".join(f"- {item}" for item in items)
    if text:
        yield f"## {heading}"
        yield text


def _timing(verdict: Verdict) -> Iterable[str]:
    if verdict.timing:
        parts = (
            f"{part.removesuffix('_s').replace('_', ' ')} {format_duration(s)}" for part, s in verdict.timing.items()
        )
        yield f"Time: {_escaped(one_line(', '.join(parts)))}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)


def _code(text: str) -> str:
    """A code span, which has to be fenced by more backticks than it holds (CommonMark 0.31, section 6.1)."""
    content = one_line(text).replace("|", r"\|")
    fence = "`" * (_longest_backticks(content) + 1)
    return f"{fence}{content}{fence}" if fence == "`" else f"{fence} {content} {fence}"


def _codes(items: Sequence[str], at_most: int) -> str:
    distinct = list(dict.fromkeys(items))
    shown = ", ".join(map(_code, distinct[:at_most]))
    return shown if len(distinct) <= at_most else f"{shown} and {len(distinct) - at_most} more"


def _fenced(evidence: Sequence[str]) -> str:
    left_out = len(evidence) - EVIDENCE_LINES
    shown = [
        *evidence[:EVIDENCE_LINES],
        *([f"({counted(left_out, 'more line')} in verdict.json)"] if left_out > 0 else []),
    ]
    fence = "`" * max(3, _longest_backticks("\n".join(shown)) + 1)
    return "\n".join([f"{fence}text", *shown, fence])


def _longest_backticks(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)
