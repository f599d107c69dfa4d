"""Time stamps at the head of log lines, in the forms that loggers and engines write."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

# A stamp stands at the head of its line, behind a level, a process id or a container's name at most.
_HEAD_CHARS = 120
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_CLOCK = r"(?P<hour>\d\d?):(?P<minute>\d\d):(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
_ZONE = r"(?: ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d))?"
# Seconds and milliseconds since the epoch, of the years 2001 to 2033.
_SECONDS = range(10**9, 2 * 10**9)


@dataclass(frozen=True)
class Moment:
    """When a line was written, in seconds since the epoch. Without a zone the clock is the container's own."""

    at: float
    zoned: bool
    """Whether the stamp says its zone; else UTC is assumed, which is what containers mostly run in."""


def moment_in(line: str) -> Moment | None:
    """The first time stamp in the head of a line; None where there is none with a date."""
    head = line[:_HEAD_CHARS]
    found = ((match, read) for pattern, read in _FORMS if (match := pattern.search(head)))
    match, read = min(found, key=lambda pair: pair[0].start(), default=(None, None))
    if match is None or read is None:
        return None
    try:
        return read(match)
    except (ValueError, OverflowError):
        return None


def moment_of(value: str) -> Moment | None:
    """The value of a time field of a JSON line: a stamp, or seconds or milliseconds since the epoch."""
    try:
        number = float(value)
    except ValueError:
        return moment_in(value)
    return _since_epoch(number)


def _since_epoch(number: float) -> Moment | None:
    for unit in (1, 10**3, 10**6, 10**9):
        if int(number / unit) in _SECONDS:
            return Moment(number / unit, zoned=True)
    return None


def _dated(match: re.Match[str]) -> Moment:
    groups = match.groupdict()
    month = groups["month"]
    number = int(month) if month.isdigit() else _MONTHS.split().index(month) + 1
    hour = int(groups["hour"])
    if groups.get("half"):
        hour = hour % 12 + (12 if groups["half"].upper() == "PM" else 0)
    zone = groups.get("zone")
    date = (int(groups["year"]), number, int(groups["day"]))
    told = datetime(*date, hour, int(groups["minute"]), int(groups["second"]), tzinfo=_zone(zone))
    return Moment(told.timestamp() + float(f"0.{groups.get('fraction') or 0}"), zoned=zone is not None)


def _zone(text: str | None) -> timezone:
    if text is None or text in ("Z", "UTC", "GMT"):
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def _counted(match: re.Match[str]) -> Moment | None:
    return _since_epoch(float(match["number"]))


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Moment | None]], ...] = (
    # ISO 8601 and its relatives: Python's logging with comma millis, Go with slashes, PostgreSQL, Kafka.
    (re.compile(rf"\b(?P<year>20\d\d)[-/.](?P<month>\d\d)[-/.](?P<day>\d\d)[T _]{_CLOCK}{_ZONE}"), _dated),
    # Nest: toLocaleString of en-US, with a narrow no-break space before AM in newer versions of Node.
    (re.compile(rf"\b(?P<month>\d\d?)/(?P<day>\d\d?)/(?P<year>20\d\d), {_CLOCK}(?:[ \u202f](?P<half>[AP]M))?"), _dated),
    # redis-server, and the clocks of Apache's and nginx's logs.
    (re.compile(rf"\b(?P<day>\d\d?) (?P<month>[A-Z][a-z][a-z]) (?P<year>20\d\d) {_CLOCK}"), _dated),
    (re.compile(rf"\[(?P<day>\d\d)/(?P<month>[A-Z][a-z][a-z])/(?P<year>20\d\d):{_CLOCK}{_ZONE}"), _dated),
    # logfmt, librdkafka, and bare numbers.
    (re.compile(r"(?:^|\b(?:ts|time)=|%\d\|)(?P<number>1\d{9}(?:\.\d+|\d{3})?)\b"), _counted),
)
