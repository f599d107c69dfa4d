"""Durations and sizes as people write them: ``50ms``, ``30s``, ``1.2GB``, ``512MiB``."""

import re
from typing import Annotated

from pydantic import BeforeValidator

_NUMBER_WITH_UNIT = re.compile(r"\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z]+)\s*")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
# Decimal prefixes are powers of 1000 and binary ones of 1024 (IEC 80000-13), as `docker images` prints sizes.
_BYTES = {"B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def parse_duration_s(text: object) -> float:
    """The seconds in a text such as ``50ms`` or ``1.5s``.

    :raises ValueError: the text has no unit, or one that is no unit of time.
    """
    return _parse(text, _SECONDS, what="a duration", example="50ms, 30s or 2m")


def parse_size_bytes(text: object) -> int:
    """The bytes in a text such as ``400MB`` or ``1.2GB``.

    :raises ValueError: the text has no unit, or one that is no unit of size.
    """
    return int(_parse(text, _BYTES, what="a size", example="400MB, 1.2GB or 512MiB"))


def _parse(text: object, units: dict[str, float] | dict[str, int], what: str, example: str) -> float:
    match = _NUMBER_WITH_UNIT.fullmatch(text) if isinstance(text, str) else None
    if match is None or match["unit"] not in units:
        raise ValueError(f"expected {what} with its unit, such as {example}, not {text!r}")
    return float(match["number"]) * units[match["unit"]]


def format_duration(seconds: float) -> str:
    """``0.034`` as ``34 ms``, ``3.21`` as ``3.2 s``, ``75`` as ``75 s``."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def format_size(size_bytes: float) -> str:
    """A number of bytes in decimal units, as ``docker images`` prints it: ``232 MB``, ``1.2 GB``."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size_bytes >= factor:
            value = size_bytes / factor
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{size_bytes:.0f} B"


Seconds = Annotated[float, BeforeValidator(parse_duration_s)]
"""A field that is written with its unit (``50ms``) and held in seconds."""

Bytes = Annotated[int, BeforeValidator(parse_size_bytes)]
"""A field that is written with its unit (``1.2GB``) and held in bytes."""
