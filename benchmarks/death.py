"""How soon is a container's death told to whoever waits for it? From the engine's own event to the end of the wait.

The engine's clock is compared with ours, so the engine has to run on this machine.
"""

import json
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.machine import await_idle
from benchmarks.model import BenchmarkFailed, Section, Series
from readiness.model.events import ContainerDied, Event, NodeFailed
from readiness.runtime.journal import Journal
from readiness.session import Session, new_run_folder

_LIMIT_S = 0.25
_IMAGE = "debian:bookworm-slim"
_VICTIMS = 4
_WAIT_S = 60.0


def measure(rounds: int, tell: Callable[[str], None]) -> Section:
    """Let containers die while the start waits for them to become ready, one half a second after the other.

    :raises BenchmarkFailed: a death was not told at all.
    """
    ends: list[float] = []
    causes: list[float] = []
    with tempfile.TemporaryDirectory(prefix="readiness-bench-") as folder:
        contract = _write_platform(Path(folder))
        for _ in range(rounds):
            await_idle(tell)
            ended, told = _one_start(contract)
            ends += ended
            causes += told
    tell(f"death: {len(ends)} waits, the slowest ended after {max(ends) * 1000:.0f} ms")
    return Section(
        "a death, from the engine's event",
        (
            Series("the wait ends", tuple(ends), limit_s=_LIMIT_S, every_one=True),
            Series("its cause is told", tuple(causes)),
        ),
    )


def _write_platform(folder: Path) -> Path:
    services = {
        f"victim-{number}": {
            "image": _IMAGE,
            "command": ["sh", "-c", f"sleep {0.5 * (number + 1)}; exit 3"],
            # Never ready, so that there is a wait to end.
            "healthcheck": {"test": ["CMD", "false"], "interval": "10s"},
            "init": True,
        }
        for number in range(_VICTIMS)
    }
    # JSON is YAML.
    (folder / "compose.yaml").write_text(json.dumps({"name": "deaths", "services": services}))
    contract = folder / "readiness.yaml"
    contract.write_text("graph: {compose: compose.yaml}\n")
    return contract


def _one_start(contract: Path) -> tuple[list[float], list[float]]:
    session = Session(contract, new_run_folder())
    names = [f"victim-{number}" for number in range(_VICTIMS)]
    try:
        with ThreadPoolExecutor(max_workers=len(names)) as pool:
            waits = [pool.submit(_wait_for_death, session.journal, name) for name in names]
            session.start()
            ends = [wait.result() for wait in waits]
        events = session.journal.events()
    finally:
        session.close()
    died = {event.node: event.at for event in reversed(events) if isinstance(event, ContainerDied)}
    told = {event.node: event.at for event in reversed(events) if isinstance(event, NodeFailed)}
    return ends, [told[name] - died[name] for name in names]


def _wait_for_death(journal: Journal, name: str) -> float:
    def is_death(event: Event) -> bool:
        return isinstance(event, ContainerDied) and event.node == name

    event = journal.wait_for(is_death, time.monotonic() + _WAIT_S)
    ended_at = time.time()
    if event is None:
        raise BenchmarkFailed(f"the death of {name} was not told within {_WAIT_S:g} s")
    return ended_at - event.at
