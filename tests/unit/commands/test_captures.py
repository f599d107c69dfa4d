"""What collectors put around the lines of a log is taken off, and a log of several containers is taken apart."""

import json
from itertools import chain, zip_longest

import pytest

from readiness.commands.captures import Capture, captures

AUTH = "INFO starting\nTraceback (most recent call last):\n  File \"/app/main.py\", line 3, in <module>\nKeyError: 'A'"
REDIS = "1:M 28 Nov 2026 09:00:00.000 * Ready to accept connections\n1:M 28 Nov 2026 09:00:01.000 # bye"
STAMP = "2026-11-28T09:00:00.123456789Z"


def prefixed(text: str, prefix: str) -> str:
    return "\n".join(prefix + line for line in text.splitlines())


def mixed(*texts: str) -> str:
    rows = zip_longest(*(text.splitlines() for text in texts))
    return "\n".join(line for line in chain.from_iterable(rows) if line is not None)


def by_name(text: str) -> dict[str | None, Capture]:
    return {capture.name: capture for capture in captures(text)}


AROUND = {
    "nothing": (AUTH, None),
    "the engine's time": (prefixed(AUTH, f"{STAMP} "), None),
    "compose": (prefixed(AUTH, "auth-1  | "), "auth"),
    "compose 1": (prefixed(AUTH, "auth_1     | "), "auth"),
    "compose in colour": (prefixed(AUTH, "\x1b[36mauth-1  | \x1b[0m"), "auth"),
    "a container's own name": (prefixed(AUTH, "shop.auth  | "), "shop.auth"),
    "swarm": (prefixed(AUTH, "shop_auth.1.k2j5h6g7f8d9@worker-3    | "), "shop_auth"),
    "kubectl --prefix": (prefixed(AUTH, "[pod/auth-5d9c7b8c9d-x2x9z/auth] "), "auth"),
    "a runtime of Kubernetes": (prefixed(AUTH, f"{STAMP} stderr F "), None),
    "journald": (prefixed(AUTH, "Nov 28 09:00:00 host auth[123]: "), None),
    "a CI around compose": (prefixed(prefixed(AUTH, "auth-1  | "), "2026-11-28T09:00:00.1234567Z "), "auth"),
    "gh run view": (prefixed(prefixed(AUTH, "auth-1  | "), f"build\tRun tests\t{STAMP} "), "auth"),
    "json-file": ("\n".join(json.dumps({"log": f"{line}\n", "stream": "stderr"}) for line in AUTH.splitlines()), None),
}


@pytest.mark.parametrize(("text", "name"), AROUND.values(), ids=AROUND)
def test_what_stands_around_the_lines_is_taken_off(text: str, name: str | None) -> None:
    (capture,) = captures(text)
    assert capture.name == name
    assert capture.text.replace(f"{STAMP} ", "") == AUTH
    assert capture.numbers == (1, 2, 3, 4)


def test_containers_that_write_into_one_log_are_taken_apart_with_the_places_of_their_lines() -> None:
    text = mixed(prefixed(AUTH, "auth-1   | "), prefixed(REDIS, "redis-1  | "))
    found = by_name(
        f"Attaching to auth-1, redis-1\n{text}\nauth-1 exited with code 3\nshop-redis-1 exited with code 0\n"
    )
    assert {name: (c.text, c.exit_code) for name, c in found.items()} == {"auth": (AUTH, 3), "redis": (REDIS, 0)}
    assert found["auth"].numbers == (2, 4, 6, 7)
    assert captures(text, first_line=101)[0].numbers == (101, 103, 105, 106)


def test_what_compose_says_of_a_container_that_it_waited_for_is_taken() -> None:
    text = "db-1  | a\ncache-1  | b\n"
    found = by_name(f"{text}dependency failed to start: container shop-db-1 exited (2)\n")
    assert [(capture.exit_code, capture.is_unhealthy) for capture in found.values()] == [(2, False), (None, False)]
    found = by_name(f"{text}dependency failed to start: container shop-db-1 is unhealthy\n")
    assert [(capture.exit_code, capture.is_unhealthy) for capture in found.values()] == [(None, True), (None, False)]


def test_lines_before_which_nothing_stands_are_of_the_only_container() -> None:
    first, rest = AUTH.split("\n", 1)
    (capture,) = captures(
        f'Creating network "shop_default" with the default driver\n{first}\n{prefixed(rest * 4, "auth_1  | ")}'
    )
    assert (capture.name, capture.text, capture.numbers[:2]) == ("auth", f"{first}\n{rest * 4}", (2, 3))


def test_the_command_as_it_was_typed_and_what_the_first_compose_says_belong_to_no_container() -> None:
    said = "me@host:~/shop$ docker-compose up\nStarting shop_db_1 ...\nRecreating shop_auth_1 ... done\n"
    twice = f"{AUTH}\n{AUTH}"
    (capture,) = captures(f"{said}cache is up-to-date\n{prefixed(twice, 'auth_1  | ')}")
    assert (capture.name, capture.text) == ("auth", twice)


def test_the_signal_that_ended_the_only_container_is_taken_although_it_said_nothing() -> None:
    (capture,) = captures("Starting shop_auth_1 ... done\nAttaching to auth-1\nauth-1 exited with code 139\n")
    assert (capture.name, capture.exit_code) == (None, 139)
    assert captures("auth-1 exited with code 137\nredis-1 exited with code 1\n")[0].exit_code is None
    assert captures("auth-1 exited with code 1\n")[0].exit_code is None


def test_what_the_first_version_of_compose_says_itself_is_of_no_container() -> None:
    said = "".join(f"auth_1  | {word}\n" for word in "abcd")
    text = f"$ docker-compose up\nCreating shop_auth_1 ... done\nAttaching to shop_auth_1\n{said}"
    assert [capture.text for capture in captures(text)] == ["a\nb\nc\nd"]


def test_instances_of_one_service_keep_their_numbers() -> None:
    assert list(by_name("auth-1  | a\nauth-2  | b\norders-1  | c")) == ["auth-1", "auth-2", "orders"]


def test_a_loggers_level_is_no_container() -> None:
    text = "INFO     | app:run:1 - starting\nERROR    | app:run:2 - refused"
    assert captures(text) == (Capture(None, text, (1, 2)),)


def test_a_table_in_a_log_makes_no_containers_of_its_rows() -> None:
    text = "INFO plan\nid | name\n1 | a\n" + "INFO served\n" * 10
    assert [capture.name for capture in captures(text)] == [None]


def test_a_line_that_a_runtime_cut_is_put_together_again() -> None:
    text = f"{STAMP} stdout P Error: connect \n{STAMP} stdout F ECONNREFUSED\n{STAMP} stdout F next"
    (capture,) = captures(text)
    assert (capture.text, capture.numbers) == ("Error: connect ECONNREFUSED\nnext", (1, 3))


def test_an_empty_log_is_one_empty_capture() -> None:
    assert captures("") == (Capture(None, "", (1,)),)


def test_the_newest_part_of_a_capture_keeps_the_places_of_its_lines() -> None:
    capture = captures("first\nsecond\nthird", first_line=11)[0]
    assert capture.newest(100) is capture
    assert [(c.text, c.numbers) for c in (capture.newest(13), capture.newest(7), capture.newest(3))] == [
        ("second\nthird", (12, 13)),
        ("third", (13,)),
        ("ird", (13,)),
    ]
