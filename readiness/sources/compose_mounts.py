"""Volumes, bind mounts, tmpfs, secrets and configs of a Compose service -> mounts of the model.

A bind mount of files inside the project's folders becomes a copy of them in the container, so that a remote engine
works too and nothing that a container does reaches the host. Anything from outside those folders is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness.model.graph import Mount, MountKind
from readiness.sources.compose_refusals import Refusal, says_nothing
from readiness.sources.compose_rights import is_engine_socket
from readiness.sources.values import size_bytes

_TMPFS_OPTIONS = frozenset(("rw", "exec", "noexec", "nosuid", "nodev", "noatime", "uid", "gid", "nr_inodes"))
"""What is handed on to the engine beside size, mode and ro: none gives a right over the host."""
_MOUNT_KEYS: Mapping[str, frozenset[str]] = {
    # SELinux labels and propagation are about files that stay on the host; ours are copied.
    "bind": frozenset(("create_host_path", "propagation", "selinux", "recursive")),
    "volume": frozenset(("labels",)),
    "tmpfs": frozenset(("size", "mode")),
}


@dataclass(frozen=True)
class Surroundings:
    """What mounts refer to: the folders that files may come from, and the top-level volumes, secrets and configs."""

    folders: tuple[Path, ...]
    volumes: Mapping[str, Any]
    secrets: Mapping[str, Any]
    configs: Mapping[str, Any]


def read_mounts(
    node: str, service: Mapping[str, Any], around: Surroundings
) -> tuple[tuple[Mount, ...], tuple[Refusal, ...]]:
    """All mounts of one service, and those that are refused. The engine's socket is left out: nobody is handed it."""
    mounts: list[Mount] = []
    refusals: list[Refusal] = []
    for made in (
        *(_volume(node, volume, around) for volume in service.get("volumes") or () if not is_engine_socket(volume)),
        *(_short_tmpfs(node, text) for text in _as_list(service.get("tmpfs"))),
        *_granted(node, "secrets", service, around.secrets, around.folders),
        *_granted(node, "configs", service, around.configs, around.folders),
    ):
        if isinstance(made, Refusal):
            refusals.append(made)
        else:
            mounts.append(made)
    return tuple(mounts), tuple(refusals)


def _volume(node: str, volume: Mapping[str, Any], around: Surroundings) -> Mount | Refusal:
    kind, target = volume.get("type"), volume["target"]
    options = volume.get(str(kind)) or {}
    for key, value in options.items():
        if key not in _MOUNT_KEYS.get(str(kind), frozenset()) and not says_nothing(value):
            return Refusal(node, f"volumes: {kind}.{key} at {target}", "this suite does not know it", "remove it")
    read_only = bool(volume.get("read_only"))
    if kind == "volume":
        return _named_volume(node, volume.get("source"), target, read_only, around)
    if kind == "bind":
        return _bind(node, f"volumes: {volume['source']}", volume, around.folders)
    if kind == "tmpfs":
        size, mode = options.get("size"), options.get("mode")
        return Mount(
            MountKind.TMPFS, target, None, read_only, size_bytes(size) if size else None, int(mode) if mode else None
        )
    return Refusal(
        node, f"volumes: type {kind} at {target}", "this suite mounts volumes, files and tmpfs", "use one of these"
    )


def _named_volume(node: str, name: str | None, target: str, read_only: bool, around: Surroundings) -> Mount | Refusal:
    declared = around.volumes.get(name or "") or {}
    if declared.get("external"):
        return Refusal(node, f"volumes: {name}", "it is external, so the run would change data that is not its own",
                       "declare it without external, and fill it with a job")  # fmt: skip
    if declared.get("driver") not in (None, "", "local") or declared.get("driver_opts"):
        return Refusal(
            node, f"volumes: {name}", "its driver or driver_opts reach outside the run", "declare a plain volume"
        )
    return Mount(MountKind.VOLUME, target, name, read_only)


def _bind(node: str, key: str, volume: Mapping[str, Any], folders: Sequence[Path]) -> Mount | Refusal:
    source, target = Path(volume["source"]), volume["target"]
    resolved = source.resolve()
    if not any(resolved.is_relative_to(folder.resolve()) for folder in folders):
        reached = "" if resolved == source else f" (it leads to {resolved})"
        return Refusal(node, key, f"it lies outside the project's folder{reached}",
                       "move what is needed into the project's folder, or use a volume")  # fmt: skip
    if resolved.exists():
        if not (resolved.is_file() or resolved.is_dir()):
            return Refusal(node, key, "it is a socket or a device of the host", "use a volume to share it")
        return Mount(MountKind.FILES, target, str(resolved), bool(volume.get("read_only")))
    if (volume.get("bind") or {}).get("create_host_path", False):
        # Compose would make an empty folder on the host: a fresh volume is the same to the container.
        return Mount(MountKind.VOLUME, target, None, bool(volume.get("read_only")))
    return Refusal(node, key, "there is no such file or folder", "create it, or correct its path")


def _short_tmpfs(node: str, text: str) -> Mount | Refusal:
    """``/tmp:size=64m,mode=1777``."""
    target, _, options = text.partition(":")
    size: int | None = None
    mode: int | None = None
    read_only = False
    others: list[str] = []
    for option in filter(None, options.split(",")):
        name, _, value = option.partition("=")
        if name == "size" and not value.endswith("%"):
            size = size_bytes(value)
        elif name == "mode":
            mode = int(value, 8)
        elif option == "ro":
            read_only = True
        elif name in _TMPFS_OPTIONS:
            others.append(option)
        else:
            return Refusal(node, f"tmpfs: {target} with {option}", "this suite sets size, mode and owner of a tmpfs",
                           "use size=64m, mode=1777, uid and gid")  # fmt: skip
    return Mount(MountKind.TMPFS, target, None, read_only, size, mode, tuple(others))


def _granted(
    node: str, what: str, service: Mapping[str, Any], declared: Mapping[str, Any], folders: Sequence[Path]
) -> Iterator[Mount | Refusal]:
    """Secrets and configs that are files of the project: mounted read-only, as Compose does it outside Swarm."""
    for grant in service.get(what) or ():
        name = grant["source"]
        target = grant.get("target") or name
        if not target.startswith("/"):
            target = f"/run/secrets/{target}" if what == "secrets" else f"/{target}"
        source = (declared.get(name) or {}).get("file")
        if source is None:
            yield Refusal(
                node, f"{what}: {name}", "it is not a file of the project", "give it as file: in the project's folder"
            )
        else:
            yield _bind(node, f"{what}: {name}", {"source": source, "target": target, "read_only": True}, folders)


def _as_list(value: str | Sequence[str] | None) -> Sequence[str]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value
