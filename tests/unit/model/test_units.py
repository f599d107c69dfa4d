"""Durations and sizes carry their unit, in and out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.model.units import format_duration, format_size, parse_duration_s, parse_size_bytes


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("50ms", 0.05), ("30s", 30), ("1.5s", 1.5), ("2m", 120), ("2min", 120), ("1h", 3600), (" 10 s ", 10), ("0s", 0)],
)
def test_a_duration_is_read_in_seconds(text: str, seconds: float) -> None:
    assert parse_duration_s(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("1B", 1),
        ("3kB", 3_000),
        ("400MB", 400_000_000),
        ("1.2GB", 1_200_000_000),
        ("512MiB", 512 * 2**20),
        ("1GiB", 2**30),
    ],
)
def test_a_size_is_read_in_bytes_with_decimal_and_binary_prefixes(text: str, size_bytes: int) -> None:
    assert parse_size_bytes(text) == size_bytes


@pytest.mark.parametrize(
    "wrong", ["50", 50, 0.05, "", "ms", "-1s", "1,5s", "50 MB", "5S", "1s 2ms", None, True, [1], {}]
)
def test_a_duration_without_a_unit_of_time_is_refused_with_an_example(wrong: object) -> None:
    with pytest.raises(ValueError, match="a duration with its unit, such as 50ms"):
        parse_duration_s(wrong)


@pytest.mark.parametrize("wrong", ["400", 400, "400mb", "1TBx", "30s", "-1MB", None])
def test_a_size_without_a_unit_of_size_is_refused_with_an_example(wrong: object) -> None:
    with pytest.raises(ValueError, match="a size with its unit, such as 400MB"):
        parse_size_bytes(wrong)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 ms"), (0.034, "34 ms"), (1, "1.0 s"), (3.21, "3.2 s"), (75, "75 s"), (600, "600 s")],
)
def test_a_duration_is_told_in_the_unit_that_a_person_would_use(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, "0 B"), (999, "999 B"), (1_500, "1.5 kB"), (232_400_000, "232 MB"), (1_200_000_000, "1.2 GB")],
)
def test_a_size_is_told_in_decimal_units(size_bytes: int, text: str) -> None:
    assert format_size(size_bytes) == text


@given(st.integers(0, 10**6))
def test_a_whole_number_of_milliseconds_is_read_as_it_was_written(milliseconds: int) -> None:
    assert parse_duration_s(f"{milliseconds}ms") == pytest.approx(milliseconds / 1000)


@given(st.text())
def test_any_other_text_is_a_value_error_and_nothing_else(text: str) -> None:
    try:
        assert parse_duration_s(text) >= 0
    except ValueError as error:
        assert "expected a duration" in str(error)  # noqa: PT017  (most texts raise, the rest are durations)


@given(st.floats(0, 10**7))
def test_a_duration_that_is_told_is_never_longer_than_a_few_characters(seconds: float) -> None:
    assert len(format_duration(seconds)) <= len("10000000 s")
