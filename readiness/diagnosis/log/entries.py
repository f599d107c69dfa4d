"""A container's log as a list of entries.

Escape sequences are gone, JSON lines are unwrapped, and each trace is joined to the line that it belongs to.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from itertools import groupby

from readiness.diagnosis.log.prefixes import STAMP, is_spaced, without_prefixes
from readiness.diagnosis.log.records import Record, unwrap, unwrap_tail
from readiness.diagnosis.log.times import Moment, moment_in, moment_of
from readiness.diagnosis.log.traces import MESSAGES, NAMED, Link, chain, without_ignored

# The newest part of a log decides. 256 KiB hold a start of a talkative service some thirty times over.
MAX_LOG_CHARS = 256 * 1024
MAX_LINE_CHARS = 8_000
MAX_ENTRY_LINES = 250
MAX_ENTRY_CHARS = 2 * MAX_LINE_CHARS
# Longer is no message of an error: Prisma shows some ten lines of source in its.
MAX_MESSAGE_LINES = 16

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])|[\x00-\x08\x0b\x0c\x0e-\x1f]"
)
_GROUP_BAR = re.compile(r"^\s+[|+](?:-+\s?\d*\s?-*)?\s?")


class Level(IntEnum):
    """How grave the program itself calls an entry."""

    TRACE = 10
    DEBUG = 20
    INFO = 30
    WARN = 40
    ERROR = 50
    FATAL = 60


_LEVEL_WORDS = {
    "trace": Level.TRACE, "verbose": Level.DEBUG, "debug": Level.DEBUG, "info": Level.INFO, "information": Level.INFO,
    "log": Level.INFO, "notice": Level.INFO, "warn": Level.WARN, "warning": Level.WARN, "error": Level.ERROR,
    "err": Level.ERROR, "severe": Level.ERROR, "fatal": Level.FATAL, "critical": Level.FATAL, "panic": Level.FATAL,
    "emerg": Level.FATAL, "alert": Level.FATAL, "crit": Level.FATAL, "dpanic": Level.FATAL, "fail": Level.ERROR,
    "err!": Level.ERROR, "note": Level.INFO, "system": Level.INFO, "http": Level.INFO, "silly": Level.DEBUG,
    "trce": Level.TRACE, "dbug": Level.DEBUG, "vrb": Level.DEBUG, "dbg": Level.DEBUG, "inf": Level.INFO,
    "wrn": Level.WARN, "ftl": Level.FATAL, "i": Level.INFO, "w": Level.WARN, "e": Level.ERROR, "f": Level.FATAL,
}  # fmt: skip
_WORD = r"TRACE|VERBOSE|DEBUG|INFO|LOG|NOTICE|WARN|WARNING|ERROR|SEVERE|FATAL|CRITICAL|PANIC"
# A line that a logger began: by its time, by Nest's head, by a level, by redis-server's or by librdkafka's head.
_HEADS = (
    re.compile(rf"^\[?{STAMP}\]?(?P<rest>.*)$"),
    re.compile(r"^\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?(?P<rest> .*)$"),
    re.compile(
        r"^(?:\d{1,2} [A-Z][a-z]{2} \d{4}|[A-Z][a-z]{2} \d{1,2}, \d{4}) \d{1,2}:\d\d:\d\d(?P<rest>.*)$", re.DOTALL
    ),
    re.compile(r"^nginx: (?P<rest>\[.*)$"),
    re.compile(r"^(?P<level>ERR!) (?P<rest>.*)$"),
    re.compile(r"^\[\w+\] \d+\s+- (?P<rest>.*)$"),
    re.compile(rf"^\[?(?P<level>{_WORD})\]?(?:[:\s|]|$)(?P<rest>.*)$"),
    re.compile(r"^\d+:[MSCX] \d\d \w{3} \d{4} [\d:.]+ (?P<mark>[#*.-]) (?P<rest>.*)$"),
    re.compile(r"^%(?P<syslog>[0-7])\|[\d.]+\|(?P<rest>.*)$"),
    re.compile(r"^(?:time|ts|level|lvl|caller)=\S+ (?P<rest>.*)$"),
    re.compile(r"^(?P<klog>[IWEF])\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ (?P<rest>.*)$"),
)
_WORD_IN_HEAD = re.compile(
    rf"(?:^|[\s\[|])(?P<level>{_WORD}|VRB|DBG|INF|WRN|ERR|FTL)(?=$|[\s\]:|/])"
    r"|\[(?P<low>(?i:emerg|alert|crit|error|warn|warning|notice|note|info|debug|fatal|critical|system))\]"
)
# The loggers that put their level first and in small letters: winston, Next.js, npmlog, .NET's console.
_SMALL_LEVEL = re.compile(
    r"^(?:\[(?=\w+\]))?(?P<level>error|err|warn|warning|info|debug|verbose|silly|http|fatal|fail|crit|trce|dbug)"
    r"(?:\[[A-Z]\d{2,5}\](?=:))?(?:\]?:|\]| - )\s"
)
# The signs that scripts and loggers for terminals put before what went wrong.
_SIGN = re.compile(r"^(?P<sign>[❌✖✘✗⛔🚨💥🛑❗⚠])\uFE0F?\s+\S")
_LEVEL_FIELD = re.compile(r"\b(?:level|lvl|severity)=\"?(?P<level>\w+)")
_KLOG = {"I": Level.INFO, "W": Level.WARN, "E": Level.ERROR, "F": Level.FATAL}

_CONTINUES = re.compile(
    r"^(?:Caused by: |\S+\.rb:\d+:in [`']|"
    r"Suppressed: |\.\.\. \d+ more|at \S+[ (]|[}\])]+[,;]?$|"
    r"DETAIL: |HINT: |STATEMENT: |CONTEXT: |"
    r"The above exception was the direct cause|During handling of the above exception|Node\.js v\d|goroutine \d+ \[|"
    r"\[signal |exit status \d+$|\[SQL: |\(Background on this error|npm (?:ERR!|error) |\^+$)"
)
_TRACEBACK = "Traceback (most recent call last):"
_PYTHON_CHAIN = re.compile(r"The above exception was|During handling of the above")
_NODE_CRASH = re.compile(r"^(?:(?:node:|file://|/|[A-Za-z]:\\)\S*|(?:internal/)?[\w/-]+\.js):\d+$")
_FRAME_SOURCE = re.compile(r"^ {4}\S| {4,}[~^ ]+$| {4,}\S")
_PANIC = re.compile(r"^(?:panic|fatal error): ")
_PYDANTIC = re.compile(r"\d validation errors? for ")
_BANNER = "APPLICATION FAILED TO START"
_ERROR_HEAD = re.compile(r"^(?:[\w.$]*(?:Error|Exception)\b[^\n]*|.*\[\w*Error\b.*)$")
_UNCAUGHT = re.compile(
    r"^Node\.js v\d|^node:internal|^Exception in thread |^(?:panic|fatal error): |UnhandledPromiseRejection|"
    r"\[ExceptionHandler\]|^logger=ExceptionHandler$|FATAL ERROR: |^Unhandled [Ee]xception|APPLICATION FAILED TO START|"
    r"Application startup failed|[Uu]ncaught ?[Ee]xception|thread '[^']+' panicked at|Application run failed",
    re.MULTILINE,
)

# PostgreSQL's head of a line: time and process. Process 1 is the server itself.
_SESSION = re.compile(rf"^{STAMP}(?: [A-Z]{{3,4}})? \[(?!1\])\d+(?:-\d+)?\](?: \S+)? (?:FATAL|ERROR):")
# What a runtime or library says of the future: it ended nothing.
_NOISE = re.compile(
    r"\w*(?:Deprecat|Experimental|Future|PendingDeprecat)\w*Warning\b|DEPRECATION WARNING|npm (?:WARN|warn|notice)\b"
)


@dataclass(frozen=True)
class Entry:
    """One thing that the program said, with the trace that belongs to it."""

    first_line: int
    """1-based, in the log as it was given."""
    last_line: int
    level: Level | None
    message: str
    """The first line, without the logger's head."""
    text: str
    """All of it, bounded."""
    chain: tuple[Link, ...] = field(default=())
    time: Moment | None = None
    """When it was written, where its first line says so."""

    @property
    def uncaught(self) -> bool:
        """Whether the runtime or framework itself reports this as what ended the program."""
        bare_traceback = self.level is None and self.text.startswith(_TRACEBACK)
        crash = bare_traceback or bool(_NODE_CRASH.match(self.text.split("\n", 1)[0]))
        if self.of_a_session:
            return False
        return crash or self.level is Level.FATAL or bool(_UNCAUGHT.search(self.text))

    @property
    def of_a_session(self) -> bool:
        """Whether a database server says it of one of its clients' sessions, which ends without the server."""
        return bool(_SESSION.match(self.text))

    @property
    def is_trouble(self) -> bool:
        """Whether it may tell of a failure at all: a program may well log one without a level."""
        return (self.level is None or self.level >= Level.WARN) and not _NOISE.search(self.message)

    def __str__(self) -> str:
        return f"line {self.first_line}: {self.message}"


