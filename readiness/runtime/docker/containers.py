"""From a node of the graph to the arguments with which the engine creates its container."""

import io
import tarfile
from collections.abc import Iterable, Mapping
from typing import Any

from docker.types import EndpointConfig, Ulimit

from readiness.model.graph import HealthCheck, Mount, MountKind, Node
from readiness.runtime.docker import labels

_LOOPBACK = "127.0.0.1"
_NANO = 10**9


def create_arguments(
    node: Node,
    *,
    run: str,
    name: str,
    ports: Iterable[int],
    fixed_ports: frozenset[int],
    volumes: Mapping[str, str],
    networks: Mapping[str, str],
    api_version: str,
) -> dict[str, Any]:
    """Arguments for the engine's create call.

    ``ports`` are container ports that the suite asks and that the file may not publish. Of the host ports in the file
    only ``fixed_ports``, chosen for this run, are kept: two runs side by side must not meet. ``volumes`` and
    ``networks`` map the names in the file to those that this run created. Only the first network is joined at creation.
    """
    first = next(iter(node.networks), None)
    arguments: dict[str, Any] = {
        "name": name,
        "labels": {**node.labels, labels.RUN: run, labels.NODE: node.name},
        "environment": dict(node.environment),
        "ports": _published(node, ports, fixed_ports),
        "command": list(node.command) if node.command is not None else None,
        "working_dir": node.working_dir,
        "hostname": node.hostname,
        "user": node.privileges.user,
        "read_only": node.privileges.read_only,
        "cap_add": list(node.privileges.cap_add),
        "cap_drop": list(node.privileges.cap_drop),
        "security_opt": list(node.privileges.security_opt),
        "restart_policy": {"Name": node.restart.name, "MaximumRetryCount": node.restart.maximum_retries},
        "volumes": {
            volumes[volume_key(node, mount)]: {"bind": mount.target, "mode": "ro" if mount.read_only else "rw"}
            for mount in node.mounts
            if mount.kind is MountKind.VOLUME
        },
        "tmpfs": {mount.target: _tmpfs_options(mount) for mount in node.mounts if mount.kind is MountKind.TMPFS},
        "init": node.init or None,
        "stop_signal": node.stop_signal,
        "shm_size": node.shm_size_bytes,
        "ulimits": [Ulimit(name=key, soft=soft, hard=hard) for key, (soft, hard) in node.ulimits.items()],
        "sysctls": dict(node.sysctls) or None,
        "extra_hosts": dict(_host_and_address(entry) for entry in node.extra_hosts) or None,
        "healthcheck": _healthcheck(node.healthcheck) if node.healthcheck else None,
        "mem_limit": node.limits.memory_bytes,
        "nano_cpus": int(node.limits.cpus * _NANO) if node.limits.cpus else None,
        "pids_limit": node.limits.pids,
    }
    if node.entrypoint is not None:
        arguments["entrypoint"] = list(node.entrypoint)
    if first is not None:
        endpoint = EndpointConfig(api_version, aliases=[node.name, *node.networks[first]])
        arguments |= {"network": networks[first], "networking_config": {networks[first]: endpoint}}
    return {key: value for key, value in arguments.items() if value is not None}


def volume_key(node: Node, mount: Mount) -> str:
    """By what a volume is known in a run: its name in the file, or whose anonymous one it is."""
    return mount.source or f"{node.name}:{mount.target}"


def files_archive(node: Node) -> bytes | None:
    """A tar of the project's files and folders that the Compose file mounts, each at its target; None without any.

    They are copied in and not mounted, so that a remote engine works too and the project's folder stays as it is.
    """
    sources = [mount for mount in node.mounts if mount.kind is MountKind.FILES and mount.source]
    if not sources:
        return None
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for mount in sources:
            tar.add(str(mount.source), arcname=mount.target.lstrip("/"))
    return archive.getvalue()


def _published(node: Node, asked: Iterable[int], fixed: frozenset[int]) -> dict[str, tuple[str, int | None]]:
    """Every port on the loopback only; the engine chooses the host's side unless the container has to know it."""
    published: dict[str, tuple[str, int | None]] = {f"{port}/tcp": (_LOOPBACK, None) for port in asked}
    for port in node.ports:
        name = f"{port.container_port}/{port.protocol}"
        if port.host_port in fixed:
            published[name] = (_LOOPBACK, port.host_port)
        else:
            published.setdefault(name, (_LOOPBACK, None))
    return published


def _host_and_address(entry: str) -> tuple[str, str]:
    separator = "=" if "=" in entry else ":"
    host, _, address = entry.partition(separator)
    return host, address


def _tmpfs_options(mount: Mount) -> str:
    options = [f"size={mount.size_bytes}"] if mount.size_bytes else []
    if mount.mode is not None:
        options.append(f"mode={mount.mode:o}")
    return ",".join((*options, *mount.options))


def _healthcheck(check: HealthCheck) -> dict[str, Any]:
    if check.disabled:
        return {"test": ["NONE"]}
    described = {
        "test": list(check.test) or None,
        "interval": _nanoseconds(check.interval_s),
        "timeout": _nanoseconds(check.timeout_s),
        "start_period": _nanoseconds(check.start_period_s),
        "retries": check.retries,
    }
    return {key: value for key, value in described.items() if value is not None}


def _nanoseconds(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * _NANO)
