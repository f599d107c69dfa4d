"""A resolved Compose configuration becomes a graph, and what cannot be honoured is refused by name."""

from pathlib import Path
from typing import Any

import pytest

from readiness.model.errors import UnsupportedByRuntime
from readiness.model.graph import Condition, Dependency, Graph, HealthCheck, Limits, Mount, MountKind, Node, Port
from readiness.sources.compose_mapping import graph_from_config
from readiness.sources.values import duration_s, size_bytes


def graph(folder: Path, top: dict[str, Any] | None = None, **services: dict[str, Any]) -> Graph:
    filled = {name: {"image": "x", "networks": {"default": None}, **service} for name, service in services.items()}
    config = {"name": "demo", "services": filled, **(top or {})}
    return graph_from_config(config, folder / "compose.yaml", (folder,))


def node(folder: Path, top: dict[str, Any] | None = None, **service: Any) -> Node:
    return graph(folder, top, a=service)["a"]


def refused(folder: Path, top: dict[str, Any] | None = None, **service: Any) -> list[str]:
    with pytest.raises(UnsupportedByRuntime) as caught:
        node(folder, top, **service)
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


def test_an_image_that_compose_builds_has_the_name_that_compose_gives_it(tmp_path: Path) -> None:
    built = node(tmp_path, image=None, build={"context": str(tmp_path), "args": {"A": "1", "FROM_SHELL": None}})
    assert built.image == "demo-a"
    assert built.build is not None
    assert (built.build.context, built.build.dockerfile, built.build.args) == (tmp_path, "Dockerfile", {"A": "1"})


def test_null_keeps_the_command_of_the_image_and_an_empty_list_clears_it(tmp_path: Path) -> None:
    read = node(tmp_path, entrypoint=[], command=None)
    assert (read.entrypoint, read.command) == ((), None)


def test_a_variable_that_not_even_the_shell_has_is_not_set(tmp_path: Path) -> None:
    assert node(tmp_path, environment={"A": None, "B": ""}).environment == {"B": ""}


def test_ports_keep_what_the_file_asks_for(tmp_path: Path) -> None:
    ports = [
        {"target": 80, "protocol": "tcp", "mode": "ingress"},
        {"target": 53, "published": "5353", "protocol": "udp", "host_ip": "127.0.0.1"},
        {"target": 90, "published": "8000-9000", "protocol": "tcp"},
    ]
    read = node(tmp_path, ports=ports, expose=["77", "8000-8002/tcp", "9/udp"])
    assert read.ports == (Port(80), Port(53, 5353, "udp"), Port(90))
    assert read.expose == (77, 8000, 8001, 8002)


