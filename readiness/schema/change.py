"""What a difference between two schemas means for those who compose and query them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class ChangeClass(IntEnum):
    """How much a change hurts. The greater the worse."""

    NONE = 0
    """No change at all."""
    SAFE = 1
    """Whoever composes or queries the schema goes on as before."""
    DANGEROUS = 2
    """Nothing stops working by itself, but someone may get something else than before."""
    BREAKING = 3
    """A composition, a query plan or a client that worked stops working."""

    def __str__(self) -> str:
        return self.name


BREAKING = ChangeClass.BREAKING
DANGEROUS = ChangeClass.DANGEROUS
SAFE = ChangeClass.SAFE


@dataclass(frozen=True)
class Change:
    """One change, told at its root."""

    kind: str
    """What happened, such as ``FIELD_REMOVED``."""
    coordinate: str
    """Where: a schema coordinate (https://spec.graphql.org/draft/#sec-Schema-Coordinates), ``schema`` for the schema
    itself, and ``Type.field @name`` for the use of a directive that is not federation's or GraphQL's own."""
    cls: ChangeClass
    message: str
    """Who is hurt and why, in one sentence."""

    def __str__(self) -> str:
        return f"{self.cls} {self.coordinate}: {self.message}"


def worst(changes: Iterable[Change]) -> ChangeClass:
    """The class of the worst change; NONE where there is none."""
    return max((change.cls for change in changes), default=ChangeClass.NONE)
