"""What a backing service that answers our own probe with a refusal says of itself."""

import re

from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.matching import best, matches
from readiness.model.evidence import NodeEvidence, ProbeAnswer
from readiness.model.finding import Cause, Confidence

OWN_AFFAIR = frozenset(
    {
        CauseClass.DEPENDENCY_WRITE_REFUSED,
        CauseClass.DEPENDENCY_CAPACITY,
        CauseClass.DEPENDENCY_STARTING,
        CauseClass.DISK_FULL,
        CauseClass.RESOURCE_LIMIT,
    }
)
"""Refusals that any client gets, whatever its settings are."""

_MOST_CHARS = 300
_MOST_SAID = 120
_NO_CLIENT_FROM_OUTSIDE = "redis.protected"
"""Redis' protected mode turns away whoever is not on its own loopback: no client's credentials change that."""


_CODE = re.compile(r"^([A-Z]+): ")
"""Redis' word for the error, as its Python client tells it apart from the message."""


def backing_cause(node: str, answer: ProbeAnswer) -> Cause | None:
    """The cause that the server's own words name; None where they name none, or one that may be the asker's affair."""
    match = best(matches(_CODE.sub(r"\1 ", answer.error))) if answer.error else None
    if match is None or not match.is_specific:
        return None
    signature = match.signature
    if signature.cause not in OWN_AFFAIR and signature.id != _NO_CLIENT_FROM_OUTSIDE:
        return None
    said = {**match.groups, "node": node}
    return Cause(
        cls=signature.cause.value,
        node=node,
        confidence=Confidence.SURE,
        summary=f"{node} turns our own probe away: {answer.error[:_MOST_SAID]}",
        evidence=(str(answer)[:_MOST_CHARS],),
        advice=signature.advise(said),
    )


def of_answers(evidence: NodeEvidence) -> Cause | None:
    """What the newest of our own probes' answers that is none says of the node."""
    if not evidence.state.is_running:
        return None
    refused = [answer for answer in evidence.answers if not answer.ok]
    return next((cause for answer in reversed(refused) if (cause := backing_cause(evidence.node, answer))), None)
