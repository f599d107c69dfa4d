"""Every rule, by what it looks at. A new rule is one function and one line here."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from readiness.schema.change import Change
from readiness.schema.difference import applied, descriptions, inputs, outputs, sharing, whole
from readiness.schema.difference.pairs import DirectivePair, FieldPair, InputPair, Schemas, Site, TypePair

Changes = Iterable[Change] | Iterator[Change]


@dataclass(frozen=True)
class RuleTable:
    """The rules for each kind of pair. ``sites`` are for every element that directives and descriptions stand at."""

    schemas: tuple[Callable[[Schemas], Changes], ...]
    types: tuple[Callable[[TypePair], Changes], ...]
    fields: tuple[Callable[[FieldPair], Changes], ...]
    inputs: tuple[Callable[[InputPair], Changes], ...]
    directives: tuple[Callable[[DirectivePair], Changes], ...]
    sites: tuple[Callable[[Site], Changes], ...]


RULES = RuleTable(
    schemas=(
        whole.types_removed,
        whole.types_added,
        whole.directives_removed,
        whole.directives_added,
        whole.root_renamed,
        whole.root_came_or_went,
        whole.federation_link_changed,
        whole.other_link_changed,
        whole.import_dropped,
        whole.import_found,
        whole.ownership_changed,
    ),
    types=(
        outputs.interfaces_removed,
        outputs.interfaces_added,
        outputs.members_removed,
        outputs.members_added,
        outputs.values_removed,
        outputs.values_added,
        outputs.fields_removed,
        outputs.fields_added,
        inputs.input_fields_removed,
        inputs.input_fields_added,
        sharing.shareable_removed,
        sharing.shareable_added,
        sharing.external_added,
        sharing.external_removed,
    ),
    fields=(
        outputs.field_type_changed,
        outputs.arguments_removed,
        outputs.arguments_added,
    ),
    inputs=(
        inputs.input_type_changed,
        inputs.default_changed,
    ),
    directives=(
        inputs.directive_arguments_removed,
        inputs.directive_arguments_added,
        inputs.locations_removed,
        inputs.locations_added,
        inputs.repeatable_changed,
    ),
    sites=(
        descriptions.description_changed,
        applied.applied_changed,
    ),
)
