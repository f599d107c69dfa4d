"""Attempts are counted and told, so that a slow loop is seen for what it is."""

import pytest

from tests.unit.diagnosis.diagnosis_scene import diagnosed, exited, looping, running

REFUSED = "Error: connect ECONNREFUSED 172.18.0.3:5432\n    at TCPConnectWrap (node:net:1)\n"


def typeorm(times: int) -> str:
    return "".join(
        f"[Nest] 1  - 11/25/2025, 1:02:{3 * n:02d} AM   ERROR [TypeOrmModule] Unable to connect to the database. "
        f"Retrying ({n})...\n{REFUSED}"
        for n in range(1, times + 1)
    )


def test_nine_attempts_of_three_seconds_are_told_with_the_end() -> None:
    cause = diagnosed(exited("auth", typeorm(9)))
    assert "9 attempts in 24 s, 3.0 s apart, then exit code 1" in cause.summary
    assert any("9 attempts in 24 s" in line for line in cause.evidence)


def test_the_last_telling_of_the_same_failure_counts_with_the_others() -> None:
    last = "[Nest] 1  - 11/25/2025, 1:02:27 AM   ERROR [ExceptionHandler] Error: connect ECONNREFUSED 172.18.0.3:5432\n"
    assert "9 attempts in 24 s" in diagnosed(exited("auth", typeorm(9) + last)).summary


def test_a_loop_tells_attempts_and_restarts() -> None:
    cause = diagnosed(looping("auth", typeorm(9), lives_s=(27.0, 28.0, 27.5)))
    assert "9 attempts in 24 s" in cause.summary
    assert any("restarts every" in line for line in cause.evidence)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("redis connection failed, attempt {n} of 9: ECONNREFUSED redis:6379", "5 of 9 attempts"),
        ("WARN connect ECONNREFUSED redis:6379 (attempt {n}/5)", "5 attempts"),
        ("ERROR connect ECONNREFUSED redis:6379, retry #{n}", "5 attempts"),
        (
            '{{"level":"ERROR","message":"Connection error: connect ECONNREFUSED redis:6379","retryCount":{n}}}',
            "5 attempts",
        ),
    ],
)
def test_a_count_in_the_text_counts(line: str, words: str) -> None:
    log = "".join(line.format(n=n) + "\n" for n in range(1, 6))
    assert words in diagnosed(exited("auth", log)).summary


def test_the_text_of_the_end_may_tell_the_number_alone() -> None:
    log = "ERROR giving up on redis:6379 after 7 attempts: Error: connect ECONNREFUSED redis:6379\n"
    assert "7 attempts, then exit code 1" in diagnosed(exited("auth", log)).summary


def test_a_process_that_still_tries_has_no_end_to_tell() -> None:
    cause = diagnosed(running("auth", typeorm(4), well=False))
    assert "4 attempts in 9.0 s, 3.0 s apart" in cause.summary
    assert "exit code" not in cause.summary


@pytest.mark.parametrize("log", [REFUSED, "ERROR KeyError: 'A'\nERROR KeyError: 'A'\n"])
def test_one_failure_or_one_of_another_kind_is_no_attempt(log: str) -> None:
    assert "attempts" not in diagnosed(exited("auth", log)).summary


def test_attempts_at_something_else_do_not_count() -> None:
    kafka = "".join(
        f"WARN kafka:9092 not there yet, attempt {n}\nINFO kafka is up\nINFO waiting\n" for n in range(1, 6)
    )
    assert "attempts" not in diagnosed(exited("auth", f"{kafka}INFO next\nINFO next step\n{REFUSED}")).summary


def test_a_pause_is_no_count() -> None:
    assert "attempts" not in diagnosed(exited("auth", f"{REFUSED}INFO retry 5 s\n")).summary
