"""Text that others wrote, made safe to show: no control sequences, bounded in length."""

import re
from collections.abc import Iterable

from readiness.model.finding import Finding

EVIDENCE_LINE_LIMIT = 300
"""Characters of an evidence line where a person reads it; ``verdict.json`` has more of it."""

# Far beyond any limit of a report, and small enough that cleaning an endless line costs nothing.
_RAW_LIMIT = 20_000

# ECMA-48: control strings (OSC, DCS, SOS, PM, APC), control sequences (CSI), and the remaining escape sequences.
_ESCAPE_SEQUENCE = re.compile(
    r"(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|\x1b[ -/]*[0-~]"
)
# C0 and C1 controls, line separators, lone surrogates and noncharacters (XML 1.0, production 2), and the marks that
# turn the direction of writing round (Unicode UAX 9), with which a text can be made to read as another.
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def lines(text: str, limit: int = EVIDENCE_LINE_LIMIT) -> tuple[str, ...]:
    """The lines of a text that say something, each cleaned and cut at ``limit`` characters.

    A carriage return inside a line counts as a line's end: what it would have overwritten is shown as well.
    """
    without_sequences = _ESCAPE_SEQUENCE.sub("", text[:_RAW_LIMIT]).replace("\t", "    ")
    cleaned = (_UNSHOWABLE.sub("", line).rstrip() for line in re.split(r"[\r\n]+", without_sequences))
    return tuple(cut(line, limit) for line in cleaned if line)


def one_line(text: str, limit: int = EVIDENCE_LINE_LIMIT) -> str:
    """The text as a single cleaned line, cut at ``limit`` characters."""
    return cut(" ".join(line.strip() for line in lines(text, limit)), limit)


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters, the last one an ellipsis when something was left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def evidence_of(finding: Finding, limit: int = EVIDENCE_LINE_LIMIT) -> tuple[str, ...]:
    """Every evidence line of the finding and of its cause, the cause's first, none twice."""
    return _distinct([*finding.cause.evidence, *finding.evidence], limit)


def title_of(finding: Finding) -> str:
    """What does not hold, with the subject first."""
    summary = one_line(finding.summary)
    return summary if summary.startswith(finding.subject) else one_line(f"{finding.subject}: {summary}")


def explanation_of(finding: Finding) -> str:
    """The cause in one sentence, or "" where the finding's own summary already says it."""
    summary = one_line(finding.cause.summary)
    return "" if summary in one_line(finding.summary) else summary


def advice_of(finding: Finding) -> str:
    """What to do: the finding's own advice, else that of its cause."""
    return one_line(finding.advice or finding.cause.advice, limit=1000)


def names(items: Iterable[str], at_most: int) -> str:
    """``auth, finance and 3 more``: the first names, and how many are left out."""
    distinct = list(dict.fromkeys(items))
    shown = ", ".join(distinct[:at_most])
    return shown if len(distinct) <= at_most else f"{shown} and {len(distinct) - at_most} more"


def counted(number: int, noun: str) -> str:
    """``1 check``, ``2 checks``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _distinct(texts: Iterable[str], limit: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for text in texts for line in lines(text, limit)))
