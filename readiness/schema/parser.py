"""From a document to a :class:`Subgraph`: graphql-core parses each definition, this module merges them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from graphql import GraphQLSyntaxError, Source
from graphql.language import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ListTypeNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    SourceLocation,
    StringValueNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
)
from graphql.language import (
    parse as parse_document,
)

from readiness.model.errors import SchemaError
from readiness.schema import links, text
from readiness.schema.assembly import assemble
from readiness.schema.model import (
    BUILT_IN_SCALARS,
    Applied,
    DirectiveDefinition,
    EnumValue,
    Field,
    InputValue,
    SchemaDefinition,
    Spec,
    Subgraph,
    TypeDefinition,
    TypeKind,
    TypeRef,
)
from readiness.schema.values import ABSENT, Value, from_node

_KINDS: dict[type[Node], TypeKind] = {
    ScalarTypeDefinitionNode: TypeKind.SCALAR,
    ScalarTypeExtensionNode: TypeKind.SCALAR,
    ObjectTypeDefinitionNode: TypeKind.OBJECT,
    ObjectTypeExtensionNode: TypeKind.OBJECT,
    InterfaceTypeDefinitionNode: TypeKind.INTERFACE,
    InterfaceTypeExtensionNode: TypeKind.INTERFACE,
    UnionTypeDefinitionNode: TypeKind.UNION,
    UnionTypeExtensionNode: TypeKind.UNION,
    EnumTypeDefinitionNode: TypeKind.ENUM,
    EnumTypeExtensionNode: TypeKind.ENUM,
    InputObjectTypeDefinitionNode: TypeKind.INPUT,
    InputObjectTypeExtensionNode: TypeKind.INPUT,
}
_DEFAULT_ROOTS = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}


def parse(document: str | bytes, source_name: str = "schema") -> Subgraph:
    """The subgraph that a document defines. ``source_name`` is shown in errors; its stem is the subgraph's name.

    :raises SchemaError: the document is not GraphQL's type system language, is too large or too deep, is not UTF-8, or
        defines the same thing twice.
    """
    reader = _Reader(source_name)
    for piece in text.pieces(text.decode(document, source_name), source_name):
        reader.read(piece)
    return reader.subgraph()


@dataclass
class _Draft:
    """A type while its definition and extensions are being collected."""

    kind: TypeKind
    name: str
    line: int
    is_defined: bool = False
    description: str = ""
    directives: list[Applied] = field(default_factory=list)
    interfaces: set[str] = field(default_factory=set)
    fields: dict[str, Field] = field(default_factory=dict)
    inputs: dict[str, InputValue] = field(default_factory=dict)
    values: dict[str, EnumValue] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)

    def freeze(self) -> TypeDefinition:
        return TypeDefinition(
            name=self.name,
            kind=self.kind,
            description=self.description,
            directives=tuple(self.directives),
            interfaces=frozenset(self.interfaces),
            fields=self.fields,
            inputs=self.inputs,
            values=self.values,
            members=frozenset(self.members),
            is_extension=not self.is_defined,
            line=self.line,
        )


class _Reader:
    """Collects definitions piece by piece."""

    def __init__(self, source_name: str) -> None:
        self._source_name = source_name
        self._piece = text.Piece("", 1, 1)
        self._types: dict[str, _Draft] = {}
        self._directives: dict[str, DirectiveDefinition] = {}
        self._operations: dict[str, str] = {}
        self._schema_is_defined = False
        self._schema_description = ""
        self._schema_directives: list[Applied] = []
        self._schema_line = 0
        self._type_refs: dict[TypeRef, TypeRef] = {}

    def read(self, piece: text.Piece) -> None:
        self._piece = piece
        for definition in self._definitions():
            match definition:
                case SchemaDefinitionNode() | SchemaExtensionNode():
                    self._add_schema(definition)
                case DirectiveDefinitionNode():
                    self._add_directive(definition)
                case TypeDefinitionNode() | TypeExtensionNode():
                    self._add_type(definition)
                case _:
                    raise self._error("an operation or a fragment does not belong in a schema", definition)

    def subgraph(self) -> Subgraph:
        if not self._types and not self._directives and not self._schema_directives:
            raise SchemaError(f"{self._source_name}:1:1: empty: no definition in it", 1, 1)
        types = {name: draft.freeze() for name, draft in self._types.items() if name not in BUILT_IN_SCALARS}
        schema = SchemaDefinition(
            self._roots(), self._schema_description, tuple(self._schema_directives), line=self._schema_line
        )
        return assemble(PurePath(self._source_name).stem, schema, types, self._directives)

    def _roots(self) -> dict[str, str]:
        if self._schema_is_defined:
            return dict(self._operations)
        return {op: name for op, name in _DEFAULT_ROOTS.items() if name in self._types} | self._operations

    def _definitions(self) -> Iterator[DefinitionNode]:
        try:
            yield from parse_document(Source(self._piece.text, self._source_name)).definitions
        except GraphQLSyntaxError as error:
            location = error.locations[0] if error.locations else SourceLocation(1, 1)
            message = error.message.removeprefix("Syntax Error: ").rstrip(".")
            raise self._error_at(message, location.line, location.column) from error
        except RecursionError as error:
            raise self._error_at("nested too deeply", 1, 1) from error

    def _error(self, message: str, node: Node) -> SchemaError:
        token = node.loc.start_token if node.loc else None
        return self._error_at(message, token.line if token else 1, token.column if token else 1)

    def _error_at(self, message: str, line: int, column: int) -> SchemaError:
        """An error at a place that is counted from the beginning of the present piece."""
        if line == 1:
            column += self._piece.column - 1
        line += self._piece.line - 1
        return SchemaError(f"{self._source_name}:{line}:{column}: {message}", line, column)

    def _line(self, node: Node) -> int:
        return self._piece.line - 1 + node.loc.start_token.line if node.loc else 0

    def _add_schema(self, node: SchemaDefinitionNode | SchemaExtensionNode) -> None:
        if isinstance(node, SchemaDefinitionNode):
            if self._schema_is_defined:
                raise self._error("a second `schema` definition", node)
            self._schema_is_defined = True
            self._schema_description = _text(node.description)
        self._schema_line = self._schema_line or self._line(node)
        self._schema_directives += self._applied(node.directives or ())
        for operation in node.operation_types or ():
            if operation.operation.value in self._operations:
                raise self._error(f"a second {operation.operation.value} root", operation)
            self._operations[operation.operation.value] = operation.type.name.value

    def _add_directive(self, node: DirectiveDefinitionNode) -> None:
        name = node.name.value
        if name in self._directives:
            raise self._error(f"@{name} is defined twice", node)
        self._directives[name] = DirectiveDefinition(
            name=name,
            arguments=self._inputs(node.arguments or ()),
            locations=frozenset(location.value for location in node.locations),
            repeatable=node.repeatable,
            description=_text(node.description),
            line=self._line(node),
        )

    def _add_type(self, node: TypeDefinitionNode | TypeExtensionNode) -> None:
        kind, name = _KINDS[type(node)], node.name.value
        draft = self._types.setdefault(name, _Draft(kind, name, self._line(node)))
        if draft.kind is not kind:
            raise self._error(
                f"{name} is {kind.with_article} here and {draft.kind.with_article} in line {draft.line}", node
            )
        if isinstance(node, TypeDefinitionNode):
            if draft.is_defined:
                raise self._error(f"{name} is defined twice, first in line {draft.line}", node)
            draft.is_defined = True
            draft.description = _text(node.description)
            draft.line = self._line(node)
        draft.directives += self._applied(node.directives or ())
        self._add_content(draft, node)

    def _add_content(self, draft: _Draft, node: TypeDefinitionNode | TypeExtensionNode) -> None:
        match node:
            case (
                ObjectTypeDefinitionNode()
                | ObjectTypeExtensionNode()
                | InterfaceTypeDefinitionNode()
                | InterfaceTypeExtensionNode()
            ):
                draft.interfaces.update(interface.name.value for interface in node.interfaces or ())
                for each in node.fields or ():
                    self._claim(draft.name, draft.fields, each)
                    draft.fields[each.name.value] = self._field(each)
            case InputObjectTypeDefinitionNode() | InputObjectTypeExtensionNode():
                for item in node.fields or ():
                    self._claim(draft.name, draft.inputs, item)
                    draft.inputs[item.name.value] = self._input(item)
            case EnumTypeDefinitionNode() | EnumTypeExtensionNode():
                for value in node.values or ():
                    self._claim(draft.name, draft.values, value)
                    draft.values[value.name.value] = EnumValue(
                        value.name.value, _text(value.description), self._applied(value.directives), self._line(value)
                    )
            case UnionTypeDefinitionNode() | UnionTypeExtensionNode():
                draft.members.update(member.name.value for member in node.types or ())

    def _claim(
        self,
        owner: str,
        taken: dict[str, Field] | dict[str, InputValue] | dict[str, EnumValue],
        node: FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode,
    ) -> None:
        if node.name.value in taken:
            raise self._error(f"{owner}.{node.name.value} is defined twice", node)

    def _field(self, node: FieldDefinitionNode) -> Field:
        return Field(
            name=node.name.value,
            type=self._type(node.type),
            arguments=self._inputs(node.arguments or ()),
            description=_text(node.description),
            directives=self._applied(node.directives),
            line=self._line(node),
        )

    def _inputs(self, nodes: Iterable[InputValueDefinitionNode]) -> dict[str, InputValue]:
        inputs: dict[str, InputValue] = {}
        for node in nodes:
            if node.name.value in inputs:
                raise self._error(f"the argument {node.name.value} is defined twice", node)
            inputs[node.name.value] = self._input(node)
        return inputs

    def _input(self, node: InputValueDefinitionNode) -> InputValue:
        return InputValue(
            name=node.name.value,
            type=self._type(node.type),
            default=from_node(node.default_value) if node.default_value else ABSENT,
            description=_text(node.description),
            directives=self._applied(node.directives),
            line=self._line(node),
        )

    def _type(self, node: TypeNode) -> TypeRef:
        wrappers: list[str] = []
        while isinstance(node, (ListTypeNode, NonNullTypeNode)):
            wrappers.append("[]" if isinstance(node, ListTypeNode) else "!")
            node = node.type
        if not isinstance(node, NamedTypeNode):
            raise self._error("expected the name of a type", node)
        ref = TypeRef(node.name.value, tuple(wrappers))
        return self._type_refs.setdefault(ref, ref)

    def _applied(self, nodes: Iterable[ConstDirectiveNode] | None) -> tuple[Applied, ...]:
        return tuple(self._one_applied(node) for node in nodes or ())

    def _one_applied(self, node: ConstDirectiveNode) -> Applied:
        arguments: dict[str, Value] = {}
        for argument in node.arguments or ():
            if argument.name.value in arguments:
                raise self._error(f"@{node.name.value}({argument.name.value}:) is given twice", argument)
            arguments[argument.name.value] = from_node(argument.value)
        name = node.name.value
        spec = Spec.GRAPHQL if name in links.GRAPHQL_DIRECTIVES else Spec.OWN
        return Applied(name, spec, arguments, name, self._line(node))


def _text(description: StringValueNode | None) -> str:
    """A description with its layout taken out: how it is wrapped and indented says nothing."""
    return " ".join(description.value.split()) if description else ""
