"""From a document to a :class:`Subgraph`: its definitions are read piece by piece, and merged."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath

from graphql import GraphQLSyntaxError, Source
from graphql.language import ExecutableDefinitionNode, Node, SourceLocation
from graphql.language import parse as parse_document

from readiness.model.errors import SchemaError
from readiness.schema import text, tokens
from readiness.schema.assembly import assemble
from readiness.schema.collection import without_collection
from readiness.schema.grammar import DIRECTIVE, KINDS, SCHEMA, Definition, Grammar, Repeated
from readiness.schema.model import (
    BUILT_IN_SCALARS,
    Applied,
    DirectiveDefinition,
    EnumValue,
    Field,
    InputValue,
    SchemaDefinition,
    Subgraph,
    TypeDefinition,
    TypeKind,
    TypeRef,
)

_DEFAULT_ROOTS = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}


@dataclass(frozen=True)
class Document:
    """A text with the name that errors show for it."""

    content: str | bytes
    name: str


def parse(document: str | bytes, source_name: str = "schema") -> Subgraph:
    """The subgraph that a document defines. ``source_name`` is shown in errors; its stem is the subgraph's name.

    :raises SchemaError: the document is not GraphQL's type system language, is too large or too deep, is not UTF-8, or
        defines the same thing twice.
    """
    return _read(document, source_name, _Known())


def parse_both(old: Document, new: Document) -> tuple[Subgraph, Subgraph]:
    """Two revisions of one subgraph, in about the time that their differences take beside one of them.

    Definitions written alike are read once and shared by both; what is in them has the lines of the new document.

    :raises SchemaError: as :func:`parse` does, for the new document first.
    """
    known = _Known()
    later = _read(new.content, new.name, known)
    return _read(old.content, old.name, known), later


def _read(document: str | bytes, source_name: str, known: "_Known") -> Subgraph:
    reader = _Reader(source_name, known)
    with without_collection():
        for piece in text.pieces(text.decode(document, source_name), source_name):
            reader.read(piece)
        return reader.subgraph()


@dataclass
class _Known:
    """What has been read already and can be shared: references alike, and the definitions of pieces written alike."""

    type_refs: dict[tuple[str, tuple[str, ...]], TypeRef] = field(default_factory=dict)
    pieces: dict[str, list[Definition]] = field(default_factory=dict)


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

    def __init__(self, source_name: str, known: _Known) -> None:
        self._source_name = source_name
        self._known = known
        self._piece = text.Piece("", 1, 1)
        self._types: dict[str, _Draft] = {}
        self._directives: dict[str, DirectiveDefinition] = {}
        self._operations: dict[str, str] = {}
        self._schema_is_defined = False
        self._schema_description = ""
        self._schema_directives: list[Applied] = []
        self._schema_line = 0

    def read(self, piece: text.Piece) -> None:
        """:raises SchemaError: the piece is not understood, or defines something that is defined already."""
        self._piece = piece
        try:
            for definition in self._definitions(piece):
                self._add(definition)
        except Repeated as error:
            raise self._error(str(error), error.at) from error
        except tokens.NotUnderstood as error:
            raise self._explained() from error

    def _definitions(self, piece: text.Piece) -> Iterable[Definition]:
        definitions = self._known.pieces.get(piece.text)
        if definitions is None:
            grammar = Grammar(piece.text, piece.line, self._known.type_refs)
            definitions = self._known.pieces[piece.text] = list(grammar.definitions())
        return definitions

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

    def _add(self, definition: Definition) -> None:
        if definition.keyword == SCHEMA:
            self._add_schema(definition)
        elif definition.keyword == DIRECTIVE:
            self._add_directive(definition)
        else:
            self._add_type(definition)

    def _add_schema(self, definition: Definition) -> None:
        if not definition.is_extension:
            if self._schema_is_defined:
                raise self._error("a second `schema` definition", definition.at)
            self._schema_is_defined = True
            self._schema_description = definition.description
        self._schema_line = self._schema_line or self._line(definition)
        self._schema_directives += definition.directives
        for operation in definition.operations.keys() & self._operations.keys():
            raise self._error(f"a second {operation} root", definition.places[operation])
        self._operations |= definition.operations

    def _add_directive(self, definition: Definition) -> None:
        if definition.name in self._directives:
            raise self._error(f"@{definition.name} is defined twice", definition.at)
        self._directives[definition.name] = DirectiveDefinition(
            name=definition.name,
            arguments=definition.inputs,
            locations=frozenset(definition.locations),
            repeatable=definition.repeatable,
            description=definition.description,
            line=self._line(definition),
        )

    def _add_type(self, definition: Definition) -> None:
        kind, name = KINDS[definition.keyword], definition.name
        draft = self._types.get(name)
        if draft is None:
            draft = self._types[name] = _Draft(kind, name, self._line(definition))
        elif draft.kind is not kind:
            message = f"{name} is {kind.with_article} here and {draft.kind.with_article} in line {draft.line}"
            raise self._error(message, definition.at)
        if not definition.is_extension:
            if draft.is_defined:
                raise self._error(f"{name} is defined twice, first in line {draft.line}", definition.at)
            draft.is_defined = True
            draft.description = definition.description
            draft.line = self._line(definition)
        for part, at in definition.places.items():
            if part in draft.fields or part in draft.inputs or part in draft.values:
                raise self._error(f"{name}.{part} is defined twice", at)
        draft.directives += definition.directives
        draft.interfaces.update(definition.interfaces)
        draft.fields |= definition.fields
        draft.inputs |= definition.inputs
        draft.values |= definition.values
        draft.members.update(definition.members)

    def _line(self, definition: Definition) -> int:
        return self._piece.line + definition.line

    def _explained(self) -> SchemaError:
        """What graphql-core says to the present piece, which does not follow the grammar."""
        try:
            document = parse_document(Source(self._piece.text, self._source_name))
        except GraphQLSyntaxError as error:
            location = error.locations[0] if error.locations else SourceLocation(1, 1)
            message = error.message.removeprefix("Syntax Error: ").rstrip(".")
            return self._error_at(message, location.line, location.column)
        foreign = (each for each in document.definitions if isinstance(each, ExecutableDefinitionNode))
        first: Node = next(foreign, document.definitions[0])
        token = first.loc.start_token if first.loc else None
        what = "an operation or a fragment" if isinstance(first, ExecutableDefinitionNode) else f"a {first.kind}"
        message = f"{what} does not belong in a schema"
        return self._error_at(message, token.line if token else 1, token.column if token else 1)

    def _error(self, message: str, at: int) -> SchemaError:
        """An error at a token of the present piece."""
        line = tokens.tokenise(self._piece.text, 1).lines[at]
        return self._error_at(message, line, tokens.column(self._piece.text, at))

    def _error_at(self, message: str, line: int, column: int) -> SchemaError:
        """An error at a place that is counted from the beginning of the present piece."""
        if line == 1:
            column += self._piece.column - 1
        line += self._piece.line - 1
        return SchemaError(f"{self._source_name}:{line}:{column}: {message}", line, column)
