"""What ``schema diff`` and ``schema check`` print: for people, for programs, and for a workflow of GitHub Actions."""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from rich.text import Text

from readiness.commands.output import as_json, rendered
from readiness.report.style import EMPHASIS, MUTED
from readiness.report.text import one_line
from readiness.schema import Change, ChangeClass, Subgraph, Violation, worst
from readiness.schema.difference.policies import find
from readiness.schema.model import Element

_COLOUR = {ChangeClass.BREAKING: "red", ChangeClass.DANGEROUS: "yellow", ChangeClass.SAFE: "green"}
_ANNOTATION = {ChangeClass.BREAKING: "error", ChangeClass.DANGEROUS: "warning", ChangeClass.SAFE: "notice"}
_CLASS_WIDTH = max(len(str(cls)) for cls in _COLOUR)
_LINE_LIMIT = 2000
_GROUP = re.compile(r"@?\w+")


class Format(StrEnum):
    """How a command prints what it found: for people, for programs, or as annotations on a pull request."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def of_changes(
    wanted: Format, changes: Sequence[Change], schemas: tuple[Subgraph, Subgraph], *, file: str, with_safe: bool
) -> str:
    """The difference between two schemas (old and new) in the wanted format; ``file`` is the new one's."""
    if wanted is Format.JSON:
        return as_json({"worst": str(worst(changes)), "changes": [_change(each) for each in changes]})
    shown = [each for each in changes if with_safe or each.cls > ChangeClass.SAFE]
    if wanted is Format.TEXT:
        return rendered([*_grouped(shown), _counted(changes, hidden=len(changes) - len(shown))])
    lines = [_annotation(_ANNOTATION[each.cls], file, _line(each, schemas[1]), each.kind, str(each)) for each in shown]
    return "\n".join([*lines, _counted(changes, hidden=len(changes) - len(shown)).plain]) + "\n"


def of_violations(wanted: Format, violations: Sequence[Violation], *, file: str) -> str:
    """What makes a schema invalid, in the wanted format."""
    if wanted is Format.JSON:
        return as_json({"valid": not violations, "errors": [_violation(each) for each in violations]})
    what = f"invalid: {len(violations)} rule{'s' * (len(violations) > 1)} broken" if violations else "valid"
    if wanted is Format.TEXT:
        told = Text(f"{file} is {what}", style="red" if violations else "green")
        return rendered([*(_violation_line(each, file) for each in violations), told])
    lines = [
        _annotation("error", file, each.line, each.code, f"{each.coordinate}: {each.message}") for each in violations
    ]
    return "\n".join([*lines, f"{file} is {what}"]) + "\n"


def _change(change: Change) -> dict[str, str]:
    return {
        "kind": change.kind,
        "coordinate": change.coordinate,
        "class": str(change.cls),
        "message": change.message,
    }


def _violation(violation: Violation) -> dict[str, object]:
    return {
        "code": violation.code,
        "coordinate": violation.coordinate,
        "line": violation.line,
        "message": violation.message,
    }


def _grouped(changes: Iterable[Change]) -> Iterator[Text]:
    """By type, the type with the worst change first; within it as they come, which is the worst first."""
    groups: dict[str, list[Change]] = {}
    for each in changes:
        match = _GROUP.match(each.coordinate)
        groups.setdefault(match[0] if match else each.coordinate, []).append(each)
    for name, members in sorted(groups.items(), key=lambda item: (-worst(item[1]), item[0])):
        yield Text(name, style=EMPHASIS)
        for each in members:
            yield Text.assemble("  ", (f"{each.cls!s:<{_CLASS_WIDTH}}", _COLOUR[each.cls]), "  ", _sentence(each))


def _sentence(change: Change) -> str:
    """The message, in which the coordinate stands mostly, and else the coordinate before it."""
    message = one_line(change.message, _LINE_LIMIT)
    return message if change.coordinate in message else f"{change.coordinate}: {message}"


def _counted(changes: Sequence[Change], *, hidden: int) -> Text:
    if not changes:
        return Text("no change", style="green")
    counts = [(cls, sum(each.cls is cls for each in changes)) for cls in _COLOUR]
    told = Text(", ").join(
        Text(f"{count} {str(cls).lower()}", style=_COLOUR[cls] if count else MUTED) for cls, count in counts
    )
    return told.append(" (not shown: --all)", style=MUTED) if hidden else told


def _violation_line(violation: Violation, file: str) -> Text:
    return Text.assemble(
        (f"{file}:{violation.line}: ", MUTED),
        (violation.code, "red"),
        f" {one_line(f'{violation.coordinate}: {violation.message}', _LINE_LIMIT)}",
    )


def _line(change: Change, schema: Subgraph) -> int:
    """Where the change shows in the new document: at what changed, or at its type where that is gone."""
    coordinate = change.coordinate.partition(" ")[0]
    match = _GROUP.match(coordinate)
    owner: Element | None = find(match[0], schema) if match else None
    element = find(coordinate, schema) or schema.directives.get(coordinate.removeprefix("@").partition("(")[0]) or owner
    return (element or schema.schema).line or 1


def _annotation(level: str, file: str, line: int, title: str, message: str) -> str:
    """A workflow command (https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions)."""
    return f"::{level} file={_property(file)},line={max(line, 1)},title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
