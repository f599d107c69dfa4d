"""From a declared node to the engine's create call."""

import io
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from readiness.model.graph import (
    HealthCheck,
    Limits,
    Mount,
    MountKind,
    Node,
    Port,
    Privileges,
    RestartPolicy,
)
from readiness.runtime.docker.containers import create_arguments, files_archive
from tests.unit.graphs import service

AUTH = service("auth")


def arguments(node: Node, ports: tuple[int, ...] = (), fixed: frozenset[int] = frozenset()) -> dict[str, Any]:
    return create_arguments(
        node,
        run="abc123",
        name="readiness-abc123-auth",
        ports=ports,
        fixed_ports=fixed,
        volumes={"data": "readiness-abc123-data", "auth:/anonymous": "readiness-abc123-auth-anonymous"},
        networks={"default": "readiness-abc123-default", "second": "readiness-abc123-second"},
        api_version="1.41",
    )


def test_a_container_carries_the_run_s_labels_beside_its_own() -> None:
    labels = arguments(replace(AUTH, labels={"team": "a", "readiness.run": "forged"}))["labels"]
    assert labels == {"team": "a", "readiness.run": "abc123", "readiness.node": "auth"}


def test_a_node_that_says_nothing_leaves_the_image_s_own_settings_alone() -> None:
    given = arguments(AUTH)
    for left_out in ("command", "entrypoint", "user", "working_dir", "hostname", "healthcheck", "init", "mem_limit"):
        assert left_out not in given
    for left_out in ("nano_cpus", "pids_limit", "stop_signal", "shm_size", "sysctls", "extra_hosts", "network"):
        assert left_out not in given


def test_an_empty_command_or_entrypoint_is_not_the_image_s_own() -> None:
    given = arguments(replace(AUTH, command=(), entrypoint=()))
    assert (given["command"], given["entrypoint"]) == ([], [])


def test_limits_privileges_and_the_restart_policy_are_handed_on() -> None:
    given = arguments(
        replace(
            AUTH,
            limits=Limits(memory_bytes=256_000_000, cpus=0.5, pids=100),
            privileges=Privileges("1000", True, ("NET_RAW",), ("ALL",), ("no-new-privileges:true",)),
            restart=RestartPolicy("on-failure", 5),
        )
    )
    assert (given["mem_limit"], given["nano_cpus"], given["pids_limit"]) == (256_000_000, 500_000_000, 100)
    assert (given["user"], given["read_only"], given["cap_add"], given["cap_drop"]) == (
        "1000",
        True,
        ["NET_RAW"],
        ["ALL"],
    )
    assert given["security_opt"] == ["no-new-privileges:true"]
    assert given["restart_policy"] == {"Name": "on-failure", "MaximumRetryCount": 5}


@pytest.mark.parametrize(
    ("ports", "asked", "fixed", "published"),
    [
        ((), (3001,), frozenset(), {"3001/tcp": ("127.0.0.1", None)}),
        ((Port(3001, 8080),), (3001,), frozenset(), {"3001/tcp": ("127.0.0.1", None)}),
        ((Port(19092, 40001),), (19092,), frozenset({40001}), {"19092/tcp": ("127.0.0.1", 40001)}),
        ((Port(53, 53, "udp"),), (), frozenset(), {"53/udp": ("127.0.0.1", None)}),
        ((), (), frozenset(), {}),
    ],
)
def test_ports_are_published_on_the_loopback_and_only_chosen_host_ports_are_kept(
    ports: tuple[Port, ...], asked: tuple[int, ...], fixed: frozenset[int], published: dict[str, Any]
) -> None:
    assert arguments(replace(AUTH, ports=ports), asked, fixed)["ports"] == published


def test_a_chosen_host_port_is_kept_beside_another_for_the_same_container_port() -> None:
    node = replace(AUTH, ports=(Port(19092, 40001), Port(19092, 8080)))
    assert arguments(node, (19092,), frozenset({40001}))["ports"]["19092/tcp"] == ("127.0.0.1", 40001)


