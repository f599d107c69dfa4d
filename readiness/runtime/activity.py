"""What a process does while it is watched: is it getting somewhere, or does it stand still?"""

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.model.events import Event, Sampled
from readiness.model.evidence import Activity

_SHORTEST_S = 5.0
"""A process that is getting on may well say and compute nothing for a shorter time than this."""
_MOST_LINES = 3


@dataclass(frozen=True)
class Watch:
    """A process at the moment when the watch on it began. ``at`` is seconds since the epoch."""

    at: float
    log: str

    def seen(self, node: str, now: float, log: str, events: Sequence[Event]) -> Activity | None:
        """What it did since then; None where it was not watched for long enough to tell."""
        watched_s = now - self.at
        if watched_s < _SHORTEST_S:
            return None
        before = set(self.log.splitlines())
        # The log is bounded: what was at its beginning then may be gone now, and is not new.
        said = tuple(dict.fromkeys(line for line in log.splitlines() if line.strip() and line not in before))
        return Activity(watched_s, said[-_MOST_LINES:], _cpu_share(node, self.at, events))


def _cpu_share(node: str, since: float, events: Sequence[Event]) -> float | None:
    samples = [event for event in events if isinstance(event, Sampled) and event.node == node and event.at >= since]
    if len(samples) < 2 or samples[-1].at - samples[0].at < _SHORTEST_S / 2:
        return None
    used_s = samples[-1].cpu_s - samples[0].cpu_s
    return used_s / (samples[-1].at - samples[0].at) if used_s >= 0 else None
