"""What a process did between two looks at it."""

import pytest

from readiness.runtime.activity import Look, between
from readiness.runtime.docker.samples import cpu_time_s


def test_new_lines_and_processor_time_are_those_since_the_first_look() -> None:
    seen = between(Look(100, "one\ntwo\n", 50.0), Look(110, "two\nthree\nthree\n", 55.0))
    assert seen is not None
    assert (seen.watched_s, seen.said, seen.cpu_share) == (10, ("three",), 0.5)


def test_a_short_look_tells_nothing() -> None:
    assert between(Look(100, ""), Look(102, "new")) is None


@pytest.mark.parametrize(("first", "second"), [(None, 1.0), (1.0, None), (5.0, 1.0)])
def test_processor_time_that_is_not_known_or_began_anew_tells_nothing(
    first: float | None, second: float | None
) -> None:
    seen = between(Look(100, "", first), Look(110, "", second))
    assert seen is not None
    assert seen.cpu_share is None


def test_processor_time_is_read_from_the_engines_statistics() -> None:
    assert cpu_time_s({"cpu_stats": {"cpu_usage": {"total_usage": 2_500_000_000}}}) == 2.5
    assert cpu_time_s({"cpu_stats": {}}) is None
