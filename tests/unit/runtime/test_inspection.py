"""What the engine inspects, as our model."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.runtime.docker.inspection import container_facts, container_state, image_facts, seconds
from readiness.runtime.protocol import CheckTimes

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2026-01-02T12:00:00Z", NOON),
        ("2026-01-02T12:00:00.5Z", NOON + 0.5),
        ("2026-01-02T12:00:00.123456789Z", NOON + 0.123456),
        ("2026-01-02T13:00:00.123456789+01:00", NOON + 0.123456),
        ("2026-01-02T13:00:00.25+01:00", NOON + 0.25),
        ("2026-01-02T13:00:00+01:00", NOON),
        ("2026-01-02T06:30:00.000000001-05:30", NOON),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
        (None, None),
    ],
)
def test_a_time_of_the_engine_is_read_in_whatever_zone_it_is_told(stamp: str | None, expected: float | None) -> None:
    assert seconds(stamp) == (pytest.approx(expected, abs=1e-6) if expected is not None else None)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_any_time_that_the_engine_may_print_is_read(moment: datetime, offset_minutes: int) -> None:
    told = moment.replace(tzinfo=timezone(timedelta(minutes=offset_minutes)))
    assert seconds(told.isoformat()) == pytest.approx(told.timestamp(), abs=1e-5)


def inspected(**state: Any) -> dict[str, Any]:
    return {"State": {"Status": "running", "ExitCode": 0, **state}}


def test_a_container_that_never_ran_has_no_times_and_no_health() -> None:
    state = container_state(
        inspected(Status="created", StartedAt="0001-01-01T00:00:00Z", FinishedAt="0001-01-01T00:00:00Z")
    )
    assert (state.status, state.started_at, state.finished_at, state.health) == ("created", None, None, None)
    assert not state.is_running


def test_the_state_of_a_container_is_read_whole() -> None:
    raw = inspected(
        Status="restarting",
        ExitCode=137,
        OOMKilled=True,
        Error="no space left",
        Pid=4711,
        StartedAt="2026-01-02T12:00:00Z",
        FinishedAt="2026-01-02T12:00:09Z",
    )
    state = container_state({**raw, "RestartCount": 4})
    assert (state.status, state.exit_code, state.oom_killed, state.error) == ("restarting", 137, True, "no space left")
    assert (state.pid, state.restart_count, state.started_at, state.finished_at) == (4711, 4, NOON, NOON + 9)


def test_a_health_log_is_kept_and_its_outputs_are_bounded() -> None:
    log = [{"ExitCode": 1, "Output": "x" * 5000, "End": "2026-01-02T13:00:00.25+01:00"}, {"ExitCode": 0}]
    state = container_state(inspected(Health={"Status": "unhealthy", "Log": log}))
    assert state.health == "unhealthy"
    assert [(entry.exit_code, len(entry.output), entry.at) for entry in state.health_log] == [
        (1, 2000, NOON + 0.25),
        (0, 0, 0.0),
    ]


@pytest.mark.parametrize("health", [None, {}, {"Status": "none"}, {"Status": "starting", "Log": None}])
def test_a_container_without_a_healthcheck_has_no_health(health: dict[str, Any] | None) -> None:
    state = container_state(inspected(Health=health))
    assert state.health == ("starting" if health and health.get("Log", 0) is None else None)
    assert state.health_log == ()


FACTS: dict[str, Any] = {
    "HostConfig": {
        "Memory": 256_000_000,
        "NanoCpus": 500_000_000,
        "PidsLimit": 100,
        "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5},
        "Privileged": False,
        "ReadonlyRootfs": True,
        "CapAdd": ["NET_BIND_SERVICE"],
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges:true"],
        "NetworkMode": "demo_default",
        "PidMode": "host",
        "IpcMode": "private",
    },
    "Config": {
        "User": "1000:1000",
        "Env": ["PORT=3001", "URL=redis://:a=b@redis", "EMPTY="],
        "Healthcheck": {"Test": ["CMD", "true"], "Timeout": 2_500_000_000},
    },
    "NetworkSettings": {"Networks": {"a": {"IPAddress": "10.0.0.2"}, "b": {"IPAddress": ""}}},
    "Mounts": [{"Type": "bind", "Source": "/var/run/docker.sock", "Destination": "/sock"}, {"Destination": "/tmp"}],
}


def test_the_set_up_of_a_container_is_read_whole() -> None:
    facts = container_facts(FACTS)
    assert (facts.user, facts.memory_bytes, facts.nano_cpus, facts.pids) == ("1000:1000", 256_000_000, 500_000_000, 100)
    assert (facts.restart_policy, facts.restart_maximum, facts.read_only) == ("on-failure", 5, True)
    assert (facts.cap_add, facts.cap_drop) == (("NET_BIND_SERVICE",), ("ALL",))
    assert facts.security_opt == ("no-new-privileges:true",)
    assert facts.host_namespaces == ("PidMode",)
    assert facts.binds == ("/var/run/docker.sock:/sock", ":/tmp")
    assert (facts.healthcheck, facts.check_times) == (("CMD", "true"), CheckTimes(30.0, 2.5, 3))
    assert facts.addresses == ("10.0.0.2",)
    assert facts.environment == {"PORT": "3001", "URL": "redis://:a=b@redis", "EMPTY": ""}


def test_what_the_engine_leaves_out_is_unlimited_and_unset() -> None:
    nulls = {"PidsLimit": None, "CapAdd": None, "CapDrop": None, "SecurityOpt": None}
    bare = {"HostConfig": nulls, "Config": {"Env": None, "Healthcheck": None}, "NetworkSettings": {"Networks": None}}
    facts = container_facts(bare)
    assert (facts.memory_bytes, facts.nano_cpus, facts.pids, facts.restart_policy) == (0, 0, 0, "no")
    assert (facts.user, facts.cap_drop, facts.healthcheck, facts.addresses) == ("", (), (), ())


@pytest.mark.parametrize(
    ("host", "nano_cpus"),
    [
        ({"CpuQuota": 50_000}, 500_000_000),
        ({"CpuQuota": 50_000, "CpuPeriod": 25_000}, 2_000_000_000),
        ({"NanoCpus": 10**9, "CpuQuota": 50_000}, 10**9),
        ({"CpuQuota": 0, "CpuPeriod": 0}, 0),
        ({"CpuQuota": -1}, 0),
    ],
)
def test_a_quota_of_the_scheduler_is_a_cpu_limit_too(host: dict[str, int], nano_cpus: int) -> None:
    assert container_facts({**FACTS, "HostConfig": host}).nano_cpus == nano_cpus


def test_an_image_is_read_with_its_layers() -> None:
    config = {"User": "app", "Env": ["A=1"], "Entrypoint": ["/e"], "Cmd": None, "Healthcheck": {"Test": ["NONE"]}}
    facts = image_facts(
        "demo:1",
        {"Size": 7, "RepoTags": ["demo:1"], "Config": config},
        [{"CreatedBy": "RUN a", "Size": 5}, {"CreatedBy": "ENV b"}],
    )
    assert (facts.name, facts.size_bytes, facts.user, facts.environment) == ("demo:1", 7, "app", ("A=1",))
    assert (facts.entrypoint, facts.command, facts.healthcheck, facts.tags) == (("/e",), (), ("NONE",), ("demo:1",))
    assert [(layer.created_by, layer.size_bytes) for layer in facts.layers] == [("RUN a", 5), ("ENV b", 0)]


def test_an_image_without_a_configuration_is_read_too() -> None:
    facts = image_facts("demo@sha256:0", {"Size": 7, "RepoTags": None, "Config": None}, [])
    assert (facts.user, facts.tags, facts.layers) == ("", (), ())
