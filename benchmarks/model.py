"""What a benchmark gives: series of measurements, held against a limit or against each other."""

import statistics
from dataclasses import dataclass


class BenchmarkFailed(Exception):
    """Something could not be measured; the text says what stood in its way."""


@dataclass(frozen=True)
class Series:
    """The same thing measured several times, in seconds."""

    name: str
    seconds: tuple[float, ...]
    limit_s: float | None = None
    """What the project promises of it."""
    every_one: bool = False
    """Whether the limit is held against the slowest measurement, and not against the median."""
    peak_bytes: tuple[int, ...] = ()
    """Of resident memory, where it is measured too."""
    limit_bytes: float | None = None
    """Of memory: what the project promises of its median."""

    @property
    def median_s(self) -> float:
        return statistics.median(self.seconds)

    @property
    def judged_s(self) -> float:
        """The measurement that the limit is held against."""
        return max(self.seconds) if self.every_one else self.median_s

    @property
    def median_bytes(self) -> float:
        return statistics.median(self.peak_bytes)

    @property
    def within_limit(self) -> bool:
        in_time = self.limit_s is None or self.judged_s < self.limit_s
        return in_time and (self.limit_bytes is None or self.median_bytes < self.limit_bytes)


@dataclass(frozen=True)
class Section:
    """Series that belong together. With peers, the first one is ours and the others are told as multiples of it."""

    title: str
    series: tuple[Series, ...]
    compared: bool = False

    def ratio(self, series: Series) -> float | None:
        """How many times as long as ours it takes, by the medians; None for ours and where nothing is compared."""
        if not self.compared or series is self.series[0]:
            return None
        return series.median_s / self.series[0].median_s


@dataclass(frozen=True)
class Machine:
    """Where the measurements were made, and how busy it was."""

    processors: int
    processor: str
    memory_bytes: int
    system: str
    kernel: str
    python: str
    engine: str
    compose: str
    load_before: float
    """Load average over one minute."""
    load_after: float


@dataclass(frozen=True)
class Results:
    """One run of the benchmarks."""

    at: str
    """When it began, in ISO 8601."""
    machine: Machine
    sections: tuple[Section, ...]
    failures: tuple[str, ...] = ()
    """What could not be measured, and why."""

    @property
    def within_limits(self) -> bool:
        return all(series.within_limit for section in self.sections for series in section.series)