def test_volumes_are_those_of_the_run_and_tmpfs_keeps_its_options() -> None:
    mounts = (
        Mount(MountKind.VOLUME, "/var/lib/data", "data"),
        Mount(MountKind.VOLUME, "/anonymous", read_only=True),
        Mount(MountKind.TMPFS, "/tmp", size_bytes=64, mode=0o1777),
        Mount(MountKind.TMPFS, "/run"),
        Mount(MountKind.TMPFS, "/cache", mode=0o700, options=("uid=999", "exec")),
        Mount(MountKind.FILES, "/etc/app.conf", "/project/app.conf"),
    )
    given = arguments(replace(AUTH, mounts=mounts))
    assert given["volumes"] == {
        "readiness-abc123-data": {"bind": "/var/lib/data", "mode": "rw"},
        "readiness-abc123-auth-anonymous": {"bind": "/anonymous", "mode": "ro"},
    }
    assert given["tmpfs"] == {"/tmp": "size=64,mode=1777", "/run": "", "/cache": "mode=700,uid=999,exec"}


def test_the_first_network_is_joined_under_the_node_s_name_and_aliases() -> None:
    given = arguments(replace(AUTH, networks={"default": ("login", "sso"), "second": ()}))
    assert given["network"] == "readiness-abc123-default"
    assert given["networking_config"]["readiness-abc123-default"]["Aliases"] == ["auth", "login", "sso"]
    assert len(given["networking_config"]) == 1


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (HealthCheck((), disabled=True), {"test": ["NONE"]}),
        (HealthCheck(("CMD", "true")), {"test": ["CMD", "true"]}),
        (HealthCheck((), interval_s=1.5), {"interval": 1_500_000_000}),
        (
            HealthCheck(("CMD", "true"), 5, 0.5, 0, 3),
            {
                "test": ["CMD", "true"],
                "interval": 5 * 10**9,
                "timeout": 5 * 10**8,
                "start_period": 0,
                "retries": 3,
            },
        ),
    ],
)
def test_a_healthcheck_is_handed_on_in_nanoseconds_and_what_is_not_said_is_the_image_s(
    check: HealthCheck, expected: dict[str, Any]
) -> None:
    assert arguments(replace(AUTH, healthcheck=check))["healthcheck"] == expected


def test_hosts_limits_and_kernel_settings_are_handed_on() -> None:
    given = arguments(
        replace(
            AUTH,
            extra_hosts=("db:10.0.0.1", "cache=10.0.0.2", "v6:::1"),
            ulimits={"nofile": (1024, 2048)},
            sysctls={"net.core.somaxconn": "1024"},
            init=True,
            shm_size_bytes=64,
            stop_signal="SIGQUIT",
        )
    )
    assert given["extra_hosts"] == {"db": "10.0.0.1", "cache": "10.0.0.2", "v6": "::1"}
    (limit,) = given["ulimits"]
    assert (limit.name, limit.soft, limit.hard) == ("nofile", 1024, 2048)
    assert given["sysctls"] == {"net.core.somaxconn": "1024"}
    assert (given["init"], given["shm_size"], given["stop_signal"]) == (True, 64, "SIGQUIT")


def test_files_of_the_project_are_copied_to_their_targets(tmp_path: Path) -> None:
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "a.conf").write_text("a")
    (tmp_path / "init.sql").write_text("select 1")
    mounts = (
        Mount(MountKind.FILES, "/etc/conf.d", str(tmp_path / "conf.d")),
        Mount(MountKind.FILES, "/init/1.sql", str(tmp_path / "init.sql")),
        Mount(MountKind.VOLUME, "/data", "data"),
    )
    archive = files_archive(replace(AUTH, mounts=mounts))
    assert archive is not None
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        assert tar.getnames() == ["etc/conf.d", "etc/conf.d/a.conf", "init/1.sql"]
        content = tar.extractfile("init/1.sql")
        assert content is not None
        assert content.read() == b"select 1"


def test_a_node_without_files_needs_no_archive() -> None:
    assert files_archive(replace(AUTH, mounts=(Mount(MountKind.VOLUME, "/data", "data"),))) is None
