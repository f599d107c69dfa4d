"""Whether a node that failed may have failed for want of rights over the host, which no run grants."""

from dataclasses import replace

from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.promises import BROKEN_PROMISES, BrokenPromise
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Node

_SHOWN_BY_A_MISSING_RIGHT = {
    CauseClass.PERMISSION_DENIED,
    CauseClass.READ_ONLY_FILESYSTEM,
    CauseClass.DEPENDENCY_UNREACHABLE,
    CauseClass.DEPENDENCY_NAME_UNRESOLVED,
    CauseClass.HOST_SETTING,
    CauseClass.APP_EXCEPTION,
    CauseClass.UNKNOWN,
}


def for_want_of_rights(cause: Cause, node: Node) -> Cause:
    """The cause of a node's failure, where rights that it asks for were withheld and could be what it lacks."""
    rights = node.privileges.withheld
    about_rights = cause.cls in _SHOWN_BY_A_MISSING_RIGHT or cause.confidence is Confidence.UNKNOWN
    if not rights or cause.node != node.name or not about_rights:
        return cause
    return replace(
        cause,
        cls=BrokenPromise.EXCESS_PRIVILEGES,
        dependency=None,
        confidence=Confidence.LIKELY,
        summary=f"{node.name} asks for rights over the host, and fails without them: {'; '.join(rights)}",
        evidence=(*((cause.summary,) if cause.summary else ()), *cause.evidence),
        advice=BROKEN_PROMISES[BrokenPromise.EXCESS_PRIVILEGES].advice,
    )
