"""The log of the life that ended, and what it says."""

from readiness.diagnosis.reading import Reading, read
from readiness.model.evidence import NodeEvidence


def log_of_the_end(evidence: NodeEvidence) -> str:
    """The log of the life that ended: the one before, where the container was brought back."""
    return evidence.earlier_log if evidence.state.is_running and evidence.earlier_log.strip() else evidence.log


def reading_of_the_end(evidence: NodeEvidence) -> Reading | None:
    """What the log says of the newest end of the process."""
    return read(log_of_the_end(evidence), ended=True) or read(evidence.log, ended=False)
