"""What a journal says of a node: deaths, restarts, flapping. Read from the record, never waited for."""

from collections.abc import Sequence
from dataclasses import dataclass

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
    NodeFailed,
    NodeReady,
    OutOfMemory,
    RunStarted,
    Sampled,
)
from readiness.model.evidence import Death


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

    def health_flaps(self, node: str) -> tuple[HealthChanged, ...]:
        """Each time that the engine's own check turned unhealthy while nobody disturbed anything."""
        undisturbed = [
            event
            for event in self.events
            if isinstance(event, HealthChanged) and event.node == node and not self._anything_disturbed(event.at)
        ]
        return tuple(event for event in undisturbed if event.status == "unhealthy")

    def _anything_disturbed(self, at: float) -> bool:
        nodes = {event.node for event in self.events if isinstance(event, FaultInjected)}
        return any(self.asked_for(node, at) for node in nodes)

    def ready(self, node: str) -> NodeReady | None:
        """When the node first became ready, if it did."""
        return next((event for event in self.events if isinstance(event, NodeReady) and event.node == node), None)

    def failure(self, node: str) -> NodeFailed | None:
        """Why the node did not become ready; the newest telling, which knows most."""
        told = [event for event in self.events if isinstance(event, NodeFailed) and event.node == node]
        return told[-1] if told else None

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
