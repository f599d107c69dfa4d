"""What ``docker inspect`` printed on somebody else's machine becomes a state and a node."""

import json
from typing import Any

import pytest

from readiness.model.graph import Condition
from readiness.runtime.docker.inspect_output import NotInspected, read_inspected


def inspected(**changes: Any) -> dict[str, Any]:
    """A container of Compose that was killed for its memory, as Docker prints it."""
    return {
        "Id": "4f1c2e9a7b3d" + "0" * 52,
        "Name": "/shop-auth-1",
        "RestartCount": 4,
        "State": {
            "Status": "exited",
            "Running": False,
            "OOMKilled": True,
            "ExitCode": 137,
            "Error": "",
            "StartedAt": "2026-11-28T09:00:00.5Z",
            "FinishedAt": "2026-11-28T09:00:02.123456789Z",
            "Health": {
                "Status": "unhealthy",
                "FailingStreak": 3,
                "Log": [{"Start": "x", "End": "2026-11-28T09:00:01Z", "ExitCode": 7, "Output": "refused"}],
            },
        },
        "Config": {
            "Image": "shop/auth:1",
            "Hostname": "4f1c2e9a7b3d",
            "Env": ["DATABASE_URL=postgres://app:hunter2@db:5432/app", "EMPTY=", "NO_VALUE"],
            "Cmd": ["node", "dist/main.js"],
            "ExposedPorts": {"3000/tcp": {}},
            "Healthcheck": {"Test": ["CMD", "curl", "localhost:3000"]},
            "Labels": {
                "com.docker.compose.service": "auth",
                "com.docker.compose.project": "shop",
                "com.docker.compose.depends_on": "db:service_healthy:false,cache:service_started:true",
            },
        },
        "HostConfig": {
            "Memory": 268435456,
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 4},
            "PortBindings": {"3000/tcp": [{"HostIp": "", "HostPort": "8080"}]},
        },
        "NetworkSettings": {
            "Networks": {"shop_default": {"Aliases": ["auth", "4f1c2e9a7b3d"], "IPAddress": "172.18.0.4"}}
        },
        **changes,
    }


def test_a_container_is_read_with_its_state() -> None:
    (container,) = read_inspected(json.dumps([inspected()]))
    state = container.state
    assert (container.name, container.container, container.project) == ("auth", "shop-auth-1", "shop")
    assert container.addresses == ("172.18.0.4",)
    assert (state.status, state.exit_code, state.oom_killed, state.restart_count) == ("exited", 137, True, 4)
    assert state.started_at is not None
    assert state.finished_at is not None
    assert round(state.finished_at - state.started_at, 3) == 1.623
    assert (state.health, [(entry.exit_code, entry.output) for entry in state.health_log]) == (
        "unhealthy",
        [(7, "refused")],
    )


def test_a_container_is_read_with_how_it_was_declared() -> None:
    node = read_inspected(json.dumps(inspected()))[0].node
    assert node is not None
    assert (node.name, node.image, node.command, node.hostname) == (
        "auth",
        "shop/auth:1",
        ("node", "dist/main.js"),
        None,
    )
    assert node.environment == {
        "DATABASE_URL": "postgres://app:hunter2@db:5432/app",
        "EMPTY": "",
        "NO_VALUE": "",
    }
    assert [(port.container_port, port.host_port) for port in node.ports] == [(3000, 8080)]
    assert node.networks == {"shop_default": ("auth", "shop-auth-1")}
    assert [(e.node, e.condition) for e in node.depends_on] == [
        ("db", Condition.HEALTHY),
        ("cache", Condition.STARTED),
    ]
    assert (node.restart.name, node.restart.maximum_retries, node.limits.memory_bytes) == ("on-failure", 4, 268435456)


def test_secrets_do_not_show_where_a_container_is_printed() -> None:
    assert "hunter2" not in repr(read_inspected(json.dumps(inspected())))


FORMS = {
    "an array": json.dumps([inspected(), inspected(Name="/b")]),
    "objects one after another": f"{json.dumps(inspected())}\n{json.dumps(inspected(), indent=2)}\n",
    "arrays one after another": f"{json.dumps([inspected()])}{json.dumps([inspected()])}",
    "behind a mark": "\ufeff" + json.dumps([inspected(), inspected()]),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_several_containers_are_read_in_every_form(text: str) -> None:
    assert [each.name for each in read_inspected(text)] == ["auth", "auth"]


def test_a_bare_state_is_read() -> None:
    (bare,) = read_inspected(json.dumps(inspected()["State"]))
    assert (bare.name, bare.node, bare.state.exit_code, bare.state.oom_killed) == (None, None, 137, True)


def test_a_container_without_compose_goes_by_its_own_name() -> None:
    (container,) = read_inspected(json.dumps(inspected(Config={"Image": "redis:7"})))
    assert (container.name, container.node and container.node.image) == ("shop-auth-1", "redis:7")


def test_what_compose_lists_is_read() -> None:
    listed = {
        "Name": "shop-auth-1",
        "Service": "auth",
        "Project": "shop",
        "State": "exited",
        "ExitCode": 3,
        "Health": "",
    }
    (container,) = read_inspected(json.dumps(listed))
    assert (container.name, container.state.status, container.state.exit_code) == ("auth", "exited", 3)
    assert container.state.health is None


def test_what_podman_prints_is_read() -> None:
    state = {"Status": "stopped", "ExitCode": 1, "Healthcheck": {"Status": "", "FailingStreak": 0, "Log": None}}
    (container,) = read_inspected(json.dumps([{"Name": "auth", "State": state, "ImageName": "shop/auth"}]))
    assert (container.state.status, container.state.exit_code) == ("exited", 1)
    assert container.node is not None
    assert container.node.image == "shop/auth"


@pytest.mark.parametrize("value", [None, "x", 7, [], {}, [None], True])
@pytest.mark.parametrize("key", ["Config", "HostConfig", "NetworkSettings", "RestartCount", "Name", "Id"])
def test_what_an_engine_prints_otherwise_is_left_out(key: str, value: Any) -> None:
    (container,) = read_inspected(json.dumps(inspected(**{key: value})))
    assert container.state.exit_code == 137


WRONG = {
    "nothing": ("", "names no container"),
    "an empty array": ("[]", "names no container"),
    "a log": ("INFO starting", "no JSON"),
    "half": (json.dumps([inspected()])[:-20], "no JSON"),
    "a list of names": ('["auth"]', "objects with a State"),
    "an image": (json.dumps([{"Id": "x", "RepoTags": ["a"], "RootFS": {}}]), "an image"),
    "a network": (json.dumps([{"Name": "shop_default", "Driver": "bridge"}]), "no State"),
    "an unknown status": (json.dumps(inspected(State={"Status": "melted"})), "'melted'"),
    "deep": ("[" * 100_000, "no JSON"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_what_is_no_inspection_is_told(text: str, told: str) -> None:
    with pytest.raises(NotInspected, match=told):
        read_inspected(text)
