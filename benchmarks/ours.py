"""The suite's own start of the graph, as a test run makes it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.model import BenchmarkFailed
from readiness.model.events import GraphReady, NodeFailed
from readiness.session import Session, new_run_folder


@contextmanager
def started(contract: Path) -> Iterator[float]:
    """The seconds from the contract's file to the last node that is ready; reading files and looking up images count.

    :raises BenchmarkFailed: a node did not become ready.
    """
    session = Session(contract, new_run_folder())
    try:
        begun = time.monotonic()
        session.start()
        took_s = time.monotonic() - begun
        events = session.journal.events()
        if not any(isinstance(event, GraphReady) for event in events):
            failed = [f"{event.node} {event.message}" for event in events if isinstance(event, NodeFailed)]
            raise BenchmarkFailed(f"the graph did not become ready: {'; '.join(failed)}")
        yield took_s
    finally:
        session.close()
