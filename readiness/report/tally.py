"""What every report counts: derived from the verdict's rows, in the order in which a person wants to read them."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from readiness.model.finding import Finding
from readiness.model.verdict import Outcome, Result, Verdict

WORST_FIRST = (Outcome.FAILS, Outcome.BLOCKED, Outcome.UNCHECKED, Outcome.WAIVED, Outcome.HOLDS)

PRIORITY_MEANING = {
    "P1": "blocks a release",
    "P2": "due before the release",
    "P3": "due soon after",
    "P4": "nice to have",
}

_BLOCKER = "P1"


@dataclass(frozen=True)
class Tally:
    """One criterion with all of its rows."""

    criterion: str
    results: tuple[Result, ...]

    @property
    def group(self) -> str:
        """What stands before the first dot: ``health`` of ``health.ready``."""
        return self.criterion.partition(".")[0]

    @property
    def detail(self) -> str:
        """What stands after it: ``ready`` of ``health.ready``."""
        return self.criterion.partition(".")[2] or self.criterion

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many rows have each outcome that occurs, the worst first."""
        return count_outcomes(self.results)

    @property
    def worst(self) -> Outcome:
        return next(iter(self.counts))

    def subjects(self, outcome: Outcome) -> tuple[str, ...]:
        return tuple(result.subject for result in self.results if result.outcome is outcome)


@dataclass(frozen=True)
class Alike:
    """Rows that share a reason: why they were not checked, or why they are waived."""

    reason: str
    results: tuple[Result, ...]

    @property
    def criteria(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(result.criterion for result in self.results))

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(result.subject for result in self.results))


def count_outcomes(results: Iterable[Result]) -> dict[Outcome, int]:
    """How many rows have each outcome that occurs, the worst first."""
    counter = Counter(result.outcome for result in results)
    return {outcome: counter[outcome] for outcome in WORST_FIRST if counter[outcome]}


def by_priority(results: Iterable[Result]) -> dict[str, tuple[Tally, ...]]:
    """The criteria of each priority, P1 first, within it those with the worst outcome first."""
    priorities = _grouped(results, lambda result: result.priority)
    return {priority: _tallies(priorities[priority]) for priority in sorted(priorities)}


def unchecked(verdict: Verdict) -> tuple[Alike, ...]:
    """The rows that were not checked, grouped by the reason, the most numerous first."""
    alike = _alike(verdict.with_outcome(Outcome.UNCHECKED), lambda result: result.reason)
    return tuple(sorted(alike, key=lambda group: -len(group.results)))


def waived(verdict: Verdict) -> tuple[Alike, ...]:
    """The waived rows, one entry a criterion and reason."""
    return _alike(verdict.with_outcome(Outcome.WAIVED), lambda result: f"{result.criterion}\0{result.reason}")


def in_reading_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings of the highest priority first, within it those that drag down the most."""
    return tuple(sorted(findings, key=lambda finding: (finding.priority, -len(finding.blocks))))


def alike_in_kind(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], ...]:
    """The findings in reading order, those together that say the same of several nodes: no limit here, none there.

    A blocker stands alone, whatever it has in common with another: each has evidence of its own.
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in in_reading_order(findings):
        alone = (finding.subject,) if finding.priority == _BLOCKER else ()
        groups.setdefault((finding.criterion, finding.cause.cls, *alone), []).append(finding)
    return tuple(map(tuple, groups.values()))


def blocked_nodes(finding: Finding) -> dict[str, int]:
    """The nodes whose rows the finding blocks, and how many of each, the most affected first."""
    return dict(Counter(_node(key) for key in finding.blocks).most_common())


def _node(key: str) -> str:
    """The node in a row's key: ``auth`` of ``health.truthful[auth->redis (stopped)]``."""
    subject = key.partition("[")[2].rstrip("]")
    return subject.partition("->")[0].partition(" (")[0]


def _tallies(results: Iterable[Result]) -> tuple[Tally, ...]:
    criteria = _grouped(results, lambda result: result.criterion)
    tallies = [Tally(criterion, tuple(rows)) for criterion, rows in criteria.items()]
    return tuple(sorted(tallies, key=lambda tally: WORST_FIRST.index(tally.worst)))


def _alike(results: Iterable[Result], key: Callable[[Result], str]) -> tuple[Alike, ...]:
    return tuple(Alike(rows[0].reason, tuple(rows)) for rows in _grouped(results, key).values())


def _grouped(results: Iterable[Result], key: Callable[[Result], str]) -> dict[str, list[Result]]:
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(key(result), []).append(result)
    return groups
