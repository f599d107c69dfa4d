"""What does set-up cost when there is nothing left to do?"""

import subprocess
import time
from collections.abc import Callable

from benchmarks.machine import await_idle
from benchmarks.model import BenchmarkFailed, Section, Series

_LIMIT_S = 3.0
_DEADLINE_S = 600


def measure(rounds: int, tell: Callable[[str], None]) -> Section:
    """Call ``make setup`` again and again, after a first time that counts for nothing.

    :raises BenchmarkFailed: set-up fails.
    """
    _set_up()
    seconds = []
    for _ in range(rounds):
        await_idle(tell)
        seconds.append(_set_up())
    tell(f"set-up, repeated: {', '.join(f'{took_s:.1f} s' for took_s in seconds)}")
    return Section("set-up", (Series("make setup, repeated", tuple(seconds), limit_s=_LIMIT_S),))


def _set_up() -> float:
    begun = time.monotonic()
    ran = subprocess.run(
        ["make", "--silent", "setup"], stdin=subprocess.DEVNULL, capture_output=True, timeout=_DEADLINE_S, check=False
    )
    if ran.returncode != 0:
        raise BenchmarkFailed(f"make setup ended with {ran.returncode}: {ran.stderr.decode(errors='replace').strip()}")
    return time.monotonic() - begun
