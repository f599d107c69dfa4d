"""What the engine says that a container uses, under cgroups v1 and v2."""

from typing import Any

import pytest

from readiness.model.events import Sampled
from readiness.runtime.docker.samples import read_stats

CPU = {"throttling_data": {"periods": 100, "throttled_periods": 25, "throttled_time": 12345}}
V1: dict[str, Any] = {
    "memory_stats": {
        "usage": 60_000_000,
        "max_usage": 90_000_000,
        "limit": 256_000_000,
        "stats": {"total_inactive_file": 10_000_000, "inactive_file": 9_000_000, "total_rss": 40_000_000},
    },
    "pids_stats": {"current": 7, "limit": 100},
    "cpu_stats": CPU,
}
V2: dict[str, Any] = {
    "memory_stats": {"usage": 60_000_000, "limit": 256_000_000, "stats": {"inactive_file": 10_000_000, "anon": 1}},
    "pids_stats": {"current": 7, "limit": 100},
    "cpu_stats": CPU,
}


def sampled(stats: dict[str, Any]) -> Sampled:
    sample = read_stats("auth", stats)
    assert sample is not None
    return sample


@pytest.mark.parametrize("stats", [V1, V2], ids=["v1", "v2"])
def test_a_sample_is_the_same_under_both_versions_of_cgroups(stats: dict[str, Any]) -> None:
    sample = sampled(stats)
    assert (sample.node, sample.memory_bytes, sample.memory_limit_bytes) == ("auth", 50_000_000, 256_000_000)
    assert (sample.pids, sample.pids_limit) == (7, 100)
    assert (sample.cpu_periods, sample.cpu_throttled_periods) == (100, 25)


@pytest.mark.parametrize(
    "stats",
    [{}, {"memory_stats": {}, "pids_stats": {}, "cpu_stats": {}}, {"memory_stats": None, "pids_stats": None}],
)
def test_a_container_that_does_not_run_gives_no_sample(stats: dict[str, Any]) -> None:
    assert read_stats("auth", stats) is None


@pytest.mark.parametrize("limit", [2**64 - 1, 2**63 - 1, 0])
def test_an_unlimited_number_of_processes_is_told_as_no_limit(limit: int) -> None:
    assert sampled({**V2, "pids_stats": {"current": 7, "limit": limit}}).pids_limit == 0


def test_cache_that_exceeds_what_is_used_does_not_make_it_negative() -> None:
    memory = {"usage": 5, "limit": 10, "stats": {"inactive_file": 9}}
    assert sampled({**V2, "memory_stats": memory}).memory_bytes == 0


@pytest.mark.parametrize("left_out", ["pids_stats", "cpu_stats"])
def test_what_a_kernel_does_not_count_is_zero(left_out: str) -> None:
    sample = sampled({key: value for key, value in V2.items() if key != left_out})
    assert (sample.pids if left_out == "pids_stats" else sample.cpu_periods) == 0


def test_memory_without_details_is_counted_whole() -> None:
    assert sampled({**V2, "memory_stats": {"usage": 5, "limit": 10}}).memory_bytes == 5
