"""A service that answers wrongly, in the way that its first argument names. Runs in a container; standard library only.

What the second argument names is answered as it should be, so that only the other paths misbehave.
"""

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator

_PORT = 3001
_GOOD = b'{"status":"ok","info":{},"error":{},"details":{}}'


def _answer(content_type: bytes, body: bytes, status: bytes = b"200 OK", more: bytes = b"") -> bytes:
    head = b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\nConnection: close\r\n%b\r\n"
    return head % (status, content_type, len(body), more) + body


def _binary() -> Iterator[bytes]:
    yield bytes(range(256)) * 8


def _html() -> Iterator[bytes]:
    yield _answer(b"text/html", b"<!doctype html><title>Welcome</title>" * 2000)


def _wrong_json() -> Iterator[bytes]:
    yield _answer(b"application/json", b'["up", {"status": {"status": ["ok"]}}, null, 1e999]')


def _endless() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    while True:
        yield b"a" * 65536


def _slow() -> Iterator[bytes]:
    for byte in _answer(b"application/json", _GOOD):
        yield bytes((byte,))
        time.sleep(1)


def _silent() -> Iterator[bytes]:
    threading.Event().wait()
    yield b""


def _headers() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X-More: " + b"a" * 8192 + b"\r\n"


def _closing() -> Iterator[bytes]:
    yield from ()


def _redirecting() -> Iterator[bytes]:
    yield _answer(b"text/plain", b"", b"302 Found", b"Location: /health/ready\r\n")


WAYS: dict[str, Callable[[], Iterator[bytes]]] = {
    "binary": _binary,
    "html": _html,
    "wrong-json": _wrong_json,
    "endless": _endless,
    "slow": _slow,
    "silent": _silent,
    "headers": _headers,
    "closing": _closing,
    "redirecting": _redirecting,
}


def _serve(connection: socket.socket, way: Callable[[], Iterator[bytes]], good: str) -> None:
    with connection:
        try:
            asked = connection.recv(65536).split()
            if good and len(asked) > 1 and asked[1].decode() == good:
                connection.sendall(_answer(b"application/json", _GOOD))
                return
            for part in way():
                connection.sendall(part)
        except OSError:
            return


def main(way: str, good: str = "") -> None:
    with socket.create_server(("0.0.0.0", _PORT)) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_serve, args=(connection, WAYS[way], good), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
