"""The verdict for a person at a terminal: what it is, what stands in the way, and then everything it rests on."""

import re
from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import groupby
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from readiness.model.finding import Cause, Finding
from readiness.model.units import format_duration
from readiness.model.verdict import Outcome, Verdict
from readiness.report.layout import Flow, columns, hanging, left_and_right
from readiness.report.style import ANSWER_COLOUR, COLOUR, EMPHASIS, MUTED, UNICODE, Symbols
from readiness.report.tally import (
    PRIORITY_MEANING,
    Alike,
    Tally,
    alike_in_kind,
    blocked_nodes,
    by_priority,
    count_outcomes,
    unchecked,
    waived,
)
from readiness.report.text import advice_of, counted, evidence_of, explanation_of, lines, names, one_line, title_of

EVIDENCE_LINES = 12
"""Lines of evidence shown for one finding; ``verdict.json`` has the others."""
FINDINGS_IN_FULL = 6
"""Findings that are told with cause and evidence; of the others the summary is shown."""
JUDGED = (Outcome.HOLDS, Outcome.FAILS)
"""The outcomes of rows that were really looked at."""
UNKNOWN_CAUSE = "unknown"
"""The class of a cause that nothing explains (:meth:`readiness.model.finding.Cause.unknown`)."""
NARROWEST = 60
"""Columns below which a line says too little to be worth laying out."""

# Blanks and colour sequences up to a line's end.
_TAIL = re.compile(r"(?:\x1b\[[0-9;]*m| )+$")
_OTHER = "other"


def render(verdict: Verdict, width: int, colour: bool, symbols: Symbols = UNICODE, folder: Path | None = None) -> str:
    """The whole report as text, its lines at most ``width`` columns wide and ended by a newline.

    :param colour: whether colours are written into it, as ANSI sequences.
    :param folder: where the written reports lie; it is told in the last line.
    """
    console = Console(
        file=StringIO(),
        width=max(width, NARROWEST),
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )
    with console.capture() as capture:
        for part in _Report(symbols, console.width).parts(verdict, folder):
            console.print(part, soft_wrap=False)
    # The cells of a grid are filled up with blanks, which nobody wants to copy.
    return "".join(f"{_without_trailing_blanks(line)}\n" for line in capture.get().splitlines())