@lru_cache(maxsize=64)
def read_log(text: str) -> tuple[Entry, ...]:
    """The entries of a log in their order. Only its newest :data:`MAX_LOG_CHARS` characters are read."""
    return tuple(entry for lines in _joined(_clean(text)) if (entry := _entry(lines)))


@dataclass(frozen=True)
class _Line:
    number: int
    text: str
    record: Record | None = None
    raw: str = ""
    """The line with what stands before it."""

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def _clean(text: str) -> list[_Line]:
    dropped = max(0, len(text) - MAX_LOG_CHARS)
    first = 1 + text.count("\n", 0, dropped)
    lines = [_ESCAPES.sub("", line.rstrip("\r"))[:MAX_LINE_CHARS] for line in text[dropped:].split("\n")]
    raw, lines = lines, without_ignored(without_prefixes(lines))
    in_group = _TRACEBACK in text and "Exception Group Traceback" in text
    if in_group:
        lines = [_GROUP_BAR.sub("", line) if _GROUP_BAR.match(line) else line for line in lines]
    return [_line(number, line, stamped) for number, (line, stamped) in enumerate(zip(lines, raw, strict=True), first)]


def _line(number: int, text: str, raw: str) -> _Line:
    record = unwrap(text)
    return _Line(number, text if record else unwrap_tail(text), record, raw)


