import socket
import struct
import threading
from collections.abc import Callable

import pytest

from readiness.model.address import Address, Credentials
from readiness.model.evidence import ProbeAnswer
from readiness.probes import postgres
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
    within,
)

LOGIN = Credentials("reader", "secret", "shop")
DEADLINE_S = 0.3

PROBES: tuple[Callable[[Address, Credentials, float], ProbeAnswer], ...] = (
    postgres.select_one,
    postgres.write_and_read,
    postgres.sessions,
    postgres.tables,
    postgres.schema_digest,
)


def message(kind: bytes, payload: bytes) -> bytes:
    return kind + struct.pack("!I", len(payload) + 4) + payload


LOGGED_IN = message(b"R", struct.pack("!I", 0)) + message(b"Z", b"I")


def refuses(severity: str, code: str, text: str) -> bytes:
    return message(b"E", f"S{severity}\0V{severity}\0C{code}\0M{text}\0\0".encode())


def answers_the_startup(then: bytes) -> Behaviour:
    """Says no to encryption and answers the startup message; what comes after it is left without an answer."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(8)
        connection.sendall(b"N")
        connection.recv(65536)
        connection.sendall(then)
        over.wait()

    return behave


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        pytest.param(silent, "no answer within 300 ms", id="silent"),
        pytest.param(answers_the_startup(b""), "no answer within 300 ms", id="silent at login"),
        pytest.param(answers_the_startup(LOGGED_IN), "no answer within 300 ms", id="silent after login"),
        pytest.param(answers_the_startup(message(b"R", b"\0\0")[:4]), "no answer within 300 ms", id="half a message"),
        pytest.param(closes, "the connection was closed without an answer", id="closes"),
        pytest.param(resets, "the connection was closed without an answer", id="resets"),
        pytest.param(says_and_closes(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "not PostgreSQL: ", id="HTTP"),
        pytest.param(floods(b"", b"x" * 65536), "not PostgreSQL: ", id="endless"),
        pytest.param(drips(b"N\0\0\0", 0.01), "not PostgreSQL: ", id="drips garbage"),
    ],
)
def test_what_a_server_does_instead_of_answering_is_the_error(behaviour: Behaviour, error: str) -> None:
    with server(behaviour) as address, within(DEADLINE_S + GRACE_S):
        answer = postgres.select_one(address, LOGIN, DEADLINE_S)
    assert not answer.ok
    assert answer.error.startswith(error)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.__name__)
def test_no_probe_outlives_its_deadline_on_a_server_that_logs_in_and_hangs(
    probe: Callable[[Address, Credentials, float], ProbeAnswer],
) -> None:
    with server(answers_the_startup(LOGGED_IN)) as address, within(DEADLINE_S + GRACE_S):
        answer = probe(address, LOGIN, DEADLINE_S)
    assert answer.error == "no answer within 300 ms"
    assert answer.probe == f"postgres.{probe.__name__}"


def test_a_refused_connection_is_told_at_once() -> None:
    with within(GRACE_S):
        assert postgres.select_one(nobody(), LOGIN, 5).error == "connection refused"


def test_a_name_that_does_not_resolve_is_told() -> None:
    answer = postgres.select_one(Address("no-such-host.invalid", 5432), LOGIN, 2)
    assert answer.error == "the name does not resolve"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("28P01", 'password authentication failed for user "reader"'),
        ("3D000", 'database "shop" does not exist'),
        ("57P03", "the database system is starting up"),
        ("53300", "sorry, too many clients already"),
    ],
)
def test_a_login_that_postgresql_refuses_is_told_in_its_own_words(code: str, text: str) -> None:
    with server(answers_the_startup(refuses("FATAL", code, text))) as address:
        answer = postgres.select_one(address, LOGIN, 2)
    assert answer.error == f"FATAL: {text}"
    assert "secret" not in repr(answer)


def test_a_server_that_speaks_before_it_is_asked_is_not_taken_for_an_answer() -> None:
    with server(says(b"S")) as address, within(DEADLINE_S + GRACE_S):
        answer = postgres.select_one(address, LOGIN, DEADLINE_S)
    assert not answer.ok
