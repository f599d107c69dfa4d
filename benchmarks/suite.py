"""How long does the whole suite take, and which of its phases?"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.machine import await_idle
from benchmarks.model import BenchmarkFailed, Section, Series

_LIMIT_S = 60.0
"""On two cores, with the images there."""
_DEADLINE_S = 900
_LAST_LINES = 15
_PHASES = ("images_s", "start_s", "checks_s", "clean_up_s")
_WHOLE = "pytest -m readiness"


def measure(rounds: int, tell: Callable[[str], None]) -> Section:
    """Run ``pytest -m readiness`` as a person does, and read the phases from its verdict.

    :raises BenchmarkFailed: the verdict is not READY: then something else was measured.
    """
    measured: dict[str, list[float]] = {}
    for number in range(rounds):
        await_idle(tell)
        whole_s, timing = _run()
        for name, seconds in {_WHOLE: whole_s, **timing}.items():
            measured.setdefault(name, []).append(seconds)
        tell(f"suite, round {number + 1} of {rounds}: {whole_s:.1f} s")
    series = tuple(
        Series(name, tuple(seconds), limit_s=_LIMIT_S if name == _WHOLE else None) for name, seconds in measured.items()
    )
    return Section("the suite on the reference platform", series)


def _run() -> tuple[float, dict[str, float]]:
    with tempfile.TemporaryDirectory(prefix="readiness-bench-") as folder:
        begun = time.monotonic()
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-m", "readiness", f"--report={folder}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_DEADLINE_S,
            check=False,
        )
        whole_s = time.monotonic() - begun
        if ran.returncode != 0:
            last = "\n".join(ran.stdout.splitlines()[-_LAST_LINES:])
            raise BenchmarkFailed(f"pytest -m readiness ended with {ran.returncode}:\n{last}")
        timing = json.loads((Path(folder) / "verdict.json").read_text())["timing"]
    return whole_s, {f"of that {phase.removesuffix('_s')}": timing[phase] for phase in _PHASES if phase in timing}
