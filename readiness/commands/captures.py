"""What was captured of each container, out of one log: what collectors put around the lines is taken off again.

Known are Compose (``auth-1  | ``), Swarm, ``kubectl logs --prefix``, the files of Docker's ``json-file`` driver and of
the Kubernetes runtimes (CRI), syslog and journald, and the time stamps and columns of a CI's log around any of them.
A log of several containers becomes one capture for each.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

_ESCAPES = r"(?:\x1b\[[\d;]*m)*"
_PREFIXES = (
    # docker compose logs, docker compose up, docker service logs (name.1.id@host).
    re.compile(
        rf"^{_ESCAPES}(?P<name>[A-Za-z0-9][\w-]*(?:\.[\w-]+)*?)(?:\.\d+\.\w+@[\w.-]+)?"
        rf"\s*\|{_ESCAPES} ?{_ESCAPES}"
    ),
    # kubectl logs --prefix: [pod/auth-5d9c7b-x2x9z/auth]
    re.compile(r"^\[pod/[\w.-]+/(?P<name>[\w.-]+)\] ?"),
)
# What Compose says of a container among the lines, and of the one that it waited for in vain.
_ENDED = re.compile(
    rf"^{_ESCAPES}(?:dependency failed to start: container )?(?P<name>[\w.-]+) exited "
    r"(?:with code (?P<code>\d+)|\((?P<told>\d+)\))"
)
_UNHEALTHY = re.compile(rf"^{_ESCAPES}dependency failed to start: container (?P<name>[\w.-]+) is unhealthy")
_STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"
_AROUND = (
    # gh run view --log: job, step, time.
    re.compile(rf"^[^\t\n]{{1,120}}\t[^\t\n]{{1,120}}\t\ufeff?(?={_STAMP})"),
    # CRI: time, stream, F for a whole line or P for a part of one.
    re.compile(rf"^{_STAMP} (?:stdout|stderr) (?P<part>[FP]) "),
    # syslog (RFC 3164) and journalctl.
    re.compile(r"^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [\w./@:-]+?(?:\[\d+\])?: "),
)
_ENGINE_STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6,9}(?:Z|[+-]\d\d:\d\d) ")
# Loggers put a bar behind their level; a bar behind such a word names no container.
_LEVELS = frozenset(
    re.split(r"\s", "trace verbose debug info notice log warn warning error err severe fatal critical success panic")
)
# What `docker compose up` says itself, in its first version too, and the line in which it was called.
_OF_COMPOSE = re.compile(
    rf"^{_ESCAPES}(?:Attaching to |time=\"|WARN\[\d+\]|\[\+\] |Gracefully |Aborting on |dependency failed to start|"
    r"\s*(?:✔ |⠿ |✘ |- )?(?:Container|Network|Volume|Image) \S+ |"
    r"(?:Starting|Creating|Recreating|Restarting|Stopping|Removing|Pulling) (?:\S+\s*$|[\w.\x20-]{1,80} *\.\.\.)|"
    r"Creating (?:network|volume) \"[^\"]{1,80}\" with |"
    r"\S+ is up-to-date\s*$|[^|\n]{0,80}[$#\u276f>] (?:sudo )?(?:docker|podman)\b)"
)
# An exit code from here on tells of a signal, of which the log itself cannot tell.
_SIGNALLED = 129
_NEARLY_ALL = 0.9
_MAX_PREFIX_CHARS = 400
_SAMPLE = 200
_INSTANCE = re.compile(r"^(?P<service>.+?)[-_]\d+$")


@dataclass(frozen=True)
class Capture:
    """What one container wrote."""

    name: str | None
    """As the collector calls it; None where the log does not say whose it is."""
    text: str
    numbers: tuple[int, ...] = field(default=(), repr=False)
    """For each line of ``text`` its number in the file."""
    exit_code: int | None = None
    """With which the container ended, where Compose said it among the lines."""
    is_unhealthy: bool = False
    """Whether Compose said so among the lines."""

    def newest(self, chars: int) -> "Capture":
        """The capture without its oldest lines, so that no more characters are left than these."""
        excess = len(self.text) - chars
        if excess <= 0:
            return self
        end = self.text.find("\n", excess) + 1 or excess
        dropped = self.text.count("\n", 0, end)
        return replace(self, text=self.text[end:], numbers=self.numbers[dropped:])


@dataclass(frozen=True)
class _Line:
    number: int
    text: str


def captures(text: str, first_line: int = 1) -> tuple[Capture, ...]:
    """The captures in a log, in the order of their first lines; one without a name where no container is named.

    :param first_line: the number of the text's first line in its file.
    """
    lines = [_Line(number, line) for number, line in enumerate(text.split("\n"), first_line)]
    lines = _without_files_of_docker(lines)
    for around in _AROUND:
        lines = _without(lines, around)
    for prefix in _PREFIXES:
        # A CI stamps every line of what Compose prints; where Compose stamps them itself, it does so behind its prefix.
        found = _split(lines, prefix) or _split(_without(lines, _ENGINE_STAMP), prefix)
        if found:
            return found
    return (_with_its_signal(_capture(None, lines)),)


def _with_its_signal(capture: Capture) -> Capture:
    """With the signal that ended the container, where Compose speaks of the end of one container alone."""
    told = [match for line in capture.text.split("\n") if (match := _ENDED.match(line))]
    codes = [int(match["code"] or match["told"]) for match in told]
    if len({match["name"] for match in told}) != 1 or codes[-1] < _SIGNALLED:
        return capture
    return replace(capture, exit_code=codes[-1])


def _capture(name: str | None, lines: Sequence[_Line]) -> Capture:
    return Capture(name, "\n".join(line.text for line in lines), tuple(line.number for line in lines))


def _split(lines: Sequence[_Line], prefix: re.Pattern[str]) -> tuple[Capture, ...]:
    """One capture a container, where nearly all lines name theirs; else ()."""
    if not _is_usual(prefix, lines):
        return ()
    by_name: dict[str, list[_Line]] = {}
    of_compose: list[_Line] = []
    others: list[_Line] = []
    for line in lines:
        match = _before(line, prefix)
        if match and match["name"].lower() not in _LEVELS:
            by_name.setdefault(match["name"], []).append(_Line(line.number, line.text[match.end() :]))
        elif _OF_COMPOSE.match(line.text) or _ENDED.match(line.text):
            of_compose.append(line)
        elif line.text.strip():
            others.append(line)
    named = sum(map(len, by_name.values()))
    if not by_name or named < _NEARLY_ALL * (named + len(others)):
        return ()
    if len(by_name) == 1:
        # Whoever copies a log by hand may miss what stands before its first line.
        by_name = {name: sorted([*said, *others], key=lambda line: line.number) for name, said in by_name.items()}
    services = _services(by_name)
    captured = [(name, _capture(services[name], said)) for name, said in by_name.items()]
    return tuple(_with_the_end(capture, name, of_compose) for name, capture in captured)


def _with_the_end(capture: Capture, container: str, said: Iterable[_Line]) -> Capture:
    """With what Compose says of the container: of ``auth-1`` it may say ``shop-auth-1 exited with code 1``."""
    for line in said:
        told = _ENDED.match(line.text) or _UNHEALTHY.match(line.text)
        if told is None or not f"-{told['name'].replace('_', '-')}".endswith(f"-{container.replace('_', '-')}"):
            continue
        code = told.groupdict().get("code") or told.groupdict().get("told")
        capture = replace(capture, exit_code=int(code)) if code else replace(capture, is_unhealthy=True)
    return capture


def _before(line: _Line, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """What stands before a line. Only its beginning is looked at, since a line may be as long as a log."""
    return pattern.match(line.text, 0, _MAX_PREFIX_CHARS)


def _is_usual(pattern: re.Pattern[str], lines: Sequence[_Line]) -> bool:
    """Whether it stands before most of a sample, so that it is worth while to look at every line."""
    filled = [line for line in lines if line.text.strip()]
    sample = filled[:: max(1, len(filled) // _SAMPLE)]
    return sum(1 for line in sample if _before(line, pattern)) > len(sample) // 2


def _services(names: Iterable[str]) -> dict[str, str]:
    """Each container's service: ``auth-1`` is ``auth``'s, unless there is an ``auth-2`` or an ``auth`` beside it."""
    services = {name: match["service"] if (match := _INSTANCE.match(name)) else name for name in names}
    taken = list(services.values())
    return {name: service if taken.count(service) == 1 else name for name, service in services.items()}


def _without(lines: list[_Line], around: re.Pattern[str]) -> list[_Line]:
    """The lines without what stands around them, where that stands around nearly all."""
    if not _is_usual(around, lines):
        return lines
    matches = [_before(line, around) for line in lines]
    filled = [match for line, match in zip(lines, matches, strict=True) if line.text.strip()]
    if not filled or sum(1 for match in filled if match) < _NEARLY_ALL * len(filled):
        return lines
    pairs = list(zip(lines, matches, strict=True))
    bare = [_Line(line.number, line.text[match.end() :] if match else line.text) for line, match in pairs]
    return _joined(bare, [match is not None and match.groupdict().get("part") == "P" for match in matches])


def _joined(lines: Sequence[_Line], continues: Sequence[bool]) -> list[_Line]:
    """The lines, of which some go on in the next."""
    joined: list[_Line] = []
    open_line: _Line | None = None
    for line, goes_on in zip(lines, continues, strict=True):
        open_line = _Line(open_line.number, open_line.text + line.text) if open_line else line
        if not goes_on:
            joined.append(open_line)
            open_line = None
    return [*joined, open_line] if open_line else joined


def _without_files_of_docker(lines: list[_Line]) -> list[_Line]:
    """The lines in ``{"log": "...\\n", "stream": "stderr", "time": "..."}``."""
    filled = [line for line in lines if line.text.strip()]
    if not filled or not all('"log"' in line.text and '"stream"' in line.text for line in filled[:5]):
        return lines
    unpacked = [_Line(line.number, said) for line in filled if (said := _said(line.text)) is not None]
    if len(unpacked) < _NEARLY_ALL * len(filled):
        return lines
    goes_on = [not line.text.endswith("\n") for line in unpacked]
    return [_Line(line.number, line.text.rstrip("\n")) for line in _joined(unpacked, goes_on)]


def _said(line: str) -> str | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    said = entry.get("log") if isinstance(entry, dict) else None
    return said if isinstance(said, str) else None
