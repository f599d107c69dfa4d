"""Values as Docker Compose prints them, in our units."""

import re
from collections.abc import Mapping

# Go's time.Duration.String(), which Compose prints: 1h2m3.5s, 500ms, 1m30s, 100µs.
_DURATION_PART = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>ns|us|µs|ms|s|m|h)")
_SECONDS: Mapping[str, float] = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[bkmgt]?)(?:i?b)?", re.IGNORECASE)
# Compose's byte values are binary however the prefix is spelled (Compose specification, "Specifying byte values").
_BYTES: Mapping[str, int] = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def duration_s(text: str) -> float:
    """The seconds in ``1m30s``.

    :raises ValueError: the text is no duration.
    """
    parts = list(_DURATION_PART.finditer(text))
    if not parts or "".join(part[0] for part in parts) != text:
        if text == "0":
            return 0.0
        raise ValueError(f"{text!r} is no duration")
    return sum(float(part["number"]) * _SECONDS[part["unit"]] for part in parts)


def size_bytes(value: str | int) -> int:
    """The bytes in ``104857600``, ``"104857600"`` or ``64m``.

    :raises ValueError: the text is no size.
    """
    match = _SIZE.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"{value!r} is no size")
    return int(float(match["number"]) * _BYTES[match["unit"].lower()])
