"""The engine's HEALTHCHECK: in force, the path that it asks, and why it does not pass."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from readiness.runtime.health_check import (
    broken_check,
    checks_nothing,
    declared_check,
    served_path,
    slow_to_notice,
)
from readiness.runtime.journal import Journal
from readiness.runtime.protocol import CheckTimes, Executed
from tests.unit.graphs import graph_of, service
from tests.unit.runtime.fake_runtime import FACTS, IMAGE, FakeRuntime

IN_IMAGE = ("CMD", "from-the-image")
IN_FILE = ("CMD-SHELL", "from the Compose file")
SHELL_CHECKS = {
    "curl -f http://localhost:3000/health || exit 1": "/health",
    "curl --fail --silent http://127.0.0.1:8080/actuator/health/readiness | grep UP || exit 1": (
        "/actuator/health/readiness"
    ),
    "curl -sf http://localhost:${PORT:-3000}/health/ready": "/health/ready",
    "curl -f http://localhost:$PORT/health/live": "/health/live",
    "curl -f http://localhost/": "/",
    'curl -f "http://localhost:9200/_cluster/health?wait_for_status=green&timeout=1s"': (
        "/_cluster/health?wait_for_status=green&timeout=1s"
    ),
    "curl -fk https://localhost:8443/healthz; exit $?": "/healthz",
    "curl -f http://$HOSTNAME:3000/health": "/health",
    "curl -f http://[::1]:3000/health": "/health",
    "curl -f http://0.0.0.0:3000/health": "/health",
    "wget -q --spider http://localhost:3000/health/ready": "/health/ready",
    "wget --no-verbose --tries=1 -O /dev/null http://127.0.0.1:3000/health || exit 1": "/health",
    "wget -qO- 'http://localhost:3000/health'": "/health",
    "(curl -f http://localhost:3000/health)": "/health",
    "curl -f localhost:3000/health || exit 1": "/health",
    "wget -q --spider 127.0.0.1:8080/healthz": "/healthz",
    "pg_isready -U postgres": None,
    "redis-cli -a $REDIS_PASSWORD ping | grep PONG": None,
    "nc -z localhost 3000": None,
    "test -f /tmp/healthy": None,
    "kafka-topics.sh --bootstrap-server localhost:9092 --list": None,
}
EXEC_CHECKS = {
    "curl -f http://localhost:3000/health": "/health",
    "/bin/grpc_health_probe -addr=:5000": None,
    "python3 /app/healthcheck.py http://127.0.0.1:3014/health/ready": "/health/ready",
    """python -c "import urllib.request; urllib.request.urlopen('http://localhost:8000/health')" """: "/health",
    """node -e "require('http').get('http://localhost:3000/health', r => process.exit(+!r.ok))" """: "/health",
    """node -e "fetch('http://localhost:' + (process.env.PORT || 3000))" """: None,
    "/usr/bin/mongosh --eval db.adminCommand('ping')": None,
}


@pytest.mark.parametrize(("text", "path"), SHELL_CHECKS.items(), ids=list(SHELL_CHECKS))
def test_the_path_is_read_out_of_a_check_for_the_shell(text: str, path: str | None) -> None:
    assert served_path(("CMD-SHELL", text)) == path


@pytest.mark.parametrize(("text", "path"), EXEC_CHECKS.items(), ids=list(EXEC_CHECKS))
def test_the_path_is_read_out_of_a_check_without_a_shell(text: str, path: str | None) -> None:
    assert served_path(("CMD", *shlex.split(text))) == path


@pytest.mark.parametrize(
    ("container", "image", "expected"),
    [
        ((), (), ()),
        ((), IN_IMAGE, IN_IMAGE),
        (IN_FILE, IN_IMAGE, IN_FILE),
        (IN_FILE, (), IN_FILE),
        (("NONE",), IN_IMAGE, ()),
        ((), ("NONE",), ()),
    ],
)
def test_the_compose_file_s_check_wins_over_the_image_s(
    container: tuple[str, ...], image: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert declared_check(replace(FACTS, healthcheck=container), replace(IMAGE, healthcheck=image)) == expected


def broken(tmp_path: Path, ran: Executed, check: tuple[str, ...] = ("CMD-SHELL", "curl -f x")) -> tuple[str, list[str]]:
    runtime = FakeRuntime(graph_of(service("auth")), Journal(tmp_path / "events.jsonl"), answers={"auth": ran})
    fault = broken_check(runtime, "auth", check)
    ((_, _, *command),) = runtime.calls
    return fault, command


def test_a_check_that_passes_has_no_fault(tmp_path: Path) -> None:
    assert broken(tmp_path, Executed(0, "anything, even: not found"))[0] == ""


def test_a_check_runs_as_the_engine_would_run_it(tmp_path: Path) -> None:
    passed = Executed(0, "")
    assert broken(tmp_path, passed, ("CMD-SHELL", "a || b"))[1] == ["/bin/sh", "-c", "a || b"]
    assert broken(tmp_path, passed, ("CMD", "curl", "-f", "url"))[1] == ["curl", "-f", "url"]


@pytest.mark.parametrize(
    "ran",
    [
        Executed(127, "/bin/sh: 1: curl: not found"),
        Executed(127, 'OCI runtime exec failed: exec failed: "curl": executable file not found in $PATH: unknown'),
        Executed(126, "OCI runtime exec failed: permission denied"),
        Executed(1, "/bin/sh: wget: not found\nunhealthy"),
        Executed(-1, 'exec: "/bin/sh": stat /bin/sh: no such file or directory'),
    ],
)
def test_a_check_whose_tool_the_image_lacks_is_told_so(tmp_path: Path, ran: Executed) -> None:
    assert broken(tmp_path, ran)[0].startswith("its tool is not in the image: ")


@pytest.mark.parametrize(
    "ran",
    [
        Executed(22, "curl: (22) The requested URL returned error: 404 Not Found"),
        Executed(8, "2026-01-01 10:00:00 ERROR 404: Not Found."),
        Executed(1, "wget: server returned error: HTTP/1.1 404 Not Found"),
        Executed(1, "urllib.error.HTTPError: HTTP Error 404: Not Found"),
    ],
)
def test_a_path_that_is_not_found_is_no_missing_tool(tmp_path: Path, ran: Executed) -> None:
    assert broken(tmp_path, ran)[0] == f"exit code {ran.exit_code}: {ran.output}"


def test_a_check_that_fails_is_told_with_its_code_and_the_beginning_of_its_output(tmp_path: Path) -> None:
    fault, _ = broken(tmp_path, Executed(1, f"  refused {'x' * 1000}"))
    assert fault.startswith("exit code 1: refused xxx")
    assert len(fault) < 330


def test_a_path_at_another_port_is_not_the_service_s() -> None:
    asks_management = ("CMD", "curl", "-f", "http://localhost:9090/healthz")
    assert served_path(asks_management, 3000) is None
    assert served_path(asks_management, 9090) == "/healthz"
    assert served_path(("CMD-SHELL", "curl -f http://localhost:${PORT:-1}/healthz"), 3000) == "/healthz"


@pytest.mark.parametrize(
    ("check", "nothing"),
    [
        (("CMD", "true"), True),
        (("CMD-SHELL", "exit 0"), True),
        (("CMD-SHELL", "curl -f localhost || exit 1"), False),
        (("CMD", "/healthcheck"), False),
    ],
)
def test_a_check_that_passes_whatever_is_the_case_is_seen(check: tuple[str, ...], nothing: bool) -> None:
    assert checks_nothing(check) is nothing


def test_the_engine_s_own_times_notice_a_hang_soon_enough() -> None:
    assert slow_to_notice(CheckTimes()) == ""


def test_times_that_let_a_hang_go_unseen_are_told() -> None:
    fault = slow_to_notice(CheckTimes(10.0, 600.0, 3))
    assert fault.startswith("a hang is called unhealthy after 1830 s only")
    assert "(timeout)" in fault
