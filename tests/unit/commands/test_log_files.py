"""Logs as people have them: every encoding, packed, larger than is looked at, or no log at all."""

import gzip
import io
import os
import sys
from pathlib import Path

import pytest

from readiness.commands import log_files
from readiness.commands.log_files import UnreadableLog, read_log_file

TEXT = "INFO starting\nERROR connection refused: größer als nötig\n" * 20


def saved(folder: Path, content: bytes, name: str = "auth.log") -> str:
    file = folder / name
    file.write_bytes(content)
    return str(file)


ENCODED = {
    "utf-8": TEXT.encode(),
    "utf-8 with a mark": TEXT.encode("utf-8-sig"),
    "utf-16 of a Windows shell": TEXT.encode("utf-16"),
    "utf-16-le without a mark": TEXT.encode("utf-16-le"),
    "utf-16-be without a mark": TEXT.encode("utf-16-be"),
    "utf-16-be": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "cp1252": TEXT.encode("cp1252"),
    "windows line ends": TEXT.replace("\n", "\r\n").encode(),
    "gzip": gzip.compress(TEXT.encode()),
    "cut to nothing while it was written": bytes(5000) + TEXT.encode(),
}


@pytest.mark.parametrize("content", ENCODED.values(), ids=ENCODED)
def test_a_log_is_read_whatever_its_encoding(content: bytes, tmp_path: Path) -> None:
    assert read_log_file(saved(tmp_path, content)).text == TEXT


def test_one_line_in_another_encoding_spoils_no_other(tmp_path: Path) -> None:
    read = read_log_file(saved(tmp_path, "größer\n".encode() + "kürzer\n".encode("latin-1")))
    assert read.text == "größer\nkürzer\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_of_an_enormous_log_the_newest_part_is_read_with_its_place(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "MAX_BYTES", 10_000)
    lines = [f"line {number}" for number in range(1, 500_001)]
    read = read_log_file(saved(tmp_path, "\n".join(lines).encode(encoding)))
    assert len(read.text.encode(encoding)) <= 10_002
    assert read.text.splitlines()[-1] == "line 500000"
    assert read.text.splitlines()[0] == f"line {read.first_line}"


def test_an_endless_input_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_files, "MAX_STREAMED_BYTES", 1000)
    with pytest.raises(UnreadableLog, match="beyond"):
        read_log_file(saved(tmp_path, TEXT.encode() * 2))


NO_LOG = {
    "random bytes": (os.urandom(100_000), "no text"),
    "a program": (Path(sys.executable).read_bytes()[:300_000], "no text"),
    "a damaged gzip file": (gzip.compress(TEXT.encode())[:50], "ended before"),
}


@pytest.mark.parametrize(("content", "told"), NO_LOG.values(), ids=NO_LOG)
def test_what_is_no_log_is_told(content: bytes, told: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableLog, match=told):
        read_log_file(saved(tmp_path, content))


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    for file, told in ((tmp_path, "Is a directory"), (tmp_path / "no.log", "No such file"), ("a\0b", "null")):
        with pytest.raises(UnreadableLog, match=told):
            read_log_file(str(file))


def test_standard_input_is_read_as_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode("utf-16"))))
    assert read_log_file("-").text == TEXT
