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
_MOST_CAUSES = 5
_MOST_NAMES = 12


def as_text(diagnosed: Sequence[Diagnosed]) -> str:
    """The root cause in full with what follows from it, then what failed for reasons of its own; alike ones once."""
    root = root_cause(diagnosed)
    others = [each for each in diagnosed if each is not root]
    own = [root, *(each for each in others if each.root is not None and not each.is_blocked)]
    alike: dict[tuple[str, str | None], list[Diagnosed]] = {}
    for each in own:
        alike.setdefault(_kind(each), []).append(each)
    lines: list[Text] = []
    for first, *same in list(alike.values())[:_MOST_CAUSES]:
        lines += [*_in_full(first, same, diagnosed), Text()]
    if len(alike) > _MOST_CAUSES:
        lines += [Text(f"{counted(len(alike) - _MOST_CAUSES, 'cause')} more with --format json", style=MUTED)]
    quiet = [each.node for each in others if each.root is None]
    if quiet:
        lines += [Text(f"nothing failing was seen of {names(quiet, _MOST_NAMES)}", style=MUTED)]
    return rendered(lines if lines[-1] else lines[:-1])


def _kind(each: Diagnosed) -> tuple[str, str | None]:
    """What is told once: the same failure of several nodes about one dependency; another failure stands alone."""
    dependency = each.cause.dependency
    return (each.cause.cls, dependency) if dependency else (f"{each.cause.cls} {each.node}", None)


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


def _in_full(each: Diagnosed, same: Sequence[Diagnosed], diagnosed: Sequence[Diagnosed]) -> Iterator[Text]:
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
    if same:
        yield _labelled("also", Text(names([other.node for other in same], _MOST_NAMES)))
    roots = {each.node, *(other.node for other in same)}
    blocked = [other.node for other in diagnosed if other.is_blocked and other.root in roots]
    if blocked:
        yield _labelled("blocks", Text(names(blocked, _MOST_NAMES)))
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