def _joined(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    current = _Joiner()
    inside = _in_message(lines)
    spaced = is_spaced([not line.blank for line in lines])
    for line in lines:
        if line.blank:
            current.blanks += not spaced
        elif current.takes(line) or line.number in inside:
            current.add(line)
        else:
            yield current.lines
            current = _Joiner()
            current.add(line)
    yield current.lines


def _in_message(lines: Sequence[_Line]) -> frozenset[int]:
    """The lines that stand between the line that names an error and its first frame: its message goes on in them."""
    found: set[int] = set()
    for at, line in enumerate(lines):
        behind = next((end for begin, end in MESSAGES if begin.match(line.text)), None)
        if line.record or behind is None:
            continue
        for below, other in enumerate(lines[at + 1 : at + 1 + MAX_MESSAGE_LINES], at + 1):
            if behind.match(other.text):
                found.update(one.number for one in lines[at + 1 : below])
                break
            if other.record or _head(other.text) or NAMED.match(other.text) or _TRACEBACK in other.text:
                break
    return frozenset(found)


class _Joiner:
    """The entry that is being put together: it knows which further lines belong to it."""

    def __init__(self) -> None:
        self.lines: list[_Line] = []
        self.blanks = 0
        self._kind = ""
        self._named = False
        """Whether the line that names a Python exception was seen."""

    def add(self, line: _Line) -> None:
        text = line.text
        if not self.lines:
            self._kind = self._kind_of(text)
            self._named = self._kind == "python"
        if text.lstrip().startswith(_TRACEBACK) or _TRACEBACK in text:
            self._kind, self._named = "python", False
        elif self._kind == "python" and not text[0].isspace() and not _PYTHON_CHAIN.match(text):
            self._named = True
        if _BANNER in text:
            self._kind = "banner"
        if len(self.lines) < MAX_ENTRY_LINES:
            self.lines.append(line)
        self.blanks = 0

    def takes(self, line: _Line) -> bool:
        if not self.lines:
            return True
        if line.record or self.lines[0].record:
            return False
        text = line.text
        head = _head(text)
        if self._kind in ("node", "panic", "banner", "asterisks"):
            return head is None and not (self._kind == "asterisks" and _BANNER not in text)
        if self._kind == "python":
            return self._python_takes(text, head is not None)
        if _TRACEBACK in text or (NAMED.match(text) and len(self.lines) == 1):
            # A logger prints the exception without a head under the line that reports it (Spring: after a blank line).
            return head is None and self.blanks <= 1 and (_level_of(self.lines[0].text) or 0) >= Level.WARN
        if _CONTINUES.match(text):
            return True
        indented = text[0].isspace() and head is None
        return indented and (self.blanks == 0 or self._in_trace)

    def _python_takes(self, text: str, is_head: bool) -> bool:
        if not self._named:
            return not is_head or text[0].isspace()
        if _PYTHON_CHAIN.match(text) or (text.startswith(_TRACEBACK) and _PYTHON_CHAIN.match(self.lines[-1].text)):
            return True
        if _CONTINUES.match(text):
            return True
        # The further lines of an exception's message (pydantic, SQLAlchemy) follow it without a blank line.
        return not is_head and self.blanks == 0 and not text.startswith(_TRACEBACK)

    @property
    def _in_trace(self) -> bool:
        return bool(_ERROR_HEAD.match(self.lines[0].text))

    @staticmethod
    def _kind_of(text: str) -> str:
        if _NODE_CRASH.match(text):
            return "node"
        if _PANIC.match(text):
            return "panic"
        if _PYDANTIC.search(text):
            return "python"
        return "asterisks" if set(text.strip()) == {"*"} else ""


def _head(text: str) -> re.Match[str] | None:
    line = text.split("\n", 1)[0]
    return next((match for pattern in _HEADS if (match := pattern.match(line))), None)


def _entry(lines: list[_Line]) -> Entry | None:
    if not lines:
        return None
    first, record = lines[0], lines[0].record
    if record:
        said, text = record.said, record.text
        message = record.message or text.split("\n", 1)[0]
        level = _named_level(record.level)
    else:
        said = text = "\n".join(_without_source([line.text for line in lines]))
        message, level = _message(first.text), _level_of(first.text)
    told = moment_of(record.time) if record and record.time else None
    errors = chain(said[:MAX_ENTRY_CHARS]) or (chain(text[:MAX_ENTRY_CHARS]) if record else ())
    return Entry(
        first.number,
        lines[-1].number,
        level,
        message,
        text[:MAX_ENTRY_CHARS],
        errors,
        told or moment_in(first.raw),
    )


def _without_source(lines: list[str]) -> list[str]:
    """Blank the program's own source that Node and Python print into a trace: it holds texts that nobody said."""
    if _NODE_CRASH.match(lines[0]):
        caret = next((n for n, line in enumerate(lines[:12]) if line.strip() and set(line.strip()) == {"^"}), 0)
        return [lines[0], *("" for _ in lines[1 : caret + 1]), *lines[max(caret + 1, 1) :]]
    if not any(_TRACEBACK in line for line in lines):
        return lines
    return ["" if _FRAME_SOURCE.match(line) and _in_frame(lines, n) else line for n, line in enumerate(lines)]


def _in_frame(lines: list[str], number: int) -> bool:
    """Whether the line stands under a frame: its source, and the marks under that."""
    above = next((line for line in reversed(lines[:number]) if not _FRAME_SOURCE.match(line)), "")
    return above.startswith("  File ")


def _message(text: str) -> str:
    line = text.split("\n", 1)[0]
    head = _head(line)
    rest = head["rest"].strip() if head else line.strip()
    return rest or line.strip()


def _named_level(name: str) -> Level | None:
    if name.isdigit():
        # pino and bunyan: 10 trace to 60 fatal (https://getpino.io, "level mapping").
        return next((level for level in reversed(Level) if int(name) >= level), None)
    return _LEVEL_WORDS.get(name.lower())


def _level_of(line: str) -> Level | None:
    head = _head(line)
    if head is None:
        sign = _SIGN.match(line)
        if sign:
            return Level.WARN if sign["sign"] == "⚠" else Level.ERROR
        small = _SMALL_LEVEL.match(line)
        return _named_level(small["level"]) if small else None
    groups = head.groupdict()
    if groups.get("level"):
        return _named_level(groups["level"])
    if groups.get("mark"):
        return Level.WARN if groups["mark"] == "#" else Level.INFO
    if groups.get("syslog"):
        # syslog severities (RFC 5424, 6.2.1): 0-2 critical, 3 error, 4 warning.
        severity = int(groups["syslog"])
        return Level.FATAL if severity < 3 else {3: Level.ERROR, 4: Level.WARN}.get(severity, Level.INFO)
    if groups.get("klog"):
        return _KLOG[groups["klog"]]
    field = _LEVEL_FIELD.search(line)
    if field:
        return _named_level(field["level"])
    found = _WORD_IN_HEAD.search(groups["rest"][:80])
    return _named_level(found["level"] or found["low"]) if found else None


_TIMES_AND_COUNTS = re.compile(rf"{STAMP}|\d{{1,2}}:\d\d:\d\d|(?<![\w.:])\d+(?:\.\d+)?(?![\w.:]*\d)")


@dataclass(frozen=True)
class Said:
    """An entry that was said ``count`` times, where it was said last."""

    entry: Entry
    count: int
    position: int
    """Its last place among all entries, counted from 0."""


def said_alike(entries: Iterable[Entry], entry: Entry) -> tuple[Entry, ...]:
    """The entries that say the same as this one, times and counts apart."""
    text = _TIMES_AND_COUNTS.sub("0", entry.text)
    return tuple(each for each in entries if _TIMES_AND_COUNTS.sub("0", each.text) == text)


def distinct(entries: Iterable[Entry]) -> tuple[Said, ...]:
    """The entries without their repetitions (times and counts apart), in the order of their last occurrence."""
    numbered = sorted(
        ((_TIMES_AND_COUNTS.sub("0", entry.text), position, entry) for position, entry in enumerate(entries)),
        key=lambda item: (item[0], item[1]),
    )
    said = []
    for _, group in groupby(numbered, key=lambda item: item[0]):
        same = list(group)
        _, position, entry = same[-1]
        said.append(Said(entry, len(same), position))
    return tuple(sorted(said, key=lambda item: item.position))
