"""Removing what runs have created: everything that carries a run's label, and nothing else."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import docker
import docker.errors

from readiness.runtime.docker import labels


@dataclass(frozen=True)
class Removed:
    """What a clean-up took away, and what it could not."""

    containers: int = 0
    networks: int = 0
    volumes: int = 0
    failed: tuple[str, ...] = ()


def remove_run(client: docker.DockerClient, run: str) -> Removed:
    """Remove the containers, networks and volumes of one run. Goes on after a step that fails."""
    chosen: dict[str, str | list[str] | bool] = {"label": f"{labels.RUN}={run}"}
    containers = client.containers.list(all=True, filters=chosen, ignore_removed=True)
    lasting = _all_at_once([partial(container.remove, force=True, v=True) for container in containers])
    networks = client.networks.list(filters=chosen)
    joined = _all_at_once([network.remove for network in networks])
    volumes = client.volumes.list(filters=chosen)
    used = _all_at_once([partial(volume.remove, force=True) for volume in volumes])
    return Removed(
        len(containers) - len(lasting),
        len(networks) - len(joined),
        len(volumes) - len(used),
        (*lasting, *joined, *used),
    )


def _all_at_once(steps: list[Callable[[], None]]) -> list[str]:
    if not steps:
        return []
    with ThreadPoolExecutor(max_workers=len(steps)) as pool:
        return [message for message in pool.map(_guarded, steps) if message]


def _guarded(step: Callable[[], None]) -> str:
    try:
        step()
    except docker.errors.NotFound:
        return ""
    except docker.errors.APIError as error:
        # The engine says "already in progress" when the watcher and the run remove at the same time.
        return "" if "already in progress" in str(error) else str(error.explanation or error)
    return ""


@dataclass(frozen=True)
class KnownRun:
    """A run that has something on the engine."""

    run: str
    nodes: tuple[str, ...]
    owner_alive: bool
    kept: bool


def known_runs(client: docker.DockerClient) -> tuple[KnownRun, ...]:
    """Every run that has containers, networks or volumes on this engine. Its network's labels say whose it is."""
    nodes: dict[str, list[str]] = {}
    owner: dict[str, dict[str, str]] = {}
    for container in client.containers.list(all=True, filters={"label": labels.RUN}, ignore_removed=True):
        nodes.setdefault(container.labels[labels.RUN], []).append(container.labels.get(labels.NODE, "?"))
    for volume in client.volumes.list(filters={"label": labels.RUN}):
        nodes.setdefault((volume.attrs.get("Labels") or {})[labels.RUN], [])
    # Networks last: they are made first, so that nothing seen above can lack an owner for being too new.
    for network in client.networks.list(filters={"label": labels.RUN}):
        marked = network.attrs.get("Labels") or {}
        nodes.setdefault(marked[labels.RUN], [])
        owner[marked[labels.RUN]] = marked
    return tuple(
        KnownRun(run, tuple(sorted(names)), _is_alive(owner.get(run, {})), labels.KEPT in owner.get(run, {}))
        for run, names in nodes.items()
    )


def sweep(client: docker.DockerClient) -> tuple[str, ...]:
    """Remove what runs left behind whose owner on this machine is gone. Kept graphs and other machines' runs stay."""
    orphans = [known.run for known in known_runs(client) if not known.owner_alive and not known.kept]
    return tuple(run for run in orphans if not remove_run(client, run).failed)


def owner_labels(kept: bool) -> dict[str, str]:
    """Labels that say which process of which machine a run belongs to."""
    marks = {
        labels.OWNER_PID: str(os.getpid()),
        labels.OWNER_STARTED: _identity(os.getpid()),
    }
    return {**marks, labels.KEPT: "true"} if kept else marks


def _is_alive(marked: dict[str, str]) -> bool:
    pid, identity = marked.get(labels.OWNER_PID, ""), marked.get(labels.OWNER_STARTED, "")
    if not pid or identity.rsplit(":", 2)[0] != _machine():
        # Another machine shares this engine: its runs are its own to clean.
        return bool(pid)
    return identity == _identity(int(pid))


def _identity(pid: int) -> str:
    """Machine, and start time of the process: a pid alone may have been given to someone else."""
    try:
        # Field 22 of stat, proc(5), is the start time; the second may hold spaces and ends at the last parenthesis.
        started = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        started = "gone"
    return f"{_machine()}:{pid}:{started}"


def _machine() -> str:
    """This boot of this kernel and this namespace of pids: within it, a pid and its start time name one process."""
    try:
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return os.uname().nodename
