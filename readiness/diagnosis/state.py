"""What the container's state tells by itself: exit codes, signals, and whether it is a loop, a slow one included."""

from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from readiness.diagnosis.causes import CauseClass
from readiness.model.evidence import ContainerState, Death, NodeEvidence, ProbeAnswer
from readiness.model.finding import Confidence
from readiness.model.units import format_duration

# A loop whose turns take longer than this is called stable by whoever looks for less: nine retries of 3 s take 27 s.
SLOW_TURN_S = 10.0


@dataclass(frozen=True)
class Exit:
    """What an exit code means when the log says nothing. 128 + n is the signal n (POSIX shell, "exit status")."""

    cause: CauseClass
    confidence: Confidence
    text: str


_EXITS = {
    0: Exit(CauseClass.EXITED_CLEAN, Confidence.SURE, "the process ended by itself without an error"),
    126: Exit(CauseClass.PERMISSION_DENIED, Confidence.LIKELY, "the command was found and could not be executed"),
    127: Exit(CauseClass.COMMAND_NOT_FOUND, Confidence.LIKELY, "the command was not found"),
    130: Exit(CauseClass.TERMINATED_BY_SIGNAL, Confidence.LIKELY, "ended by SIGINT"),
    132: Exit(CauseClass.NATIVE_CRASH, Confidence.LIKELY, "SIGILL: an instruction that this CPU does not have"),
    134: Exit(CauseClass.HEAP_OOM_OR_ABORT, Confidence.LIKELY, "SIGABRT: the runtime aborted itself"),
    135: Exit(CauseClass.NATIVE_CRASH, Confidence.LIKELY, "SIGBUS in native code"),
    136: Exit(CauseClass.NATIVE_CRASH, Confidence.LIKELY, "SIGFPE in native code"),
    137: Exit(CauseClass.KILLED_SIGKILL, Confidence.LIKELY, "SIGKILL, and the engine saw no memory limit met"),
    139: Exit(CauseClass.NATIVE_CRASH, Confidence.SURE, "SIGSEGV: a segmentation fault"),
    143: Exit(CauseClass.TERMINATED_BY_SIGNAL, Confidence.LIKELY, "ended by SIGTERM"),
}
_OTHER = Exit(CauseClass.APP_START_FAILED, Confidence.UNKNOWN, "the process reported an error")


def meaning_of(exit_code: int) -> Exit:
    """What the exit code means by itself."""
    return _EXITS.get(exit_code, _OTHER)


def last_exit(evidence: NodeEvidence) -> Death | None:
    """The newest end of the process, None where it never ended.

    The recorded deaths come first: a restarting container's own exit code is not to be trusted.
    """
    if evidence.deaths:
        return evidence.deaths[-1]
    state = evidence.state
    if state.is_running or state.status == "created":
        return None
    return Death(state.finished_at or 0.0, state.exit_code, state.oom_killed)


def was_out_of_memory(evidence: NodeEvidence) -> bool:
    """Whether the engine says that the memory limit was met. Exit code 137 alone does not say so."""
    last = last_exit(evidence)
    return evidence.state.oom_killed or (last is not None and last.oom_killed)


@dataclass(frozen=True)
class Loop:
    """A container that its restart policy keeps bringing back."""

    exits: int
    turn_s: float | None
    """The usual length of a life, in seconds; None where it is not known."""
    every_s: float | None = None
    """The usual time from one end to the next, the engine's back-off included."""

    @property
    def is_slow(self) -> bool:
        return self.turn_s is not None and self.turn_s >= SLOW_TURN_S

    def __str__(self) -> str:
        turn = "" if self.turn_s is None else f", each life about {format_duration(self.turn_s)}"
        every = "" if self.every_s is None else f", restarts every {format_duration(self.every_s)}"
        return f"{'slow ' if self.is_slow else ''}restart loop: {self.exits} exits{turn}{every}"


def loop_in(evidence: NodeEvidence) -> Loop | None:
    """The loop in the whole history of a container; None where it did not end at least twice."""
    # Of a container that runs the engine has counted the restarts itself: several starts may be those of its workers.
    seen = evidence.lives if evidence.lives > 1 and not evidence.state.is_running else 0
    exits = max(len(evidence.deaths), evidence.state.restart_count, seen)
    if exits < 2:
        return None
    ends = [death.at for death in evidence.deaths]
    turns = [later - earlier for earlier, later in pairwise(ends)] or [each for each in (evidence.turn_s,) if each]
    every = median(turns) if turns else None
    lives = [death.lived_s for death in evidence.deaths if death.lived_s is not None]
    return Loop(exits, median(lives) if lives else every, every)


def describe(evidence: NodeEvidence) -> tuple[str, ...]:
    """The facts of the state in the words that a person reads first."""
    state = evidence.state
    facts = [_status(state, last_exit(evidence), was_out_of_memory(evidence))]
    loop = loop_in(evidence)
    if loop:
        facts.append(str(loop))
    elif state.restart_count:
        facts.append(f"restarted {state.restart_count} time{'s' if state.restart_count > 1 else ''}")
    if state.error:
        facts.append(f"the engine said: {state.error}")
    if state.health:
        facts.append(f"HEALTHCHECK: {state.health}")
    return tuple(facts)


def _status(state: ContainerState, last: Death | None, out_of_memory: bool) -> str:
    if last is None:
        return f"status {state.status}"
    memory = ", out of memory" if out_of_memory else ""
    meaning = "" if out_of_memory or last.exit_code not in _EXITS else f" ({_EXITS[last.exit_code].text})"
    return f"status {state.status}, last exit code {last.exit_code}{meaning}{memory}"


def newest_answers(evidence: NodeEvidence) -> tuple[ProbeAnswer, ...]:
    """The newest answer of each probe."""
    return tuple({(answer.probe, answer.target): answer for answer in evidence.answers}.values())


def is_failing(evidence: NodeEvidence, *, is_job: bool = False) -> bool:
    """Whether the node is known not to do what it must: dead, paused, unhealthy, looping, or silent to our probes."""
    state = evidence.state
    if is_job and state.status == "exited":
        return state.exit_code != 0
    if state.status != "running":
        return True
    answers = newest_answers(evidence)
    if answers:
        return not any(answer.ok for answer in answers)
    return state.health == "unhealthy" or loop_in(evidence) is not None


def is_fine(evidence: NodeEvidence) -> bool:
    """Whether our own probe, or else the HEALTHCHECK, says that the node does what it must."""
    if evidence.state.status != "running":
        return False
    answers = newest_answers(evidence)
    return all(answer.ok for answer in answers) if answers else evidence.state.health == "healthy"
