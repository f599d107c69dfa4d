"""Rules for ``@inaccessible`` and for the directives that guard access."""

from collections.abc import Iterator

from readiness.schema import walk
from readiness.schema.model import Element, Subgraph, TypeDefinition, TypeKind, TypeRef, federated
from readiness.schema.validity.violation import Violation
from readiness.schema.values import Absent, EnumName, ObjectValue, Value

_GUARDS = ("authenticated", "requiresScopes", "policy")


def guard_on_interface(subgraph: Subgraph) -> Iterator[Violation]:
    """An interface has no resolver that could refuse, and an interface object stands for one."""
    code = "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE"
    for definition in subgraph.of_kind(TypeKind.INTERFACE, TypeKind.OBJECT):
        is_interface = definition.kind is TypeKind.INTERFACE
        if is_interface or federated(definition, "interfaceObject"):
            for applied in federated(definition, *_GUARDS):
                message = f"@{applied.name} cannot guard an interface; guard the types that implement it"
                yield Violation(code, definition.name, applied.line, message)
        for field in definition.fields.values() if is_interface else ():
            for applied in federated(field, *_GUARDS):
                message = (
                    f"@{applied.name} cannot guard a field of an interface; guard it in the types that implement it"
                )
                yield Violation(code, f"{definition.name}.{field.name}", applied.line, message)


def query_root_inaccessible(subgraph: Subgraph) -> Iterator[Violation]:
    query = subgraph.root("query")
    if query is not None:
        for applied in federated(query, "inaccessible"):
            message = f"{query.name} is @inaccessible, so that nothing can be queried"
            yield Violation("QUERY_ROOT_TYPE_INACCESSIBLE", query.name, applied.line, message)


def only_inaccessible_children(subgraph: Subgraph) -> Iterator[Violation]:
    for definition in subgraph.types.values():
        children: list[Element] = [
            *definition.fields.values(),
            *definition.inputs.values(),
            *definition.values.values(),
        ]
        if children and not _is_hidden(definition) and all(_is_hidden(child) for child in children):
            message = f"{definition.name} is in the API, but nothing in it is"
            yield Violation("ONLY_INACCESSIBLE_CHILDREN", definition.name, definition.line, message)


def required_inaccessible(subgraph: Subgraph) -> Iterator[Violation]:
    for each in walk.inputs(subgraph):
        if each.input.is_required and _is_hidden(each.input) and not any(map(_is_hidden, each.within)):
            message = f"{each.coordinate} has to be sent, but is not in the API"
            yield Violation("REQUIRED_INACCESSIBLE", each.coordinate, each.input.line, message)


def referenced_inaccessible(subgraph: Subgraph) -> Iterator[Violation]:
    references: list[tuple[str, Element, TypeRef, tuple[Element, ...]]] = [
        (place.coordinate, place.field, place.field.type, (place.owner,)) for place in walk.fields(subgraph)
    ]
    references += [(each.coordinate, each.input, each.input.type, each.within) for each in walk.inputs(subgraph)]
    for coordinate, element, ref, within in references:
        target = subgraph.types.get(ref.name)
        if target is None or not _is_hidden(target) or _is_hidden(element) or any(map(_is_hidden, within)):
            continue
        message = f"{coordinate} is in the API, but its type {ref.name} is @inaccessible"
        yield Violation("REFERENCED_INACCESSIBLE", coordinate, element.line, message)


def implemented_by_inaccessible(subgraph: Subgraph) -> Iterator[Violation]:
    for definition in subgraph.of_kind(TypeKind.OBJECT, TypeKind.INTERFACE):
        for name in sorted(definition.interfaces):
            interface = subgraph.types.get(name)
            if interface is not None and not _is_hidden(interface) and not _is_hidden(definition):
                yield from _hidden_implementations(definition, interface)


def _hidden_implementations(definition: TypeDefinition, interface: TypeDefinition) -> Iterator[Violation]:
    code = "IMPLEMENTED_BY_INACCESSIBLE"
    for name, demanded in interface.fields.items():
        field = definition.fields.get(name)
        if field is None or _is_hidden(demanded):
            continue
        coordinate = f"{definition.name}.{name}"
        if _is_hidden(field):
            message = f"{interface.name}.{name} is in the API, but {coordinate}, which implements it, is not"
            yield Violation(code, coordinate, field.line, message)
        for argument in field.arguments.values():
            wanted = demanded.arguments.get(argument.name)
            if wanted is not None and _is_hidden(argument) and not _is_hidden(wanted):
                message = (
                    f"the argument {argument.name} is in the API of {interface.name}.{name}, but not of {coordinate}"
                )
                yield Violation(code, f"{coordinate}({argument.name}:)", argument.line, message)


def default_uses_inaccessible(subgraph: Subgraph) -> Iterator[Violation]:
    for each in walk.inputs(subgraph):
        default = each.input.default
        if isinstance(default, Absent) or _is_hidden(each.input) or any(map(_is_hidden, each.within)):
            continue
        hidden = _hidden_in(default, each.input.type, subgraph)
        if hidden is not None:
            message = f"the default of {each.coordinate} uses {hidden}, which is @inaccessible"
            yield Violation("DEFAULT_VALUE_USES_INACCESSIBLE", each.coordinate, each.input.line, message)


def _hidden_in(value: Value, ref: TypeRef, subgraph: Subgraph) -> str | None:
    """The coordinate of something inaccessible that a value uses."""
    definition = subgraph.types.get(ref.name)
    if definition is None:
        return None
    match value:
        case EnumName():
            member = definition.values.get(value.name)
            return f"{ref.name}.{value.name}" if member is not None and _is_hidden(member) else None
        case tuple():
            return next((found for item in value if (found := _hidden_in(item, ref, subgraph))), None)
        case ObjectValue():
            for name, item in value.fields:
                each = definition.inputs.get(name)
                if each is not None and _is_hidden(each):
                    return f"{ref.name}.{name}"
                found = _hidden_in(item, each.type, subgraph) if each else None
                if found is not None:
                    return found
    return None


def _is_hidden(element: Element) -> bool:
    return bool(federated(element, "inaccessible"))
