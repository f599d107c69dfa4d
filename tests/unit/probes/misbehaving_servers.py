"""Small servers in threads that behave badly on purpose."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from readiness.model.address import Address

Behaviour = Callable[[socket.socket, threading.Event], None]
"""What the server does with one connection. The event is set when the test is over."""


GRACE_S = 0.5
"""What a test allows beyond a deadline. An idle machine needs a tenth of it; tests run beside other work."""


@contextmanager
def server(behaviour: Behaviour) -> Iterator[Address]:
    """A server whose every connection is handled in this way, until the block ends."""
    over = threading.Event()
    connections: list[socket.socket] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def handle(connection: socket.socket) -> None:
        with connection, suppress(OSError):  # The client has gone, which is what many of these tests are about.
            behaviour(connection, over)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(connection)
            threading.Thread(target=handle, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield Address(*listener.getsockname())
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in connections:
            with suppress(OSError):  # Both ends may have closed it already.
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


def nobody() -> Address:
    """An address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return Address(*listener.getsockname())


@contextmanager
def within(limit_s: float) -> Iterator[None]:
    """Fails when the block takes longer."""
    began = time.monotonic()
    yield
    took_s = time.monotonic() - began
    assert took_s <= limit_s, f"took {took_s:.3f} s, which is more than {limit_s} s"


def says(data: bytes) -> Behaviour:
    """Reads what comes first, answers with these bytes and keeps the connection open."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(data)
        over.wait()

    return behave


def says_and_closes(data: bytes) -> Behaviour:
    """Reads what comes first, answers with these bytes and closes the connection."""

    def behave(connection: socket.socket, _over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(data)

    return behave


def drips(data: bytes, every_s: float) -> Behaviour:
    """Sends one byte after another, for ever."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        while data:
            for byte in data:
                connection.sendall(bytes((byte,)))
                if over.wait(every_s):
                    return

    return behave


def floods(head: bytes, chunk: bytes) -> Behaviour:
    """Sends the head once and then the chunk without end."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(head)
        while not over.is_set():
            connection.sendall(chunk)

    return behave


def turns(*answers: bytes) -> Behaviour:
    """Answers each message that comes with the next of these."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        for answer in answers:
            connection.recv(65536)
            connection.sendall(answer)
        over.wait()

    return behave


def silent(connection: socket.socket, over: threading.Event) -> None:
    """Accepts and never says a word, as a paused container does."""
    over.wait()


def closes(connection: socket.socket, _over: threading.Event) -> None:
    """Closes after the first message, as a port proxy does when nothing listens behind it."""
    connection.recv(65536)
    # What came in a second piece is read too: with something unread, close() would send RST instead of FIN.
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(1)
    with suppress(OSError):
        while connection.recv(65536):
            pass


def resets(connection: socket.socket, _over: threading.Event) -> None:
    """Resets the connection after the first message."""
    connection.recv(65536)
    # SO_LINGER with no time makes close() send RST instead of FIN.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
