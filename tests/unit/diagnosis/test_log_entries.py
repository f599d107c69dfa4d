"""A log is read as entries: JSON unwrapped, traces joined, exceptions in their order."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.diagnosis.log import MAX_LOG_CHARS, Level, distinct, read_log

PYTHON = """\
2025-11-25 01:02:03,123 INFO app starting
2025-11-25 01:02:03,456 ERROR app startup failed
Traceback (most recent call last):
  File "/app/a.py", line 1, in low
    raise ConnectionError("inner")
ConnectionError: inner

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/a.py", line 9, in high
    raise RuntimeError("outer") from error
RuntimeError: outer
2025-11-25 01:02:04,000 INFO app bye
"""
JVM = """\
2025-11-25 01:02:03.123 ERROR 1 --- [main] o.s.boot.SpringApplication : Application run failed
org.x.BeanCreationException: bean
\tat org.x.A.b(A.java:1)
Caused by: java.net.ConnectException: Connection refused
\tat java.net.Socket.connect(Socket.java:1)
\t... 9 more
"""
NODE = """\
/app/main.js:3
x.map(y => y)
  ^

TypeError: x is undefined
    at Object.<anonymous> (/app/main.js:3:3) {
  code: 'E'
}

Node.js v20.1.0
"""
GO = "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/x.go:3 +0x1d\nexit status 2\n"


def test_escape_sequences_are_gone_and_the_level_is_found_behind_nests_head() -> None:
    (entry,) = read_log("\x1b[31m[Nest] 1  - \x1b[39m11/25/2025, 1:02:03 AM   \x1b[31mERROR\x1b[39m [Boot] broken\n")
    assert (entry.level, entry.text.endswith("ERROR [Boot] broken")) == (Level.ERROR, True)


@pytest.mark.parametrize(
    ("line", "level", "text"),
    [
        (
            {"level": 60, "msg": "no", "err": {"type": "Error", "message": "why", "stack": "Error: why\n    at x"}},
            60,
            "at x",
        ),
        ({"level": "error", "message": "no", "stack": "Error: why\n    at x"}, 50, "at x"),
        ({"level": "ERROR", "logger": "kafkajs", "message": "no", "broker": "kafka:9092"}, 50, "broker=kafka:9092"),
        ({"event": "no", "level": "error", "exception": "Traceback: why"}, 50, "Traceback: why"),
        ({"levelname": "CRITICAL", "message": "no", "exc_info": "ValueError: why"}, 60, "ValueError: why"),
        ({"level": "ERROR", "message": "no", "stack_trace": "java.lang.X: why"}, 50, "java.lang.X: why"),
        ({"level": "warn", "msg": "no", "error": {"code": "ECONNREFUSED", "cause": {"message": "deep"}}}, 40, "deep"),
    ],
)
def test_a_json_line_is_unwrapped(line: dict[str, object], level: int, text: str) -> None:
    (entry,) = read_log(json.dumps(line))
    assert (entry.message, entry.level, text in entry.text) == ("no", level, True)


def test_a_python_trace_is_joined_to_its_line_with_its_causes_outermost_first() -> None:
    entries = read_log(PYTHON)
    assert [(entry.first_line, entry.last_line) for entry in entries] == [(1, 1), (2, 13), (14, 14)]
    assert [str(link) for link in entries[1].chain] == ["RuntimeError: outer", "ConnectionError: inner"]
    assert not entries[1].uncaught


def test_a_bare_python_traceback_is_what_ended_the_program() -> None:
    (entry,) = read_log('Traceback (most recent call last):\n  File "x", line 1, in y\nValueError: a\nb\n')
    assert entry.uncaught
    assert entry.chain[0].message == "a b"


def test_a_jvm_trace_is_joined_with_its_causes_outermost_first() -> None:
    (entry,) = read_log(JVM)
    assert [link.kind for link in entry.chain] == ["org.x.BeanCreationException", "java.net.ConnectException"]


def test_the_crash_of_node_is_one_entry_without_the_programs_source() -> None:
    (entry,) = read_log(NODE)
    assert entry.uncaught
    assert "x.map" not in entry.text
    assert str(entry.chain[0]) == "TypeError: x is undefined"


def test_a_go_panic_is_one_entry() -> None:
    (entry,) = read_log(GO)
    assert (entry.uncaught, entry.last_line) == (True, 6)


def test_the_prefix_that_compose_puts_before_every_line_is_dropped() -> None:
    (entry,) = read_log("".join(f"auth-1  | {line}\n" for line in PYTHON.splitlines()[2:6]))
    assert entry.chain[0].message == "inner"


def test_repetitions_are_counted_and_times_do_not_tell_them_apart() -> None:
    log = "".join(f"2025-11-25 01:02:0{n} WARN redis: refused, attempt {n}\n" for n in range(5)) + "other\n"
    assert [(said.count, said.position) for said in distinct(read_log(log))] == [(5, 4), (1, 5)]


def test_addresses_do_tell_entries_apart() -> None:
    log = "connect ECONNREFUSED 172.18.0.4:6379\nconnect ECONNREFUSED 172.18.0.4:5432\n"
    assert len(distinct(read_log(log))) == 2


def test_only_the_newest_part_of_an_endless_log_is_read_and_lines_keep_their_numbers() -> None:
    log = "".join(f"line {n}\n" for n in range(1, 100_001))
    entries = read_log(log)
    assert entries[-1].first_line == 100_000
    assert sum(len(entry.text) for entry in entries) <= MAX_LOG_CHARS


@given(st.text(alphabet=st.sampled_from('{}[]":\\ \n\t.aT(Error)at %|-0\x1b'), max_size=400))
def test_any_text_is_read_without_an_error_and_in_order(text: str) -> None:
    lines = [entry.first_line for entry in read_log(text)]
    assert lines == sorted(lines)
