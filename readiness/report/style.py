"""The symbols and colours of everything that is shown at a terminal; they stand nowhere else."""

from dataclasses import dataclass
from typing import TextIO

from readiness.model.verdict import Answer, Outcome


@dataclass(frozen=True)
class Symbols:
    """The characters that stand for something."""

    holds: str
    fails: str
    blocked: str
    unchecked: str
    waived: str
    waiting: str
    working: str
    rule: str
    bar: str
    dot: str

    def of(self, outcome: Outcome) -> str:
        return {
            Outcome.HOLDS: self.holds,
            Outcome.FAILS: self.fails,
            Outcome.BLOCKED: self.blocked,
            Outcome.UNCHECKED: self.unchecked,
            Outcome.WAIVED: self.waived,
        }[outcome]


UNICODE = Symbols(
    holds="✓", fails="✗", blocked="‖", unchecked="?", waived="~", waiting="·", working="▸", rule="─", bar="│", dot="·"
)
ASCII = Symbols(
    holds="+", fails="x", blocked="=", unchecked="?", waived="~", waiting=".", working=">", rule="-", bar="|", dot="-"
)

# Names of the sixteen colours that a terminal's own theme decides on, so that they stay readable on dark and light.
MUTED = "bright_black"
EMPHASIS = "bold"
COLOUR = {
    Outcome.HOLDS: "green",
    Outcome.FAILS: "red",
    Outcome.BLOCKED: "magenta",
    Outcome.UNCHECKED: "yellow",
    Outcome.WAIVED: "cyan",
}
ANSWER_COLOUR = {Answer.READY: "green", Answer.NOT_READY: "red", Answer.UNKNOWN: "yellow"}


def symbols_for(stream: TextIO) -> Symbols:
    """The symbols that the stream's encoding can carry."""
    try:
        "".join(vars(UNICODE).values()).encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def encodable(text: str, stream: TextIO) -> str:
    """The text with what the stream's encoding cannot carry replaced by ``?``."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        return text.encode(encoding, "replace").decode(encoding)
    except LookupError:
        return text.encode("ascii", "replace").decode("ascii")
