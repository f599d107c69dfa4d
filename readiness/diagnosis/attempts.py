"""How often a process tried before it gave up, as its log counts or repeats it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from readiness.diagnosis import state
from readiness.diagnosis.lastwords import log_of_the_end
from readiness.diagnosis.log.entries import Entry, read_log, said_alike
from readiness.diagnosis.matching import hosts_in, is_about_others, matches
from readiness.diagnosis.reading import Reading
from readiness.model.evidence import NodeEvidence
from readiness.model.units import format_duration

_COUNTED = re.compile(
    r"\bretrying \((?P<retry>\d+)\)|"
    r"\b(?:attempt|try|retry|tries|retries)\s*(?:number|no\.?|count)?\s*[#:=(\[]?\s*(?P<count>\d{1,4})\b(?!\s*(?:ms|s|sec|seconds|min)\b)"
    r"(?:\s*(?:/|of|out of)\s*(?P<total>\d{1,4})\b)?|"
    r"\bretry(?:Count|_count)[=:]\s*(?P<field>\d{1,4})\b|"
    r"\bafter (?P<after>\d{1,4}) (?:attempts|tries|retries)\b|"
    r"\b(?:made|in) (?P<made>\d{1,4}) attempts\b",
    re.IGNORECASE,
)


# A shorter text may stand in entries about something else.
_TELLING = 12


@dataclass(frozen=True)
class Attempts:
    """Attempts that failed, how far apart they were and how long they took in all, in seconds where times tell."""

    count: int
    total: int | None = None
    """How many there were to be."""
    apart_s: float | None = None
    span_s: float | None = None

    def __str__(self) -> str:
        of = f" of {self.total}" if self.total and self.total > self.count else ""
        span = "" if self.span_s is None else f" in {format_duration(self.span_s)}"
        apart = "" if self.apart_s is None else f", {format_duration(self.apart_s)} apart"
        return f"{self.count}{of} attempts{span}{apart}"


def attempts_in(evidence: NodeEvidence, reading: Reading) -> Attempts | None:
    """The attempts that a reading's failure stands for; None where it was met once only."""
    log = log_of_the_end(evidence) if state.last_exit(evidence) is not None else evidence.log
    entries = read_log(log)
    alike = _alike(entries, reading)
    beside = _beside(entries, alike, reading)
    counted = [match for entry in beside if (match := _COUNTED.search(entry.text))]
    numbers = [
        int(number) for match in counted for name, number in match.groupdict().items() if number and name != "total"
    ]
    totals = [int(match["total"]) for match in counted if match["total"]]
    # A number that the log gives counts before how often it was said: the end is told once more.
    counted_to = max(numbers, default=0)
    count = counted_to if counted_to * 2 > len(alike) else len(alike)
    if count < 2 or (len(alike) < 2 and not counted):
        return None
    times = _times(alike) if len(alike) > 1 else _times([entry for entry in beside if _COUNTED.search(entry.text)])
    apart = [later - earlier for earlier, later in pairwise(times) if later >= earlier]
    return Attempts(
        count,
        max(totals, default=None),
        # A log that counts in seconds, or gives one time for all, does not tell what lies between.
        (median(apart) or None) if apart else None,
        times[-1] - times[0] if len(times) > 1 and times[-1] > times[0] else None,
    )


def _alike(entries: Sequence[Entry], reading: Reading) -> tuple[Entry, ...]:
    """The entries that tell of the same failure: in the same words, or with the same error under others."""
    same = said_alike(entries, reading.entry)
    found = reading.match.signature.search(reading.entry.text)
    error = found[0].strip() if found else ""
    if len(error) < _TELLING:
        return same
    hosts = hosts_in(reading.entry, [reading.match])

    def is_told_again(entry: Entry) -> bool:
        return error in entry.text and not is_about_others(entry, matches(entry.text, entry=entry), hosts)

    return tuple(entry for entry in entries if entry in same or is_told_again(entry))


def _beside(entries: Sequence[Entry], alike: Sequence[Entry], reading: Reading) -> list[Entry]:
    """The entries that tell of this failure: those alike, each one's neighbours, and what reports the end."""
    lines = {entry.first_line for entry in alike}
    near = {n + step for n, entry in enumerate(entries) if entry.first_line in lines for step in (-1, 0, 1)}
    end = [] if reading.reported_by is None else [reading.reported_by]
    return [entry for n, entry in enumerate(entries) if n in near] + end


def told_of_the_end(attempts: Attempts, evidence: NodeEvidence) -> str:
    """``9 attempts in 24 s, 3.0 s apart, then exit code 1``."""
    last = state.last_exit(evidence)
    ended = last is not None and last.exit_code != 0
    return f"{attempts}, then exit code {last.exit_code}" if last is not None and ended else str(attempts)


def _times(entries: Sequence[Entry]) -> list[float]:
    return [entry.time.at for entry in entries if entry.time is not None]
