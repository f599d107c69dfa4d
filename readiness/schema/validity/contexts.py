"""Rules for ``@context`` and ``@fromContext``.

Source: https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives#managing-contexts
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from readiness.model.errors import SchemaError
from readiness.schema import fieldsets
from readiness.schema.fieldsets import Selection
from readiness.schema.model import Field, InputValue, Subgraph, TypeDefinition, TypeKind, TypeRef, federated
from readiness.schema.validity.violation import Violation
from readiness.schema.values import ABSENT

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_REFERENCE = re.compile(r"\s*\$(?P<name>\w+)\s*(?P<selection>[{.].*)", re.DOTALL)


def context_name_invalid(subgraph: Subgraph) -> Iterator[Violation]:
    for definition in subgraph.types.values():
        for applied in federated(definition, "context"):
            name = applied.arguments.get("name")
            if isinstance(name, str) and not _NAME.fullmatch(name):
                message = f'the context "{name}" is not made of letters and digits'
                yield Violation("CONTEXT_NAME_INVALID", definition.name, applied.line, message)


def context_use_invalid(subgraph: Subgraph) -> Iterator[Violation]:
    contexts = _contexts(subgraph)
    for definition in subgraph.of_kind(TypeKind.OBJECT, TypeKind.INTERFACE):
        for field in definition.fields.values():
            for argument in field.arguments.values():
                for applied in federated(argument, "fromContext"):
                    use = _Use(subgraph, definition, field, argument, applied.line)
                    yield from use.check(applied.arguments.get("field"), contexts)


def context_without_key(subgraph: Subgraph) -> Iterator[Violation]:
    """The router comes back to the type by a key, with the context's value in hand."""
    for definition in subgraph.of_kind(TypeKind.OBJECT):
        uses = [
            argument
            for field in definition.fields.values()
            for argument in field.arguments.values()
            if federated(argument, "fromContext")
        ]
        is_resolvable = any(key.arguments.get("resolvable") is not False for key in federated(definition, "key"))
        if uses and not is_resolvable:
            message = f"{definition.name} has an argument from a context, but no resolvable key"
            yield Violation("CONTEXT_NO_RESOLVABLE_KEY", definition.name, definition.line, message)


def _contexts(subgraph: Subgraph) -> dict[str, list[TypeDefinition]]:
    contexts: dict[str, list[TypeDefinition]] = {}
    for definition in subgraph.types.values():
        for applied in federated(definition, "context"):
            name = applied.arguments.get("name")
            if isinstance(name, str):
                contexts.setdefault(name, []).append(definition)
    return contexts


@dataclass(frozen=True)
class _Use:
    """One ``@fromContext``."""

    subgraph: Subgraph
    owner: TypeDefinition
    field: Field
    argument: InputValue
    line: int

    def check(self, value: object, contexts: Mapping[str, list[TypeDefinition]]) -> Iterator[Violation]:
        if self.owner.kind is TypeKind.INTERFACE:
            yield self._violation("CONTEXT_NOT_SET", "a field of an interface cannot get arguments from a context")
        if self.argument.default is not ABSENT:
            yield self._violation("CONTEXT_NOT_SET", "an argument from a context cannot have a default")
        match = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            yield self._violation("NO_CONTEXT_IN_SELECTION", f'"{value}" is no context with a selection')
            return
        targets = contexts.get(match["name"])
        if targets is None:
            yield self._violation("CONTEXT_NOT_SET", f'no type sets the context "{match["name"]}"')
            return
        try:
            selections = fieldsets.parse(match["selection"])
        except SchemaError as error:
            yield self._violation("CONTEXT_INVALID_SELECTION", str(error))
            return
        for target in targets:
            yield from self._selected(target, selections)

    def _selected(self, target: TypeDefinition, selections: tuple[Selection, ...]) -> Iterator[Violation]:
        ref: TypeRef | None = None
        parent, is_nullable = target, False
        remaining = _applying_to(self.subgraph, target, selections)
        while remaining:
            each, fault = remaining[0], _fault(parent, remaining)
            if fault is not None:
                yield self._violation("CONTEXT_INVALID_SELECTION", fault)
                return
            ref = parent.fields[each.name].type
            is_nullable = is_nullable or not ref.is_required
            inner = self.subgraph.types.get(ref.name)
            if each.selections and inner is None:
                message = f"{parent.name}.{each.name} has no fields to select"
                yield self._violation("CONTEXT_INVALID_SELECTION", message)
                return
            if inner is None:
                break
            parent, remaining = inner, _applying_to(self.subgraph, inner, each.selections)
        if ref is not None and not _fits(ref, self.argument.type, is_nullable=is_nullable):
            message = f"{ref} is selected for an argument of type {self.argument.type}"
            yield self._violation("CONTEXT_INVALID_SELECTION", message)

    def _violation(self, code: str, message: str) -> Violation:
        coordinate = f"{self.owner.name}.{self.field.name}({self.argument.name}:)"
        return Violation(code, coordinate, self.line, message)


def _applying_to(
    subgraph: Subgraph, target: TypeDefinition, selections: tuple[Selection, ...]
) -> tuple[Selection, ...]:
    """The selections with the fragments taken out that are for other types, and opened that are for this one."""
    found: list[Selection] = []
    for each in selections:
        if not each.is_fragment:
            found.append(each)
        elif each.on in (None, target.name) or each.on in target.interfaces:
            found += _applying_to(subgraph, target, each.selections)
    return tuple(found)


def _fault(parent: TypeDefinition, selections: tuple[Selection, ...]) -> str | None:
    each = selections[0]
    if len(selections) > 1:
        return "more than one field is selected"
    if each.alias:
        return f"{each.name} has an alias ({each.alias})"
    if each.directives:
        return f"@{each.directives[0]} cannot stand in the selection"
    if each.name not in parent.fields:
        return f"{parent.name} has no field {each.name}"
    return None


def _fits(selected: TypeRef, wanted: TypeRef, *, is_nullable: bool) -> bool:
    if wanted.is_required and is_nullable:
        return False
    selected, wanted = selected.nullable, wanted.nullable
    selected_item, wanted_item = selected.item, wanted.item
    if selected_item is None or wanted_item is None:
        return selected_item is wanted_item and selected.name == wanted.name
    return _fits(selected_item, wanted_item, is_nullable=not selected_item.is_required)
