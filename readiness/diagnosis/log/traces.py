"""The chain of exceptions in a joined trace, from what was reported down to what began it.

Python prints the first error first and says how the next came of it; Node, the JVM and most others print the last error
first and name its cause below. Either way ``depth`` 0 is what ended the work and the greatest depth is what began it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_EXCEPTION = re.compile(
    r"^(?:[^\n]{0,80}?\bException in thread \"[^\"]*\" |Uncaught |Unhandled [Ee]xception[.:] "
    r"|Caused by: |Suppressed: )?"
    r"(?P<kind>[A-Za-z_][\w.$]*(?:Error|Exception|Failure|Exceeded|Exit|Interrupt|Warning|Timeout|Errors|Missing|Invalid)\w*"
    r"|(?:Error|Exception)\b|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?<!\.service)(?<!\.socket)(?<!\.timer)(?=(?: \[\w+\])?: ))"
    r"(?: \[\w+\])?(?:: (?P<message>.*))?$"
)
_PYTHON_NEXT = re.compile(
    r"^(?:The above exception was the direct cause of the following exception|"
    r"During handling of the above exception, another exception occurred):$",
    re.MULTILINE,
)
_PYTHON_HEAD = "Traceback (most recent call last):"
_IGNORED = "Exception ignored in"
_CAUSED_BY = re.compile(r"^\s*(?:Caused by: |\[cause\]: |\[errors\]: \[|---> |Original error: )", re.MULTILINE)
_PANIC = re.compile(r"^(?:panic|fatal error): (?P<message>.+)$", re.MULTILINE)
_MESSAGE_LINES = 12
_NAME = r"[\w.$]*(?:Error|Exception)(?: \[\w+\])?: "
NAMED = re.compile(rf"^{_NAME}")
_FRAME = re.compile(r"^\s+at \S")
# What begins an error whose message may go on over lines, and what stands behind the message: Node, the JVM; Rust.
MESSAGES = (
    (re.compile(rf"^(?:Caused by: )?{_NAME}"), _FRAME),
    (re.compile(r"^thread '[^']+'(?: \(\d+\))? panicked at"), re.compile(r"^(?:note: run with|stack backtrace:)")),
)


@dataclass(frozen=True)
class Link:
    """One exception of a chain; ``start`` and ``end`` are its place in the entry's text."""

    kind: str
    message: str
    depth: int
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}" if self.message else self.kind


def without_ignored(lines: Sequence[str]) -> list[str]:
    """The lines, blank where Python tells of errors in finalizers: they ended nothing, and often follow what did."""
    kept, in_ignored = [], False
    for line in lines:
        in_ignored = in_ignored or line.startswith(_IGNORED)
        kept.append("" if in_ignored else line)
        if line.strip() and not line[0].isspace() and not line.startswith((_IGNORED, _PYTHON_HEAD)):
            # The line that names the exception is the last of it.
            in_ignored = False
    return kept


def chain(text: str) -> tuple[Link, ...]:
    """The exceptions in the text, outermost first; empty where there is no trace in it."""
    if _PYTHON_HEAD in text:
        return _python(text)
    panic = _PANIC.search(text)
    if panic:
        return (Link("panic", panic["message"], 0, panic.start(), len(text)),)
    return _printed_last_first(text)


def _python(text: str) -> tuple[Link, ...]:
    cuts = [0, *(match.end() for match in _PYTHON_NEXT.finditer(text)), len(text)]
    segments = [(start, end) for start, end in pairwise(cuts) if _PYTHON_HEAD in text[start:end]]
    links = []
    for depth, (start, end) in enumerate(reversed(segments)):
        head = text.index(_PYTHON_HEAD, start)
        kind, message = _after_frames(text[head:end])
        if not kind:
            continue
        links.append(Link(kind, message, depth, head, end))
    return tuple(links)


def _after_frames(segment: str) -> tuple[str, str]:
    """The line under the frames, which names the exception, and the further lines of its message."""
    lines = segment.splitlines()[1:]
    at = next((n for n, line in enumerate(lines) if line and not line[0].isspace()), None)
    if at is None:
        return "", ""
    kind, _, first = lines[at].partition(": ")
    rest = [line.strip() for line in lines[at + 1 : at + _MESSAGE_LINES] if not _PYTHON_NEXT.match(line)]
    return kind.strip(), " ".join(part for part in (first, *rest) if part)


def _printed_last_first(text: str) -> tuple[Link, ...]:
    cuts = [0, *(match.start() for match in _CAUSED_BY.finditer(text) if match.start()), len(text)]
    links: list[Link] = []
    for start, end in pairwise(cuts):
        found = _named(text, start, end)
        if found:
            links.append(Link(*found, depth=len(links), start=start, end=end))
    return tuple(links)


def _named(text: str, start: int, end: int) -> tuple[str, str] | None:
    for line in text[start:end].splitlines():
        match = _EXCEPTION.match(_CAUSED_BY.sub("", line.strip(), count=1))
        if match:
            return match["kind"], match["message"] or ""
    return None
