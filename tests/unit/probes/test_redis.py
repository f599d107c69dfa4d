import pytest

from readiness.model.address import Credentials
from readiness.probes import redis
from tests.unit.probes.misbehaving_servers import (
    GRACE_S,
    Behaviour,
    closes,
    drips,
    floods,
    nobody,
    resets,
    says,
    says_and_closes,
    server,
    silent,
    turns,
    within,
)

NO_LOGIN = Credentials()
LOGIN = Credentials(password="secret")
DEADLINE_S = 0.3
OK = b"+OK\r\n"
FLOODED = ("not Redis: ", "no answer within 300 ms")
"""On a busy machine the deadline may come before the flood has been understood: both are true."""


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        pytest.param(silent, "no answer within 300 ms", id="silent"),
        pytest.param(drips(b"+", 0.05), "no answer within 300 ms", id="drips"),
        pytest.param(says(b"$99999999\r\nabc"), "no answer within 300 ms", id="promises more than it sends"),
        pytest.param(closes, "the connection was closed without an answer", id="closes"),
        pytest.param(resets, "connection reset", id="resets"),
        pytest.param(says_and_closes(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "not Redis: ", id="HTTP"),
        pytest.param(floods(b"", b"x" * 65536), FLOODED, id="endless line"),
        pytest.param(floods(b"", b"*1\r\n" * 1000), FLOODED, id="endless nesting"),
    ],
)
def test_what_a_server_does_instead_of_answering_is_the_error(
    behaviour: Behaviour, error: str | tuple[str, ...]
) -> None:
    for probe in (redis.ping, redis.clients):
        with server(behaviour) as address, within(DEADLINE_S + GRACE_S):
            answer = probe(address, LOGIN, DEADLINE_S)
        assert not answer.ok
        assert answer.error.startswith(error)
        assert answer.target == str(address)


def test_a_refused_connection_is_told_at_once() -> None:
    with within(GRACE_S):
        assert redis.ping(nobody(), NO_LOGIN, 5).error == "connection refused"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (b"-OOM command not allowed when used memory > 'maxmemory'.\r\n", "OOM: command not allowed"),
        (b"-READONLY You can't write against a read only replica.\r\n", "READONLY: You can't write"),
        (b"-LOADING Redis is loading the dataset in memory\r\n", "LOADING: Redis is loading"),
        (b"-NOAUTH Authentication required.\r\n", "NOAUTH: Authentication required."),
        (b"-MISCONF Redis is configured to save RDB snapshots\r\n", "MISCONF Redis is configured"),
    ],
)
def test_a_write_that_redis_refuses_is_told_by_its_own_word(reply: bytes, error: str) -> None:
    with server(turns(OK, reply)) as address:
        answer = redis.write_and_read(address, NO_LOGIN, "x", 2)
    assert not answer.ok
    assert answer.error.startswith(error)


def test_a_wrong_password_is_told_and_never_shown() -> None:
    refusal = b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"
    with server(says(refusal)) as address:
        answer = redis.ping(address, LOGIN, 2)
    assert answer.error.startswith("WRONGPASS: invalid username-password pair")
    assert "secret" not in repr(answer)


def test_a_write_is_read_back_with_its_expiry() -> None:
    with server(turns(OK, OK, b"$3\r\nrun\r\n", b":59\r\n", b":1\r\n")) as address:
        answer = redis.write_and_read(address, NO_LOGIN, "run", 2)
    assert answer.ok, answer
    assert answer.detail == {"key": "readiness:run", "ttl_s": 59}


@pytest.mark.parametrize(
    ("replies", "error"),
    [
        ((OK, b"$5\r\nother\r\n"), "GET was answered with 'other' where 'run' was due"),
        ((OK, b"$-1\r\n"), "GET was answered with None"),
        ((OK, b"$3\r\nrun\r\n", b":-1\r\n", b":1\r\n"), "TTL was answered with -1"),
        ((OK, b"$3\r\nrun\r\n", b"+text\r\n", b":1\r\n"), "TTL was answered with 'text'"),
        ((OK, b"$3\r\nrun\r\n", b":59\r\n", b":0\r\n"), "DEL was answered with 0"),
    ],
)
def test_a_write_that_is_not_read_back_as_it_was_is_told(replies: tuple[bytes, ...], error: str) -> None:
    with server(turns(OK, *replies)) as address:
        answer = redis.write_and_read(address, NO_LOGIN, "run", 2)
    assert not answer.ok
    assert answer.error.startswith(error)


def test_clients_are_listed_without_the_probes_themselves() -> None:
    lines = (
        b"id=3 addr=172.18.0.5:46338 laddr=172.18.0.2:6379 fd=8 name= age=12 idle=3 db=0 cmd=ping user=default\n"
        b"id=4 addr=172.18.0.1:51000 fd=9 name=readiness-probe age=0 idle=0 flags=N db=0 cmd=client|list user=default\n"
    )
    with server(turns(OK, b"$%d\r\n%s\r\n" % (len(lines), lines))) as address:
        answer = redis.clients(address, NO_LOGIN, 2)
    assert answer.detail["clients"] == [
        {"addr": "172.18.0.5:46338", "name": "", "cmd": "ping", "user": "default", "age": 12, "idle": 3}
    ]


def test_a_user_who_may_not_name_his_connection_is_served() -> None:
    with server(turns(b"-NOPERM this user has no permissions to run 'client|setname'\r\n", b"+PONG\r\n")) as address:
        assert redis.ping(address, NO_LOGIN, 2).ok


def test_a_list_of_clients_that_is_none_is_told() -> None:
    with server(turns(OK, b":5\r\n")) as address:
        assert redis.clients(address, NO_LOGIN, 2).error == "CLIENT LIST was answered with 5"
