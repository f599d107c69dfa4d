"""What makes a subgraph invalid."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Violation:
    """A rule of GraphQL or of federation that the schema breaks."""

    code: str
    """The composer's own code, such as ``KEY_INVALID_FIELDS``; ``INVALID_GRAPHQL`` for GraphQL's rules."""
    coordinate: str
    line: int
    """In the document, counted from 1; 0 where the document has no such line."""
    message: str

    def __str__(self) -> str:
        return f"{self.code} {self.coordinate} (line {self.line}): {self.message}"
