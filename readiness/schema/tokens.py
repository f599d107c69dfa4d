"""A piece of GraphQL as a list of its tokens: the lexical grammar of the specification (October 2021, section 2).

One regular expression does the work, which costs a fifth of graphql-core's lexer. What does not belong to any token
is a token of one character, which no rule of the grammar takes.
"""

import re
from dataclasses import dataclass

from graphql import GraphQLSyntaxError
from graphql.language import parse_const_value

_TOKEN = re.compile(
    r"""
    [ \t,\ufeff]*+ (?: \#[^\r\n]*+ )?+      # insignificant: white space, commas, one comment
    (
      [A-Za-z_][A-Za-z0-9_]*+               # a name
    | \r\n | [\r\n]                         # the end of a line
    | [!:{}()\[\]=@|&]                      # a punctuator
    | \"{3} (?: [^"\\] | \\(?:\"{3})? | "(?!"") )*+ \"{3}
    | "(?!"") (?: [^"\\\r\n] | \\[^\r\n] )*+ "
    | -?[0-9][0-9A-Za-z_.]*+ (?: (?<=[eE]) [+-] [0-9A-Za-z_.]*+ )?+
    | \Z
    | .                                     # what is wrong here
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_LINE_BREAKS = frozenset({"\n", "\r\n", "\r"})
_LINE_BREAK = re.compile(r"\r\n|[\r\n]")
_BLOCK = '"""'


class NotUnderstood(Exception):
    """The text does not follow the grammar. Where and why is for graphql-core to say."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The significant tokens of a piece; the last one is empty. Each has the line that it begins in."""

    texts: list[str]
    lines: list[int]


def tokenise(text: str, first_line: int) -> Tokens:
    """The tokens of a text whose first line has the given number."""
    texts: list[str] = []
    lines: list[int] = []
    line = first_line
    for token in _TOKEN.findall(text):
        if token in _LINE_BREAKS:
            line += 1
            continue
        texts.append(token)
        lines.append(line)
        if token.startswith(_BLOCK):
            line += len(_LINE_BREAK.findall(token))
    return Tokens(texts, lines)


def column(text: str, index: int) -> int:
    """The column of a token in its line, counted from 1."""
    matches = (match for match in _TOKEN.finditer(text) if match[1] not in _LINE_BREAKS)
    start = next(match.start(1) for number, match in enumerate(matches) if number == index)
    before = text[:start]
    return start - max(before.rfind("\n"), before.rfind("\r"))


def string_value(token: str) -> str:
    """What a string stands for.

    :raises NotUnderstood: an escape in it is none.
    """
    if "\\" not in token and not token.startswith(_BLOCK):
        return token[1:-1]
    try:
        value: str = getattr(parse_const_value(token, no_location=True), "value")  # noqa: B009  (a string's node has it)
    except GraphQLSyntaxError as error:
        raise NotUnderstood from error
    return value


def description_text(token: str) -> str:
    """A description with its layout taken out: how it is wrapped and indented says nothing."""
    if "\\" in token:
        return " ".join(string_value(token).split())
    return " ".join((token[3:-3] if token.startswith(_BLOCK) else token[1:-1]).split())
