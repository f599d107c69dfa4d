"""GraphQL text before it is parsed: decoded, bounded in size and depth, and cut into pieces of whole definitions.

Cutting keeps memory bounded by the largest definition, not by the document: the syntax tree of a piece is gone
before the next one is read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from readiness.model.errors import SchemaError

MAX_BYTES = 32_000_000
"""A subgraph of 50,000 types has about 15 MB; what is larger than this is not a schema that a person wrote."""

MAX_DEPTH = 64
"""Brackets within brackets. Each costs the parser several frames of Python's stack (1,000 by default)."""

# A string, a comment or a bracket, whichever comes first: brackets inside strings and comments do not count.
# Block strings: GraphQL specification (October 2021), 2.9.4. The quantifiers are possessive, so that no input makes the
# expression backtrack.
_SIGNIFICANT = re.compile(r'"""(?:[^"\\]|\\(?:""")?|"(?!""))*+"""|"(?:[^"\\\r\n]|\\[^\r\n])*+"|#[^\r\n]*+|[{}()\[\]]')
_IGNORED = re.compile(r"(?:[\s,\ufeff]|#[^\r\n]*+)*+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class BeyondLimits(SchemaError):
    """A document is larger or deeper than what is read: whether it is a schema was not looked at."""


@dataclass(frozen=True)
class Piece:
    """One or more whole definitions, with the place in the document where they begin (both counted from 1)."""

    text: str
    line: int
    column: int


def decode(document: str | bytes, source_name: str) -> str:
    """The text of a document.

    :raises SchemaError: it is larger than :data:`MAX_BYTES`, or not UTF-8 (with the place of the first wrong byte).
    """
    if len(document) > MAX_BYTES:
        raise BeyondLimits(f"{source_name}:1:1: more than {MAX_BYTES:,} bytes are not read as a schema", 1, 1)
    if isinstance(document, str):
        surrogate = _SURROGATE.search(document)
        if surrogate is not None:
            line, column = _place(document, surrogate.start())
            raise SchemaError(f"{source_name}:{line}:{column}: a surrogate, which is no character", line, column)
        return document.removeprefix("\ufeff")
    if document.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SchemaError(f"{source_name}:1:1: encoded as UTF-16; a GraphQL document is UTF-8", 1, 1)
    try:
        return document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = document[: error.start].decode("utf-8-sig", errors="replace")
        line, column = _place(before, len(before))
        raise SchemaError(f"{source_name}:{line}:{column}: not UTF-8 ({error.reason})", line, column) from error


def pieces(text: str, source_name: str) -> Iterator[Piece]:
    """The definitions of a document in order. A piece ends where a closing brace ends a definition.

    :raises SchemaError: brackets are nested deeper than :data:`MAX_DEPTH`.
    """
    start, depth = 0, 0
    line, column = 1, 1
    for match in _SIGNIFICANT.finditer(text):
        token = match[0]
        if token in ("{", "(", "["):
            depth += 1
            if depth > MAX_DEPTH:
                raise _too_deep(text, match.start(), source_name)
        elif token in ("}", ")", "]"):
            depth = max(depth - 1, 0)
            if token == "}" and depth == 0:
                piece = text[start : match.end()]
                yield Piece(piece, line, column)
                line, column = _advance(piece, line, column)
                start = match.end()
    rest = text[start:]
    if not is_blank(rest):
        yield Piece(rest, line, column)


def is_blank(text: str) -> bool:
    """Nothing in it but white space, commas and comments."""
    return _IGNORED.fullmatch(text) is not None


def is_nested_deeper_than(text: str, limit: int) -> bool:
    """Whether brackets in the text are nested deeper than the limit."""
    depth = 0
    for match in _SIGNIFICANT.finditer(text):
        depth += {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1}.get(match[0], 0)
        if depth > limit:
            return True
    return False


def _too_deep(text: str, position: int, source_name: str) -> BeyondLimits:
    line, column = _place(text, position)
    return BeyondLimits(f"{source_name}:{line}:{column}: nested deeper than {MAX_DEPTH} levels", line, column)


def _place(text: str, position: int) -> tuple[int, int]:
    return _advance(text[:position], 1, 1)


def _advance(piece: str, line: int, column: int) -> tuple[int, int]:
    """The place behind a piece that begins at the given one."""
    if "\r" in piece:
        piece = _LINE_BREAK.sub("\n", piece)
    breaks = piece.count("\n")
    return (line, column + len(piece)) if not breaks else (line + breaks, len(piece) - piece.rfind("\n"))
