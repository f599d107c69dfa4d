"""Whatever the suite is given: one clear message, the right verdict, no traceback, no hang, everything cleaned."""

import os
import resource
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.engine.overlays import REDIS, small
from tests.engine.servers import misbehaving
from tests.engine.servers.engine_proxy import EngineProxy, engine_proxy
from tests.engine.suite import Suite, Told, left_of, run_of, until

pytestmark = pytest.mark.engine

_GONE_WITHIN_S = 10
_SERVICE: dict[str, Any] = {"image": "reference-platform/auth:1.0.0"}
"""An image that has Python and a shell; what it runs is overridden."""
_SOUND: dict[str, Any] = {
    **REDIS,
    "tmpfs": ["/tmp", "/data"],
    "read_only": True,
    "mem_limit": "64m",
    "cpus": 1.0,
    "pids_limit": 50,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
}
"""A Redis of which nothing is to be complained."""
# Plug-ins of the project's own tests, whose import is a third of a short run.
_LEAN = ("-p", "no:hypothesispytest", "-p", "no:anyio")
_UNKNOWN, _NOT_READY = (2, "UNKNOWN"), (1, "NOT READY")


@contextmanager
def started(contract: Path, folder: Path, *arguments: str, **environment: str) -> Iterator[Suite]:
    """A run whose temporary files are in a folder of its own. Ended with whatever it started, however the test ends."""
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patched:
        for name, value in {"TMPDIR": str(temporary), **environment}.items():
            patched.setenv(name, value)
        suite = Suite(contract, folder, *_LEAN, *arguments)
    try:
        yield suite
    finally:
        if suite.process.poll() is None:
            os.killpg(suite.process.pid, signal.SIGTERM)
            suite.process.wait(60)


def told_by(contract: Path, folder: Path, *arguments: str, **environment: str) -> Told:
    """What a run says; and what holds for every run: a verdict that its exit code tells too, and nothing is left."""
    with started(contract, folder, *arguments, **environment) as suite:
        told = suite.wait()
    assert "Traceback" not in told.output, told.output[-3000:]
    assert "INTERNALERROR" not in told.output, told.output[-3000:]
    assert told.exit_code == {"READY": 0, "NOT READY": 1, "UNKNOWN": 2}[told.verdict["verdict"]]
    run = run_of(told.output)
    assert not run or left_of(run) == []
    assert files_left(folder) == []
    return told


def files_left(folder: Path) -> list[Path]:
    """What runs have left among temporary files."""
    return list((folder / "tmp").glob("readiness-*"))


def answer(told: Told) -> tuple[int, str]:
    return told.exit_code, told.verdict["verdict"]


def only_reason(told: Told) -> str:
    """The one message of a run that could not tell."""
    assert answer(told) == _UNKNOWN
    assert told.findings == []
    (reason,) = told.verdict["reasons"]
    return str(reason)


def finding_of(told: Told, subject: str) -> Mapping[str, Any]:
    """The one finding about a node."""
    (finding,) = [finding for finding in told.findings if finding["subject"] == subject]
    return finding


# An engine that hangs is given a minute. The run that waits for it does so beside the other tests of this file.


@dataclass(frozen=True)
class Frozen:
    suite: Suite
    proxy: EngineProxy
    folder: Path


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frozen]:
    """A run whose engine hangs while a node starts."""
    folder = tmp_path_factory.mktemp("frozen")
    with engine_proxy() as proxy, started(unfinished(folder), folder, DOCKER_HOST=proxy.host) as suite:
        suite.wait_for("redis  ready")
        proxy.freeze()
        try:
            yield Frozen(suite, proxy, folder)
        finally:
            proxy.thaw()


def unfinished(folder: Path) -> Path:
    """A platform that is not ready for a long time, so that something can happen in the middle of its start."""
    promises = {"services": {"never": {"port": 9999, "ready_within": "100s"}}}
    return small(folder, {"redis": _SOUND, "never": {**_SOUND, "depends_on": ["redis"]}}, promises)


# -- the contract ----------------------------------------------------------------------------------------------------

