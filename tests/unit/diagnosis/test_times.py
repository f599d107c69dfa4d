"""Time stamps of loggers and engines."""

from datetime import UTC, datetime

import pytest

from readiness.diagnosis.log.entries import read_log
from readiness.diagnosis.log.times import moment_in, moment_of

NOON = datetime(2025, 11, 25, 12, 0, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("line", "zoned"),
    [
        ("2025-11-25T12:00:01Z INFO x", True),
        ("2025-11-25T13:00:01+01:00 x", True),
        ("2025-11-25 07:00:01-0500 x", True),
        ("2025-11-25 12:00:01 UTC [1] LOG:  x", True),
        ("[2025-11-25 12:00:01] INFO x", False),
        ("2025/11/25 12:00:01 x", False),
        ("INFO  2025-11-25 12:00:01 [main] x", False),
        ("[Nest] 1  - 11/25/2025, 12:00:01 PM     LOG [NestFactory] x", False),
        ("[Nest] 1  - 11/25/2025, 12:00:01\u202fPM     LOG x", False),
        ("1:M 25 Nov 2025 12:00:01 * x", False),
        ('10.0.0.1 - - [25/Nov/2025:12:00:01 +0000] "GET / HTTP/1.1" 200', True),
        (f"%3|{NOON:.0f}.000|FAIL|x", True),
        (f"ts={NOON:.0f}.0 level=info msg=x", True),
    ],
)
def test_a_stamp_at_the_head_of_a_line_is_read(line: str, zoned: bool) -> None:
    moment = moment_in(line)
    assert moment is not None
    assert (moment.at, moment.zoned) == (NOON, zoned)


@pytest.mark.parametrize("fraction", [".250", ",250", ".250000000"])
def test_fractions_count(fraction: str) -> None:
    moment = moment_in(f"2025-11-25 12:00:01{fraction} x")
    assert moment is not None
    assert moment.at == pytest.approx(NOON + 0.25)


def test_midnight_in_twelve_hours() -> None:
    night = moment_in("[Nest] 1  - 11/25/2025, 12:00:01 AM x")
    assert night is not None
    assert night.at == NOON - 12 * 3600


@pytest.mark.parametrize(
    "value", [f"{NOON:.0f}", f"{NOON * 1000:.0f}", f"{NOON * 1e9:.0f}", "2025-11-25T12:00:01.000Z"]
)
def test_the_time_field_of_a_json_line_is_read(value: str) -> None:
    moment = moment_of(value)
    assert moment is not None
    assert moment.at == pytest.approx(NOON)


@pytest.mark.parametrize(
    "line", ["", "12:00:01 x", "port 1234567890123456", "2025-99-25 12:00:01 x", "a/b/2025, 1:2:3"]
)
def test_what_is_no_date_is_none(line: str) -> None:
    assert moment_in(line) is None


def test_an_entry_knows_its_time_behind_every_prefix() -> None:
    log = '{"time": 1764072001000, "msg": "a"}\n' + "auth-1  | 2025-11-25T12:00:01.000000000Z plain\n" * 9
    assert {entry.time.at for entry in read_log(log) if entry.time} == {NOON}
