"""What ``diagnose`` prints: for a person in a hurry, and for programs."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from readiness.commands.output import as_json, rendered
from readiness.commands.post_mortem import Diagnosed, root_cause
from readiness.model.finding import Cause, Confidence
from readiness.report.style import EMPHASIS, MUTED
from readiness.report.text import counted, names, one_line

_PAGE = "docs/causes.md"
_LINE_LIMIT = 1000
_COLOUR = {Confidence.SURE: "red", Confidence.LIKELY: "yellow", Confidence.UNKNOWN: "cyan"}
_LABEL_WIDTH = 9
_MOST_LINES = 8


def as_text(diagnosed: Sequence[Diagnosed]) -> str:
    """The root cause in full, then what follows from it, then what failed for reasons of its own."""
    root = root_cause(diagnosed)
    others = [each for each in diagnosed if each is not root]
    own = [each for each in others if each.root is not None and not each.is_blocked]
    quiet = [each for each in others if each.root is None]
    lines = [*_in_full(root, diagnosed)]
    for each in own:
        lines += [Text(), *_in_full(each, diagnosed)]
    if quiet:
        lines += [Text(), Text(f"nothing failing was seen of {names([each.node for each in quiet], 12)}", style=MUTED)]
    return rendered(lines)


def to_json(diagnosed: Sequence[Diagnosed]) -> str:
    """The root cause as an object; of several nodes with the cause of each in ``causes``."""
    root = root_cause(diagnosed)
    content = _cause(root.cause)
    if len(diagnosed) > 1:
        content["causes"] = [
            {
                **_cause(each.cause),
                "of": each.node,
                "log": each.log,
                "blocked_by": each.root if each.is_blocked else None,
            }
            for each in diagnosed
        ]
    return as_json(content)


def _cause(cause: Cause) -> dict[str, object]:
    return {
        "class": cause.cls,
        "node": cause.node,
        "dependency": cause.dependency,
        "confidence": cause.confidence.value,
        "evidence": [one_line(line, _LINE_LIMIT) for line in cause.evidence],
        "advice": one_line(cause.advice, _LINE_LIMIT),
        "summary": one_line(cause.summary, _LINE_LIMIT),
    }


def _in_full(each: Diagnosed, diagnosed: Sequence[Diagnosed]) -> Iterator[Text]:
    cause = each.cause
    yield Text.assemble((one_line(cause.summary or f"{cause.node}: {cause.cls}"), EMPHASIS))
    yield _labelled("cause", Text.assemble((cause.cls, _COLOUR[cause.confidence]), f", {_certainty(cause)}"))
    yield _labelled("node", Text(cause.node))
    if cause.dependency:
        yield _labelled("needs", Text(cause.dependency))
    for number, line in enumerate(cause.evidence[:_MOST_LINES]):
        yield _labelled("" if number else "evidence", Text(one_line(line)))
    if len(cause.evidence) > _MOST_LINES:
        yield _labelled("", Text(f"... {counted(len(cause.evidence) - _MOST_LINES, 'line')} more with --format json"))
    blocked = [other for other in diagnosed if other.is_blocked and other.root == each.node]
    for number, other in enumerate(blocked):
        yield _labelled("" if number else "blocks", Text(other.node))
    yield _labelled("do", Text(one_line(cause.advice, _LINE_LIMIT)))
    yield _labelled("more", Text(f"{_PAGE}#{cause.cls}", style=MUTED))


def _certainty(cause: Cause) -> str:
    return {
        Confidence.SURE: "sure",
        Confidence.LIKELY: "likely",
        Confidence.UNKNOWN: "the evidence does not tell why" if cause.cls == "unknown" else "a guess",
    }[cause.confidence]


def _labelled(label: str, told: Text) -> Text:
    return Text.assemble("  ", (f"{label:<{_LABEL_WIDTH}}", MUTED), told)
