"""The difference of two large schemas, against GraphQL Inspector on the same files, and how its cost grows."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.model import BenchmarkFailed, Section, Series
from benchmarks.schema_documents import revisions
from readiness.composition.packages import NodeMissing, installed, node

_TYPES, _CHANGES = 5_000, 500
_SIZES = (500, 5_000, 50_000)
_LINEAR_WITHIN = 1.5
"""Ten times the types may cost ten times as much, and half of that again for a machine that does other things."""
_ROOT = Path(__file__).parents[1]
_OURS = [sys.executable, str(_ROOT / "benchmarks" / "schema_ours.py")]
_INSPECTOR = _ROOT / "benchmarks" / "inspector"


@dataclass(frozen=True)
class _Run:
    wall_s: float
    processor_s: float
    peak_bytes: int


def measure(rounds: int, tell: Callable[[str], None]) -> Section:
    """Beside the peer: ahead in time and in memory is what is promised.

    :raises BenchmarkFailed: one of the programs fails, or Node is not there.
    """
    try:
        peer = [node(), str(installed(_INSPECTOR) / "diff.mjs")]
    except NodeMissing as error:
        raise BenchmarkFailed(str(error)) from error
    ours, theirs = [], []
    with tempfile.TemporaryDirectory(prefix="readiness-bench-") as folder:
        files = _written(Path(folder), _TYPES, _CHANGES)
        for number in range(rounds):
            tell(f"schema: {_TYPES:,} types, round {number + 1} of {rounds}")
            # In turn, so that both meet the machine in the same state.
            ours.append(_run([*_OURS, *files]))
            theirs.append(_run([*peer, *files]))
    inspector = _series("GraphQL Inspector", theirs)
    own = replace(_series("this suite", ours), limit_s=inspector.median_s, limit_bytes=inspector.median_bytes)
    return Section(f"schemas of {_TYPES:,} types, {_CHANGES} changed", (own, inspector), compared=True)


def measure_growth(tell: Callable[[str], None]) -> Section:
    """Processor time from 500 to 50,000 types: ten times the types for at most 1.5 times ten times the time."""
    measured: list[Series] = []
    with tempfile.TemporaryDirectory(prefix="readiness-bench-") as folder:
        for types in _SIZES:
            tell(f"schema: {types:,} types")
            run = _run([*_OURS, *_written(Path(folder), types, types // 10)])
            limit_s = measured[-1].median_s * 10 * _LINEAR_WITHIN if measured else None
            name = f"{types:,} types, {types // 10:,} changed"
            measured.append(Series(name, (run.processor_s,), limit_s=limit_s, peak_bytes=(run.peak_bytes,)))
    return Section("growth, processor time", tuple(measured))


def _series(name: str, runs: Sequence[_Run]) -> Series:
    return Series(name, tuple(run.wall_s for run in runs), peak_bytes=tuple(run.peak_bytes for run in runs))


def _written(folder: Path, types: int, changes: int) -> tuple[str, str]:
    made = revisions(types, changes)
    old, later = folder / f"{types}-old.graphql", folder / f"{types}-new.graphql"
    old.write_text(made.old)
    later.write_text(made.new)
    return str(old), str(later)


def _run(command: Sequence[str]) -> _Run:
    """From the call to the end.

    A process inherits the peak of the one that started it, so a small one starts what is measured.
    """
    starter = [sys.executable, "-I", "-S", str(_ROOT / "benchmarks" / "resources.py"), *command]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    ran = subprocess.run(starter, cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode != 0:
        raise BenchmarkFailed(f"{' '.join(command)} ended with {ran.returncode}")
    wall_s, processor_s, peak_kib = ran.stdout.split()
    return _Run(float(wall_s), float(processor_s), int(peak_kib) * 1024)
