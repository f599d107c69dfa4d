"""What a log says about an end: the roots, wrappers and remarks in it, and which of them decides."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from readiness.diagnosis import own_fault
from readiness.diagnosis.addresses import DATABASES, roles_in
from readiness.diagnosis.catalogue import SPECIFIC, Signature, Weight
from readiness.diagnosis.causes import ABOUT_A_DEPENDENCY, CauseClass
from readiness.diagnosis.log.entries import Entry, Level, Said, distinct, read_log
from readiness.diagnosis.matching import MAX_SETTINGS, Match, best, hosts_in, is_about_others, matches
from readiness.diagnosis.mentions import names_in
from readiness.model.finding import Confidence

# The distinct entries that are looked at, newest first: far more than one attempt to start prints.
MAX_ENTRIES = 120
# How far behind a wrapper its root may stand. Nine retries of TypeORM print some twenty distinct entries.
LOOK_BACK = 60
# An entry this near to the end speaks of the end.
LAST_WORDS = 6
# Two entries this near, of which one has this many of the other's characters, tell of the same failure.
NEAR = 3
SAME_WORDS = 16
_KIND_IN_FRONT = re.compile(r"^(?:[\w.$]{1,80}(?:Error|Exception)?: )+")
_GIVES_UP = re.compile(
    r"\b(?:g[ia]ve? up|giving up|gave up|retr(?:y|ies)|attempts?|startup failed|bootstrap|"
    r"(?:could not|couldn't|cannot|can't|unable to|failed to|fail(?:ed|ure)|error) (?:to )?"
    r"(?:connect\w*|start\w*|reach|initiali[sz]e|ping|establish|acquire|boot\w*|launch|migrat\w*)|"
    r"not (?:ready|reachable|available|connected)|unavailable|unreachable|exiting|aborting|"
    r"command failed|exited with|exit (?:code|status))\b",
    re.IGNORECASE,
)
_RECOVERED = re.compile(
    r"(?<!not )(?<!never )(?<!be )\b"
    r"(?:is up|is back|(?:re)?connected|connection (?:is )?(?:established|restored)|recovered|ready)\b",
    re.IGNORECASE,
)
# What says that the start went well: errors before it were overcome or have nothing to do with the end.
_STARTED = re.compile(
    r"Nest (?:application|microservice) (?:is )?(?:successfully started|listening)|Application startup complete|"
    r"Started \w+ in [\d.]+ seconds|[Ss]erver (?:is )?(?:now )?(?:listening|running|started|ready)\b|"
    r"Listening (?:on|at)\b|ready to accept connections|ready for connections|start worker process"
)


@dataclass(frozen=True)
class Reading:
    """What a log says: the match that decides, where it stands, and how far it carries."""

    match: Match
    entry: Entry
    confidence: Confidence
    count: int = 1
    """How often the entry was said."""
    reported_by: Entry | None = None
    """The entry that reports the end, where the cause stands in another one above it."""

    @property
    def uncaught(self) -> bool:
        """Whether the runtime itself reports this as what ended the program."""
        return (self.reported_by or self.entry).uncaught


def read(log: str, *, ended: bool) -> Reading | None:
    """The reading of one life's log; None where nothing in it is known to mean something.

    ``ended`` tells that the process is gone, so that what stands last speaks of its end.
    """
    said = distinct(read_log(log))[-MAX_ENTRIES:]
    end = next((n for n in range(len(said) - 1, -1, -1) if said[n].entry.uncaught), None) if ended else None
    reading = _at_the_end(said, end) if end is not None else _newest(said, ended)
    return _with_further_settings(_told_in_full(reading, said), said) if reading else _remark(said)


def _told_in_full(reading: Reading, said: Sequence[Said]) -> Reading:
    """What was said just before or behind it of the same failure, where that says more: then it decides."""
    at = next((n for n, one in enumerate(said) if one.entry is reading.entry), None)
    if at is None:
        return reading
    hosts = hosts_in(reading.entry, [reading.match])
    for one in said[max(0, at - NEAR) : at + NEAR + 1]:
        other = best(matches(one.entry.text, entry=one.entry)) if one.entry is not reading.entry else None
        if other is None or not other.is_specific or is_about_others(one.entry, [other], hosts):
            continue
        if _says_more(other, one.entry, reading.match):
            reporter = reading.reported_by or (reading.entry if reading.entry.uncaught else None)
            return replace(reading, match=other, entry=one.entry, reported_by=reporter)
    return reading


# Failures behind which somebody has answered.
_WAS_REACHED = {CauseClass.DEPENDENCY_AUTH_FAILED, CauseClass.TLS_MISMATCH}


def _says_more(other: Match, entry: Entry, match: Match) -> bool:
    """Whether an entry tells the same failure better: a tool says it first in a sentence of its own and then throws."""
    if other.signature.priority <= match.signature.priority:
        return False
    words = _KIND_IN_FRONT.sub("", match.line)
    if len(words) >= SAME_WORDS and words in entry.message:
        return match.is_specific or match.signature.cause is CauseClass.APP_EXCEPTION
    if not entry.is_trouble:
        return False
    if other.signature.cause is CauseClass.CONFIG_INVALID and entry.level is not Level.WARN and _is_vague(match):
        return True
    if match.signature.cause is CauseClass.DEPENDENCY_UNREACHABLE:
        # None of them was reached: why, the client has said of each.
        same = match.role is not None and match.role == other.role
        return same and (other.signature.cause in _WAS_REACHED or not match.groups.get("host"))
    # A server turns its clients away while it starts again: for what it says of itself.
    return match.signature.cause is CauseClass.DEPENDENCY_STARTING and other.signature.cause not in ABOUT_A_DEPENDENCY


def _is_vague(match: Match) -> bool:
    """Whether it is trouble with somebody unnamed, which may come of a setting that was refused."""
    named = match.role or match.groups.get("host")
    return not match.is_specific and match.signature.cause in ABOUT_A_DEPENDENCY and not named


def _with_further_settings(reading: Reading, said: Sequence[Said]) -> Reading:
    """A program that checks its settings may say each in a line of its own: those beside the one that decides count."""
    match = reading.match
    at = next((n for n, one in enumerate(said) if one.entry is reading.entry), None)
    if match.signature.cause is not CauseClass.CONFIG_INVALID or "key" not in match.groups or at is None:
        return reading
    first = at
    while first > 0 and _settings_in(said[first - 1].entry, match):
        first -= 1
    named = [key for one in said[first:at] for key in _settings_in(one.entry, match)]
    keys = dict.fromkeys([*named, *match.groups["key"].split(", ")])
    groups = {**match.groups, "key": ", ".join(list(keys)[:MAX_SETTINGS])}
    return replace(reading, match=replace(match, groups=groups))


def _settings_in(entry: Entry, like: Match) -> tuple[str, ...]:
    return like.signature.settings(entry.text) if entry.is_trouble and like.signature.search(entry.text) else ()


def _at_the_end(said: Sequence[Said], end: int) -> Reading | None:
    """The cause of an end that the runtime reports in the entry at ``end``."""
    entry = said[end].entry
    found = matches(entry.text, entry=entry)
    here = best(found)
    if here and here.is_specific:
        return Reading(here, entry, Confidence.SURE, said[end].count)
    wrapper = best(found, Weight.WRAPPER)
    exception = here or _exception(entry)
    if wrapper or exception is None or _GIVES_UP.search(exception.line) or _told_above(said, end, exception):
        behind = _look_back(said, end, wrapper, names_in(exception.line) if exception else frozenset())
        if behind:
            # A known wrapper is known to stand by its root; that another exception does so too is a guess.
            known = wrapper is not None and behind.confidence is Confidence.SURE
            guess = Confidence.UNKNOWN if behind.confidence is Confidence.UNKNOWN else Confidence.LIKELY
            return replace(behind, confidence=Confidence.SURE if known else guess, reported_by=entry)
        below = _look_below(said, end, wrapper)
        if below:
            return replace(below, confidence=Confidence.LIKELY, reported_by=entry)
        wrapper = _outer_wrapper(said, end, wrapper)
    if wrapper and (exception is None or wrapper.signature.priority > exception.signature.priority):
        return Reading(wrapper, entry, _of_wrapper(wrapper, entry), said[end].count)
    return Reading(exception, entry, _of_kind(exception, entry), said[end].count) if exception else None


def _told_above(said: Sequence[Said], end: int, exception: Match) -> bool:
    """Whether the entry right above an exception that no signature knows is an error that one knows."""
    above = said[end - 1].entry if end else None
    if exception.signature is not _ANY_EXCEPTION or above is None or (above.level or Level.WARN) < Level.ERROR:
        return False
    root = best(matches(above.text, entry=above))
    return root is not None and root.is_specific


def _newest(said: Sequence[Said], ended: bool) -> Reading | None:
    """The newest cause in a log in which nothing is reported as the end."""
    behind = _look_back(said, len(said), None)
    if behind is None:
        wrappers = ((best(matches(s.entry.text, entry=s.entry), Weight.WRAPPER), s) for s in reversed(said))
        return next((Reading(m, s.entry, _of_wrapper(m, s.entry), s.count) for m, s in wrappers if m), None)
    near = any(s.entry is behind.entry for s in said[-LAST_WORDS:])
    if behind.match.is_specific:
        sure = ended and near and behind.confidence is Confidence.SURE
        return replace(behind, confidence=Confidence.SURE if sure else Confidence.LIKELY)
    return behind


def _look_back(
    said: Sequence[Said], end: int, wrapper: Match | None, about: frozenset[str] = frozenset()
) -> Reading | None:
    """The nearest root above an entry, before all one that is said of a host that the entry itself names.

    :param about: those hosts; a root that names others is not what the entry speaks of.
    """
    above = said[max(0, end - LOOK_BACK) : end]
    if not about:
        return _nearest(above, wrapper)
    hosts = [hosts_in(one.entry, matches(one.entry.text, entry=one.entry)) for one in above]
    same = [one for one, named in zip(above, hosts, strict=True) if named & about]
    others = [one for one, named in zip(above, hosts, strict=True) if not named]
    return _nearest(same, wrapper) or _nearest(others, wrapper)


def _nearest(above: Sequence[Said], wrapper: Match | None) -> Reading | None:
    """The nearest root in the end of a log: one that goes with the wrapper, or the exception that stands between."""
    quiet: Reading | None = None
    kind: Reading | None = None
    overcome: set[str] = set()
    started = False
    for one in reversed(above):
        overcome |= _recovered(one.entry)
        started = started or _says_started(one.entry)
        fitting = [match for match in matches(one.entry.text, entry=one.entry) if _goes_with(match, wrapper)]
        found = [match for match in fitting if match.role not in overcome]
        if fitting and not found:
            continue
        root = best(found)
        if root and root.is_specific and one.entry.is_trouble:
            survived = started or (one.entry.of_a_session and root.signature.cause in ABOUT_A_DEPENDENCY)
            return Reading(root, one.entry, Confidence.LIKELY if survived else Confidence.SURE, one.count)
        if root and root.is_specific and quiet is None:
            quiet = Reading(root, one.entry, Confidence.LIKELY, one.count)
        exception = root or (_exception(one.entry) if (one.entry.level or Level.ERROR) >= Level.ERROR else None)
        wraps = any(match.signature.role is Weight.WRAPPER for match in found)
        if exception and one.entry.is_trouble and not wraps and not _GIVES_UP.search(exception.line):
            return Reading(exception, one.entry, _of_kind(exception, one.entry), one.count)
        if root and one.entry.is_trouble and kind is None:
            kind = Reading(root, one.entry, Confidence.LIKELY, one.count)
    return quiet or kind


def _says_started(entry: Entry) -> bool:
    return (entry.level is None or entry.level <= Level.INFO) and bool(_STARTED.search(entry.message))


def _recovered(entry: Entry) -> set[str]:
    """The roles of which a quiet entry says that they are there: what was said of them before was overcome."""
    if entry.level is not None and entry.level > Level.INFO:
        return set()
    return set(roles_in(entry.message)) if _RECOVERED.search(entry.message) else set()


def _look_below(said: Sequence[Said], end: int, wrapper: Match | None) -> Reading | None:
    """A root that stands under its wrapper: two streams were written to one log."""
    for one in said[end + 1 : end + 1 + LAST_WORDS]:
        fitting = (match for match in matches(one.entry.text, entry=one.entry) if _goes_with(match, wrapper))
        root = best(fitting)
        if root and root.is_specific and one.entry.is_trouble:
            return Reading(root, one.entry, Confidence.LIKELY, one.count)
    return None


def _outer_wrapper(said: Sequence[Said], end: int, wrapper: Match | None) -> Match | None:
    """Of the wrappers at the end and above it the one that tells most, where none of them has its root in the log."""
    above = (match for one in said[max(0, end - LOOK_BACK) : end] for match in matches(one.entry.text, entry=one.entry))
    fitting = [match for match in above if _goes_with(match, wrapper)]
    return best([*fitting, *([wrapper] if wrapper else [])], Weight.WRAPPER)


def _goes_with(match: Match, wrapper: Match | None) -> bool:
    """Whether a root can be what a wrapper wraps: not one about another dependency."""
    if wrapper is None or wrapper.signature.dependency is None or match.signature.dependency is None:
        return True
    one, other = wrapper.signature.dependency, match.signature.dependency
    return one == other or (one == "database" and other in DATABASES) or (other == "database" and one in DATABASES)


def _remark(said: Sequence[Said]) -> Reading | None:
    for one in reversed(said):
        hint = best(matches(one.entry.text, entry=one.entry), Weight.HINT)
        if hint:
            return Reading(hint, one.entry, Confidence.UNKNOWN, one.count)
    return None


def _of_kind(exception: Match, entry: Entry) -> Confidence:
    """An error of the program's own code is likely what it is; an exception that no signature knows may be anything."""
    of_any = exception.signature.cause is CauseClass.APP_EXCEPTION and not exception.is_specific
    return Confidence.UNKNOWN if of_any and not own_fault.is_likely(exception.line, entry) else Confidence.LIKELY


def _of_wrapper(wrapper: Match, entry: Entry) -> Confidence:
    """A wrapper without its root names a kind of failure at best."""
    return _of_kind(wrapper, entry) if wrapper.signature.priority >= SPECIFIC - 15 else Confidence.UNKNOWN


_ANY_EXCEPTION = Signature(
    id="exception", pattern=(re.compile("."),), cause=CauseClass.APP_EXCEPTION, sample="", priority=SPECIFIC - 25
)


# What a task is told when the rest of its process ends: never why it ends.
_CANCELLED = re.compile(
    r"\b(?:CancelledError|(?:Operation|Task)Canceled\w*|CancellationException|GeneratorExit|SignalException|(?:Keyboard)?Interrupt)$"
)


def _exception(entry: Entry) -> Match | None:
    """An exception that no signature knows: its kind and message are all that can be told."""
    if not entry.chain or not (entry.uncaught or (entry.level or Level.ERROR) >= Level.ERROR):
        return None
    outermost = next((link for link in entry.chain if not _CANCELLED.search(link.kind)), None)
    if outermost is None:
        return None
    return Match(_ANY_EXCEPTION, str(outermost)[:300], 0, {"msg": str(outermost)[:300]})
