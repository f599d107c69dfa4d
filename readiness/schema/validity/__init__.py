"""Whether a subgraph is valid on its own, before anything is composed.

The codes are those of the reference composer, so that a team finds them in its documentation
(https://www.apollographql.com/docs/graphos/reference/federation/errors). A new rule is one function and one line in
the table.
"""

from collections.abc import Callable, Iterable

from readiness.schema.collection import without_collection
from readiness.schema.model import Subgraph
from readiness.schema.validity import access, composed, contexts, costs, graphql, linking, ownership, selections
from readiness.schema.validity.violation import Violation

Rule = Callable[[Subgraph], Iterable[Violation]]

RULES: tuple[Rule, ...] = (
    linking.link_malformed,
    linking.link_without_version,
    linking.link_repeated,
    linking.federation_version_unknown,
    linking.link_version_unknown,
    linking.import_unknown,
    linking.directive_definition_invalid,
    linking.type_definition_invalid,
    linking.root_name_used,
    graphql.type_unknown,
    graphql.type_in_wrong_position,
    graphql.type_empty,
    graphql.input_needs_itself,
    graphql.name_reserved,
    graphql.root_invalid,
    graphql.union_member_invalid,
    graphql.interface_invalid,
    graphql.default_invalid,
    graphql.required_deprecated,
    graphql.directive_invalid,
    selections.field_sets_invalid,
    selections.provides_on_no_object,
    selections.unsupported_on_interface,
    ownership.external_unused,
    ownership.external_on_interface,
    ownership.external_collides,
    ownership.shareable_on_interface,
    ownership.override_invalid,
    ownership.interface_key_unsupported,
    ownership.interface_key_missing,
    ownership.interface_object_without_key,
    contexts.context_name_invalid,
    contexts.context_use_invalid,
    contexts.context_without_key,
    costs.cost_on_interface,
    costs.list_size_invalid,
    access.guard_on_interface,
    access.query_root_inaccessible,
    access.only_inaccessible_children,
    access.required_inaccessible,
    access.referenced_inaccessible,
    access.implemented_by_inaccessible,
    access.default_uses_inaccessible,
    composed.composed_directive_invalid,
)


def validate(subgraph: Subgraph) -> tuple[Violation, ...]:
    """Everything that makes the subgraph invalid, in the order of the document."""
    with without_collection():
        found = dict.fromkeys(violation for rule in RULES for violation in rule(subgraph))
    return tuple(sorted(found, key=lambda each: (each.line, each.coordinate, each.code)))
