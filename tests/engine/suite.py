"""Running the suite in a process of its own, as a user types it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker

ROOT = Path(__file__).parents[2]
PLATFORM = ROOT / "fixtures" / "platform"
_DEADLINE_S = 300


@dataclass(frozen=True)
class Told:
    """What one run of the suite has said."""

    exit_code: int
    output: str
    verdict: Mapping[str, Any] = field(repr=False)

    @property
    def findings(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self.verdict["findings"]
        return found

    @property
    def accused(self) -> set[str]:
        """Every node that a finding calls the cause of something."""
        return {finding["cause"]["node"] for finding in self.findings}

    def outcomes(self, criterion: str) -> dict[str, str]:
        """Subject to outcome of one criterion."""
        return {row["subject"]: row["outcome"] for row in self.verdict["criteria"] if row["criterion"] == criterion}


class Suite:
    """One run of ``pytest -m readiness``."""

    def __init__(self, contract: Path, folder: Path, *arguments: str) -> None:
        self._report = folder / "report"
        self._output = folder / "output.txt"
        command = [sys.executable, "-m", "pytest", "-m", "readiness", "-o", f"cache_dir={folder / 'cache'}"]
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                [*command, f"--contract={contract}", f"--report={self._report}", *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "COLUMNS": "120"},
                start_new_session=True,
            )

    def wait(self) -> Told:
        """What it has said, when it has ended."""
        try:
            exit_code = self.process.wait(_DEADLINE_S)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise AssertionError(f"the run did not end within {_DEADLINE_S} s:\n{self.output[-3000:]}") from None
        except KeyboardInterrupt:
            # It is in a session of its own, and would go on.
            os.killpg(self.process.pid, signal.SIGINT)
            self.process.wait(_DEADLINE_S)
            raise
        report = self._report / "verdict.json"
        verdict = json.loads(report.read_text()) if report.exists() else {}
        return Told(exit_code, self.output, verdict)

    def wait_for(self, text: str, deadline_s: float = 120) -> None:
        """Until the output holds a text."""
        until(lambda: text in self.output or self.process.poll() is not None, deadline_s)
        assert text in self.output, f"the run ended without saying {text!r}:\n{self.output[-3000:]}"

    @property
    def output(self) -> str:
        return self._output.read_text(errors="replace")


def until(holds: Callable[[], bool], deadline_s: float) -> None:
    """Wait for a condition; an assertion fails when it does not come."""
    ends = time.monotonic() + deadline_s
    while not holds():
        assert time.monotonic() < ends, f"it did not come within {deadline_s:g} s"
        time.sleep(0.05)


def run_of(output: str) -> str:
    """The name of the run that an output tells of."""
    return output.partition("(run ")[2].partition(")")[0]


def left_of(run: str) -> list[str]:
    """Everything on the engine that carries a run's label."""
    client = docker.from_env()
    chosen = {"label": f"readiness.run={run}"}
    try:
        return [
            *(
                f"container {c.name}"
                for c in client.containers.list(all=True, filters=dict(chosen), ignore_removed=True)
            ),
            *(f"network {n.name}" for n in client.networks.list(filters=dict(chosen))),
            *(f"volume {v.name}" for v in client.volumes.list(filters=dict(chosen))),
        ]
    finally:
        client.close()
