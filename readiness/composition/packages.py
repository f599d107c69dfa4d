"""Packages for Node: installed as their lock file says, once, into the user's cache."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from readiness.model.errors import ReadinessError

_SUFFIXES = (".json", ".mjs")
"""Of manifest, lock file and programs: with another one of them it is another installation."""
_INSTALL_DEADLINE_S = 180
_LAST_LINES = 5


class NodeMissing(ReadinessError):
    """Node or npm is not on the path, or the packages cannot be had here: what needs them cannot be checked."""


def node() -> str:
    """The program.

    :raises NodeMissing: it is not on the path.
    """
    return _program("node")


def installed(folder: Path) -> Path:
    """A copy of a folder with a lock file, its packages beside it. Installed when it is first asked for.

    :raises NodeMissing: npm is not on the path, or it could not install.
    """
    files = [path for path in sorted(folder.iterdir()) if path.suffix in _SUFFIXES]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files))
    target = _cache() / f"{folder.name}-{digest.hexdigest()[:16]}"
    if target.exists():
        return target
    npm = _program("npm")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".installing-", ignore_cleanup_errors=True) as made:
            copy = Path(made) / "packages"
            copy.mkdir()
            for path in files:
                shutil.copy(path, copy)
            _install(npm, copy)
            _take(copy, target)
    except OSError as error:
        raise NodeMissing(f"packages for Node cannot be written to {target.parent}: {error.strerror}") from error
    return target


def _take(copy: Path, target: Path) -> None:
    try:
        copy.rename(target)
    except OSError:
        # Another process was faster; what it has installed is the same.
        if not target.exists():
            raise


def _install(npm: str, folder: Path) -> None:
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        ran = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_INSTALL_DEADLINE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NodeMissing(f"npm did not install the packages within {_INSTALL_DEADLINE_S} s") from error
    if ran.returncode != 0:
        said = " | ".join((ran.stderr or ran.stdout).strip().splitlines()[:_LAST_LINES])
        raise NodeMissing(f"npm could not install the packages: {said}")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NodeMissing(f"{name} is not on the path: install Node 18 or newer, with npm")
    return found


def _cache() -> Path:
    """The XDG base directory specification's place for data that can be made again."""
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(chosen) if chosen.startswith("/") else Path.home() / ".cache") / "readiness" / "node"
