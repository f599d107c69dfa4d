import gzip
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.probes import http
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

DEADLINE_S = 0.3


def response(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\ncontent-type: application/json\r\n{headers}\r\n"
    return head.encode() + body


def test_an_answer_is_told_with_status_type_body_headers_and_latency() -> None:
    with server(says(response(b'{"status":"ok"}', headers="X-Request-Id: 7\r\n"))) as address:
        answer = http.get(f"http://{address}/health", deadline_s=2)
    assert (answer.status, answer.content_type, answer.error) == (200, "application/json", "")
    assert json.loads(answer.body) == {"status": "ok"}
    assert answer.headers["x-request-id"] == "7"
    assert 0 < answer.latency_s < 2


def test_an_error_status_is_an_answer() -> None:
    with server(says(response(b"{}", status="503 Service Unavailable"))) as address:
        answer = http.get(f"http://{address}/", deadline_s=2)
    assert answer.answered
    assert answer.status == 503


def test_a_redirect_is_told_and_not_followed() -> None:
    moved = response(b"", status="302 Found", headers="location: http://elsewhere.invalid/\r\n")
    with server(says(moved)) as address:
        answer = http.get(f"http://{address}/", deadline_s=2)
    assert (answer.status, answer.headers["location"]) == (302, "http://elsewhere.invalid/")


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        pytest.param(silent, "no answer within 300 ms", id="silent"),
        pytest.param(drips(b"HTTP/1.1 200 OK\r\nx: y\r\n", 0.05), "no answer within 300 ms", id="drips its head"),
        pytest.param(says(b"hello"), "no answer within 300 ms", id="stops within the first line"),
        pytest.param(closes, "the connection was closed without a complete answer", id="closes"),
        pytest.param(resets, "connection reset", id="resets"),
        pytest.param(says(b"\x00\x15SSH\r\n\r\n"), "not HTTP", id="garbage"),
        pytest.param(floods(b"HTTP/1.1 200 OK\r\n", b"x" * 65536), "not HTTP", id="endless head"),
    ],
)
def test_what_the_server_does_instead_of_answering_is_the_error_of_the_answer(behaviour: Behaviour, error: str) -> None:
    with server(behaviour) as address, within(DEADLINE_S + GRACE_S):
        answer = http.get(f"http://{address}/", deadline_s=DEADLINE_S)
    assert not answer.answered
    assert answer.error.startswith(error)
    assert answer.latency_s <= DEADLINE_S + GRACE_S


def test_a_refused_connection_is_told_at_once() -> None:
    with within(GRACE_S):
        answer = http.get(f"http://{nobody()}/", deadline_s=5)
    assert answer.error == "connection refused"


def test_a_name_that_does_not_resolve_is_told() -> None:
    assert http.get("http://no-such-host.invalid/", deadline_s=2).error == "the name does not resolve"


def test_a_name_server_that_hangs_does_not_hold_the_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        over.wait()
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with within(DEADLINE_S + GRACE_S):
        answer = http.get("http://somewhere.invalid/", deadline_s=DEADLINE_S)
    over.set()
    assert answer.error == "no answer within 300 ms"


def test_a_body_that_drips_is_cut_at_the_deadline_and_what_came_is_kept() -> None:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while not over.wait(0.05):
            connection.sendall(b"a")

    with server(behave) as address, within(DEADLINE_S + GRACE_S):
        answer = http.get(f"http://{address}/", deadline_s=DEADLINE_S)
    assert not answer.answered
    assert answer.error.startswith("no answer within 300 ms (status 200 and ")
    assert set(answer.body) == {"a"}


def test_an_endless_body_is_cut_at_its_limit() -> None:
    with server(floods(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536)) as address:
        answer = http.request("GET", f"http://{address}/", deadline_s=5, max_body_bytes=10_000)
    assert not answer.answered
    assert answer.error.startswith("the body is longer than 10000 bytes")
    assert answer.body == "x" * 10_000


def test_a_body_that_ends_too_early_is_no_answer() -> None:
    with server(says_and_closes(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc")) as address:
        answer = http.get(f"http://{address}/", deadline_s=2)
    assert not answer.answered
    assert answer.error.startswith("the connection was closed without a complete answer (status 200 and 3 bytes")


def test_a_compressed_body_is_not_unpacked() -> None:
    bomb = gzip.compress(b"0" * 5_000_000)
    with server(says(response(bomb, headers="content-encoding: gzip\r\n"))) as address:
        answer = http.get(f"http://{address}/", deadline_s=2)
    assert not answer.answered
    assert "encoded as 'gzip'" in answer.error


def test_a_body_that_is_no_utf_8_is_told_with_replacements() -> None:
    with server(says(response(b"caf\xe9"))) as address:
        assert http.get(f"http://{address}/", deadline_s=2).body == "caf\ufffd"


def test_another_protocol_behind_https_is_an_answer_too() -> None:
    with server(says(response(b"{}"))) as address:
        answer = http.get(f"https://{address}/", deadline_s=2)
    assert not answer.answered
    assert "SSL" in answer.error


def test_method_headers_and_json_reach_the_server() -> None:
    asked = bytearray()

    def behave(connection: socket.socket, _over: threading.Event) -> None:
        while not asked.endswith(b"}"):
            asked.extend(connection.recv(65536))
        connection.sendall(response(b"{}"))

    with server(behave) as address:
        http.request("POST", f"http://{address}/x", deadline_s=2, headers={"authorization": "Bearer t"}, json={"a": 1})
    head, _, body = asked.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /x HTTP/1.1\r\n")
    assert b"authorization: bearer t" in head.lower()
    assert json.loads(body) == {"a": 1}


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://{nobody()}")
    monkeypatch.setenv("ALL_PROXY", f"http://{nobody()}")
    with server(says(response(b"{}"))) as address:
        assert http.get(f"http://{address}/", deadline_s=2).status == 200


def test_a_series_goes_over_one_connection() -> None:
    connections: list[int] = []

    def behave(connection: socket.socket, _over: threading.Event) -> None:
        connections.append(connection.fileno())
        while connection.recv(65536):
            connection.sendall(response(b"{}"))

    with server(behave) as address:
        answers = http.series(f"http://{address}/", 5, 2.0)
    assert [answer.status for answer in answers] == [200] * 5
    assert len(connections) == 1


def test_a_series_goes_on_after_an_answer_that_did_not_come() -> None:
    with server(closes) as address:
        answers = http.series(f"http://{address}/", 3, 2.0)
    assert [answer.answered for answer in answers] == [False] * 3


def test_probes_run_side_by_side_in_threads() -> None:
    with server(silent) as address, within(DEADLINE_S + 3 * GRACE_S), ThreadPoolExecutor(8) as pool:
        url = f"http://{address}/"
        answers = list(pool.map(lambda _: http.get(url, deadline_s=DEADLINE_S), range(8)))
    assert {answer.error for answer in answers} == {"no answer within 300 ms"}


def test_the_95th_percentile_of_twenty_leaves_out_the_slowest() -> None:
    assert http.percentile([0.01] * 19 + [9.0], 0.95) == 0.01
    assert http.percentile([0.01] * 18 + [9.0, 9.0], 0.95) == 9.0


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="no percentile"):
        http.percentile([], 0.95)


@settings(deadline=None)
@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0, 1))
def test_a_percentile_is_a_latency_that_enough_of_them_do_not_exceed(latencies: list[float], fraction: float) -> None:
    told = http.percentile(latencies, fraction)
    assert told in latencies
    assert sum(latency <= told for latency in latencies) >= fraction * len(latencies)