def test_files_of_the_project_are_mounted_and_data_folders_become_volumes(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("x")
    bind = {"create_host_path": True}
    volumes = [
        {"type": "bind", "source": f"{tmp_path}/a.conf", "target": "/a", "read_only": True, "bind": bind},
        {"type": "bind", "source": f"{tmp_path}/data", "target": "/d", "bind": bind},
        {"type": "volume", "source": "data", "target": "/v", "volume": {}},
        {"type": "volume", "target": "/anon", "volume": {}},
        {"type": "tmpfs", "target": "/t", "tmpfs": {"size": "10485760", "mode": 0o700}},
    ]
    read = node(tmp_path, volumes=volumes, tmpfs=["/tmp:size=64m,mode=1777,noexec,uid=999", "/run"])
    assert read.mounts == (
        Mount(MountKind.FILES, "/a", f"{tmp_path}/a.conf", read_only=True),
        Mount(MountKind.VOLUME, "/d"),
        Mount(MountKind.VOLUME, "/v", "data"),
        Mount(MountKind.VOLUME, "/anon"),
        Mount(MountKind.TMPFS, "/t", size_bytes=10 * 2**20, mode=0o700),
        Mount(MountKind.TMPFS, "/tmp", size_bytes=64 * 2**20, mode=0o1777, options=("noexec", "uid=999")),
        Mount(MountKind.TMPFS, "/run"),
    )


def test_secrets_and_configs_that_are_files_of_the_project_are_mounted_read_only(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("x")
    top = {"secrets": {"s": {"file": f"{tmp_path}/s.txt"}}, "configs": {"c": {"file": f"{tmp_path}/s.txt"}}}
    read = node(
        tmp_path, top, secrets=[{"source": "s"}], configs=[{"source": "c"}, {"source": "c", "target": "/etc/c"}]
    )
    assert [(mount.target, mount.read_only) for mount in read.mounts] == [
        ("/run/secrets/s", True),
        ("/c", True),
        ("/etc/c", True),
    ]


def test_limits_of_deploy_win_over_the_older_keys(tmp_path: Path) -> None:
    limits = {"resources": {"limits": {"cpus": 0.5, "memory": "104857600", "pids": 100}}}
    assert node(tmp_path, deploy=limits, mem_limit="9").limits == Limits(104_857_600, 0.5, 100)
    assert node(tmp_path, mem_limit="1073741824", cpus=1.5, pids_limit=50).limits == Limits(2**30, 1.5, 50)
    assert node(tmp_path, cpu_quota=50_000, pids_limit=-1).limits == Limits(cpus=0.5)


@pytest.mark.parametrize(
    ("service", "name", "retries"),
    [
        ({}, "no", 0),
        ({"restart": "on-failure:3"}, "on-failure", 3),
        ({"restart": "unless-stopped"}, "unless-stopped", 0),
        ({"deploy": {"restart_policy": {"condition": "any"}}}, "always", 0),
        ({"deploy": {"restart_policy": {"condition": "on-failure", "max_attempts": 4}}}, "on-failure", 4),
        ({"restart": "always", "deploy": {"restart_policy": {"condition": "none"}}}, "always", 0),
    ],
)
def test_restart_policies_in_both_spellings(tmp_path: Path, service: dict[str, Any], name: str, retries: int) -> None:
    policy = node(tmp_path, **service).restart
    assert (policy.name, policy.maximum_retries) == (name, retries)


def test_health_checks(tmp_path: Path) -> None:
    full = {"test": ["CMD", "x"], "interval": "1m30s", "timeout": "500ms", "start_period": "10s", "retries": 3}
    assert node(tmp_path, healthcheck=full).healthcheck == HealthCheck(("CMD", "x"), 90.0, 0.5, 10.0, 3)
    assert node(tmp_path, healthcheck={"interval": "5s"}).healthcheck == HealthCheck((), 5.0)
    for disabled in ({"disable": True}, {"test": ["NONE"]}):
        assert node(tmp_path, healthcheck=disabled).healthcheck == HealthCheck(("NONE",), disabled=True)
    assert node(tmp_path).healthcheck is None


def test_dependencies_links_and_container_names(tmp_path: Path) -> None:
    read = graph(
        tmp_path,
        a={
            "depends_on": {"b": {"condition": "service_healthy", "required": False, "restart": True}},
            "links": ["c:database"],
        },
        b={"container_name": "my-b", "networks": {"default": {"aliases": ["x"]}, "back": None}},
        c={},
    )
    assert read["a"].depends_on == (Dependency("c"), Dependency("b", Condition.HEALTHY, required=False))
    assert read["b"].networks == {"default": ("x", "my-b"), "back": ("my-b",)}
    assert read["c"].networks == {"default": ("database",)}


def test_what_is_about_the_process_is_kept(tmp_path: Path) -> None:
    read = node(
        tmp_path,
        user="1000:1000", read_only=True, cap_drop=["ALL"], security_opt=["no-new-privileges:true"], init=True,
        stop_signal="SIGINT", stop_grace_period="1m0s", shm_size="67108864", working_dir="/w", hostname="h",
        ulimits={"nofile": 9, "nproc": {"soft": 1, "hard": 2}}, sysctls={"net.core.somaxconn": 1024},
        extra_hosts=["h=127.0.0.1", "g:host-gateway"], labels={"l": "v"},
    )  # fmt: skip
    assert (read.privileges.user, read.privileges.read_only, read.privileges.cap_drop) == ("1000:1000", True, ("ALL",))
    assert (read.stop_signal, read.stop_grace_s, read.shm_size_bytes, read.init) == ("SIGINT", 60.0, 2**26, True)
    assert (read.ulimits, read.sysctls) == ({"nofile": (9, 9), "nproc": (1, 2)}, {"net.core.somaxconn": "1024"})
    assert read.extra_hosts == ("h:127.0.0.1", "g:host-gateway")
    assert node(tmp_path).stop_grace_s == 10.0


@pytest.mark.parametrize(
    ("service", "told"),
    [
        ({"network_mode": "service:b"}, "a: network_mode service:b: it shares"),
        ({"pid": "service:b"}, "a: pid service:b: it shares"),
        ({"devices": [{"source": "/dev/kvm"}]}, "a: devices: it needs hardware"),
        ({"gpus": [{"count": -1}]}, "a: gpus: it needs hardware"),
        ({"tty": True}, "a: tty: containers run without a terminal"),
        ({"a_key_of_tomorrow": 1}, "a: a_key_of_tomorrow: this suite does not know it"),
        ({"scale": 3}, "a: replicas 3: this suite judges one instance"),
        ({"scale": 0}, "a: replicas 0: this suite judges one instance"),
        ({"deploy": {"replicas": 2}}, "a: replicas 2: this suite judges one instance"),
        ({"build": {"context": "/x", "secrets": [{"source": "s"}]}}, "a: build.secrets: a build that needs a secret"),
        ({"build": {"context": "/x", "ssh": ["default"]}}, "a: build.ssh: a build that needs a key"),
        ({"build": {"context": "https://github.com/a/b.git"}}, "a: build.context https://github.com/a/b.git: a remote"),
        ({"platform": "windows/amd64"}, "a: platform windows/amd64: this machine runs linux/"),
        ({"security_opt": ["seccomp:./x.json"]}, "a: security_opt seccomp:./x.json: a profile is a file"),
        ({"networks": {"n": {"ipv4_address": "10.0.0.2"}}}, "a: networks.n.ipv4_address: fixed addresses"),
        ({"tmpfs": ["/tmp:mpol=bind:0"]}, "a: tmpfs: /tmp with mpol=bind:0: this suite sets size, mode and owner"),
        ({"secrets": [{"source": "s"}]}, "a: secrets: s: it is not a file of the project"),
        ({"volumes": [{"type": "npipe", "source": "x", "target": "/x"}]}, "a: volumes: type npipe at /x"),
        ({"volumes": [{"type": "volume", "source": "v", "target": "/x", "volume": {"subpath": "s"}}]},
         "a: volumes: volume.subpath at /x"),
        ({"volumes": [{"type": "bind", "source": "/etc/passwd", "target": "/s"}]},
         "a: volumes: /etc/passwd: it lies outside the project's folder"),
    ],
)  # fmt: skip
def test_what_the_runtime_does_not_do_is_refused_by_name(tmp_path: Path, service: dict[str, Any], told: str) -> None:
    (line,) = refused(tmp_path, **service)
    assert line.startswith(told)


@pytest.mark.parametrize(
    ("service", "told"),
    [
        ({"privileged": True}, "it is privileged"),
        ({"use_api_socket": True}, "the engine's socket is mounted (use_api_socket)"),
        ({"network_mode": "host"}, "it shares the host's namespace (network_mode: host)"),
        ({"pid": "host"}, "it shares the host's namespace (pid: host)"),
        ({"ipc": "host"}, "it shares the host's namespace (ipc: host)"),
        ({"userns_mode": "host"}, "it shares the host's namespace (userns_mode: host)"),
        ({"cap_add": ["SYS_ADMIN"]}, "it is given a capability over the host (SYS_ADMIN)"),
        ({"cap_add": ["CAP_ALL"]}, "it is given a capability over the host (CAP_ALL)"),
        ({"volumes": [{"type": "bind", "source": "/var/run/docker.sock", "target": "/s"}]},
         "the engine's socket is mounted (/var/run/docker.sock:/s)"),
    ],
)  # fmt: skip
def test_rights_over_the_host_are_withheld_and_told(tmp_path: Path, service: dict[str, Any], told: str) -> None:
    read = node(tmp_path, **service)
    assert read.privileges.withheld == (told,)
    assert (read.mounts, read.privileges.cap_add) == ((), ())


def test_who_wants_the_hosts_network_is_attached_to_all_networks_of_the_graph(tmp_path: Path) -> None:
    top: dict[str, Any] = {"networks": {"front": {}, "back": {}}}
    assert node(tmp_path, top, network_mode="host").networks == {"front": (), "back": ()}
    assert node(tmp_path, network_mode="host").networks == {"default": ()}


def test_capabilities_within_the_container_are_granted(tmp_path: Path) -> None:
    read = node(tmp_path, cap_add=["NET_ADMIN", "SETUID"])
    assert (read.privileges.cap_add, read.privileges.withheld) == (("NET_ADMIN", "SETUID"), ())


def test_a_link_that_leads_out_of_the_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inside").symlink_to("/etc")
    volume = {"type": "bind", "source": f"{tmp_path}/inside/passwd", "target": "/x"}
    (line,) = refused(tmp_path, volumes=[volume])
    assert "it lies outside the project's folder (it leads to /etc/passwd)" in line


def test_a_missing_file_that_nobody_creates_is_refused(tmp_path: Path) -> None:
    volume = {"type": "bind", "source": f"{tmp_path}/nothing", "target": "/x", "bind": {}}
    (line,) = refused(tmp_path, volumes=[volume])
    assert "there is no such file or folder" in line


@pytest.mark.parametrize(
    "top",
    [
        {"volumes": {"v": {"external": True}}},
        {"volumes": {"v": {"driver": "nfs"}}},
        {"volumes": {"v": {"driver": "local", "driver_opts": {"device": "/etc", "o": "bind", "type": "none"}}}},
    ],
)
def test_a_volume_that_reaches_outside_the_run_is_refused(tmp_path: Path, top: dict[str, Any]) -> None:
    volume = {"type": "volume", "source": "v", "target": "/x", "volume": {}}
    assert refused(tmp_path, top, volumes=[volume])[0].startswith("a: volumes: v: ")


@pytest.mark.parametrize("network", [{"external": True}, {"driver": "overlay"}])
def test_a_network_that_is_not_the_runs_own_is_refused(tmp_path: Path, network: dict[str, Any]) -> None:
    assert refused(tmp_path, {"networks": {"n": network}})[0].startswith("network n: ")


def test_everything_that_is_refused_is_told_in_one_message(tmp_path: Path) -> None:
    assert len(refused(tmp_path, tty=True, pid="container:x", scale=2)) == 3


def test_defaults_that_compose_prints_and_conveniences_are_no_reason_to_refuse(tmp_path: Path) -> None:
    read = node(
        tmp_path,
        {"networks": {"default": {"name": "fixed", "ipam": {}, "internal": True}}},
        privileged=False, tty=False, gpus=[], ipc="private", develop={"watch": []}, pull_policy="build",
        deploy={"replicas": 1, "placement": {}, "mode": "replicated"},
        logging={"driver": "json-file"}, annotations={"a": "b"}, **{"x-own": 1},
    )  # fmt: skip
    assert read.name == "a"


def test_nodes_stand_in_the_order_of_the_file(tmp_path: Path) -> None:
    config = {"name": "p", "services": {name: {"image": name} for name in ("a", "b", "c")}}
    read = graph_from_config(config, tmp_path / "compose.yaml", (tmp_path,), order=("c", "a", "not there"))
    assert [node.name for node in read] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("text", "seconds"), [("1m30s", 90), ("500ms", 0.5), ("1h0m0s", 3600), ("1.5s", 1.5), ("100µs", 1e-4), ("0", 0)]
)
def test_durations_as_go_prints_them(text: str, seconds: float) -> None:
    assert duration_s(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "5", "1x", "s", "1m 30s"])
def test_a_text_that_is_no_duration_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        duration_s(text)


def test_sizes_are_binary_as_compose_means_them() -> None:
    assert [size_bytes(text) for text in ("104857600", 5, "64m", "1gb", "2KiB")] == [104857600, 5, 2**26, 2**30, 2048]
