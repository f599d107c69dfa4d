"""Who broke a composition: the subgraph whose change it is, and the change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from readiness.composition import CompositionError, compose
from readiness.model.errors import SchemaError
from readiness.schema import Change, compare, parse_both
from readiness.schema.parser import Document


@dataclass(frozen=True)
class Broken:
    """Subgraphs that do not compose, and whose doing that is."""

    errors: tuple[CompositionError, ...]
    culprits: tuple[str, ...]
    """Each of them alone, put back to its saved schema, would mend it."""
    composed_before: bool
    """Whether the saved schemas compose."""

    @property
    def accused(self) -> tuple[str, ...]:
        """The culprits; where there are none, whoever the errors name."""
        return self.culprits or tuple(sorted({name for error in self.errors for name in error.subgraphs}))

    def summary(self, name: str) -> str:
        """In one sentence, from the view of one of the accused."""
        more = f" (and {len(self.errors) - 1} more)" if len(self.errors) > 1 else ""
        if name in self.culprits:
            return f"a change of {name} since its snapshot broke the composition: {self.errors[0]}{more}"
        since = "no longer compose, the snapshots do" if self.composed_before else "do not compose"
        return f"the subgraphs {since}: {self.errors[0]}{more}"


def broken(served: Mapping[str, str], saved: Mapping[str, str]) -> Broken | None:
    """Why the schemas that are served do not compose; None when they do. Saved ones may be missing.

    :raises NodeMissing: the composer cannot be had here.
    :raises NotComposed: it came to no answer.
    """
    errors = compose(served)
    if not errors:
        return None
    culprits = tuple(
        name
        for name, sdl in saved.items()
        if name in served and sdl.strip() != served[name].strip() and not compose({**served, name: sdl})
    )
    composed_before = bool(culprits) or (served.keys() <= saved.keys() and not compose(saved))
    return Broken(errors, culprits, composed_before)


def changes_behind(found: Broken, name: str, served: Mapping[str, str], saved: Mapping[str, str]) -> tuple[str, ...]:
    """The changes of one subgraph since its snapshot that the errors are about; all of them where they name none."""
    if name not in saved:
        return ()
    try:
        changes = compare(*parse_both(Document(saved[name], f"{name} (saved)"), Document(served[name], name)))
    except SchemaError:  # told by the criterion that compares the two
        return ()
    return tuple(map(str, _about(changes, found.errors)))


def _about(changes: Sequence[Change], errors: Sequence[CompositionError]) -> Sequence[Change]:
    types = {coordinate.partition(".")[0] for error in errors for coordinate in error.coordinates}
    return [change for change in changes if change.coordinate.partition(".")[0] in types] or changes
