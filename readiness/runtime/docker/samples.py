"""What containers use, sampled into the journal while they run."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import docker

from readiness.model.errors import EngineError, EngineLost
from readiness.model.events import EngineGone, Sampled
from readiness.runtime.docker.engine import engine_errors
from readiness.runtime.journal import Journal

_INTERVAL_S = 0.5
"""Between rounds; a round itself takes the engine about a second."""


class Sampler:
    """Asks the engine for every container's use of memory, processes and processor time, about every second."""

    def __init__(self, client: docker.DockerClient, containers: Mapping[str, str], journal: Journal) -> None:
        self._client = client
        self._containers = containers
        self._journal = journal
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        # Side by side: the engine answers each question at its own next tick, up to a second later.
        with ThreadPoolExecutor(max_workers=max(1, len(self._containers)), thread_name_prefix="sample") as pool:
            while not self._closing.is_set():
                for sample in pool.map(self._sample, self._containers, self._containers.values()):
                    if sample is not None:
                        self._journal.append(sample)
                self._closing.wait(_INTERVAL_S)

    def _sample(self, node: str, container: str) -> Sampled | None:
        try:
            with engine_errors():
                stats = self._client.api.stats(container, stream=False, one_shot=True)
        except EngineLost as error:
            # An engine that hangs ends no event stream: this is where it is noticed.
            if not self._closing.is_set():
                self._journal.append(EngineGone(message=str(error)))
            return None
        except EngineError:
            # Gone or stopped: its life is the recorder's to tell.
            return None
        return read_stats(node, stats)

    def close(self) -> None:
        """Stop sampling."""
        self._closing.set()
        self._thread.join(timeout=5)


def read_stats(node: str, stats: Mapping[str, Any]) -> Sampled | None:
    """A sample from the engine's statistics; None for a container that does not run."""
    memory, pids = stats.get("memory_stats") or {}, stats.get("pids_stats") or {}
    if "usage" not in memory:
        return None
    throttling = (stats.get("cpu_stats") or {}).get("throttling_data") or {}
    details = memory.get("stats") or {}
    # Inactive page cache is reclaimed at once and no sign of a near limit; `docker stats` subtracts it too.
    cache = details.get("total_inactive_file", details.get("inactive_file", 0))
    return Sampled(
        node=node,
        memory_bytes=max(0, memory["usage"] - cache),
        memory_limit_bytes=memory.get("limit", 0),
        pids=pids.get("current", 0),
        pids_limit=_limit(pids.get("limit", 0)),
        cpu_periods=throttling.get("periods", 0),
        cpu_throttled_periods=throttling.get("throttled_periods", 0),
    )


def cpu_time_s(stats: Mapping[str, Any]) -> float | None:
    """The processor time that a container's processes have used, in seconds; None for one that does not run."""
    used_ns = ((stats.get("cpu_stats") or {}).get("cpu_usage") or {}).get("total_usage")
    return used_ns / 1e9 if used_ns else None


def _limit(value: int) -> int:
    """Cgroups v2 tells "max" as the largest unsigned number."""
    return 0 if value >= 2**62 else value
