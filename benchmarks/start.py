"""How soon is the graph ready, against peers that start the same graph in turns with us?"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import compose, one_by_one, ours
from benchmarks.contender import FAST_INTERVAL_S, Contender
from benchmarks.machine import await_idle
from benchmarks.model import Section, Series

_LIMIT_S = 15.0
"""On two cores, with the images there."""


def contenders(contract: Path) -> tuple[Contender, ...]:
    """Ours first. Compose waits for the engine's HEALTHCHECK: measured with the file's intervals and with short."""
    every = f"checks every {FAST_INTERVAL_S:g} s"
    return (
        Contender("this suite", partial(ours.started, contract)),
        Contender("compose up --wait", partial(compose.started, contract, None)),
        Contender(f"compose up --wait, {every}", partial(compose.started, contract, FAST_INTERVAL_S)),
        Contender(f"testcontainers, {every}", partial(one_by_one.started, contract)),
    )


def measure(contract: Path, rounds: int, tell: Callable[[str], None]) -> Section:
    """Every contender once a round, the first one another each time, so that a busy minute hits nobody alone."""
    taking_part = contenders(contract)
    measured: dict[str, list[float]] = {contender.name: [] for contender in taking_part}
    for number in range(rounds):
        first = number % len(taking_part)
        for contender in (*taking_part[first:], *taking_part[:first]):
            await_idle(tell)
            with contender.started() as took_s:
                measured[contender.name].append(took_s)
            tell(f"start, round {number + 1} of {rounds}: {contender.name}: {took_s:.1f} s")
    series = tuple(
        Series(name, tuple(seconds), limit_s=_LIMIT_S if index == 0 else None)
        for index, (name, seconds) in enumerate(measured.items())
    )
    return Section("graph start, images there", series, compared=True)
