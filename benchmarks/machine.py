"""Describes the machine, so that figures can be read later."""

import os
import platform
import re
import subprocess
from pathlib import Path

import docker

from benchmarks.model import Machine
from readiness.sources.compose import compose_command


def load() -> float:
    """The load average over the last minute."""
    return os.getloadavg()[0]


def describe(engine: docker.DockerClient, *, load_before: float) -> Machine:
    """This machine, its engine, and its load at this moment."""
    return Machine(
        processors=os.cpu_count() or 0,
        processor=_first(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo")),
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        system=_first(r'PRETTY_NAME="(.+)"', Path("/etc/os-release")),
        kernel=platform.release(),
        python=platform.python_version(),
        engine=str(engine.version()["Version"]),
        compose=_compose_version(),
        load_before=load_before,
        load_after=load(),
    )


def _first(pattern: str, path: Path) -> str:
    try:
        match = re.search(pattern, path.read_text())
    except OSError:
        match = None
    return match[1].strip() if match else "unknown"


def _compose_version() -> str:
    told = subprocess.run([*compose_command(), "version", "--short"], capture_output=True, text=True, check=False)
    return told.stdout.strip() or "unknown"
