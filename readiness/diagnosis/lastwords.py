"""The log of the life that ended, and what it says."""

from dataclasses import replace
from functools import lru_cache

from readiness.diagnosis.reading import Reading, read
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Confidence


@lru_cache(maxsize=256)
def read_once(log: str, *, ended: bool) -> Reading | None:
    """What a log says, read once however many nodes lead to the one that wrote it."""
    return read(log, ended=ended)


def log_of_the_end(evidence: NodeEvidence) -> str:
    """The log of the life that ended: the one before, where the container was brought back."""
    return evidence.earlier_log if evidence.state.is_running and evidence.earlier_log.strip() else evidence.log


def reading_of_the_end(evidence: NodeEvidence) -> Reading | None:
    """What the log says of the newest end of the process."""
    return (
        read_once(log_of_the_end(evidence), ended=True)
        or read_once(evidence.log, ended=False)
        # A life that ended without a word, after one that said why it did.
        or (_likely(read_once(evidence.earlier_log, ended=True)) if evidence.earlier_log.strip() else None)
    )


def _likely(reading: Reading | None) -> Reading | None:
    return replace(reading, confidence=Confidence.LIKELY) if reading and reading.match.is_specific else None
