"""What others put before every line of a program's log: Compose, process managers, platforms and log collectors.

Such a prefix hides the level, the indentation of a trace and the head of an exception behind it.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

# A prefix is one only where nearly every line has it: a line of an entry point's shell may stand between.
_NEARLY_ALL = 0.8
_MOST_NESTED = 4
_SPACED_LINES = 6
STAMP = r"\d{4}[-/.]\d\d[-/.]\d\d[T _]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?"

_BARS = (
    re.compile(r"^[\w.-]+\s*\| ?"),  # Compose
    re.compile(rf"^{STAMP} \| "),  # Docker Desktop
    re.compile(r"^\d\d:\d\d:\d\d [\w.-]+\s*\| ?"),  # foreman
    re.compile(r"^(?:\d\d:\d\d:\d\d )?\d+\|[\w.-]+\s*\| ?"),  # pm2 logs
    re.compile(r"^\[pod/[^\]\s]+\] "),  # kubectl logs --prefix
    re.compile(rf"^\s*{STAMP} \[[A-Z][A-Za-z/\d]*\]\s+(?:OUT|ERR) "),  # Cloud Foundry
    re.compile(rf"^{STAMP} [\w-]+\[[\w.-]+\]: "),  # Heroku
    re.compile(r"^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [\w./-]+(?:\[\d+\])?: "),  # syslog and journalctl
    re.compile(r"^#\d+ (?:\d+\.\d+ )?"),  # BuildKit
    re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6,9}(?:Z|[+-]\d\d:\d\d) ?"),  # docker logs --timestamps
)
# A program may begin its own lines like this: it is another's prefix where lines of a trace stand behind it.
_AMBIGUOUS = (
    re.compile(rf"^{STAMP} ?"),  # Docker Desktop, log collectors
    re.compile(r"^\[[@\w:./-]+\] "),  # concurrently, nx
    re.compile(r"^[@\w/-]+:[\w:-]+: "),  # turbo
    re.compile(r"^[A-Z]\w+ (?=\s{4}at |\w*Error: |\s{2,}\w+: )"),  # wireit, nx run-many
)
_INSIDE_A_TRACE = re.compile(r"\s+at \S|\s{2,}File \"|\s+\^|\tat ")


def without_prefixes(lines: Sequence[str]) -> list[str]:
    """The lines without what stands before nearly all of them; the number of lines stays."""
    stripped = list(lines)
    for _ in range(_MOST_NESTED):
        prefix = next((each for each in (*_BARS, *_AMBIGUOUS) if _is_prefix(each, stripped)), None)
        if prefix is None:
            break
        stripped = [prefix.sub("", line, count=1) for line in stripped]
    return stripped


def is_spaced(filled: Sequence[bool]) -> bool:
    """Whether a blank line was put behind every line, as some web pages copy a log: then a blank line parts nothing."""
    together = sum(one and other for one, other in pairwise(filled))
    return sum(filled) >= _SPACED_LINES and together == 0


def _is_prefix(pattern: re.Pattern[str], lines: Sequence[str]) -> bool:
    filled = [line for line in lines if line.strip()]
    rests = [line[match.end() :] for line in filled if (match := pattern.match(line))]
    if not rests or len(rests) < _NEARLY_ALL * len(filled):
        return False
    return pattern in _BARS or any(_INSIDE_A_TRACE.match(rest) for rest in rests)