_GRAPH = "graph: {compose: compose.yaml}\n"
BAD_CONTRACTS: Mapping[str, tuple[str, str]] = {
    "empty": ("", "readiness.yaml: the file is empty. The smallest contract is: graph: compose: compose.yaml"),
    "not YAML": ("graph: [compose\n x: }", "readiness.yaml:2: this is not YAML"),
    "a list": ("- graph\n", "readiness.yaml:1: expected a mapping (graph:, services:, ...), not a list"),
    "a key twice": (
        f"{_GRAPH}services:\n  redis: {{port: 1}}\n  redis: {{port: 2}}\n",
        "readiness.yaml:4: services.redis is given twice, first in line 3",
    ),
    "an unknown service": (
        f"{_GRAPH}services:\n  rediss: {{port: 6379}}\n",
        "readiness.yaml:3: services.rediss: compose.yaml has no service 'rediss'; did you mean 'redis'?",
    ),
    "10 MB": (_GRAPH + "# more\n" * 1_500_000, "readiness.yaml: the file is larger than 256 KiB"),
}


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("mistake", BAD_CONTRACTS)
def test_a_contract_that_cannot_be_used_is_told_with_its_place(tmp_path: Path, mistake: str) -> None:
    text, told = BAD_CONTRACTS[mistake]
    contract = small(tmp_path, {"redis": REDIS})
    contract.write_text(text)
    assert told in only_reason(told_by(contract, tmp_path))


def test_a_contract_that_is_not_there_is_told_with_the_smallest_one(tmp_path: Path) -> None:
    told = told_by(tmp_path / "nowhere.yaml", tmp_path)
    assert "there is no such contract" in only_reason(told)
    assert "\n      compose: compose.yaml" in told.output


def test_a_folder_is_no_contract(tmp_path: Path) -> None:
    assert "this is a folder; name the contract file in it" in only_reason(told_by(tmp_path, tmp_path))


def test_every_mistake_of_a_contract_stands_on_a_line_of_its_own(tmp_path: Path) -> None:
    contract = small(tmp_path, {"redis": REDIS})
    contract.write_text(
        f"{_GRAPH}services:\n  redis:\n    prot: 1\n    ready_within: 30 parsecs\n    uses: {{mongo: redis}}\n"
    )
    told = told_by(contract, tmp_path)
    assert answer(told) == _UNKNOWN
    shown = [line.lstrip(" ?").split(": ") for line in told.output.splitlines() if "readiness.yaml:" in line]
    assert [(place, key, expected.partition(" ")[0]) for place, key, expected, *_ in shown] == [
        ("readiness.yaml:4", "services.redis.prot", "unknown"),
        ("readiness.yaml:5", "services.redis.ready_within", "expected"),
        ("readiness.yaml:6", "services.redis.uses.mongo", "expected"),
    ]


# -- the Compose file ------------------------------------------------------------------------------------------------

_IMAGE = "image: reference-platform/redis:1.0.0"
BAD_COMPOSE_FILES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "empty": ("", ("compose.yaml: empty compose file",)),
    "not YAML": ("services: [\n a: }", ("compose.yaml: yaml: line 1: did not find expected node content",)),
    "without services": ("services: {}", ("compose.yaml declares no services",)),
    "enormous": (
        "services:\n" + "".join(f"  s{number}: {{{_IMAGE}}}\n" for number in range(10_000)),
        ("compose.yaml declares 10000 services; at most 500 can be started on one machine",),
    ),
    "with values that nobody gives": (
        f'services: {{a: {{{_IMAGE}, environment: {{A: "${{FIRST_SECRET:?ask for it}}", B: "${{SECOND_SECRET?}}"}}}}}}',
        ("compose.yaml needs variables that have no value", "FIRST_SECRET: ask for it", "SECOND_SECRET"),
    ),
    "of what is not the project's": (
        f"services: {{a: {{{_IMAGE}, network_mode: 'container:x', volumes: ['/etc:/host']}}}}",
        (
            "a: network_mode container:x: ",
            "a: volumes: /etc: it lies outside the project's folder",
        ),
    ),
}


