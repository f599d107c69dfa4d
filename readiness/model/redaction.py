"""Keeps secrets out of every text that leaves the suite: reports, logs, messages."""

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

MASK = "***"

_SHORTEST = 4
"""Shorter values stand in too many words to be masked wherever they occur."""
_SHORTEST_INSIDE_WORDS = 8
"""Values of this length are masked also where they are part of a longer word."""
_SHORTEST_LINE = 16
"""A line of a secret of several lines (a private key) is masked by itself from this length on."""

_SHAPES = (
    # A JSON Web Token: header and payload are base64url of a JSON object, so both begin with eyJ (RFC 7519, 3.1).
    (re.compile(r"\beyJ[\w-]{5,}\.eyJ[\w-]{5,}\.[\w-]*"), MASK),
    # A login in a URL (RFC 3986, 3.2.1): the user stays, the password goes.
    (re.compile(r"(://[^/?#\s:@\"']*:)(?!\*\*\*@)[^/?#\s@\"']+@"), rf"\1{MASK}@"),
    (re.compile(r"(?i)\b(bearer|basic)(\s+)(?=\S*\d)[A-Za-z0-9._~+/=-]{8,}"), rf"\1\2{MASK}"),
    # NAME=value, "name": "value" and --requirepass value, of names that say what they hold.
    (
        re.compile(
            r"(?i)(\b\w*(?:password|passwd|secret|api_?key|private_?key|access_?token|requirepass)"
            r"(?:=|\s+(?<=requirepass )|\"\s*:\s*(?=\")))([\"']?)(?!\*\*\*)(?:(?<=[\"'])[^\"']+|[^\s,;&\"'}\])]+)"
        ),
        rf"\1\2{MASK}",
    ),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), MASK),
)


class Redactor:
    """Masks known secret values, and tokens and passwords that show by their shape."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        forms = sorted({form for value in values for form in _forms(value)}, key=len, reverse=True)
        self._known = re.compile("|".join(_pattern(form) for form in forms)) if forms else None

    def redact(self, text: str) -> str:
        """The text with every secret replaced by ``***``. Redacting twice changes nothing more."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        for shape, replacement in _SHAPES:
            text = shape.sub(replacement, text)
        return text


def _forms(value: str) -> Iterator[str]:
    """The value as it is, in a URL, in JSON, and each long line of it."""
    if len(value.strip()) < _SHORTEST:
        return
    yield value
    yield quote(value, safe="")
    yield json.dumps(value)[1:-1]
    if "\n" in value:
        yield from (line.strip() for line in value.splitlines() if len(line.strip()) >= _SHORTEST_LINE)


def _pattern(form: str) -> str:
    escaped = re.escape(form)
    return escaped if len(form) >= _SHORTEST_INSIDE_WORDS else rf"(?<!\w){escaped}(?!\w)"
