"""Whether a service's introspection and its SDL tell the same structure.

Introspection never carries applied directives (GraphQL specification, 4), so only the structure is compared. What
federation adds to a service by itself is left out of the comparison, and judged by :func:`service_faults`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from readiness.schema import federation, text
from readiness.schema.coercion import coerce
from readiness.schema.grammar import Grammar
from readiness.schema.model import BUILT_IN_SCALARS, InputValue, Subgraph, TypeDefinition, TypeKind, TypeRef, federated
from readiness.schema.tokens import NotUnderstood
from readiness.schema.values import Absent, show

_KINDS = {
    "SCALAR": TypeKind.SCALAR,
    "OBJECT": TypeKind.OBJECT,
    "INTERFACE": TypeKind.INTERFACE,
    "UNION": TypeKind.UNION,
    "ENUM": TypeKind.ENUM,
    "INPUT_OBJECT": TypeKind.INPUT,
}

Outline = dict[str, str]
"""Coordinate to what stands there, in one line."""


class _Ref(BaseModel):
    kind: str
    name: str | None = None
    of_type: "_Ref | None" = Field(default=None, alias="ofType")

    def resolve(self) -> TypeRef:
        wrappers: list[str] = []
        ref: _Ref = self
        while ref.of_type is not None:
            wrappers.append("!" if ref.kind == "NON_NULL" else "[]")
            ref = ref.of_type
        return TypeRef(ref.name or "?", tuple(wrappers))


class _Input(BaseModel):
    name: str
    type: _Ref
    default: str | None = Field(default=None, alias="defaultValue")


class _Field(BaseModel):
    name: str
    args: list[_Input] = []
    type: _Ref


class _Named(BaseModel):
    name: str


class _Type(BaseModel):
    kind: str
    name: str
    fields: list[_Field] | None = None
    inputs: list[_Input] | None = Field(default=None, alias="inputFields")
    interfaces: list[_Named] | None = None
    values: list[_Named] | None = Field(default=None, alias="enumValues")
    members: list[_Named] | None = Field(default=None, alias="possibleTypes")


class _Schema(BaseModel):
    query: _Named | None = Field(default=None, alias="queryType")
    mutation: _Named | None = Field(default=None, alias="mutationType")
    subscription: _Named | None = Field(default=None, alias="subscriptionType")
    types: list[_Type]


class _Introspection(BaseModel):
    content: _Schema = Field(alias="__schema")


def agreement(subgraph: Subgraph, introspection: Mapping[str, Any]) -> tuple[str, ...]:
    """Every structural difference between the SDL and the ``data`` of an introspection query, one sentence each."""
    schema = _read(introspection)
    if isinstance(schema, str):
        return (schema,)
    told = _outline_of_sdl(subgraph)
    seen = _outline_of_introspection(subgraph, schema)
    return tuple(_differences(told, seen))


def service_faults(subgraph: Subgraph, introspection: Mapping[str, Any]) -> tuple[str, ...]:
    """What is wrong with the fields and types by which a router talks to the subgraph.

    Source: the subgraph specification (``_service: _Service!`` with ``sdl: String!``; where there are entities,
    ``_entities(representations: [_Any!]!): [_Entity]!`` and ``_Entity`` with every resolvable one).
    """
    schema = _read(introspection)
    if isinstance(schema, str):
        return (schema,)
    types = {each.name: each for each in schema.types}
    query = types.get(schema.query.name if schema.query else "")
    fields = {each.name: each for each in (query.fields or [] if query else [])}
    entities = {each.name for each in subgraph.entities if _is_resolvable(each)}
    return (*_sdl_faults(types, fields), *_entity_faults(types, fields, entities))


def _sdl_faults(types: Mapping[str, _Type], fields: Mapping[str, _Field]) -> Iterator[str]:
    service = fields.get("_service")
    if service is None:
        yield "the query root has no field _service"
    elif str(service.type.resolve()) != "_Service!":
        yield f"_service is {service.type.resolve()} and not _Service!"
    definition = types.get("_Service")
    sdl = next((each for each in (definition.fields or [] if definition else []) if each.name == "sdl"), None)
    # The specification says String!; Apollo's own library, and so NestJS, serves String, which routers take as well.
    if definition is not None and (
        sdl is None or sdl.type.resolve() not in (TypeRef("String"), TypeRef("String", ("!",)))
    ):
        yield f"_Service.sdl is {sdl.type.resolve() if sdl else 'missing'} and not String!"


def _entity_faults(types: Mapping[str, _Type], fields: Mapping[str, _Field], entities: set[str]) -> Iterator[str]:
    if not entities:
        return
    field = fields.get("_entities")
    if field is None:
        yield "there are entities, but the query root has no field _entities"
        return
    if str(field.type.resolve()) != "[_Entity]!":
        yield f"_entities is {field.type.resolve()} and not [_Entity]!"
    arguments = {each.name: str(each.type.resolve()) for each in field.args}
    if arguments != {"representations": "[_Any!]!"}:
        yield f"_entities takes {arguments} and not representations: [_Any!]!"
    union = types.get("_Entity")
    for name in sorted(entities - {each.name for each in (union.members or [] if union else [])}):
        yield f"{name} has a key, but is not in the union _Entity"


def _is_resolvable(entity: TypeDefinition) -> bool:
    return any(key.arguments.get("resolvable") is not False for key in federated(entity, "key"))


def _read(introspection: Mapping[str, Any]) -> _Schema | str:
    try:
        return _Introspection.model_validate(introspection).content
    except (ValidationError, RecursionError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        where = ".".join(map(str, first["loc"])) if first else "a type"
        return (
            f"this is no answer to an introspection query: {where} {first['msg'] if first else 'is nested too deeply'}"
        )


def _differences(told: Outline, seen: Outline) -> Iterator[str]:
    for coordinate in sorted(told.keys() | seen.keys()):
        parent = _parent(coordinate)
        if parent is not None and not (parent in told and parent in seen):
            continue  # what it is part of is told already
        if coordinate not in seen:
            yield f"{coordinate} ({told[coordinate]}) is in the SDL, but introspection does not have it"
        elif coordinate not in told:
            yield f"{coordinate} ({seen[coordinate]}) is in introspection, but the SDL does not have it"
        elif told[coordinate] != seen[coordinate]:
            yield f"{coordinate} is {told[coordinate]} in the SDL and {seen[coordinate]} in introspection"


def _parent(coordinate: str) -> str | None:
    if coordinate.endswith(")"):
        return coordinate.partition("(")[0]
    head, dot, _ = coordinate.rpartition(".")
    return head if dot else None


def _outline_of_sdl(subgraph: Subgraph) -> Outline:
    outline = {f"{operation} root": name for operation, name in subgraph.schema.operations.items()}
    for definition in subgraph.types.values():
        outline[definition.name] = _headline(definition.kind, definition.interfaces, definition.members)
        outline |= {f"{definition.name}.{name}": "enum value" for name in definition.values}
        outline |= {f"{definition.name}.{name}": _input(each, subgraph) for name, each in definition.inputs.items()}
        for field in definition.fields.values():
            coordinate = f"{definition.name}.{field.name}"
            outline[coordinate] = str(field.type)
            for argument in field.arguments.values():
                outline[f"{coordinate}({argument.name}:)"] = _input(argument, subgraph)
    return outline


def _input(each: InputValue, subgraph: Subgraph) -> str:
    default = each.default
    if isinstance(default, Absent):
        return str(each.type)
    return f"{each.type} = {show(coerce(default, each.type, subgraph))}"


def _outline_of_introspection(subgraph: Subgraph, schema: _Schema) -> Outline:
    roots = {"query": schema.query, "mutation": schema.mutation, "subscription": schema.subscription}
    outline = {f"{operation} root": root.name for operation, root in roots.items() if root is not None}
    query = schema.query.name if schema.query else ""
    for each in schema.types:
        if each.name.startswith("__") or each.name in BUILT_IN_SCALARS or _is_machinery(subgraph, each.name):
            continue
        fields = [f for f in each.fields or [] if not (each.name == query and f.name in federation.SERVICE_FIELDS)]
        if each.name == query and not fields and query not in subgraph.types:
            outline.pop("query root", None)  # a root that only federation's own fields made necessary
            continue
        outline |= _outline_of_type(subgraph, each, fields)
    return outline


def _outline_of_type(subgraph: Subgraph, each: _Type, fields: list[_Field]) -> Outline:
    kind = _KINDS.get(each.kind, TypeKind.SCALAR)
    interfaces = frozenset(interface.name for interface in each.interfaces or [])
    members = frozenset(member.name for member in each.members or []) if kind is TypeKind.UNION else frozenset()
    outline = {each.name: _headline(kind, interfaces, members)}
    outline |= {f"{each.name}.{value.name}": "enum value" for value in each.values or []}
    outline |= {f"{each.name}.{item.name}": _seen_input(item, subgraph) for item in each.inputs or []}
    for field in fields:
        coordinate = f"{each.name}.{field.name}"
        outline[coordinate] = str(field.type.resolve())
        outline |= {f"{coordinate}({item.name}:)": _seen_input(item, subgraph) for item in field.args}
    return outline


def _seen_input(item: _Input, subgraph: Subgraph) -> str:
    ref = item.type.resolve()
    if item.default is None:
        return str(ref)
    try:
        if text.is_nested_deeper_than(item.default, text.MAX_DEPTH):
            return f"{ref} = (nested too deeply)"
        value = Grammar(item.default, 1, {}).value()
    except NotUnderstood:
        return f"{ref} = {item.default}"
    return f"{ref} = {show(coerce(value, ref, subgraph))}"


def _headline(kind: TypeKind, interfaces: frozenset[str], members: frozenset[str]) -> str:
    implements = f" implements {' & '.join(sorted(interfaces))}" if interfaces else ""
    return f"{kind}{implements}" + (f" of {' | '.join(sorted(members))}" if members else "")


def _is_machinery(subgraph: Subgraph, name: str) -> bool:
    if name in federation.SERVICE_TYPES or name in subgraph.machinery_types:
        return True
    prefix, separator, _ = name.partition("__")
    namespaces = {link.namespace for link in subgraph.links} | {"federation", "link"}
    imported = {local for link in subgraph.links for _, local in link.imports if not local.startswith("@")}
    is_scalar_of_spec = name in imported and name not in subgraph.types
    return is_scalar_of_spec or bool(separator and prefix in namespaces)
