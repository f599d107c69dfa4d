"""Small servers in threads that behave badly on purpose."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from readiness.model.address import Address

Behaviour = Callable[[socket.socket, threading.Event], None]
"""What the server does with one connection. The event is set when the test is over."""

Serve = Callable[[Behaviour], Address]


@contextmanager
def _server(behaviour: Behaviour) -> Iterator[Address]:
    over = threading.Event()
    connections: list[socket.socket] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def handle(connection: socket.socket) -> None:
        try:
            behaviour(connection, over)
        except OSError:
            pass  # The client has gone, which is what many of these tests are about.
        finally:
            connection.close()

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
            connection.close()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server with a behaviour and gives its address; all end with the test."""
    with ExitStack() as stack:
        yield lambda behaviour: stack.enter_context(_server(behaviour))


@pytest.fixture
def refused() -> Address:
    """An address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return Address(*listener.getsockname())


def says(data: bytes) -> Behaviour:
    """Reads what comes first, answers with these bytes and keeps the connection open."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(data)
        over.wait()

    return behave


def says_and_closes(data: bytes) -> Behaviour:
    def behave(connection: socket.socket, over: threading.Event) -> None:
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


def silent(connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def closes(connection: socket.socket, over: threading.Event) -> None:
    connection.recv(65536)


def resets(connection: socket.socket, over: threading.Event) -> None:
    connection.recv(65536)
    # SO_LINGER with no time makes close() send RST instead of FIN.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
