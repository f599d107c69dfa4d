"""What came after an error, and what a neighbour did at the same time."""

import re
from dataclasses import replace

from readiness.diagnosis.log.entries import Entry, Level, read_log
from readiness.diagnosis.log.times import Moment
from readiness.diagnosis.reading import Reading
from readiness.model.evidence import ContainerState, Death, NodeEvidence

# An error that is followed by so much of good work was overcome, unless it is told as what ended the process.
_OVERCOME_AFTER_S = 30.0
_WORKS = re.compile(
    r"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD) \S+.{0,60}\b2\d\d\b|\bstatus(?:_?code)?[\"']?\s*[=:]\s*2\d\d\b|"
    r"(?<!not )(?<!never )\b(?:listening|ready|connected|recovered|restored|succeeded|processed|completed|healthy)\b",
    re.IGNORECASE,
)
# Around the death of a neighbour: its clients notice at once, or when a request of theirs runs into its deadline.
_BEFORE_S = 2.0
_AFTER_S = 30.0


def is_overcome(reading: Reading, log: str) -> bool:
    """Whether the log shows that the process went on well, for long, after what the reading tells of.

    Only times say how long; without them nothing is called overcome here.
    """
    entry = reading.entry
    if reading.uncaught or entry.time is None:
        return False
    later = entries_after(entry, log)
    ends = [each.time.at for each in later if each.time is not None]
    lasted = bool(ends) and ends[-1] - entry.time.at >= _OVERCOME_AFTER_S
    return lasted and any(_shows_work(each) for each in later) and not any(_is_error(each) for each in later)


def entries_after(entry: Entry, log: str) -> list[Entry]:
    """What a log says behind one of its entries."""
    return [each for each in read_log(log) if each.first_line > entry.last_line]


def overcome_line(reading: Reading) -> str:
    """The error that does not decide, for whoever reads the evidence."""
    return f"log line {reading.entry.first_line}, after which it went on well: {reading.entry.message[:200]}"


def death_beside(neighbour: NodeEvidence, client: NodeEvidence, said: Moment | None) -> Death | None:
    """The death of a neighbour at the time of its client's failure; None where there is none, or no time tells.

    :param said: when the client's log tells of the failure.
    """
    when = _failed_at(client, said)
    near = (death for death in neighbour.deaths if when is not None and -_BEFORE_S <= when - death.at <= _AFTER_S)
    return next(iter(sorted(near, key=lambda death: -death.at)), None)


def as_it_ended(neighbour: NodeEvidence, death: Death) -> NodeEvidence:
    """What was seen of a node that runs again, as it was when it died; without a log where that is another life's."""
    is_newest = death is neighbour.deaths[-1]
    ended = neighbour.earlier_log or ("" if neighbour.state.is_running else neighbour.log)
    return replace(
        neighbour,
        state=ContainerState("exited", death.exit_code, death.oom_killed, finished_at=death.at),
        log=ended if is_newest else "",
        earlier_log="",
        deaths=tuple(each for each in neighbour.deaths if each.at <= death.at),
        answers=(),
        listens=None,
        health=None,
        indicators={},
        activity=None,
    )


def _failed_at(client: NodeEvidence, said: Moment | None) -> float | None:
    """When the client failed, by the engine's clock; a stamp without a zone counts where that clock fits."""
    ends = [death.at for death in client.deaths[-1:]] or [each for each in (client.state.finished_at,) if each]
    began = client.state.started_at
    if said is not None:
        fits = (began is not None and said.at >= began - 1) or any(abs(said.at - end) < 600 for end in ends)
        if said.zoned or fits:
            return said.at
    return ends[0] if ends and not client.state.is_running else None


def _shows_work(entry: Entry) -> bool:
    return (entry.level is None or entry.level <= Level.INFO) and bool(_WORKS.search(entry.text))


def _is_error(entry: Entry) -> bool:
    return bool(entry.chain) or (entry.level or Level.INFO) >= Level.ERROR
