"""However a run ends, nothing of it is left ten seconds later, and nothing else is touched."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import docker
import pytest

from tests.engine.overlays import REDIS, small
from tests.engine.suite import ROOT, Suite, left_of, run_of, until

pytestmark = pytest.mark.engine

_GONE_WITHIN_S = 10


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """A platform of one Redis, and of a service that never becomes ready, so that there is time to end the run."""
    never = {**REDIS, "depends_on": ["redis"]}
    promises = {"services": {"never": {"port": 9999, "ready_within": "60s"}}}
    return small(tmp_path, {"redis": REDIS, "never": never}, promises)


def test_a_run_that_ends_by_itself_leaves_nothing(tmp_path: Path) -> None:
    told = Suite(small(tmp_path, {"redis": REDIS}), tmp_path, "-k", "redis").wait()
    run = run_of(told.output)
    assert run
    assert left_of(run) == []
    assert list(Path("/tmp").glob(f"readiness-{run}-*")) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_tells_unknown_and_leaves_nothing(
    contract: Path, tmp_path: Path, number: signal.Signals
) -> None:
    suite = Suite(contract, tmp_path)
    suite.wait_for("redis  ready")
    suite.process.send_signal(number)
    told = suite.wait()
    assert told.exit_code == 2
    assert told.verdict["verdict"] == "UNKNOWN"
    assert "interrupted" in " ".join(told.verdict["reasons"])
    assert "Traceback" not in told.output
    assert left_of(run_of(told.output)) == []


def test_a_run_that_is_killed_leaves_nothing_ten_seconds_later(contract: Path, tmp_path: Path) -> None:
    suite = Suite(contract, tmp_path)
    suite.wait_for("redis  ready")
    run = run_of(suite.output)
    assert left_of(run)
    os.killpg(suite.process.pid, signal.SIGKILL)
    suite.process.wait()
    until(lambda: left_of(run) == [], _GONE_WITHIN_S)
    until(lambda: list(Path("/tmp").glob(f"readiness-{run}-*")) == [], _GONE_WITHIN_S)


def test_what_others_run_is_not_touched(contract: Path, tmp_path: Path) -> None:
    client = docker.from_env()
    stranger = client.containers.run(REDIS["image"], environment=REDIS["environment"], detach=True, tmpfs={"/tmp": ""})
    try:
        Suite(small(tmp_path, {"redis": REDIS}), tmp_path, "-k", "redis").wait()
        stranger.reload()
        assert stranger.status == "running"
        assert stranger.attrs["RestartCount"] == 0
    finally:
        stranger.remove(force=True, v=True)
        client.close()


def test_two_runs_side_by_side_do_not_meet(tmp_path: Path) -> None:
    contracts = [small(tmp_path / name, {"redis": REDIS}) for name in ("one", "two")]
    suites = [Suite(contract, contract.parent, "-k", "redis") for contract in contracts]
    told = [suite.wait() for suite in suites]
    assert [run.outcomes("redis.usable") for run in told] == [{"redis": "holds"}] * 2
    assert len({run_of(run.output) for run in told}) == 2


def test_a_kept_graph_stays_until_it_is_removed(tmp_path: Path) -> None:
    told = Suite(small(tmp_path, {"redis": REDIS}), tmp_path, "-k", "redis", "--keep").wait()
    run = run_of(told.output)
    try:
        assert any("container" in left for left in left_of(run))
        assert f"down {run}" in told.output
        listed = _cli("list")
        assert run in listed.stdout
        assert "6379/tcp at 127.0.0.1:" in listed.stdout
    finally:
        removed = _cli("down", run)
    assert removed.returncode == 0
    assert left_of(run) == []
    assert list(Path("/tmp").glob(f"readiness-{run}-*")) == []


def _cli(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "readiness", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
