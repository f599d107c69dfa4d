"""A defect and its answer, as the tables in ``defects/`` spell them."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

TABLES = Path(__file__).parent / "defects"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Change(_Strict):
    """One text in one file of a service, and what stands there instead."""

    service: str
    file: str
    """Where the file is: absolute in the image, relative in the folder that the image is built from."""
    old: str
    """Must be there, once at least; its first occurrence is replaced."""
    new: str

    @property
    def is_in_context(self) -> bool:
        """Whether the image is built anew from the changed source, instead of a layer on top of it."""
        return not self.file.startswith("/")


class Saved(_Strict):
    """One text in the saved schema of a subgraph, and what it was in the revision that is compared with."""

    service: str
    old: str
    """Must be there, once at least; its first occurrence is replaced."""
    new: str


class Answer(_Strict):
    """A finding that has to be made."""

    criterion: str
    subject: str
    cause: str
    """A class of ``docs/causes.md``."""
    node: str
    """Who is at fault."""
    dependency: str | None = None
    tells: Annotated[tuple[str, ...], Field(min_length=0)] = ()
    """Texts that the finding has to contain: a setting, a coordinate, a path."""

    @property
    def row(self) -> str:
        return f"{self.criterion}[{self.subject}]"


class Defect(_Strict):
    """A small overlay on a platform that is well, and what must be found."""

    why: str
    """What is wrong, in one sentence."""
    base: str = "reference"
    """The platform that it is laid over: a key of :data:`tests.detection.overlay.BASES`."""
    services: tuple[str, ...] | None = None
    """The services that stay in the graph; None keeps all. Backing services always stay."""
    environment: dict[str, dict[str, str | int | None]] = {}
    """Node: variables that are set; null takes one away."""
    compose: dict[str, Any] = {}
    """A merge patch (RFC 7386) on the Compose file."""
    contract: dict[str, Any] = {}
    """A merge patch on the contract."""
    source: tuple[Change, ...] = ()
    """What is changed in the files of an image."""
    saved: tuple[Saved, ...] = ()
    """Where the saved schemas were another revision than the one that is served."""
    image: dict[str, str] = {}
    """Node: lines of a Dockerfile that come on top of its image."""
    tagged: dict[str, str] = {}
    """Node: another name for its image, which is then on the engine and not built."""
    files: dict[str, str] = {}
    """Files beside the Compose file."""
    level: str = "local"
    found: Answer
    also: tuple[Answer, ...] = ()
    """Further findings that the same defect has to bring."""
    may: tuple[Answer, ...] = ()
    """Findings that are true as well, and that depend on who is first."""
    blocks: tuple[str, ...] = ()
    """Nodes, besides those that are at fault, of which something may be left unjudged."""


def read_table(path: Path) -> dict[str, Defect]:
    """The defects of one table, by ``table/name``.

    :raises pydantic.ValidationError: an entry is not a defect.
    """
    entries = YAML(typ="safe").load(path) or {}
    return {f"{path.stem}/{name}": Defect.model_validate(entry) for name, entry in entries.items()}


@cache
def all_defects() -> dict[str, Defect]:
    """Every defect of every table."""
    return {name: defect for path in sorted(TABLES.glob("*.yaml")) for name, defect in read_table(path).items()}


def spread(names: list[str], count: int) -> list[str]:
    """A sample that reaches over all tables: the same one each time, so that a failure can be repeated."""
    if count >= len(names):
        return names
    return [names[place * len(names) // count] for place in range(count)]
