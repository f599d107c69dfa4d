"""The one sentence that names a cause, and the lines that it rests on."""

from collections.abc import Mapping

from readiness.diagnosis.addresses import Place, Problem
from readiness.diagnosis.causes import EXPLANATIONS, CauseClass
from readiness.diagnosis.log.entries import Entry, read_log
from readiness.diagnosis.reading import Reading

MAX_LINE_CHARS = 300
_LAST_LINES = 5

_SENTENCES = {
    CauseClass.CONFIG_INVALID: "{node}: missing or malformed setting: {key}",
    CauseClass.APP_EXCEPTION: "{node} raised {msg}",
    CauseClass.MODULE_MISSING: "{node}: {name} is not in the image",
    CauseClass.COMMAND_NOT_FOUND: "{node}: the command {name} is not in the image",
    CauseClass.DEPENDENCY_UNREACHABLE: "{node} cannot reach {dependency}{at}",
    CauseClass.DEPENDENCY_NAME_UNRESOLVED: "{node} cannot resolve the name {host}",
    CauseClass.DEPENDENCY_TIMEOUT: "{dependency} does not answer {node} in time{at}",
    CauseClass.DEPENDENCY_STARTING: "{dependency} is not ready yet for {node}",
    CauseClass.DEPENDENCY_LOST: "{node} lost its connection to {dependency}",
    CauseClass.DEPENDENCY_AUTH_FAILED: "{dependency} refuses the credentials or rights of {node}",
    CauseClass.DEPENDENCY_CAPACITY: "{dependency} is full and turns {node} away",
    CauseClass.DEPENDENCY_WRITE_REFUSED: "{dependency} refuses what {node} writes",
    CauseClass.TLS_MISMATCH: "{node} and {dependency} do not agree on TLS",
    CauseClass.DATABASE_MISSING: "{node} asks {dependency} for the database {db}, which does not exist",
    CauseClass.SCHEMA_MISSING: "{node}: {obj} does not exist in the database",
    CauseClass.SCHEMA_CONFLICT: "{node}: {obj} exists in the database already",
    CauseClass.MIGRATION_FAILED: "{node}: the migration {name} fails",
    CauseClass.PERMISSION_DENIED: "{node} may not use {path}",
    CauseClass.READ_ONLY_FILESYSTEM: "{node} cannot write {path}: the file system is read-only",
    CauseClass.PORT_CONFLICT: "{node}: the address {addr} is taken",
    CauseClass.APP_WIRING: "{node} cannot put {name} together",
}
_PROBLEMS = {
    Problem.LOCALHOST: "{node} looks for {dependency} at {place}, which inside a container is {node} itself",
    Problem.UNKNOWN_NAME: "{node} looks for {dependency} at {place}, a name that no node of the graph has",
    Problem.NAME_ELSEWHERE: "{node} looks for {dependency} at {place}, a name that it has on another network only",
    Problem.NO_COMMON_NETWORK: "{node} and {dependency} are not on a common network",
    Problem.SENT_ELSEWHERE: "{node} looks for {dependency} at {place}, a name that its own extra_hosts send elsewhere",
    Problem.CLOSED_PORT: "{node} looks for {dependency} at {place}, a port that it does not open",
    Problem.LOOPBACK_ONLY: "{node} looks for {dependency} at {place}, which it opens on 127.0.0.1 only",
}
_DEFAULTS = {"dependency": "a dependency", "at": ""}


def summary(cause: CauseClass, said: Mapping[str, str]) -> str:
    """The sentence of a class, filled with what the evidence says; the class's meaning where it does not say enough."""
    sentence = _SENTENCES.get(cause)
    if sentence:
        try:
            return sentence.format_map({**_DEFAULTS, **said})
        except KeyError:
            pass
    meaning = EXPLANATIONS[cause].meaning.rstrip(".")
    return f"{said['node']}: {meaning[0].lower()}{meaning[1:]}"


def summary_of_place(node: str, place: Place) -> str | None:
    """The sentence of an address that is wrong in itself; None where nothing is wrong with it."""
    if place.problem is None:
        return None
    dependency = place.node or "a dependency"
    return _PROBLEMS[place.problem].format(node=node, dependency=dependency, place=place)


def lines_of(reading: Reading) -> tuple[str, ...]:
    """The lines of the log that a reading rests on, with their numbers."""
    entry, match = reading.entry, reading.match
    # A logger may put a whole trace into its message.
    opening = entry.message.split("\n", 1)[0]
    lines = []
    adds = bool(match.line) and match.line not in opening
    if not (adds and (_opens_a_trace(entry) or opening in match.line)):
        lines.append(_cut(f"log line {entry.first_line}: {opening}"))
    if adds:
        lines.append(_cut(f"log line {_number_of(entry, match.line)}: {match.line}"))
    if reading.count > 1:
        lines.append(f"said {reading.count} times")
    end = reading.reported_by
    if end is not None:
        told = str(end.chain[0]) if end.chain else end.message
        lines.append(_cut(f"log line {end.first_line}: {told}"))
    return tuple(lines)


def last_lines(log: str) -> tuple[str, ...]:
    """The last things that the log says: the best evidence where nothing explains an end."""
    return tuple(_cut(f"log line {entry.first_line}: {_telling(entry)}") for entry in read_log(log)[-_LAST_LINES:])


def _telling(entry: Entry) -> str:
    return str(entry.chain[0]) if entry.chain and _opens_a_trace(entry) else entry.message


def _opens_a_trace(entry: Entry) -> bool:
    """Whether the first line only says that a trace follows, or where in the source it was thrown."""
    return entry.message.startswith(("Traceback", "node:", "/"))


def _number_of(entry: Entry, line: str) -> int:
    first = line.split(" ... ", 1)[0]
    offset = next((n for n, text in enumerate(entry.text.splitlines()) if first in text), 0)
    return min(entry.first_line + offset, entry.last_line)


def _cut(line: str) -> str:
    return line if len(line) <= MAX_LINE_CHARS else f"{line[: MAX_LINE_CHARS - 1]}…"
