"""A cause is built from its class and what was seen of the node."""

from collections.abc import Mapping

from readiness.diagnosis import state, wording
from readiness.diagnosis.causes import EXPLANATIONS, CauseClass
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause, Confidence


def build_cause(
    cls: CauseClass,
    evidence: NodeEvidence,
    confidence: Confidence,
    *,
    said: Mapping[str, str] | None = None,
    lines: tuple[str, ...] = (),
    advice: str = "",
) -> Cause:
    """A cause of the node itself, with the facts of its state before the lines; ``said`` fills the class's sentence."""
    said = said or {"node": evidence.node}
    return Cause(
        cls=cls.value,
        node=evidence.node,
        confidence=confidence,
        summary=wording.summary(cls, said),
        evidence=(*state.describe(evidence), *lines),
        advice=advice or EXPLANATIONS[cls].advice,
    )


def answers(evidence: NodeEvidence) -> tuple[str, ...]:
    """What our own probes got from the node, as lines of evidence."""
    return tuple(str(answer) for answer in state.newest_answers(evidence))


def at_most_likely(cause: Cause) -> Confidence:
    """The confidence of a cause beside which something else is possible."""
    return Confidence.LIKELY if cause.confidence is Confidence.SURE else cause.confidence
