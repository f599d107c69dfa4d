"""The rule for descriptions. How they are laid out has already been taken out of the model."""

from collections.abc import Iterator

from readiness.schema.change import SAFE, Change
from readiness.schema.difference.pairs import Site


def description_changed(site: Site) -> Iterator[Change]:
    old, new = site.old.description, site.new.description
    if old == new:
        return
    verb = "changed" if old and new else "added" if new else "removed"
    kind = f"{site.prefix}_DESCRIPTION_{verb.upper()}"
    yield Change(kind, site.coordinate, SAFE, f"the description of {site.coordinate} was {verb}")
