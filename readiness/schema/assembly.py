"""From collected definitions to a :class:`Subgraph`: directives get their meaning, machinery is set apart."""

import operator
from dataclasses import replace

from readiness.schema import federation, links
from readiness.schema.model import (
    Applied,
    DirectiveDefinition,
    Element,
    EnumValue,
    Field,
    Flavour,
    InputValue,
    SchemaDefinition,
    Spec,
    Subgraph,
    TypeDefinition,
)


def assemble(
    name: str,
    schema: SchemaDefinition,
    types: dict[str, TypeDefinition],
    directives: dict[str, DirectiveDefinition],
) -> Subgraph:
    """The subgraph of these definitions: names resolved, machinery set apart."""
    names = links.resolve(schema.directives, frozenset(directives), lambda: _has_federation_1_marks(schema, types))
    naming = _Naming(names)
    named = {key: naming.type(each) for key, each in types.items()}
    own_types = {key: each for key, each in named.items() if not names.is_machinery_type(key)}
    machinery_fields = _take_service_fields(schema, own_types) if names.flavour is not Flavour.PLAIN else {}
    operations = {key: root for key, root in schema.operations.items() if root in own_types or root not in named}
    meanings = {key: names.directive(key) for key in directives}
    schema_directives = naming.all(tuple(each for each in schema.directives if each.written != names.link_name))
    return Subgraph(
        name=name,
        schema=replace(schema, operations=operations, directives=schema_directives),
        types=own_types,
        directives={
            key: naming.definition(each)
            for key, each in directives.items()
            if meanings[key][0] is Spec.OWN and not _is_namespaced(key, names)
        },
        links=names.links,
        flavour=names.flavour,
        machinery_types={key: each for key, each in named.items() if names.is_machinery_type(key)},
        machinery_directives={
            meanings[key][1]: each for key, each in directives.items() if meanings[key][0] is Spec.FEDERATION
        },
        machinery_fields=machinery_fields,
        unimported=frozenset(naming.unimported),
    )


def _is_namespaced(directive: str, names: links.Names) -> bool:
    prefix, separator, _ = directive.partition("__")
    return bool(separator) and prefix in names.namespaces and names.flavour is Flavour.FEDERATION_2


def _has_federation_1_marks(schema: SchemaDefinition, types: dict[str, TypeDefinition]) -> bool:
    query = types.get(schema.operations.get("query", ""))
    if query and federation.SERVICE_FIELDS & query.fields.keys():
        return True
    elements: list[Element] = []
    for each in types.values():
        elements += (each, *each.fields.values())
    return any(applied.name in federation.FEDERATION_1_MARKS for element in elements for applied in element.directives)


def _take_service_fields(schema: SchemaDefinition, types: dict[str, TypeDefinition]) -> dict[str, Field]:
    """Remove ``_service`` and ``_entities`` from the query root, and the root with them when it has nothing else."""
    name = schema.operations.get("query", "")
    query = types.get(name)
    if query is None:
        return {}
    taken = {key: each for key, each in query.fields.items() if key in federation.SERVICE_FIELDS}
    if taken:
        rest = {key: each for key, each in query.fields.items() if key not in taken}
        types[name] = replace(query, fields=rest)
        if not rest:
            del types[name]
    return taken


class _Naming:
    """Gives applied directives the names of their specifications. Elements without directives stay the same objects."""

    def __init__(self, names: links.Names) -> None:
        self._names = names
        self.unimported: set[str] = set()

    def all(self, directives: tuple[Applied, ...]) -> tuple[Applied, ...]:
        """The directives with their names; the same object where each has its name already."""
        if not directives:
            return directives
        named = tuple(self._one(each) for each in directives)
        return directives if all(map(operator.is_, named, directives)) else named

    def _one(self, applied: Applied) -> Applied:
        if self._names.is_unimported(applied.written):
            self.unimported.add(applied.written)
        spec, name = self._names.directive(applied.written)
        return replace(applied, spec=spec, name=name) if spec is not applied.spec else applied

    def type(self, each: TypeDefinition) -> TypeDefinition:
        directives = self.all(each.directives)
        is_extension = each.is_extension or any(a.name == "extends" and a.spec is Spec.FEDERATION for a in directives)
        return replace(
            each,
            directives=directives,
            fields={key: self._field(item) for key, item in each.fields.items()},
            inputs={key: self._input(item) for key, item in each.inputs.items()},
            values={key: self._value(item) for key, item in each.values.items()},
            is_extension=is_extension,
        )

    def definition(self, each: DirectiveDefinition) -> DirectiveDefinition:
        return replace(each, arguments={key: self._input(item) for key, item in each.arguments.items()})

    def _field(self, each: Field) -> Field:
        directives = self.all(each.directives)
        if directives is each.directives and not each.arguments:
            return each
        arguments = {key: self._input(item) for key, item in each.arguments.items()}
        if directives is each.directives and all(map(operator.is_, arguments.values(), each.arguments.values())):
            return each
        return replace(each, directives=directives, arguments=arguments)

    def _input(self, each: InputValue) -> InputValue:
        directives = self.all(each.directives)
        return each if directives is each.directives else replace(each, directives=directives)

    def _value(self, each: EnumValue) -> EnumValue:
        directives = self.all(each.directives)
        return each if directives is each.directives else replace(each, directives=directives)