class _Report:
    """The parts of the report, laid out with one set of symbols for one width."""

    def __init__(self, symbols: Symbols, width: int) -> None:
        self._symbols = symbols
        self._width = width

    def parts(self, verdict: Verdict, folder: Path | None) -> Iterable[RenderableType]:
        yield self._headline(verdict)
        yield from self._findings(alike_in_kind(verdict.findings))
        yield from self._criteria(verdict)
        yield from self._section("Not checked", [self._not_checked(alike) for alike in unchecked(verdict)])
        yield from self._section("Waived", [self._waived(alike) for alike in waived(verdict)])
        yield from self._closing(verdict, folder)

    # The verdict

    def _headline(self, verdict: Verdict) -> RenderableType:
        colour = ANSWER_COLOUR[verdict.answer]
        rule = Text(self._symbols.rule * self._width, style=colour)
        title = Text.assemble(
            (f" {verdict.answer} ", f"bold reverse {colour}"),
            "  ",
            (one_line(verdict.graph, 80), EMPHASIS),
            (f"  {self._symbols.dot}  level {verdict.level}", MUTED),
        )
        return Group(rule, title, self._counts(verdict), *map(self._reason, verdict.reasons[:EVIDENCE_LINES]), rule)

    def _counts(self, verdict: Verdict) -> RenderableType:
        counts = count_outcomes(verdict.results)
        holding = counts.pop(Outcome.HOLDS, 0)
        parts = [Text(f"{holding} of {counted(len(verdict.results), 'check')} {_agreeing('hold', holding)}")]
        if verdict.findings:
            parts.insert(0, Text(counted(len(verdict.findings), "finding"), style=COLOUR[Outcome.FAILS]))
        parts += [Text(_count(outcome, number), style=COLOUR[outcome]) for outcome, number in counts.items()]
        return Padding(self._flow(parts), (0, 0, 0, 1))

    def _reason(self, reason: str) -> RenderableType:
        """Why the suite cannot tell. Its lines stay lines: each may be a mistake of its own in a file."""
        told = lines(reason)
        shown = list(told[:EVIDENCE_LINES])
        if len(told) > EVIDENCE_LINES:
            shown.append(counted(len(told) - EVIDENCE_LINES, "more line"))
        return hanging(Text(f" {self._symbols.unchecked}", style=COLOUR[Outcome.UNCHECKED]), Text("\n".join(shown)))

    # The findings

    def _findings(self, kinds: Sequence[Sequence[Finding]]) -> Iterable[RenderableType]:
        for number, alike in enumerate(kinds[:FINDINGS_IN_FULL], start=1):
            yield Text()
            yield self._finding(number, alike)
        others = kinds[FINDINGS_IN_FULL:]
        heading = f"And {counted(sum(map(len, others)), 'more finding')}"
        yield from self._section(heading, [self._findings_in_short(alike) for alike in others])

    def _finding(self, number: int, alike: Sequence[Finding]) -> RenderableType:
        """The first of its kind in full, and whom else it is said of."""
        finding, *others = alike
        about = Text(f"{finding.priority} {self._symbols.dot} {finding.criterion}", style=MUTED)
        if others:
            about.append(self._also(others))
        facts = columns(style=MUTED)
        facts.add_row("cause", _cause(finding.cause, explanation_of(finding)))
        evidence = evidence_of(finding)
        if evidence:
            facts.add_row("evidence", self._evidence(evidence))
        advice = advice_of(finding)
        if advice:
            facts.add_row("advice", Text(advice, style=EMPHASIS))
        if finding.blocks:
            facts.add_row("blocks", _blocks(finding))
        sign = Text(f"{self._symbols.fails} {number}", style=f"bold {COLOUR[Outcome.FAILS]}")
        title = Text(title_of(finding), style=EMPHASIS)
        return hanging(sign, Group(title, about, facts))

    def _also(self, others: Sequence[Finding]) -> str:
        return f" {self._symbols.dot} also {names((other.subject for other in others), at_most=8)}"

    def _evidence(self, evidence: Sequence[str]) -> RenderableType:
        lines = columns(gap=1, style=MUTED)
        for line in evidence[:EVIDENCE_LINES]:
            lines.add_row(self._symbols.bar, Text(line))
        if len(evidence) > EVIDENCE_LINES:
            left_out = counted(len(evidence) - EVIDENCE_LINES, "more line")
            lines.add_row(self._symbols.bar, Text(f"{left_out} in verdict.json", style=MUTED))
        return lines

    def _findings_in_short(self, alike: Sequence[Finding]) -> RenderableType:
        finding, *others = alike
        text = Text(f"{finding.criterion} {self._symbols.dot} {title_of(finding)}")
        if others:
            text.append(self._also(others), style=MUTED)
        return hanging(Text(f"  {self._symbols.fails}", style=COLOUR[Outcome.FAILS]), text)

    # The criteria

    def _criteria(self, verdict: Verdict) -> Iterable[RenderableType]:
        judged = any(result.outcome in JUDGED for result in verdict.results)
        if not judged:
            yield Text()
        for priority, tallies in by_priority(verdict.results).items():
            results = [result for tally in tallies for result in tally.results]
            heading = Text.assemble((priority, EMPHASIS), (f"  {PRIORITY_MEANING.get(priority, '')}", MUTED))
            counts = count_outcomes(results)
            state = self._flow([Text(_count(*count), style=COLOUR[count[0]]) for count in counts.items()])
            if judged:
                yield Text()
            yield left_and_right(heading, state)
            if judged:
                yield self._tallies(tallies)

    def _tallies(self, tallies: Sequence[Tally]) -> RenderableType:
        """A line for each criterion that fails; the others together, a line for each worst outcome and group."""
        table = columns(count=3)
        for worst, of_outcome in groupby(tallies, key=lambda tally: tally.worst):
            if worst is Outcome.FAILS:
                for tally in of_outcome:
                    table.add_row(self._sign(worst), tally.criterion, self._failing(tally))
                continue
            for group, shares in _by_group(of_outcome).items():
                table.add_row(self._sign(worst), group, self._flow(shares))
        return table

    def _failing(self, tally: Tally) -> RenderableType:
        """Who fails, and how many rows have the other outcomes."""
        failing = Text(names(tally.subjects(Outcome.FAILS), at_most=4), style=COLOUR[Outcome.FAILS])
        others = [
            Text(_count(outcome, number), style=COLOUR[outcome])
            for outcome, number in tally.counts.items()
            if outcome is not Outcome.FAILS
        ]
        return self._flow([failing, *others])

    # What was not checked, what is waived, and the end

    def _not_checked(self, alike: Alike) -> RenderableType:
        reason = one_line(alike.reason) or "no reason was given"
        text = Text(f"{counted(len(alike.results), 'check')}: {reason}")
        text.append(f"  {names(alike.criteria, at_most=3)}", style=MUTED)
        return hanging(self._sign(Outcome.UNCHECKED), text)

    def _waived(self, alike: Alike) -> RenderableType:
        whom = names(alike.subjects, at_most=4)
        text = Text(f"{alike.criteria[0]} {self._symbols.dot} {whom} {self._symbols.dot} {one_line(alike.reason)}")
        return hanging(self._sign(Outcome.WAIVED), text)

    def _closing(self, verdict: Verdict, folder: Path | None) -> Iterable[RenderableType]:
        yield Text()
        if verdict.timing:
            yield self._flow([Text(f"{_spoken(part)} {format_duration(s)}") for part, s in verdict.timing.items()])
        last = [Text(str(verdict.answer), style=f"bold {ANSWER_COLOUR[verdict.answer]}")]
        last.append(Text(f"exit code {verdict.answer.exit_code}"))
        if folder is not None:
            last.append(Text(f"reports in {folder}"))
        yield self._flow(last)

    # Pieces

    def _section(self, heading: str, lines: Sequence[RenderableType]) -> Iterable[RenderableType]:
        if lines:
            yield Text()
            yield Text(heading, style=EMPHASIS)
            yield from lines

    def _sign(self, outcome: Outcome) -> Text:
        return Text(f"  {self._symbols.of(outcome)}", style=COLOUR[outcome])

    def _flow(self, parts: Sequence[Text]) -> RenderableType:
        return Flow(parts, Text(f" {self._symbols.dot} ", style=MUTED))


