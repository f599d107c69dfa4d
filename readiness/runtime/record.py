"""What a journal says of a node: deaths, restarts, flapping. Read from the record, never waited for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from readiness.diagnosis.causes import CauseClass
from readiness.model.events import (
    ContainerCreated,
    ContainerDied,
    ContainerStarted,
    Event,
    FaultHealed,
    FaultInjected,
    GraphFailed,
    GraphReady,
    HealthChanged,
    LeftUnready,
    NodeFailed,
    NodeReady,
    OutOfMemory,
    RunStarted,
    Sampled,
)
from readiness.model.evidence import Death
from readiness.model.units import format_duration

_ENGINE_NOTICES_WITHIN_S = 120.0
"""From the first failing run of a HEALTHCHECK to `unhealthy`, with the engine's defaults: 3 retries, 30 s each."""

_LOSS_IS_FELT_FOR_S = 30.0
"""After a dependency's return: nine attempts of 3 s may have begun in its last moment, and end with the process."""


@dataclass(frozen=True)
class Record:
    """The events of a run up to one moment."""

    events: Sequence[Event]

    def disturbed(self, node: str) -> tuple[tuple[float, float], ...]:
        """The spans of time in which the suite itself disturbed the node."""
        spans: list[tuple[float, float]] = []
        begun: float | None = None
        for event in self.events:
            if isinstance(event, FaultInjected) and event.node == node:
                begun = event.at if begun is None else begun
            elif isinstance(event, FaultHealed) and event.node == node and begun is not None:
                spans.append((begun, event.at))
                begun = None
        if begun is not None:
            spans.append((begun, float("inf")))
        return tuple(spans)

    def asked_for(self, node: str, at: float) -> bool:
        """Whether what happened to the node at this time was the suite's own doing."""
        return any(begin <= at <= end for begin, end in self.disturbed(node))

    def deaths(self, node: str) -> tuple[Death, ...]:
        """Every exit of the node that nobody asked for."""
        killed = [event.at for event in self.events if isinstance(event, OutOfMemory) and event.node == node]
        deaths = []
        started: float | None = None
        for event in self.events:
            if isinstance(event, ContainerStarted) and event.node == node:
                started = event.at
            elif isinstance(event, ContainerDied) and event.node == node and not self.asked_for(node, event.at):
                lived_s = event.at - started if started is not None else None
                born = started or 0.0
                oom = any(born <= at <= event.at + 1 for at in killed)
                deaths.append(Death(event.at, event.exit_code, oom, lived_s))
        return tuple(deaths)

    def lost_at(self, dependencies: Collection[str], at: float) -> FaultInjected | None:
        """The newest loss of one of these nodes that was under way at a time, or that was over shortly before."""
        losses = [
            event
            for event in self.events
            if isinstance(event, FaultInjected) and event.node in dependencies and event.at <= at
        ]
        if not losses:
            return None
        healed = (
            event.at
            for event in self.events
            if isinstance(event, FaultHealed) and event.node == losses[-1].node and event.at >= losses[-1].at
        )
        return losses[-1] if at <= next(healed, at) + _LOSS_IS_FELT_FOR_S else None

    def out_of_memory(self, node: str) -> tuple[OutOfMemory, ...]:
        """Each time that the kernel killed a process of the node at its memory limit, whether or not the node ended."""
        return tuple(event for event in self.events if isinstance(event, OutOfMemory) and event.node == node)

    def health_flaps(self, node: str) -> tuple[HealthChanged, ...]:
        """Each time that the engine's own check turned unhealthy without a disturbance that it could have come from.

        Not while it was still starting: that is told of the check.
        """
        ready = self.ready(node)
        return tuple(
            event
            for event in self.events
            if isinstance(event, HealthChanged)
            and event.node == node
            and event.status == "unhealthy"
            and (ready is None or event.at > ready.at)
            and not self._disturbed_between(event.at - _ENGINE_NOTICES_WITHIN_S, event.at)
        )

    def left_unready(self, node: str) -> str | None:
        """The row that tells that the node did not become ready again after a disturbance."""
        left = self.left_at(node)
        return left.finding if left is not None else None

    def left_at(self, node: str) -> LeftUnready | None:
        """The end of the first disturbance after which the node did not become ready again."""
        return next((event for event in self.events if isinstance(event, LeftUnready) and event.node == node), None)

    def ready(self, node: str) -> NodeReady | None:
        """When the node first became ready, if it did."""
        return next((event for event in self.events if isinstance(event, NodeReady) and event.node == node), None)

    def failure(self, node: str) -> NodeFailed | None:
        """Why the node did not become ready; the newest telling, which knows most."""
        told = [event for event in self.events if isinstance(event, NodeFailed) and event.node == node]
        return told[-1] if told else None

    def throttled_share(self, node: str) -> float | None:
        """The share of the scheduler's periods in which the CPU limit held the node back while it served.

        Not while it was itself disturbed: a start takes what it can get. None where nothing was measured.
        """
        ready, spans = self.ready(node), self.disturbed(node)
        serving = [sample for sample in self.samples(node) if ready is not None and sample.at > ready.at]
        # Counters begin anew with each life of a container, so only a rise from one sample to the next counts.
        periods = throttled = 0
        for before, after in pairwise(serving):
            undisturbed = not any(since <= after.at and until >= before.at for since, until in spans)
            if undisturbed and after.cpu_periods >= before.cpu_periods:
                periods += after.cpu_periods - before.cpu_periods
                throttled += after.cpu_throttled_periods - before.cpu_throttled_periods
        return throttled / periods if periods else None

    def _disturbed_between(self, begin: float, end: float) -> bool:
        """Whether any node was disturbed at any time of this span."""
        nodes = {event.node for event in self.events if isinstance(event, FaultInjected)}
        return any(since <= end and until >= begin for node in nodes for since, until in self.disturbed(node))

    def samples(self, node: str) -> tuple[Sampled, ...]:
        return tuple(event for event in self.events if isinstance(event, Sampled) and event.node == node)


def timing(events: Sequence[Event]) -> dict[str, float]:
    """How long the phases of a run took, in seconds, as far as it came."""
    first = {type(event): event.at for event in reversed(events)}
    spans = {}
    if RunStarted in first and ContainerCreated in first:
        spans["images_s"] = first[ContainerCreated] - first[RunStarted]
    started = next((event for event in events if isinstance(event, (GraphReady, GraphFailed))), None)
    if started is not None:
        spans["start_s"] = started.took_s
        spans["checks_s"] = events[-1].at - started.at
    return spans


def describe_death(death: Death) -> str:
    """One death for a person."""
    lived = "" if death.lived_s is None else f" after {format_duration(death.lived_s)}"
    return f"exit code {death.exit_code}{lived}{', out of memory' if death.oom_killed else ''}"


def waiting_circle(record: Record) -> tuple[str, ...]:
    """Nodes whose failures were diagnosed as one circle of waiting, each before the next; () where none was seen."""
    failed = {event.node: event for event in record.events if isinstance(event, NodeFailed)}
    waits = {
        node: [event.cause_dependency]
        for node, event in failed.items()
        if event.cause_class == CauseClass.WAITING_CIRCLE and event.cause_dependency in failed
        if event.cause_dependency != node
    }
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return tuple(reversed(circle[1:]))
    return ()
