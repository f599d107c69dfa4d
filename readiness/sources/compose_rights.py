"""Rights over the host that a Compose file asks for. None of them is granted, and each is told as a finding.

A container with such a right could change the machine that judges it. Most containers that ask for one do their work
without it, so the rest of the platform is judged all the same.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

_SOCKETS = ("docker.sock", "containerd.sock", "podman.sock", "crio.sock")
_NAMESPACES = ("network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup")
_OVER_THE_HOST = (
    *("ALL", "BPF", "DAC_READ_SEARCH", "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "PERFMON", "SYSLOG"),
    *("SYS_ADMIN", "SYS_BOOT", "SYS_MODULE", "SYS_PACCT", "SYS_RAWIO", "SYS_TIME", "SYS_TTY_CONFIG"),
)
"""Capabilities that reach beyond the container's own namespaces (capabilities(7))."""


def rights_over_the_host(service: Mapping[str, Any]) -> tuple[str, ...]:
    """Each such right that a service asks for, in words."""
    return tuple(_asked_for(service))


def is_capability_over_the_host(name: str) -> bool:
    """Whether a capability, in either spelling, reaches beyond the container."""
    return name.upper().removeprefix("CAP_") in _OVER_THE_HOST


def is_engine_socket(volume: Mapping[str, Any]) -> bool:
    """Whether a mount hands the container engine to the container."""
    return volume.get("type") == "bind" and PurePath(str(volume.get("source", ""))).name in _SOCKETS


def is_of_the_host(key: str, value: object) -> bool:
    """Whether a key of a service, with this value, asks for a right over the host and for nothing else."""
    return key in ("privileged", "use_api_socket") or (key in _NAMESPACES and value == "host")


def _asked_for(service: Mapping[str, Any]) -> Iterator[str]:
    if service.get("privileged"):
        yield "it is privileged"
    if service.get("use_api_socket"):
        yield "the engine's socket is mounted (use_api_socket)"
    for volume in service.get("volumes") or ():
        if is_engine_socket(volume):
            yield f"the engine's socket is mounted ({volume['source']}:{volume['target']})"
    for key in _NAMESPACES:
        if service.get(key) == "host":
            yield f"it shares the host's namespace ({key}: host)"
    for name in service.get("cap_add") or ():
        if is_capability_over_the_host(name):
            yield f"it is given a capability over the host ({name})"
