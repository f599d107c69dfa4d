"""What a process did while it was watched."""

from readiness.model.events import Sampled
from readiness.runtime.activity import Watch


def sampled(at: float, cpu_s: float) -> Sampled:
    return Sampled(
        node="auth", memory_bytes=1, memory_limit_bytes=0, pids=1, pids_limit=0, cpu_periods=0, cpu_throttled_periods=0,
        cpu_s=cpu_s, at=at,
    )  # fmt: skip


def test_new_lines_and_processor_time_are_those_since_the_watch_began() -> None:
    events = (sampled(99, 50), sampled(101, 60), sampled(109, 64))
    seen = Watch(100, "one\ntwo\n").seen("auth", 110, "two\nthree\nthree\n", events)
    assert seen is not None
    assert (seen.watched_s, seen.said, seen.cpu_share) == (10, ("three",), 0.5)


def test_a_short_look_tells_nothing() -> None:
    assert Watch(100, "").seen("auth", 102, "new", ()) is None


def test_processor_time_is_unknown_without_two_samples() -> None:
    seen = Watch(100, "").seen("auth", 110, "", (sampled(101, 1),))
    assert seen is not None
    assert seen.cpu_share is None
