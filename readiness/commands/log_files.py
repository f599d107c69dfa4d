"""Logs as they lie on a disk or come through a pipe: their newest part as text, whatever their encoding.

A log may be larger than memory, packed, in the encoding of a Windows shell, or hold bytes that are no text at all.
"""

import codecs
import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from readiness.model.errors import InputError

STANDARD_INPUT = "-"
MAX_BYTES = 16 * 1024 * 1024
"""The newest part that is read: some sixty times of what is looked at of one node, for logs of many nodes."""
MAX_STREAMED_BYTES = 16 * 1024**3
"""A file that goes on beyond that is no log: a device, or a packed file that unfolds endlessly."""
_CHUNK_BYTES = 1024 * 1024
_GZIP = b"\x1f\x8b"
_SAMPLE_BYTES = 64 * 1024
_MOST_UNREADABLE = 0.05
"""Of a sample; escape sequences and a stray byte are usual in a log. Of random bytes an eighth are no characters."""


class UnreadableLog(InputError):
    """A log cannot be read, or is no text."""


@dataclass(frozen=True)
class LogFile:
    """The newest part of a log. ``first_line`` is the line of the whole log, counted from 1, with which it begins."""

    name: str
    text: str
    first_line: int = 1


def read_log_file(given: str) -> LogFile:
    """The newest part of a file, or of standard input for ``-``.

    :raises UnreadableLog: it is not there, not ours to read, endless, damaged, or no text.
    """
    name = "standard input" if given == STANDARD_INPUT else given
    try:
        with _opened(given) as stream:
            head, tail, dropped = _newest(name, stream)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise UnreadableLog(f"{name}: {getattr(error, 'strerror', None) or error}") from error
    return LogFile(name, _text(name, head, tail), first_line=1 + dropped)


@contextmanager
def _opened(given: str) -> Iterator[IO[bytes] | gzip.GzipFile]:
    if given == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    with Path(given).open("rb") as opened:
        packed = opened.peek(len(_GZIP)).startswith(_GZIP)
        if not packed:
            yield opened
            return
        with gzip.GzipFile(fileobj=opened) as unpacked:
            yield unpacked


def _newest(name: str, stream: IO[bytes] | gzip.GzipFile) -> tuple[bytes, bytes, int]:
    """The first bytes, the newest ones from the start of a line on, and how many lines were left out before them."""
    tail, head, dropped, read = bytearray(), b"", 0, 0
    while chunk := stream.read(_CHUNK_BYTES):
        head = head or chunk[:4]
        read += len(chunk)
        if read > MAX_STREAMED_BYTES:
            raise UnreadableLog(f"{name}: it goes on beyond {MAX_STREAMED_BYTES // 1024**3} GiB; give its newest part")
        tail += chunk
        if len(tail) > 2 * MAX_BYTES:
            dropped += _cut(tail, head)
    if len(tail) > MAX_BYTES:
        dropped += _cut(tail, head)
    return head, bytes(tail), dropped


def _cut(tail: bytearray, head: bytes) -> int:
    """Cut the oldest bytes off, up to the end of a line. Returns how many lines that were."""
    newline = "\n".encode(_encoding(head, b"") or "utf-8")
    at = tail.find(newline, len(tail) - MAX_BYTES)
    # A line end of UTF-16 stands at an even place; the same two bytes at an odd one belong to two characters.
    while at >= 0 and at % len(newline):
        at = tail.find(newline, at + 1)
    end = at + len(newline) if at >= 0 else (len(tail) - MAX_BYTES) // 2 * 2
    lines = tail.count(b"\n", 0, end)
    del tail[:end]
    return lines


def _encoding(head: bytes, sample: bytes) -> str | None:
    """UTF-16 by its mark, or by the empty halves of its letters; None for anything that is made of single bytes."""
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > 0.7 * half > 10 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 * half > 10 * odd else None


def _text(name: str, head: bytes, content: bytes) -> str:
    encoding = _encoding(head, content[:_SAMPLE_BYTES])
    # Where a log was cut to nothing while its program wrote on, the file begins with zeros.
    text = content.decode(encoding, "replace") if encoding else _of_bytes(content.lstrip(b"\x00"))
    shown = text[-_SAMPLE_BYTES:]
    unreadable = sum(1 for letter in shown if letter == "\ufffd" or (letter < " " and letter not in "\t\n\r\x1b\x0c"))
    if unreadable > max(2, _MOST_UNREADABLE * len(shown)):
        raise UnreadableLog(f"{name}: it is no text: a binary file, or a packed one")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\x00", "")


def _of_bytes(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return "\n".join(map(_line, content.split(b"\n")))


def _line(line: bytes) -> str:
    """A line that is no UTF-8 was written by a program of a single-byte locale, mostly Windows' or Latin-1."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
