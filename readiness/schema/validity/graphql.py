"""GraphQL's own rules for a type system, all under one code as composers have them.

Source: GraphQL specification (October 2021), section 3, and 5 for directives and values.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from readiness.schema import federation, walk
from readiness.schema.model import (
    BUILT_IN_SCALARS,
    Applied,
    Field,
    Flavour,
    Spec,
    Subgraph,
    TypeDefinition,
    TypeKind,
    TypeRef,
    deprecation,
)
from readiness.schema.validity.constants import is_valid
from readiness.schema.validity.violation import Violation
from readiness.schema.values import Absent, show

CODE = "INVALID_GRAPHQL"

_INPUT_KINDS = (TypeKind.SCALAR, TypeKind.ENUM, TypeKind.INPUT)
_Parameters = Mapping[str, tuple[TypeRef, bool]]
"""Type of each argument, and whether it has to be given."""
_BUILT_IN_DIRECTIVES: Mapping[str, tuple[frozenset[str], _Parameters]] = {
    "deprecated": (
        frozenset({"FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INPUT_FIELD_DEFINITION", "ENUM_VALUE"}),
        {"reason": (TypeRef("String"), False)},
    ),
    "specifiedBy": (frozenset({"SCALAR"}), {"url": (TypeRef("String", ("!",)), True)}),
    "oneOf": (frozenset({"INPUT_OBJECT"}), {}),
}


def type_unknown(subgraph: Subgraph) -> Iterator[Violation]:
    for coordinate, line, ref in _references(subgraph):
        if not _is_known(subgraph, ref.name):
            yield Violation(CODE, coordinate, line, f"there is no type {ref.name}")


def type_in_wrong_position(subgraph: Subgraph) -> Iterator[Violation]:
    for place in walk.fields(subgraph):
        definition = subgraph.types.get(place.field.type.name)
        if definition is not None and definition.kind is TypeKind.INPUT:
            message = f"{definition.name} is an input object, which no field can return"
            yield Violation(CODE, place.coordinate, place.field.line, message)
    for each in walk.inputs(subgraph):
        definition = subgraph.types.get(each.input.type.name)
        if definition is not None and definition.kind not in _INPUT_KINDS:
            message = f"{definition.name} is {definition.kind.with_article}, which cannot be sent"
            yield Violation(CODE, each.coordinate, each.input.line, message)

    for directive in subgraph.directives.values():
        for argument in directive.arguments.values():
            definition = subgraph.types.get(argument.type.name)
            if definition is not None and definition.kind not in _INPUT_KINDS:
                message = f"{definition.name} is {definition.kind.with_article}, which cannot be sent"
                yield Violation(CODE, f"@{directive.name}({argument.name}:)", argument.line, message)


def input_needs_itself(subgraph: Subgraph) -> Iterator[Violation]:
    """An input object that always holds one of its own kind could never be written."""
    demands = {
        definition.name: [
            each.type.name
            for each in definition.inputs.values()
            if each.type.is_required and not each.type.is_list and each.type.name in subgraph.types
        ]
        for definition in subgraph.of_kind(TypeKind.INPUT)
    }
    try:
        TopologicalSorter(demands).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        message = f"the circle {' -> '.join(reversed(circle))} of required fields never ends"
        yield Violation(CODE, circle[0], subgraph.types[circle[0]].line, message)


def type_empty(subgraph: Subgraph) -> Iterator[Violation]:
    for definition in subgraph.types.values():
        content = definition.fields or definition.inputs or definition.values or definition.members
        if not content and definition.kind is not TypeKind.SCALAR:
            yield Violation(CODE, definition.name, definition.line, f"the {definition.kind} has nothing in it")


def name_reserved(subgraph: Subgraph) -> Iterator[Violation]:
    for place in walk.places(subgraph):
        if place.element.name.startswith("__"):
            message = f"{place.element.name}: names with __ belong to introspection"
            yield Violation(CODE, place.coordinate, place.element.line, message)


def root_invalid(subgraph: Subgraph) -> Iterator[Violation]:
    for operation, name in subgraph.schema.operations.items():
        root = subgraph.types.get(name)
        if root is None:
            yield Violation(CODE, "schema", subgraph.schema.line, f"there is no type {name} for the {operation} root")
        elif root.kind is not TypeKind.OBJECT:
            message = f"{name} is {root.kind.with_article}; the {operation} root has to be an object type"
            yield Violation(CODE, name, root.line, message)


def union_member_invalid(subgraph: Subgraph) -> Iterator[Violation]:
    for union in subgraph.of_kind(TypeKind.UNION):
        for name in sorted(union.members):
            member = subgraph.types.get(name)
            if member is None:
                yield Violation(CODE, union.name, union.line, f"there is no type {name}")
            elif member.kind is not TypeKind.OBJECT:
                message = f"{name} is {member.kind.with_article}; a union holds object types"
                yield Violation(CODE, union.name, union.line, message)


def interface_invalid(subgraph: Subgraph) -> Iterator[Violation]:
    for definition in subgraph.of_kind(TypeKind.OBJECT, TypeKind.INTERFACE):
        for name in sorted(definition.interfaces):
            interface = subgraph.types.get(name)
            if interface is None or interface.kind is not TypeKind.INTERFACE:
                message = f"{definition.name} implements {name}, which is no interface here"
                yield Violation(CODE, definition.name, definition.line, message)
            else:
                yield from _unimplemented(subgraph, definition, interface)


def _unimplemented(subgraph: Subgraph, definition: TypeDefinition, interface: TypeDefinition) -> Iterator[Violation]:
    if definition.name in interface.interfaces:
        message = f"{definition.name} implements {interface.name}, which implements {definition.name} itself"
        yield Violation(CODE, definition.name, definition.line, message)
    for name in sorted(interface.interfaces - definition.interfaces - {definition.name}):
        message = f"{definition.name} has to implement {name}, as {interface.name} does"
        yield Violation(CODE, definition.name, definition.line, message)
    for demanded in interface.fields.values():
        field = definition.fields.get(demanded.name)
        coordinate = f"{definition.name}.{demanded.name}"
        if field is None:
            message = f"{definition.name} has no field {demanded.name}, which {interface.name} demands"
            yield Violation(CODE, definition.name, definition.line, message)
            continue
        if not _is_subtype(subgraph, field.type, demanded.type):
            message = f"{coordinate} is {field.type}, where {interface.name} demands {demanded.type}"
            yield Violation(CODE, coordinate, field.line, message)
        for fault in _argument_faults(field, demanded):
            yield Violation(CODE, coordinate, field.line, f"{fault}, as {interface.name} has it")


def _argument_faults(field: Field, demanded: Field) -> Iterator[str]:
    for name, argument in demanded.arguments.items():
        own = field.arguments.get(name)
        if own is None:
            yield f"the argument {name} is missing"
        elif own.type != argument.type:
            yield f"the argument {name} is {own.type} and not {argument.type}"
    for name, own in field.arguments.items():
        if name not in demanded.arguments and own.is_required:
            yield f"the argument {name} cannot be required"


def _is_subtype(subgraph: Subgraph, own: TypeRef, demanded: TypeRef) -> bool:
    """IsValidImplementationFieldType of the GraphQL specification, 3.6."""
    if demanded.is_required and not own.is_required:
        return False
    own_item, demanded_item = own.item, demanded.item
    if own_item is not None or demanded_item is not None:
        return own_item is not None and demanded_item is not None and _is_subtype(subgraph, own_item, demanded_item)
    if own.name == demanded.name:
        return True
    definition, wanted = subgraph.types.get(own.name), subgraph.types.get(demanded.name)
    is_implementation = definition is not None and demanded.name in definition.interfaces
    is_member = wanted is not None and own.name in wanted.members
    return is_implementation or is_member


def default_invalid(subgraph: Subgraph) -> Iterator[Violation]:
    for each in walk.inputs(subgraph):
        default = each.input.default
        if not isinstance(default, Absent) and not is_valid(default, each.input.type, subgraph):
            message = f"the default {show(default)} is no {each.input.type}"
            yield Violation(CODE, each.coordinate, each.input.line, message)


def required_deprecated(subgraph: Subgraph) -> Iterator[Violation]:
    for each in walk.inputs(subgraph):
        if each.input.is_required and deprecation(each.input) is not None:
            message = "what is required cannot be deprecated: nobody could leave it out"
            yield Violation(CODE, each.coordinate, each.input.line, message)


def directive_invalid(subgraph: Subgraph) -> Iterator[Violation]:
    for place in walk.places(subgraph):
        yield from _repeated(subgraph, place)
        for applied in place.element.directives:
            known = _definition(subgraph, applied)
            if known is None:
                message = f"there is no directive @{applied.written}{_hint(subgraph, applied)}"
                yield Violation(CODE, place.coordinate, applied.line, message)
                continue
            locations, parameters = known
            if place.location not in locations:
                message = f"@{applied.written} does not belong on {place.location}"
                yield Violation(CODE, place.coordinate, applied.line, message)
            for fault in _call_faults(subgraph, applied, parameters):
                yield Violation(CODE, place.coordinate, applied.line, f"@{applied.written}: {fault}")


def _repeated(subgraph: Subgraph, place: walk.Place) -> Iterator[Violation]:
    for written, count in Counter(applied.written for applied in place.element.directives).items():
        if count > 1 and not _is_repeatable(subgraph, written, place):
            message = f"@{written} stands there {count} times and is not repeatable"
            yield Violation(CODE, place.coordinate, place.element.line, message)


def _is_repeatable(subgraph: Subgraph, written: str, place: walk.Place) -> bool:
    applied = next(each for each in place.element.directives if each.written == written)
    if applied.spec is Spec.FEDERATION:
        return federation.DIRECTIVES[applied.name].repeatable
    definition = subgraph.directives.get(written) if applied.spec is Spec.OWN else None
    # What is not defined at all is told as that.
    return definition.repeatable if definition else applied.spec is not Spec.GRAPHQL


def _definition(subgraph: Subgraph, applied: Applied) -> tuple[frozenset[str], _Parameters] | None:
    if applied.spec is Spec.FEDERATION:
        known = federation.DIRECTIVES[applied.name]
        if not _is_available(subgraph, applied, known):
            return None
        own = subgraph.machinery_directives.get(applied.name)
        parameters = {name: (each.type, each.is_required) for name, each in known.arguments.items()}
        if own is not None:  # a definition that differs is told as such; the applications are held to it
            parameters |= {name: (each.type, each.is_required) for name, each in own.arguments.items()}
        return known.locations | (own.locations if own else frozenset()), parameters
    if applied.spec is Spec.GRAPHQL and applied.name in _BUILT_IN_DIRECTIVES:
        return _BUILT_IN_DIRECTIVES[applied.name]
    definition = subgraph.directives.get(applied.written)
    if definition is None:
        return None
    return definition.locations, {name: (each.type, each.is_required) for name, each in definition.arguments.items()}


def _is_available(subgraph: Subgraph, applied: Applied, known: federation.FederationDirective) -> bool:
    if applied.written in subgraph.unimported:
        return False
    version = subgraph.federation_version
    return subgraph.flavour is not Flavour.FEDERATION_2 or version is None or known.since <= version


def _hint(subgraph: Subgraph, applied: Applied) -> str:
    if applied.written in subgraph.unimported:
        return "; federation's is not imported by this name"
    if applied.spec is Spec.FEDERATION:
        since = federation.DIRECTIVES[applied.name].since
        return f" in the linked version; it came with Federation {since[0]}.{since[1]}"
    return ""


def _call_faults(subgraph: Subgraph, applied: Applied, parameters: _Parameters) -> Iterator[str]:
    for name, value in applied.arguments.items():
        if name not in parameters:
            yield f"there is no argument {name}"
        elif not is_valid(value, parameters[name][0], subgraph):
            yield f"{show(value)} is no {parameters[name][0]} for {name}"
    for name, (ref, is_required) in parameters.items():
        if is_required and name not in applied.arguments:
            yield f"the argument {name} ({ref}) is missing"


def _references(subgraph: Subgraph) -> Iterator[tuple[str, int, TypeRef]]:
    for place in walk.fields(subgraph):
        yield place.coordinate, place.field.line, place.field.type
    for each in walk.inputs(subgraph):
        yield each.coordinate, each.input.line, each.input.type
    for directive in subgraph.directives.values():
        for argument in directive.arguments.values():
            yield f"@{directive.name}({argument.name}:)", argument.line, argument.type


def _is_known(subgraph: Subgraph, name: str) -> bool:
    if name in BUILT_IN_SCALARS or name in subgraph.types or name in subgraph.machinery_types:
        return True
    # The scalars of linked specifications need not be written out.
    imported = {local for link in subgraph.links for _, local in link.imports}
    namespaces = {link.namespace for link in subgraph.links}
    return name in imported or name.partition("__")[0] in namespaces or name in federation.SERVICE_TYPES
