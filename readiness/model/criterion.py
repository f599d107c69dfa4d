"""What can be promised of a platform: criteria, their priorities, and the strictness at which each is demanded."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from readiness.model.contract import Contract
from readiness.model.graph import Graph


class Priority(StrEnum):
    """P1 blocks a release, P2 is due before it, P3 soon, P4 is nice to have."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class Level(IntEnum):
    """How strict a run is. Only LOCAL may pass over what cannot be checked."""

    LOCAL = 0
    NIGHTLY = 1
    RELEASE = 2

    @classmethod
    def named(cls, name: str) -> "Level":
        """:raises KeyError: there is no such level."""
        return cls[name.upper()]

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Subject:
    """Whom a promise is about: a node, perhaps one that it depends on, and perhaps a variant (a fault, a topic)."""

    node: str
    dependency: str | None = None
    variant: str | None = None

    @property
    def nodes(self) -> tuple[str, ...]:
        """Every node that has to be there for the promise to be checked."""
        return (self.node,) if self.dependency is None else (self.node, self.dependency)

    def __str__(self) -> str:
        edge = self.node if self.dependency is None else f"{self.node}->{self.dependency}"
        return edge if self.variant is None else f"{edge} ({self.variant})"


Subjects = Callable[[Contract, Graph], tuple[Subject, ...]]


@dataclass(frozen=True)
class Criterion:
    """One promise that can be checked. ``each`` tells for whom it is made on a given platform."""

    name: str
    priority: Priority
    level: Level
    promise: str
    each: Subjects


@dataclass(frozen=True)
class Row:
    """One criterion for one subject: the unit in which a verdict is counted."""

    criterion: Criterion
    subject: Subject

    @property
    def key(self) -> str:
        return f"{self.criterion.name}[{self.subject}]"


def plan(criteria: tuple[Criterion, ...], contract: Contract, graph: Graph, level: Level) -> tuple[Row, ...]:
    """Every row that a run at this level has to check, in the order of the criteria."""
    return tuple(
        Row(criterion, subject)
        for criterion in criteria
        if criterion.level <= level
        for subject in criterion.each(contract, graph)
    )
