"""What a process does while it is watched: is it getting somewhere, or does it stand still?"""

from dataclasses import dataclass

from readiness.model.evidence import Activity

_SHORTEST_S = 5.0
"""A process that is getting on may well say and compute nothing for a shorter time than this."""
_MOST_LINES = 3


@dataclass(frozen=True)
class Look:
    """A process at one moment. ``at`` is seconds since the epoch."""

    at: float
    log: str
    cpu_time_s: float | None = None


def between(first: Look, second: Look) -> Activity | None:
    """What a process did between two looks at it; None where it was not watched for long enough to tell."""
    watched_s = second.at - first.at
    if watched_s < _SHORTEST_S:
        return None
    before = set(first.log.splitlines())
    # The log is bounded: what was at its beginning then may be gone now, and is not new.
    said = tuple(dict.fromkeys(line for line in second.log.splitlines() if line.strip() and line not in before))
    return Activity(watched_s, said[-_MOST_LINES:], _cpu_share(first, second))


def _cpu_share(first: Look, second: Look) -> float | None:
    if first.cpu_time_s is None or second.cpu_time_s is None or second.cpu_time_s < first.cpu_time_s:
        return None
    return (second.cpu_time_s - first.cpu_time_s) / (second.at - first.at)
