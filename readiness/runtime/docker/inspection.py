"""From what the engine inspects to our model."""

import re
from datetime import datetime
from typing import Any

from readiness.model.evidence import ContainerState, HealthLogEntry
from readiness.runtime.protocol import CheckTimes, ContainerFacts, ImageFacts, Layer

_NEVER = "0001-01-01"
_STAMP = re.compile(r"(?P<moment>[-\dT:]+)(?:\.(?P<fraction>\d+))?(?P<zone>Z|[+-]\d\d:\d\d)")
_HOST_NAMESPACES = ("NetworkMode", "PidMode", "IpcMode", "UTSMode", "UsernsMode")


def container_state(inspected: dict[str, Any]) -> ContainerState:
    """The state of a container from the engine's answer to ``inspect``."""
    state = inspected["State"]
    health = state.get("Health") or {}
    return ContainerState(
        status=state["Status"],
        exit_code=state["ExitCode"],
        oom_killed=state.get("OOMKilled", False),
        error=state.get("Error", ""),
        started_at=seconds(state.get("StartedAt")),
        finished_at=seconds(state.get("FinishedAt")),
        restart_count=inspected.get("RestartCount", 0),
        pid=state.get("Pid", 0),
        health=None if health.get("Status") in (None, "none") else health["Status"],
        health_log=tuple(
            HealthLogEntry(entry["ExitCode"], entry.get("Output", "")[:2000], seconds(entry.get("End")) or 0.0)
            for entry in health.get("Log") or ()
        ),
    )


def container_facts(inspected: dict[str, Any]) -> ContainerFacts:
    """How a container was set up, from the engine's answer to ``inspect``."""
    host, config = inspected["HostConfig"], inspected["Config"]
    networks = inspected["NetworkSettings"].get("Networks") or {}
    mounts = [f"{mount.get('Source', '')}:{mount['Destination']}" for mount in inspected.get("Mounts", ())]
    return ContainerFacts(
        user=config.get("User", ""),
        memory_bytes=host.get("Memory", 0),
        nano_cpus=host.get("NanoCpus", 0)
        or max(0, host.get("CpuQuota", 0)) * 10**9 // (host.get("CpuPeriod") or 100_000),
        pids=host.get("PidsLimit") or 0,
        restart_policy=host.get("RestartPolicy", {}).get("Name") or "no",
        restart_maximum=host.get("RestartPolicy", {}).get("MaximumRetryCount", 0),
        privileged=host.get("Privileged", False),
        read_only=host.get("ReadonlyRootfs", False),
        cap_add=tuple(host.get("CapAdd") or ()),
        cap_drop=tuple(host.get("CapDrop") or ()),
        security_opt=tuple(host.get("SecurityOpt") or ()),
        binds=tuple(mounts),
        host_namespaces=tuple(key for key in _HOST_NAMESPACES if host.get(key) == "host"),
        healthcheck=tuple((config.get("Healthcheck") or {}).get("Test") or ()),
        addresses=tuple(network["IPAddress"] for network in networks.values() if network.get("IPAddress")),
        environment=dict(entry.partition("=")[::2] for entry in config.get("Env") or ()),
        check_times=_check_times(config.get("Healthcheck") or {}),
    )


def _check_times(check: dict[str, Any]) -> CheckTimes:
    """The engine keeps nanoseconds, and 0 for its default."""
    interval_s, timeout_s = (check.get(key, 0) / 10**9 for key in ("Interval", "Timeout"))
    return CheckTimes(
        interval_s or CheckTimes.interval_s, timeout_s or CheckTimes.timeout_s, check.get("Retries", 0) or 3
    )


def image_facts(name: str, inspected: dict[str, Any], history: list[dict[str, Any]]) -> ImageFacts:
    """An image from the engine's answers to ``inspect`` and ``history``."""
    config = inspected.get("Config") or {}
    return ImageFacts(
        name=name,
        size_bytes=inspected["Size"],
        user=config.get("User", ""),
        environment=tuple(config.get("Env") or ()),
        entrypoint=tuple(config.get("Entrypoint") or ()),
        command=tuple(config.get("Cmd") or ()),
        healthcheck=tuple((config.get("Healthcheck") or {}).get("Test") or ()),
        tags=tuple(inspected.get("RepoTags") or ()),
        layers=tuple(Layer(entry.get("CreatedBy", ""), entry.get("Size", 0)) for entry in history),
    )


def seconds(stamp: str | None) -> float | None:
    """The engine's RFC 3339 time in seconds since the epoch; None for the zero time that means never."""
    if not stamp or stamp.startswith(_NEVER):
        return None
    match = _STAMP.fullmatch(stamp)
    if match is None:
        return None
    # The engine gives nanoseconds; datetime reads microseconds.
    zone = "+00:00" if match["zone"] == "Z" else match["zone"]
    return datetime.fromisoformat(f"{match['moment']}.{match['fraction'] or '':0<6.6}{zone}").timestamp()
