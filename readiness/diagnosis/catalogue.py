"""The table of signatures: texts that are known to mean something, read from the data files in ``signatures/``.

A signature is one table in a TOML file. Adding one takes a pattern, a class of
:mod:`readiness.diagnosis.causes` and a sample; a unit test takes each sample through the whole diagnosis.
"""

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from readiness.diagnosis.causes import EXPLANATIONS, CauseClass


class Weight(StrEnum):
    """What a text is worth: a cause, the wrapping of one that stands near it, or a remark."""

    ROOT = "root"
    WRAPPER = "wrapper"
    HINT = "hint"


class Source(StrEnum):
    """Where the text stands: the container's log, the engine's refusal, or the output of the HEALTHCHECK."""

    LOG = "log"
    ENGINE = "engine"
    HEALTH = "health"


def _compiled(patterns: object) -> object:
    texts = [patterns] if isinstance(patterns, str) else patterns
    return tuple(re.compile(text, re.MULTILINE) for text in texts) if isinstance(texts, list) else texts


class Signature(BaseModel):
    """One text that is known to mean something.

    Named groups of the patterns carry what a message says: ``host``, ``port``, ``key`` (a setting), ``node``, ``name``,
    ``user``, ``db``, ``obj``, ``path``. A digit behind a name (``host2``) stands for the same in another alternative.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    id: str
    pattern: Annotated[tuple[re.Pattern[str], ...], BeforeValidator(_compiled)]
    cause: CauseClass
    sample: str
    role: Weight = Weight.ROOT
    priority: int = Field(default=80, ge=1, le=99)
    """Which of two roots in one entry tells more; from :data:`SPECIFIC` up a root stands for itself."""
    dependency: str | None = None
    """The role of the dependency that such a text is about, where it can be about one only."""
    source: Source = Source.LOG
    keys: Annotated[tuple[re.Pattern[str], ...], BeforeValidator(_compiled)] = ()
    """Names every setting, where one message tells of several and the pattern reaches the first only."""
    advice: str = ""

    def search(self, text: str) -> re.Match[str] | None:
        """The first place where one of the patterns fits."""
        return next((match for pattern in self.pattern if (match := pattern.search(text))), None)

    def settings(self, text: str) -> tuple[str, ...]:
        """Every setting that the text names in the way of this signature, in order."""
        found = (match for pattern in self.keys or self.pattern for match in pattern.finditer(text))
        named = (pair for match in found for pair in match.groupdict().items())
        return tuple(dict.fromkeys(value for name, value in named if name.startswith("key") and value))

    def advise(self, said: Mapping[str, str]) -> str:
        """What to do, with what the message said; the class's own advice where it did not say enough."""
        try:
            return self.advice.format_map(said) or EXPLANATIONS[self.cause].advice
        except KeyError:
            return EXPLANATIONS[self.cause].advice


SPECIFIC = 50
"""A root of this priority or more names its cause by itself; below, it is only the kind of error."""


@cache
def signatures(source: Source = Source.LOG) -> tuple[Signature, ...]:
    """All signatures of one source."""
    return tuple(signature for signature in _all() if signature.source is source)


@cache
def _all() -> tuple[Signature, ...]:
    folder = files("readiness.diagnosis").joinpath("signatures")
    found = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            tables = tomllib.loads(file.read_text(encoding="utf-8"))
            stack = file.name.removesuffix(".toml")
            found += [Signature(id=f"{stack}.{name}", **table) for name, table in tables.items()]
    return tuple(found)
