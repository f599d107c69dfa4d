"""``python -m benchmarks``: measure, print a table, write ``readiness-report/bench.json``.

Exit code 0: measured, every limit kept. 1: a limit was missed. 2: it could not be measured.
"""

import argparse
import datetime
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import docker.errors
from pydantic import TypeAdapter
from rich.console import Console

from benchmarks import death, machine, schema, setup_again, start, suite
from benchmarks.model import BenchmarkFailed, Results, Section
from benchmarks.table import show
from readiness.cli import main as readiness
from readiness.model.errors import ReadinessError
from readiness.runtime.docker.engine import connect

_KEPT, _MISSED, _NOT_MEASURED = 0, 1, 2
_CONTRACT = Path("fixtures/platform/readiness.yaml")
_OUTPUT = Path("readiness-report/bench.json")
_NAMES = ("death", "schema", "schema-growth", "setup", "start", "suite")
_RESULTS = TypeAdapter(Results)


def _measurements(given: argparse.Namespace, tell: Callable[[str], None]) -> dict[str, Callable[[], Section]]:
    rounds: int = given.rounds
    return {
        "death": lambda: death.measure(rounds, tell),
        "schema": lambda: schema.measure(rounds, tell),
        "schema-growth": lambda: schema.measure_growth(tell),
        "setup": lambda: setup_again.measure(rounds, tell),
        "start": lambda: start.measure(_CONTRACT, rounds, tell),
        "suite": lambda: suite.measure(min(rounds, given.suite_rounds), tell),
    }


def main(arguments: list[str]) -> int:
    """Run the chosen measurements. Returns the exit code."""
    given = _parser().parse_args(arguments)
    # As Ctrl-C does: what was started is taken away on the way out.
    signal.signal(signal.SIGTERM, _interrupt)
    console = Console()
    try:
        results = _measure(given, lambda line: console.print(line, style="dim", highlight=False))
    except (ReadinessError, BenchmarkFailed, docker.errors.DockerException) as error:
        print(f"not measured: {error}", file=sys.stderr)
        return _NOT_MEASURED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return _NOT_MEASURED
    if not results.sections:
        return _NOT_MEASURED
    show(results, console)
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_bytes(_RESULTS.dump_json(results, indent=2) + b"\n")
    console.print(f"written to {given.output}", style="dim")
    if results.failures:
        return _NOT_MEASURED
    return _KEPT if results.within_limits else _MISSED


def _measure(given: argparse.Namespace, tell: Callable[[str], None]) -> Results:
    engine = connect().client
    began = datetime.datetime.now(datetime.UTC)
    # An image that has to be built first would be measured as part of a start.
    if readiness(["images", "--contract", str(_CONTRACT)]) != 0:
        raise BenchmarkFailed("not every image of the reference platform can be had")
    load_before = machine.load()
    chosen = {name: run for name, run in _measurements(given, tell).items() if not given.only or name in given.only}
    sections: list[Section] = []
    failures: list[str] = []
    for name, run in chosen.items():
        try:
            sections.append(run())
        except (ReadinessError, BenchmarkFailed, docker.errors.DockerException) as error:
            # What was measured before is worth keeping.
            failures.append(f"{name}: {error}")
            print(f"not measured: {name}: {error}", file=sys.stderr)
    described = machine.describe(engine, load_before=load_before)
    return Results(began.isoformat(timespec="seconds"), described, tuple(sections), tuple(failures))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the suite on this machine.")
    parser.add_argument(
        "--rounds", type=int, default=4, help="times that each thing is measured (default: %(default)s)"
    )
    parser.add_argument(
        "--suite-rounds", type=int, default=3, help="at most so many runs of the whole suite (default: %(default)s)"
    )
    parser.add_argument("--only", nargs="+", choices=_NAMES, help="measure only these")
    parser.add_argument("--output", type=Path, default=_OUTPUT, help="default: %(default)s")
    return parser


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