@pytest.mark.parametrize("mistake", BAD_COMPOSE_FILES)
def test_a_compose_file_that_cannot_be_used_is_told_by_name(tmp_path: Path, mistake: str) -> None:
    text, told = BAD_COMPOSE_FILES[mistake]
    contract = small(tmp_path, {"redis": REDIS})
    (tmp_path / "compose.yaml").write_text(text)
    reason = only_reason(told_by(contract, tmp_path))
    assert [part for part in told if part not in reason] == []


def test_a_compose_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    contract = small(tmp_path, {"redis": REDIS})
    (tmp_path / "compose.yaml").unlink()
    assert only_reason(told_by(contract, tmp_path)).startswith("compose.yaml does not exist")


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["alone", "workers"])
def test_services_that_wait_for_each_other_are_a_finding_that_blocks_everything(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    waiting = {
        "a": {**REDIS, "depends_on": ["b"]},
        "b": {**REDIS, "depends_on": {"c": {"condition": "service_healthy"}}},
        "c": {**REDIS, "depends_on": ["a"]},
    }
    told = told_by(small(tmp_path, waiting), tmp_path, *arguments)
    assert answer(told) == _NOT_READY
    (finding,) = told.findings
    assert (finding["criterion"], finding["cause"]["class"]) == ("start.acyclic", "waiting_circle")
    assert "a -> b -> c -> a" in finding["summary"]
    assert "take one depends_on out of the circle" in finding["advice"]
    others = {row["outcome"] for row in told.verdict["criteria"] if row["criterion"] != "start.acyclic"}
    assert others == {"blocked"}
    assert told.verdict["reasons"] == []


# -- ports -----------------------------------------------------------------------------------------------------------


def test_a_chosen_port_that_is_taken_is_told_and_an_ordinary_one_never_matters(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        held = holder.getsockname()[1]
        # Two that need the same chosen port: whoever comes second finds it taken.
        platform = {
            "ordinary": {**_SOUND, "ports": [f"127.0.0.1:{held}:6379"]},
            "one": {**_SOUND, "ports": ["127.0.0.1:${CHOSEN}:6379"]},
            "two": {**_SOUND, "ports": ["127.0.0.1:${CHOSEN}:6379"]},
        }
        contract = small(tmp_path, platform)
        contract.write_text("graph: {compose: compose.yaml, free_ports: [CHOSEN]}\n")
        told = told_by(contract, tmp_path, "-k", "test_start or test_redis")
    assert answer(told) == _NOT_READY
    (finding,) = told.findings
    assert finding["subject"] in ("one", "two")
    assert finding["cause"]["class"] == "port_conflict"
    assert "needs a host port that is taken" in finding["summary"]
    assert told.outcomes("redis.usable")["ordinary"] == "holds"


# -- images ----------------------------------------------------------------------------------------------------------

DOCKERFILES: Mapping[str, str | None] = {
    "fails": "FROM debian:bookworm-slim\nRUN echo compiling && echo 'gear.c:3: error: no such gear' >&2 && exit 3\n",
    "copies": "FROM debian:bookworm-slim\nCOPY gears.txt /\n",
    "misspelt": "FRMO debian:bookworm-slim\n",
    "without": None,
}


def test_an_image_that_cannot_be_had_is_told_with_the_reason_and_the_others_are_judged(tmp_path: Path) -> None:
    platform: dict[str, Any] = {"redis": _SOUND, "nowhere": {"image": "reference-platform/nowhere:0"}}
    for name, dockerfile in DOCKERFILES.items():
        (tmp_path / name).mkdir()
        if dockerfile is not None:
            (tmp_path / name / "Dockerfile").write_text(dockerfile)
        platform[name] = {"build": name}
    told = told_by(small(tmp_path, platform), tmp_path, "-k", "test_start or test_redis")
    assert answer(told) == _NOT_READY
    failed = {"nowhere", *DOCKERFILES}
    assert {(finding["criterion"], finding["subject"]) for finding in told.findings} == {
        ("start.image", name) for name in failed
    }
    assert told.accused == failed
    summaries = {name: finding_of(told, name)["summary"] for name in failed}
    assert "is not on this machine and cannot be pulled" in summaries["nowhere"]
    assert "exit code: 3" in summaries["fails"]
    assert any("gear.c:3: error: no such gear" in line for line in finding_of(told, "fails")["evidence"])
    assert '"/gears.txt" not found' in summaries["copies"]
    assert "unknown instruction: FRMO" in summaries["misspelt"]
    assert "there is no" in summaries["without"]
    assert told.outcomes("redis.usable") == {"redis": "holds"}


# -- containers ------------------------------------------------------------------------------------------------------


def test_a_container_that_cannot_be_started_is_told_with_the_reason(tmp_path: Path) -> None:
    for name, content, mode in (("garbage", bytes(range(256)), 0o755), ("plain.sh", b"#!/bin/sh\nexit 0\n", 0o644)):
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(mode)
    platform = {
        "missing": {**_SERVICE, "entrypoint": ["/no/such/program"]},
        "garbage": {**_SERVICE, "entrypoint": ["/opt/garbage"], "volumes": ["./garbage:/opt/garbage"]},
        "plain": {**_SERVICE, "entrypoint": ["/opt/plain.sh"], "volumes": ["./plain.sh:/opt/plain.sh"]},
        "nobody": {**_SERVICE, "user": "no-such-user"},
        "waiting": {**_SERVICE, "depends_on": ["missing"]},
    }
    promises = {"services": {name: {"port": 3001} for name in platform}}
    told = told_by(small(tmp_path, platform, promises), tmp_path, "-k", "test_start")
    assert answer(told) == _NOT_READY
    causes = {finding["subject"]: finding["cause"]["class"] for finding in told.findings}
    assert causes == {
        "missing": "command_not_found",
        "garbage": "wrong_architecture",
        "plain": "permission_denied",
        "nobody": "config_invalid",
    }
    assert "/no/such/program: no such file or directory" in finding_of(told, "missing")["summary"]
    assert "permission denied" in finding_of(told, "plain")["summary"]
    assert "unable to find user no-such-user" in finding_of(told, "nobody")["summary"]
    assert told.outcomes("start.ready")["waiting"] == "blocked"


# -- services that answer wrongly ------------------------------------------------------------------------------------

SAID_OF: Mapping[str, str] = {
    "binary": "not HTTP",
    "html": "200 text/html",
    "wrong-json": "200 application/json",
    "endless": "the body is longer than 1000000 bytes",
    "slow": "no answer within 2.0 s",
    "silent": "no answer within 2.0 s",
    "headers": "not HTTP",
    "closing": "closed without a complete answer",
    "redirecting": "302",
}
_MOST_MEMORY_KB = 600_000


def test_a_service_that_answers_garbage_endlessly_slowly_or_never_is_named_in_bounded_time(tmp_path: Path) -> None:
    assert set(SAID_OF) == set(misbehaving.WAYS)
    told = told_by(misbehaving_services(tmp_path, tuple(SAID_OF)), tmp_path, "-k", "test_start")
    assert answer(told) == _NOT_READY
    assert {finding["subject"] for finding in told.findings} == set(SAID_OF)
    for name, said in SAID_OF.items():
        finding = finding_of(told, name)
        cause = "app_hang" if name in ("slow", "silent") else "health_endpoint"
        assert (finding["criterion"], finding["cause"]["class"]) == ("start.ready", cause), name
        assert "not ready within 4.0 s" in finding["summary"]
        assert said in finding["summary"]
    assert told.verdict["timing"]["start_s"] < 60
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < _MOST_MEMORY_KB


def test_a_service_that_only_says_ready_as_it_should_is_named_for_the_other_paths(tmp_path: Path) -> None:
    ways = ("binary", "endless", "silent")
    contract = misbehaving_services(tmp_path, ways, "/health/ready")
    told = told_by(contract, tmp_path, "-k", "test_overall or test_liveness or test_start")
    assert answer(told) == _NOT_READY
    assert {(finding["criterion"], finding["subject"]) for finding in told.findings} == {
        ("health.overall", name) for name in ways
    }
    assert told.outcomes("start.ready") == dict.fromkeys(ways, "holds")
    assert told.outcomes("health.live") == dict.fromkeys(ways, "blocked")


def misbehaving_services(folder: Path, ways: tuple[str, ...], *good: str) -> Path:
    """A platform with one service for each way to misbehave."""
    shutil.copy(str(misbehaving.__file__), folder / "server.py")
    run = {**_SERVICE, "entrypoint": ["python3", "/opt/server.py"], "volumes": ["./server.py:/opt/server.py"]}
    platform = {way: {**run, "command": [way, *good]} for way in ways}
    promises = {"defaults": {"ready_within": "4s"}, "services": {way: {"port": 3001} for way in ways}}
    return small(folder, platform, promises)


# -- full disks ------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for two pages."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small disk needs the right to mount one: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_report_that_cannot_be_written_is_told_beside_the_verdict(tmp_path: Path, small_disk: Path) -> None:
    contract = small(tmp_path, {"redis": _SOUND})
    with started(contract, tmp_path, f"--report={small_disk / 'report'}", "-k", "redis") as suite:
        told = suite.wait()
    assert "Traceback" not in told.output
    assert f"The reports cannot be written to {small_disk / 'report'}: No space left on device" in told.output
    assert "reports in" not in told.output
    assert not any(path.is_file() for path in (small_disk / "report").rglob("*"))
    assert left_of(run_of(told.output)) == []


def test_a_run_whose_own_files_do_not_fit_cannot_tell(tmp_path: Path, small_disk: Path) -> None:
    told = told_by(small(tmp_path, {"redis": _SOUND}), tmp_path, TMPDIR=str(small_disk))
    reason = only_reason(told)
    assert "the files of the run cannot be written" in reason
    assert "No space left on device; make room, or let TMPDIR name another folder" in reason
    assert list(small_disk.iterdir()) == []


def test_a_backing_service_without_room_is_named(tmp_path: Path) -> None:
    platform = {
        "redis": {**_SOUND, "tmpfs": ["/tmp:size=8k"], "command": ["--dir", "/tmp", "--appendonly", "yes"]},
        "postgres": {
            **_SOUND,
            "image": "reference-platform/postgres:1.0.0",
            "environment": {"POSTGRES_PASSWORD": "only-for-this-test", "PGDATA": "/tmp/data"},
            "tmpfs": ["/tmp:size=8m"],
        },
    }
    told = told_by(small(tmp_path, platform), tmp_path, "-k", "test_start or test_redis or test_postgres")
    assert answer(told) == _NOT_READY
    redis, postgres = finding_of(told, "redis"), finding_of(told, "postgres")
    assert (redis["criterion"], redis["cause"]["class"]) == ("redis.reachable", "disk_full")
    assert "No space left on device" in redis["summary"]
    assert (postgres["criterion"], postgres["cause"]["class"]) == ("start.ready", "disk_full")
    assert told.outcomes("postgres.usable") == {"postgres": "blocked"}


# -- the engine ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["alone", "workers"])
def test_an_engine_that_is_not_there_is_told_once(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    where = f"unix://{tmp_path}/nowhere.sock"
    told = told_by(small(tmp_path, {"redis": REDIS}), tmp_path, *arguments, DOCKER_HOST=where)
    reason = only_reason(told)
    assert reason.startswith(f"no container engine answers at {where} (No such file or directory)")
    assert "make setup" in reason


def test_a_port_without_an_engine_is_told(tmp_path: Path) -> None:
    told = told_by(small(tmp_path, {"redis": REDIS}), tmp_path, DOCKER_HOST="tcp://127.0.0.1:1")
    assert "no container engine answers at tcp://127.0.0.1:1 (Connection refused)" in only_reason(told)


def test_something_that_is_no_engine_is_told(tmp_path: Path) -> None:
    def greet(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(4096)
                connection.sendall(b"SSH-2.0-of-another-kind\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=greet, args=(listener,), daemon=True).start()
        where = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        told = told_by(small(tmp_path, {"redis": REDIS}), tmp_path, DOCKER_HOST=where)
        listener.shutdown(socket.SHUT_RDWR)
    assert f"no container engine answers at {where}" in only_reason(told)


@pytest.mark.parametrize("moment", ["never  started", "tests/readiness/test_image.py"])
def test_an_engine_that_stops_in_mid_run_ends_it_and_is_cleaned_when_it_is_back(tmp_path: Path, moment: str) -> None:
    contract = unfinished(tmp_path) if "never" in moment else small(tmp_path, {"redis": _SOUND})
    with engine_proxy() as proxy:
        with started(contract, tmp_path, DOCKER_HOST=proxy.host) as suite:
            suite.wait_for(moment)
            proxy.cut()
            told = suite.wait()
        run = told_of_a_lost_engine(told)
        proxy.join_up()
        # The run is over: the watcher that outlives it has waited for the engine.
        until(lambda: left_of(run) == [], _GONE_WITHIN_S)
    until(lambda: files_left(tmp_path) == [], _GONE_WITHIN_S)


def told_of_a_lost_engine(told: Told) -> str:
    """The name of the run that has told that its engine is gone, and what that means."""
    assert answer(told) == _UNKNOWN
    assert "Traceback" not in told.output
    assert told.findings == []
    run = run_of(told.output)
    first, *_ = told.verdict["reasons"]
    assert first.startswith("the container engine stopped answering: ")
    assert f"`python -m readiness down {run}`" in first
    assert left_of(run), "the engine still has what was made on it"
    return run


# -- how pytest is called --------------------------------------------------------------------------------------------


def test_a_selection_of_nothing_is_unknown(tmp_path: Path) -> None:
    told = told_by(small(tmp_path, {"redis": REDIS}), tmp_path, "-k", "nothing-matches")
    assert only_reason(told).startswith("no check was selected")


def test_a_level_that_is_not_known_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with started(small(tmp_path, {"redis": REDIS}), tmp_path, "--level", "huge") as suite:
        told = suite.wait()
    assert told.exit_code == pytest.ExitCode.USAGE_ERROR
    assert "invalid choice: 'huge' (choose from 'local', 'nightly', 'release')" in told.output


def test_a_mere_collection_tells_of_a_broken_contract_and_starts_nothing(tmp_path: Path) -> None:
    contract = small(tmp_path, {"redis": REDIS})
    contract.write_text("services: []\n")
    with started(contract, tmp_path, "--co", "-q") as suite:
        told = suite.wait()
    assert told.exit_code == 0
    assert "readiness.yaml:1: services: expected a mapping" in told.output
    assert told.verdict == {}
    assert run_of(told.output) == ""


def test_workers_tell_of_a_broken_contract_once(tmp_path: Path) -> None:
    contract = small(tmp_path, {"redis": REDIS})
    contract.write_text("services: []\n")
    assert "readiness.yaml:1: services: expected a mapping" in only_reason(told_by(contract, tmp_path, "-n", "2"))


def test_a_run_that_ends_at_its_first_failure_is_not_ready(tmp_path: Path) -> None:
    told = told_by(small(tmp_path, {"redis": {**_SOUND, "restart": "no"}}), tmp_path, "-x", "-k", "test_limits")
    assert answer(told) == _NOT_READY
    assert [finding["criterion"] for finding in told.findings] == ["limits.restart_policy"]


def test_what_failed_last_can_be_run_alone_and_is_no_whole_verdict(tmp_path: Path) -> None:
    told = told_by(small(tmp_path, {"redis": {**_SOUND, "restart": "no"}}), tmp_path)
    assert [finding["criterion"] for finding in told.findings] == ["limits.restart_policy"]
    mended = told_by(small(tmp_path, {"redis": _SOUND}), tmp_path, "--lf")
    assert answer(mended) == _UNKNOWN
    assert mended.outcomes("limits.restart_policy") == {"redis": "holds"}
    assert mended.verdict["reasons"]
    assert all("not run" in reason for reason in mended.verdict["reasons"])


# -- the engine that hangs, which the first test of this file has begun to wait for ------------------------------------


def test_an_engine_that_hangs_ends_the_run_and_is_cleaned_when_it_goes_on(frozen: Frozen) -> None:
    told = frozen.suite.wait()
    run = told_of_a_lost_engine(told)
    assert "no answer in time" in told.verdict["reasons"][0]
    frozen.proxy.thaw()
    until(lambda: left_of(run) == [], _GONE_WITHIN_S)
    until(lambda: files_left(frozen.folder) == [], _GONE_WITHIN_S)
