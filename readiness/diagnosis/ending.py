"""Why a process ended, or was never let begin: the engine's words, its marks, and the log against the exit code."""

from dataclasses import replace

from readiness.diagnosis import state, wording
from readiness.diagnosis.building import build_cause
from readiness.diagnosis.catalogue import Source
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.explain import explain_reading
from readiness.diagnosis.history import is_overcome, overcome_line
from readiness.diagnosis.lastwords import log_of_the_end, reading_of_the_end
from readiness.diagnosis.matching import best, matches
from readiness.diagnosis.reading import Reading
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Kind

# What a log may say that a signal's exit code does not contradict: the process was killed for this very thing.
_ENDS_IN_A_SIGNAL = {
    137: {CauseClass.HEAP_OOM, CauseClass.CONTAINER_OOM, CauseClass.APP_HANG},
    143: {CauseClass.HEALTHCHECK_BROKEN},
}
_SIGNALS = range(129, 160)
_NATIVE = {CauseClass.NATIVE_CRASH, CauseClass.NATIVE_MODULE, CauseClass.HEAP_OOM}
# A process manager that has nothing to run may end as if all were well.
_NOTHING_TO_RUN = {CauseClass.COMMAND_NOT_FOUND, CauseClass.MODULE_MISSING, CauseClass.BAD_ENTRYPOINT}


def of_engine(evidence: NodeEvidence) -> Cause | None:
    """The engine would not start the process: its own words are the cause."""
    error = evidence.state.error
    return of_refusal(error, evidence) if error and not evidence.state.is_running else None


def of_refusal(words: str, evidence: NodeEvidence) -> Cause:
    """What the engine says when it refuses to make or to start a container, by its own words."""
    match = best(matches(words, Source.ENGINE)) or best(matches(words))
    if match is None:
        return build_cause(CauseClass.START_REFUSED, evidence, Confidence.SURE)
    # The pattern by which the engine's words are known may leave out what another one catches.
    named = best(other for other in matches(words) if other.signature.cause is match.signature.cause)
    said = {"node": evidence.node, **(named.groups if named else {}), **match.groups}
    telling = named.signature if named and not match.signature.advice else match.signature
    return build_cause(match.signature.cause, evidence, Confidence.SURE, said=said, advice=telling.advise(said))


def of_memory(evidence: NodeEvidence) -> Cause | None:
    """The memory limit was met, as the engine says."""
    if not state.was_out_of_memory(evidence):
        return None
    return build_cause(CauseClass.CONTAINER_OOM, evidence, Confidence.SURE)


def of_end(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """The process ended: its log, checked against its exit code."""
    last = state.last_exit(evidence)
    is_job = evidence.node in scene.graph.nodes and scene.graph[evidence.node].kind is Kind.JOB
    if last is None or (is_job and last.exit_code == 0):
        return None
    if evidence.state.is_running and state.is_fine(evidence):
        return None
    meaning = state.meaning_of(last.exit_code)
    reading = reading_of_the_end(evidence)
    overcome = reading is not None and is_overcome(reading, log_of_the_end(evidence))
    if reading and not overcome and _fits(reading, last.exit_code):
        cause = explain_reading(reading, evidence, scene)
        return replace(cause, confidence=Confidence.LIKELY) if _weak(cause, last.exit_code) else cause
    before = (overcome_line(reading),) if reading and overcome else ()
    lines = (*before, *wording.last_lines(log_of_the_end(evidence)))
    return build_cause(meaning.cause, evidence, meaning.confidence, lines=lines)


def _weak(cause: Cause, exit_code: int) -> bool:
    """A process that ends with 0 does not itself hold what its log says for an error."""
    return exit_code == 0 and cause.confidence is Confidence.SURE


def _fits(reading: Reading, exit_code: int) -> bool:
    """Whether an end with this exit code can be what the log tells of."""
    if exit_code in (126, 127):
        return reading.confidence is Confidence.SURE
    if exit_code == 0:
        return reading.uncaught or (reading.match.is_specific and reading.match.signature.cause in _NOTHING_TO_RUN)
    if exit_code in _SIGNALS:
        known = _ENDS_IN_A_SIGNAL.get(exit_code, set())
        # .NET ends a process so whose exception nobody caught, be it known or not.
        told = reading.match.is_specific or (
            exit_code == 134 and reading.match.signature.cause is CauseClass.APP_EXCEPTION
        )
        aborted = exit_code in (132, 134, 135, 136, 139) and reading.uncaught and told
        native = reading.match.signature.cause in _NATIVE
        return reading.match.signature.cause in known or aborted or (native and exit_code not in (137, 143))
    return True
