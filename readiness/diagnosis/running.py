"""Why a process that runs does not do what it must."""

from dataclasses import replace

from readiness.diagnosis import listening, progress
from readiness.diagnosis.building import at_most_likely, build_cause
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.circles import of_wait
from readiness.diagnosis.explain import explain_reading
from readiness.diagnosis.healthcheck import of_healthcheck
from readiness.diagnosis.history import entries_after, is_overcome
from readiness.diagnosis.log.entries import Level
from readiness.diagnosis.place import meant_by
from readiness.diagnosis.reading import Reading, read
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause, Confidence


def of_running(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """The process runs and does not do what it must."""
    if not evidence.state.is_running:
        return None
    if evidence.state.status == "paused":
        return replace(
            build_cause(CauseClass.APP_HANG, evidence, Confidence.SURE),
            summary=f"{evidence.node} is paused: its processes are frozen",
            advice="Unpause the container.",
        )
    elsewhere = listening.of_another_port(evidence, scene)
    return (
        listening.of_loopback(evidence, scene)
        or (elsewhere if elsewhere and elsewhere.confidence is Confidence.SURE else None)
        or of_healthcheck(evidence, scene)
        or _of_log_so_far(evidence, scene)
        or elsewhere
        or listening.of_said_address(evidence)
        or of_wait(evidence, scene)
        or progress.of_activity(evidence, scene)
    )


def _of_log_so_far(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    reading = read(evidence.log, ended=False) or read(evidence.earlier_log, ended=True)
    if reading is None or is_overcome(reading, evidence.log) or _has_come(reading, evidence, scene):
        return None
    cause = explain_reading(reading, evidence, scene)
    return replace(cause, confidence=at_most_likely(cause)) if cause.node == evidence.node else cause


def _has_come(reading: Reading, evidence: NodeEvidence, scene: Scene) -> bool:
    """Whether what was not ready yet has come since: we find it well, and no error follows in the log."""
    if reading.match.signature.cause is not CauseClass.DEPENDENCY_STARTING or reading.uncaught:
        return False
    place = meant_by(reading.match, evidence, scene)
    later = entries_after(reading.entry, evidence.log)
    errors = [entry for entry in later if entry.chain or (entry.level or Level.INFO) >= Level.WARN]
    return place.node is not None and scene.is_fine(place.node) and bool(later) and not errors
