"""Ways to start the graph that can be measured: each gives the seconds that it took, and takes everything away."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from readiness.model.graph import Graph
from readiness.runtime.docker import labels
from readiness.runtime.docker.cleanup import owner_labels
from readiness.runtime.docker.watcher import Watcher

FAST_INTERVAL_S = 0.5
"""Of the HEALTHCHECK, for peers that wait for the engine's own check: so that its interval is not what is measured."""
START_DEADLINE_S = 180


@dataclass(frozen=True)
class Contender:
    """One way to start the graph."""

    name: str
    started: Callable[[], AbstractContextManager[float]]
    """Starts it and gives the seconds until it was ready; it runs for the length of the block."""


@dataclass(frozen=True)
class Marks:
    """The labels by which what a peer makes is known as a run of ours, so that it is found and removed as such."""

    run: str

    def container(self, node: str) -> dict[str, str]:
        return {labels.RUN: self.run, labels.NODE: node}

    @property
    def network(self) -> dict[str, str]:
        return {labels.RUN: self.run, **owner_labels(kept=False)}

    @property
    def volume(self) -> dict[str, str]:
        return {labels.RUN: self.run}


@contextmanager
def watched() -> Iterator[tuple[Marks, Path]]:
    """Labels and a folder for one start of a peer. If this process is killed, the watcher removes what carries them."""
    with tempfile.TemporaryDirectory(prefix="readiness-bench-", ignore_cleanup_errors=True) as folder:
        marks = Marks(f"bench{Path(folder).name.rpartition('-')[2]}")
        watcher = Watcher(marks.run, Path(folder))
        yield marks, Path(folder)
        # Only after a clean-up that did not fail; otherwise it is the watcher's, when this process ends.
        watcher.release()


def volume_names(graph: Graph) -> tuple[str, ...]:
    """The named volumes that the graph's nodes mount."""
    named = (mount.source for node in graph for mount in node.mounts if mount.kind == "volume")
    return tuple(dict.fromkeys(name for name in named if name))


def network_names(graph: Graph) -> tuple[str, ...]:
    """The networks that the graph's nodes are attached to."""
    return tuple(dict.fromkeys(name for node in graph for name in node.networks))
