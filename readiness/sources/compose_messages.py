"""What Docker Compose says when it cannot read a file, made short and complete."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from readiness.sources.compose_refusals import HONOURED, REASONS, REPLACED

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_MISSING = re.compile(r"required variable (?P<name>\w+) is missing a value(?::\s*(?P<hint>.*))?")
_CYCLE = re.compile(r"dependency cycle detected: (?P<nodes>\S+(?: -> \S+)+)")
_WARNING = re.compile(r'level=warning msg="(?P<text>(?:[^"\\]|\\.)*)"')
_UNKNOWN_KEY = re.compile(r"additional properties '(?P<key>[^']+)' not allowed")
_NO_ENV_FILE = re.compile(r"env file (?P<path>\S+) not found")
_EXAMPLES = (
    "*.example",
    "*.sample",
    "*.template",
    "*.dist",
    "*.env.default",
    "example.env",
    "env.example",
    "sample.env",
)


def missing_variable(errors: str) -> tuple[str, str] | None:
    """Name and hint of the variable that Compose misses, where that is what it says."""
    match = _MISSING.search(errors)
    return (match["name"], (match["hint"] or "").strip()) if match else None


def declared_circle(errors: str) -> tuple[str, ...]:
    """The nodes that each wait for the next, where that is what Compose refuses; else ()."""
    match = _CYCLE.search(errors)
    return tuple(match["nodes"].split(" -> ")[:-1]) if match else ()


def explain(errors: str, source: Path, missing: Mapping[str, str]) -> str:
    """One message for a person: the file, Compose's own words, and what to do where we know it."""
    if missing:
        told = "".join(f"\n  {name}{f': {hint}' if hint else ''}" for name, hint in missing.items())
        many = "variables that have" if len(missing) > 1 else "a variable that has"
        return f"{source.name} needs {many} no value:{told}\n{_how_to_give_values(source)}"
    text = _COLOUR.sub("", errors)
    warnings = [match["text"].replace('\\"', '"') for match in _WARNING.finditer(text)]
    said = [line.strip() for line in text.splitlines() if line.strip() and not _WARNING.search(line)]
    words = _relative("\n".join(said), source) or "Docker Compose gave no reason"
    advice = _advice(words, source)
    notes = "".join(f"\n  (Compose also warned: {warning})" for warning in dict.fromkeys(warnings))
    return f"{source.name}: {words}{advice}{notes}"


def _relative(words: str, source: Path) -> str:
    """Without the paths that the reader knows."""
    words = re.sub(rf"^(validating|failed to parse|parsing) {re.escape(str(source))}:\s*", "", words)
    return words.replace(f"{source.parent}/", "")


def _advice(words: str, source: Path) -> str:
    """What to do, for the messages that do not tell it themselves."""
    if unknown := _UNKNOWN_KEY.search(words):
        near = get_close_matches(unknown["key"], [*HONOURED, *REPLACED, *REASONS], n=1)
        return f"; did you mean {near[0]!r}?" if near else ""
    if _CYCLE.search(words):
        return "\n  each waits for the next, so none could ever start: take one depends_on out of the circle"
    if "depends on undefined service" in words:
        return "\n  is that service in a profile that graph.profiles of the contract does not name?"
    if "unmarshal" in words:
        return "\n  expected a mapping with services: at its top"
    if _NO_ENV_FILE.search(words):
        return f"\n{_how_to_give_values(source)}"
    return ""


def _how_to_give_values(source: Path) -> str:
    examples = sorted({path.name for pattern in _EXAMPLES for path in source.parent.glob(pattern)})
    if examples:
        return f"Values are not invented. Beside the file lies {', '.join(examples)}: copy it to .env and fill it in."
    return (
        "Values are not invented: give them in the environment, in .env beside the file, "
        "or in graph.env_file of the contract."
    )
