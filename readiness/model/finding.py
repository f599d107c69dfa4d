"""A criterion that does not hold, and why."""

from dataclasses import dataclass
from enum import StrEnum


class Confidence(StrEnum):
    """How far the evidence carries. A confident wrong cause is worse than an unknown one."""

    SURE = "sure"
    LIKELY = "likely"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Cause:
    """Why something does not hold: a class of ``docs/causes.md``, the node at fault, and the dependency meant."""

    cls: str
    node: str
    dependency: str | None = None
    confidence: Confidence = Confidence.UNKNOWN
    summary: str = ""
    """One sentence that names what was seen."""
    evidence: tuple[str, ...] = ()
    """The lines and facts that the cause rests on, in the order in which a person reads them."""
    advice: str = ""

    @classmethod
    def unknown(cls, node: str, evidence: tuple[str, ...] = (), summary: str = "") -> "Cause":
        """Nothing explains it: the evidence is shown instead of a guess."""
        return cls("unknown", node, evidence=evidence, summary=summary)


@dataclass(frozen=True)
class Finding:
    """A criterion that does not hold for a subject, with cause and evidence, and the rows that it blocks."""

    criterion: str
    priority: str
    subject: str
    summary: str
    cause: Cause
    evidence: tuple[str, ...] = ()
    advice: str = ""
    blocks: tuple[str, ...] = ()
    """Keys of rows (``criterion[subject]``) that could not hold because of this one."""

    @property
    def key(self) -> str:
        return f"{self.criterion}[{self.subject}]"


class Unmet(AssertionError):
    """Raised by a check: the promise does not hold. Carries what a finding needs."""

    def __init__(
        self, summary: str, cause: Cause | None = None, evidence: tuple[str, ...] = (), advice: str = ""
    ) -> None:
        self.summary = summary
        self.cause = cause
        self.evidence = evidence
        self.advice = advice
        super().__init__(summary)


class Blocked(Exception):
    """Raised by a check: the promise cannot be judged, since another finding stands before it."""

    def __init__(self, by: str) -> None:
        self.by = by
        """The key of the finding: ``criterion[subject]``."""
        super().__init__(f"blocked by {by}")


class BeyondReach(Exception):
    """Raised by a check: this machine, this graph or this suite cannot check the promise. Its text says why."""
