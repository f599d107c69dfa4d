"""A line of logfmt into its fields: ``level=error msg="no such \\"table\\"" caller=db.go:12``."""

import re

_PAIR = re.compile(r'(?P<key>[A-Za-z_@][\w.@-]*)=(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s"]*))(?:\s+|$)')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": ""}
_MIN_FIELDS = 2


def fields_of(line: str) -> dict[str, str] | None:
    """The fields of a line that is nothing but ``key=value`` pairs; None where it is not."""
    fields: dict[str, str] = {}
    text, at = line.strip(), 0
    while at < len(text):
        pair = _PAIR.match(text, at)
        if pair is None:
            return None
        quoted = pair["quoted"]
        fields[pair["key"]] = pair["bare"] if quoted is None else _ESCAPE.sub(_plain, quoted)
        at = pair.end()
    return fields if len(fields) >= _MIN_FIELDS else None


def _plain(escape: re.Match[str]) -> str:
    return _ESCAPED.get(escape[1], escape[1])
