"""Describes the machine, so that figures can be read later."""

import os
import platform
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import docker

from benchmarks.model import Machine
from readiness.sources.compose import compose_command

_IDLE_ENOUGH = 0.75
_LOOK_S = 2.0
_IDLE_WITHIN_S = 180.0


def await_idle(tell: Callable[[str], None]) -> None:
    """Wait until other work leaves the processors alone. After three minutes it is measured anyway, and that is told.

    The load average will not do: our own last measurement stays in it for a minute.
    """
    ends = time.monotonic() + _IDLE_WITHIN_S
    while (idle := _idle_share()) < _IDLE_ENOUGH:
        if time.monotonic() > ends:
            tell(f"the machine is busy with other work ({1 - idle:.0%}): what follows is measured beside it")
            return


def _idle_share() -> float:
    """The share of all processors' time in which there was nothing to do, over the next two seconds."""
    before = _ticks()
    time.sleep(_LOOK_S)
    idle, total = (after - then for after, then in zip(_ticks(), before, strict=True))
    return idle / total if total else 1.0


def _ticks() -> tuple[int, int]:
    """Idle time, waiting for disks included, and all time of all processors: the first line of stat, proc(5)."""
    ticks = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


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
