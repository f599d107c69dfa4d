"""The saved SDL of a subgraph, and how far the service has drifted from it."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from readiness.model.contract import Contract
from readiness.model.errors import InputError, SchemaError
from readiness.schema import Change, ChangeClass, Subgraph, compare, parse
from readiness.schema.difference.policies import Policy

_MEASURED_CHANGES = 50
"""So many changes are told one by one in a verdict; the counts tell of all."""


class NoSnapshot(InputError):
    """There is no saved SDL to compare with, or it cannot be read."""


class NotSaved(InputError):
    """A file cannot be written."""


@dataclass(frozen=True)
class Drift:
    """The changes from a saved SDL to the one that is served."""

    saved: Path
    changes: tuple[Change, ...]

    def of(self, cls: ChangeClass) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.cls is cls)

    @property
    def breaking(self) -> tuple[Change, ...]:
        return self.of(ChangeClass.BREAKING)

    @property
    def counts(self) -> dict[str, int]:
        """How many changes there are of each class, the worst first."""
        worst_first = sorted(set(ChangeClass) - {ChangeClass.NONE}, reverse=True)
        return {str(cls).lower(): len(self.of(cls)) for cls in worst_first}

    @property
    def summary(self) -> str:
        """Such as ``1 dangerous, 2 safe changes``."""
        told = [f"{count} {name}" for name, count in self.counts.items() if count]
        return f"{', '.join(told) or 'no'} change{'' if len(self.changes) == 1 else 's'}"

    @property
    def measured(self) -> dict[str, int | str]:
        """The counts, and the changes themselves by kind and coordinate."""
        lines = {f"{each.kind} {each.coordinate}": f"{each.cls}: {each.message}" for each in self.changes}
        return {**self.counts, **dict(list(lines.items())[:_MEASURED_CHANGES])}


def drift(
    saved: Path, served: Subgraph, *, shared: frozenset[str] = frozenset(), policies: Iterable[Policy] = ()
) -> Drift:
    """What has changed since the SDL was saved.

    :raises NoSnapshot: there is no such file.
    :raises SchemaError: what it holds is not GraphQL.
    """
    return Drift(saved, compare(read(saved), served, shared=shared, policies=policies))


def read(saved: Path) -> Subgraph:
    """The saved schema.

    :raises NoSnapshot: there is no such file.
    :raises SchemaError: what it holds is not GraphQL.
    """
    try:
        document = saved.read_bytes()
    except OSError as error:
        raise NoSnapshot(f"the snapshot {saved} cannot be read: {error.strerror}") from error
    return parse(document, saved.name)


def save(sdl: str, path: Path) -> None:
    """Write an SDL, as a whole or not at all. A symbolic link goes on pointing where it does.

    :raises NotSaved: the file cannot be written.
    """
    target = Path(os.path.realpath(path))
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        unfinished.write_text(sdl if sdl.endswith("\n") else f"{sdl}\n", encoding="utf-8", newline="\n")
        unfinished.replace(target)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise NotSaved(f"{path} cannot be written: {error.strerror}") from error


def shared_types(contract: Contract, folder: Path, service: str) -> frozenset[str]:
    """The names of the types that other subgraphs of the platform define as well, as far as their SDL is saved."""
    names: set[str] = set()
    for name, promise in contract.services.items():
        if promise.graphql is not None and name != service:
            with suppress(NoSnapshot, SchemaError):  # told where that subgraph itself is held to it
                names.update(read(folder / promise.graphql.snapshot).types)
    return frozenset(names)