def _without_trailing_blanks(line: str) -> str:
    return _TAIL.sub(lambda tail: tail.group().replace(" ", ""), line)


def _cause(cause: Cause, explanation: str) -> Text:
    if cause.cls == UNKNOWN_CAUSE:
        return Text(explanation or "unknown: nothing that was seen explains it")
    edge = cause.node if cause.dependency is None else f"{cause.node} -> {cause.dependency}"
    text = Text.assemble((cause.cls, COLOUR[Outcome.FAILS]), f" in {edge} ", (f"({cause.confidence})", MUTED))
    return text if not explanation else text.append(f"\n{explanation}")


def _blocks(finding: Finding) -> Text:
    nodes = blocked_nodes(finding)
    shares = names((f"{node} {number}" for node, number in nodes.items()), at_most=6)
    return Text.assemble(
        (counted(len(finding.blocks), "check"), COLOUR[Outcome.BLOCKED]), f" that rest on this: {shares}"
    )


def _share(tally: Tally, name: str) -> Text:
    """``ready 5`` where all rows of ``health.ready`` have its worst outcome, else ``ready 1 of 5``."""
    number, total = tally.counts[tally.worst], len(tally.results)
    return Text(f"{name} {number}" if number == total else f"{name} {number} of {total}")


def _count(outcome: Outcome, number: int) -> str:
    """``1 fails``, ``2 fail``, ``3 blocked``."""
    return (
        f"{number} {_agreeing(outcome.removesuffix('s'), number)}" if outcome.endswith("s") else f"{number} {outcome}"
    )


def _agreeing(verb: str, number: int) -> str:
    return f"{verb}s" if number == 1 else verb


def _spoken(timing: str) -> str:
    """The name of a part of the run as it is said: ``clean up`` for ``clean_up_s``."""
    return one_line(timing.removesuffix("_s").replace("_", " "), 40)


def _by_group(tallies: Iterable[Tally]) -> dict[str, list[Text]]:
    """The share of every criterion by its group; criteria that are alone in their group stand together."""
    groups: dict[str, list[Tally]] = {}
    for tally in tallies:
        groups.setdefault(tally.group, []).append(tally)
    alone = {group for group, members in groups.items() if len(members) == 1}
    if len(alone) < 2:
        return {group: [_share(tally, tally.detail) for tally in members] for group, members in groups.items()}
    shares = {
        group: [_share(tally, tally.detail) for tally in members]
        for group, members in groups.items()
        if group not in alone
    }
    return shares | {
        _OTHER: [_share(groups[group][0], groups[group][0].criterion) for group in groups if group in alone]
    }
