"""A log that holds several lives of a container, split where a new one begins: the newest life decides.

``docker logs`` of a restarted container, or a file that was appended to, has the starts one after the other.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from readiness.diagnosis.log.entries import Entry, read_log
from readiness.model.evidence import NodeEvidence

# What programs and frameworks print once, when their process begins.
_BANNER = re.compile(
    r"Starting Nest application|Started server process \[|Redis is starting oO0|:: Spring Boot ::|Starting gunicorn \d|"
    r"Starting \w+ (?:v\S+ )?using Java|^> \S+@\d[\w.+-]* \S+|^===> User|Puma starting in|Booting Puma|"
    r"Now listening on: |\bcelery@\S+ v\d|Starting (?:the )?(?:application|app|server|service)\b(?! (?:connection|on))|"
    r"\b(?:application|app|server|service) (?:is )?starting\b|\bboot(?:ing up|strapping the application)\b",
    re.IGNORECASE,
)
_REQUEST = re.compile(r"\b(?:GET|POST|PUT|HEAD|PATCH|DELETE|OPTIONS) /|\bhealth", re.IGNORECASE)
_CHANGING = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{12,}\b|\d+", re.IGNORECASE)
# Among how many first entries the banner is looked for, and how many entries alike make a start without one.
_FIRST = 5
_ALIKE = 3
_APART_S = 2.0
_SAME_MOMENT_S = 0.005
# Clocks of engine and container are one; a process writes its first line a moment after its start, not before it.
_TOLERANCE_S = 1.0


def newest_life(evidence: NodeEvidence) -> NodeEvidence:
    """The evidence with the newest life alone in ``log``, and the one before it in ``earlier_log``.

    Lines keep the numbers that they have in the log as it was given.
    """
    evidence = replace(evidence, earlier_log=_last_of(evidence.earlier_log))
    entries = read_log(evidence.log)
    since = _since(entries, evidence)
    starts = _starts(entries)
    if since is not None:
        # The engine's own time of the present start is better than any banner.
        starts = [line for line in starts if line < since] + [since]
    if entries and starts and starts[0] > entries[0].first_line:
        starts.insert(0, entries[0].first_line)
    if len(starts) < 2:
        return evidence
    return replace(
        evidence,
        log=_from(evidence.log, starts[-1]),
        earlier_log=_from(evidence.log, starts[-2], starts[-1]),
        lives=len(starts),
        turn_s=_turn_s(entries, starts),
    )


def _last_of(log: str) -> str:
    starts = _starts(read_log(log))
    return _from(log, starts[-1]) if len(starts) > 1 else log


def _from(log: str, first: int, end: int | None = None) -> str:
    """The lines from ``first`` up to ``end``, with the earlier ones blank, so that the numbers stay."""
    lines = log.split("\n")
    return "\n" * (first - 1) + "\n".join(lines[first - 1 : end - 1 if end else None])


def _since(entries: Sequence[Entry], evidence: NodeEvidence) -> int | None:
    """The line where the present life begins by the time of its start; None where times do not tell.

    Times without a zone count only where the newest of them lies in the present life: else the container's clock is
    not known to be the engine's.
    """
    began = evidence.state.started_at
    timed = [(entry, entry.time) for entry in entries if entry.time is not None]
    if began is None or not timed or not evidence.state.is_running:
        return None
    if not all(time.zoned for _, time in timed) and timed[-1][1].at < began - _TOLERANCE_S:
        return None
    older = [entry for entry, time in timed if time.at < began - _TOLERANCE_S]
    return older[-1].last_line + 1 if older else None


def _starts(entries: Sequence[Entry]) -> list[int]:
    """The lines at which lives begin: where the banner, or the first three lines together, are said again."""
    keys = [_CHANGING.sub("0", entry.message.strip().lower()) for entry in entries]
    banner = next((n for n, entry in enumerate(entries[:_FIRST]) if _BANNER.search(entry.message)), None)
    if banner is not None:
        places = [n for n, key in enumerate(keys) if key == keys[banner]]
        # What stood before the banner at the first start belongs to the later ones too, where it is said again.
        firsts = [n - banner if keys[n - banner : n] == keys[:banner] else n for n in places]
        return _apart(entries, [_with_what_overtook(entries, n) for n in firsts])
    head = keys[:_ALIKE]
    plain = all(not _REQUEST.search(entry.message) and not _is_trouble(entry) for entry in entries[:_ALIKE])
    if len(head) < _ALIKE or len(set(head)) < _ALIKE or not plain:
        return [entries[0].first_line] if entries else []
    return _apart(entries, [n for n in range(len(keys)) if keys[n : n + _ALIKE] == head])


def _with_what_overtook(entries: Sequence[Entry], first: int) -> int:
    """The place of a start, or of the errors of its very moment before it: stderr may overtake stdout on the way."""
    began = entries[first].time
    while first > 0 and began is not None and _is_trouble(entries[first - 1]):
        told = entries[first - 1].time
        if told is None or abs(told.at - began.at) > _SAME_MOMENT_S:
            break
        first -= 1
    return first


def _apart(entries: Sequence[Entry], firsts: Sequence[int]) -> list[int]:
    """The lines of the starts before which something went wrong or time went by: workers begin side by side."""
    kept = list(firsts[:1])
    for n in firsts[1:]:
        lived, began, next_began = entries[kept[-1] : n], entries[kept[-1]].time, entries[n].time
        passed_s = next_began.at - began.at if began is not None and next_began is not None else 0.0
        if passed_s >= _APART_S or any(_is_trouble(entry) for entry in lived):
            kept.append(n)
    return [entries[n].first_line for n in kept]


def _is_trouble(entry: Entry) -> bool:
    return bool(entry.chain) or (entry.level is not None and entry.is_trouble)


def _turn_s(entries: Sequence[Entry], starts: Sequence[int]) -> float | None:
    """The usual time from one start to the next, in seconds."""
    begun = [entry.time.at for entry in entries if entry.first_line in set(starts) and entry.time is not None]
    turns = [later - earlier for earlier, later in pairwise(begun) if later >= earlier]
    return median(turns) if turns else None
