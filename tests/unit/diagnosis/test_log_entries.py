"""A log is read as entries: JSON unwrapped, traces joined, exceptions in their order."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.diagnosis.log.entries import MAX_LOG_CHARS, Level, distinct, read_log

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


@pytest.mark.parametrize(
    "prefix",
    [
        "auth-1  | ",
        "2025-11-25 01:02:03 ",
        "2025-11-25T01:02:03.123456789Z ",
        "01:02:03 web.1  | ",
        "1|consumer | ",
        "2025-11-25T01:02:03.123456+00:00 app[web.1]: ",
        "Nov 25 01:02:03 host app[12]: ",
        "[auth:start] ",
        "[pod/auth-5d/auth] ",
    ],
)
def test_what_others_put_before_every_line_is_taken_off(prefix: str) -> None:
    lines = (
        "starting",
        "TypeError: x is not a function",
        "    at main (/app/main.js:1:1)",
        "    at run (/app/run.js:2:2)",
    )
    entries = read_log("".join(f"{prefix}{line}\n" for line in lines))
    assert [(each.first_line, each.last_line, each.message) for each in entries] == [
        (1, 1, "starting"),
        (2, 4, "TypeError: x is not a function"),
    ]


def test_the_object_behind_a_winston_message_is_unfolded_and_its_level_known() -> None:
    (entry,) = read_log('error: cannot start {"service":"auth","cause":"\\"PORT\\" is required"}\n')
    assert entry.level is Level.ERROR
    assert '"PORT" is required' in entry.text


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("2025/11/25 01:02:03 [emerg] 1#1: no", Level.FATAL),
        ("nginx: [emerg] no", Level.FATAL),
        ("2025-11-25 01:02:03.123+00:00 [error] <0.1.0> no", Level.ERROR),
        ("[01:02:03 FTL] no", Level.FATAL),
        ("[2025-11-25 01:02:03,123: WARNING/MainProcess] no", Level.WARN),
        ("warn: no", Level.WARN),
        ("fail: Microsoft.Hosting[0]", Level.ERROR),
        ('{"t":{"$date":"2025-11-25T01:02:03Z"},"s":"F","c":"STORAGE","msg":"no"}', Level.FATAL),
        ("25 Nov 2025 01:02:03,123 ERROR [main] no", Level.ERROR),
    ],
)
def test_levels_of_servers_and_loggers(line: str, level: Level) -> None:
    (entry,) = read_log(line)
    assert entry.level is level


def test_a_warning_of_what_will_change_is_no_trouble() -> None:
    (entry,) = read_log("(node:7) [DEP0018] DeprecationWarning: options must be null\n")
    assert not entry.is_trouble


def test_an_error_that_old_versions_of_node_print_is_what_ended_it() -> None:
    (entry,) = read_log("events.js:377\n      throw er; // Unhandled 'error' event\n      ^\n\nError: read ENOTCONN\n")
    assert entry.uncaught
    assert str(entry.chain[0]) == "Error: read ENOTCONN"


def test_the_message_of_an_error_goes_on_until_its_first_frame() -> None:
    log = (
        "PrismaClientKnownRequestError: \nInvalid `prisma.order.findMany()` invocation:\n\n\n"
        "The column `total` does not exist in the current database.\n    at Zn.handle (/app/library.js:124:7459)\n"
        "Listening on 3000\n"
    )
    first, second = read_log(log)
    assert "The column `total`" in first.text
    assert second.message == "Listening on 3000"


def test_an_error_without_frames_keeps_to_its_line() -> None:
    assert [
        entry.message for entry in read_log("Error: refused\nListening\nError: lost\n    at x (/app/a.js:1:2)\n")
    ] == [
        "Error: refused",
        "Listening",
        "Error: lost",
    ]


@pytest.mark.parametrize(("line", "level"), [("❌ Error: no file", Level.ERROR), ("⚠️ slow disk", Level.WARN)])
def test_a_sign_stands_for_a_level(line: str, level: Level) -> None:
    assert read_log(line)[0].level is level


def test_the_message_of_a_rust_panic_goes_on_until_its_note() -> None:
    log = (
        "thread 'main' panicked at src/main.rs:16:10:\n"
        "no session: Io(Os { code: 111 })\n"
        "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n"
        "bye\n"
    )
    assert [entry.text.count("\n") for entry in read_log(log)] == [1, 0, 0]


def test_blank_lines_that_a_page_put_behind_every_line_part_nothing() -> None:
    spaced = PYTHON.replace("\n\n", "\n").replace("\n", "\n\n")
    assert [entry.message for entry in read_log(spaced)] == [entry.message for entry in read_log(PYTHON)]


def test_a_stamp_of_svlogd_is_a_head() -> None:
    (entry,) = read_log("2025-11-25_01:02:03.12345 FATAL:  no memory\n")
    assert (entry.level, entry.message, entry.time is not None) == (Level.FATAL, "FATAL:  no memory", True)


def test_a_line_of_logfmt_is_taken_apart() -> None:
    line = (
        r'ts=2025-11-25T01:02:03Z level=error msg="cannot open \"a\"" ctx="ExceptionHandler" '
        r'stack="Error: cannot open \"a\"\n    at open (/app/dist/a.js:7:15)"'
    )
    (entry,) = read_log(line + "\n")
    assert (entry.level, entry.message, entry.uncaught) == (Level.ERROR, 'cannot open "a"', True)
    assert "\n    at open (/app/dist/a.js:7:15)" in entry.text
    assert [link.kind for link in entry.chain] == ["Error"]


@pytest.mark.parametrize("line", ["DATABASE_URL=postgres://db", "level=error and words", 'msg="no end level=error'])
def test_a_line_that_only_has_pairs_in_it_is_no_logfmt(line: str) -> None:
    (entry,) = read_log(line + "\n")
    assert entry.text == line
