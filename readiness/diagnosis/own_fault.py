"""Whether an exception that no signature knows is likely the program's own fault, or may be anybody's."""

import re

from readiness.diagnosis.log.entries import Entry
from readiness.diagnosis.log.frames import is_thrown_by_the_program

# An exception of no known kind whose words are these may well pass on what befell a dependency or a setting.
_OF_SOMETHING_ELSE = re.compile(
    r"connect|unreachable|time(?:d )?out|credential|denied|permission|missing|unknown|unsupported|invalid|refused|"
    r"not (?:found|ready|available|installed|supported)|closed|ENOENT|no such file|config|"
    r"incompatible|corrupt|fetch failed|\bJSON\b|\bversions?\b|\bdatabase\b|\bdirectory\b|\bin use\b|\block(?:ed|s)?\b",
    re.IGNORECASE,
)
# What the languages themselves throw at a mistake of the program.
_OF_THE_LANGUAGE = re.compile(
    r"\b(?:Type|Reference|Range|Attribute|Name|UnboundLocal|Key|Index|ZeroDivision|Assertion|Recursion|NotImplemented|"
    r"NoMethod|Argument|Syntax|Indentation|Parse)Error\b|"
    r"\b(?:NullPointer|ClassCast|\w*IndexOutOfBounds|Arithmetic|NullReference|IndexOutOfRange|InvalidCast|"
    r"ArgumentNull|KeyNotFound|NoSuchElement|ConcurrentModification|UnsupportedOperation)Exception\b|"
    r"\bCannot read propert|is not a function\b|is not iterable\b|nil pointer|out of (?:range|bounds)|"
    r"`?(?:None|Err)`? value\b|divide by zero|assertion failed|Call to (?:undefined|a member)"
)


def is_likely(line: str, entry: Entry) -> bool:
    """By the exception's words and kind, and by where it was thrown."""
    if _OF_SOMETHING_ELSE.search(line):
        return False
    deepest = max(entry.chain, key=lambda link: link.depth, default=None)
    if deepest is None:
        return bool(_OF_THE_LANGUAGE.search(line))
    return bool(_OF_THE_LANGUAGE.search(f"{line} {deepest}")) or is_thrown_by_the_program(entry.text, deepest)
