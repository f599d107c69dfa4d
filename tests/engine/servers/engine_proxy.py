"""A way to the engine that can be cut or frozen, so that an engine can stop for one run and for nobody else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

_ENGINE = "/var/run/docker.sock"
_CHUNK_BYTES = 1 << 16


class EngineProxy:
    """Forwards every connection on a socket of its own to the real engine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._flowing = threading.Event()
        self._flowing.set()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self.join_up()

    @property
    def host(self) -> str:
        """What ``DOCKER_HOST`` has to be."""
        return f"unix://{self._path}"

    def join_up(self) -> None:
        """Be there, or be there again after a cut."""
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path))
        self._listener.listen(64)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """Stop as an engine does that is killed: every connection ends, and no new one is accepted."""
        self._path.unlink(missing_ok=True)
        with self._guard:
            doomed = [self._listener, *self._open]
            self._open.clear()
        for connection in doomed:
            # A thread that is blocked in accept or recv wakes up by the shutdown, not by the close.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def freeze(self) -> None:
        """Stop as an engine does that hangs: connections stay, new ones are accepted, and nothing is answered."""
        self._flowing.clear()

    def thaw(self) -> None:
        self._flowing.set()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            engine = socket.socket(socket.AF_UNIX)
            engine.connect(_ENGINE)
            with self._guard:
                self._open |= {client, engine}
            for source, sink in ((client, engine), (engine, client)):
                threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK_BYTES):
                self._flowing.wait()
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def engine_proxy() -> Iterator[EngineProxy]:
    """A proxy for the time of a test."""
    # Not in pytest's folder: the path of a Unix socket has at most 107 characters.
    with TemporaryDirectory(prefix="engine-") as folder:
        proxy = EngineProxy(Path(folder) / "engine.sock")
        try:
            yield proxy
        finally:
            proxy.thaw()
            proxy.cut()
