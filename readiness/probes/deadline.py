"""A total deadline for work on the network.

Time-outs of client libraries count from byte to byte: a server that sends one byte a second never trips them. So the
probes run asynchronous clients, which can be stopped at any point, on an event loop of their own.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from readiness.model.units import format_duration

T = TypeVar("T")


class Stopwatch:
    """When something began, and how much is left of the time that it may take."""

    def __init__(self, deadline_s: float) -> None:
        self.at = time.time()
        """Seconds since the epoch."""
        self.deadline_s = deadline_s
        self._began = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._began

    @property
    def left_s(self) -> float:
        """Never below 0."""
        return max(0.0, self.deadline_s - self.elapsed_s)

    @property
    def is_over(self) -> bool:
        return self.left_s == 0.0

    @property
    def silence(self) -> str:
        """The words for a deadline that passed."""
        return f"no answer within {format_duration(self.deadline_s)}"


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose end does not wait for a name server.

    ``getaddrinfo`` cannot be stopped. The standard loop runs it in a pool whose threads are joined when loop or
    interpreter end; here a resolution that outlives its deadline is left to a daemon thread.
    """

    async def getaddrinfo(self, host: Any, port: Any, **hints: int) -> list[Any]:
        resolved: asyncio.Future[list[Any]] = self.create_future()

        def tell(addresses: list[Any] | None, error: OSError | None) -> None:
            if resolved.done():
                return
            if error is not None:
                resolved.set_exception(error)
            else:
                resolved.set_result(addresses or [])

        def resolve() -> None:
            addresses, failure = None, None
            try:
                addresses = socket.getaddrinfo(host, port, **hints)
            except OSError as error:
                failure = error
            try:
                self.call_soon_threadsafe(tell, addresses, failure)
            except RuntimeError:
                return  # The loop was closed meanwhile: nobody waits for the name any more.

        threading.Thread(target=resolve, name="probe-resolve", daemon=True).start()
        return await resolved


class Asker:
    """Runs coroutines on an event loop of its own, each with a total deadline. To be used as a context manager."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner(loop_factory=_Loop)

    def ask(self, work: Coroutine[Any, Any, T], deadline_s: float | None = None) -> T:
        """The coroutine's result.

        :raises TimeoutError: it took longer than ``deadline_s``. None leaves the deadline to the coroutine.
        """
        return self._runner.run(asyncio.wait_for(work, deadline_s))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._runner.close()


def ask(work: Coroutine[Any, Any, T], deadline_s: float | None = None) -> T:
    """One coroutine on an event loop of its own; see :meth:`Asker.ask`."""
    with Asker() as asker:
        return asker.ask(work, deadline_s)
