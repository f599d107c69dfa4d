"""Everything that happens in a run, as one stream of typed events.

Live progress, the record that tests read, the verdict and every report are readers of this stream. Events are plain
data and travel between processes as one JSON object a line; ``at`` is seconds since the epoch.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter


def _now() -> float:
    return time.time()


@dataclass(frozen=True, kw_only=True)
class RunStarted:
    """The run begins: which graph, and its nodes."""

    run: str
    graph: str
    nodes: tuple[str, ...]
    type: Literal["run_started"] = "run_started"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class ImageBuilding:
    """Building an image, with the newest line of its output."""

    node: str
    line: str = ""
    type: Literal["image_building"] = "image_building"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class ImageReady:
    """The node's image is on the engine, and how it came there."""

    node: str
    image: str
    how: Literal["here", "pulled", "built"]
    took_s: float
    type: Literal["image_ready"] = "image_ready"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class ContainerCreated:
    """The container exists and does not run yet."""

    node: str
    type: Literal["container_created"] = "container_created"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class ContainerStarted:
    """The process runs (again)."""

    node: str
    type: Literal["container_started"] = "container_started"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """The node waits: for dependencies to hold, or to become ready itself."""

    node: str
    what: str
    type: Literal["waiting"] = "waiting"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class NodeReady:
    """The node was ready for the first time."""

    node: str
    after_s: float
    """Since the start of its own process."""
    how: str
    """What was asked: ``GET /health/ready``, ``PING`` ..."""
    type: Literal["node_ready"] = "node_ready"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class NodeFailed:
    """The node did not become ready; ``cause`` and ``evidence`` say why as far as could be told."""

    node: str
    error: str
    """The name of the error's class: NodeDied, CrashLoop, NotReadyInTime, ImageUnavailable ..."""
    message: str
    cause_class: str
    cause_node: str
    cause_dependency: str | None
    confidence: str
    summary: str = ""
    evidence: tuple[str, ...] = ()
    advice: str = ""
    root: str = ""
    """The failed node to which this failure goes back; itself when it is its own."""
    type: Literal["node_failed"] = "node_failed"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class ContainerDied:
    """The container's process ended."""

    node: str
    exit_code: int
    type: Literal["container_died"] = "container_died"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class OutOfMemory:
    """The kernel ended a process of the container for want of memory."""

    node: str
    type: Literal["out_of_memory"] = "out_of_memory"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class HealthChanged:
    """The engine's own view of the HEALTHCHECK changed."""

    node: str
    status: str
    type: Literal["health_changed"] = "health_changed"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class EngineGone:
    """The engine's event stream broke and could not be taken up again."""

    message: str
    type: Literal["engine_gone"] = "engine_gone"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """What a container used at one moment."""

    node: str
    memory_bytes: int
    memory_limit_bytes: int
    pids: int
    pids_limit: int
    cpu_periods: int
    cpu_throttled_periods: int
    type: Literal["sampled"] = "sampled"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class FaultInjected:
    """A disturbance begins. What happens to ``node`` until it is healed was asked for."""

    fault: str
    node: str
    type: Literal["fault_injected"] = "fault_injected"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class FaultLanded:
    """The disturbance has taken effect, and what shows it."""

    fault: str
    node: str
    proof: str
    type: Literal["fault_landed"] = "fault_landed"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class FaultHealed:
    """The disturbance is over, and what shows it."""

    fault: str
    node: str
    proof: str
    type: Literal["fault_healed"] = "fault_healed"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class LeftUnready:
    """A disturbance was healed, but the node did not become ready again: what comes later would only repeat that."""

    node: str
    finding: str
    """The key of the row that tells of it."""
    type: Literal["left_unready"] = "left_unready"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class Noted:
    """Something that a person should know and that is no finding: a retry, a thing passed over."""

    message: str
    node: str | None = None
    type: Literal["noted"] = "noted"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class GraphReady:
    """Every node is ready."""

    took_s: float
    type: Literal["graph_ready"] = "graph_ready"
    at: float = field(default_factory=_now)


@dataclass(frozen=True, kw_only=True)
class GraphFailed:
    """The start ended with at least one node not ready; the others go on running."""

    failed: tuple[str, ...]
    took_s: float
    type: Literal["graph_failed"] = "graph_failed"
    at: float = field(default_factory=_now)


Event = (
    RunStarted
    | ImageBuilding
    | ImageReady
    | ContainerCreated
    | ContainerStarted
    | Waiting
    | NodeReady
    | NodeFailed
    | ContainerDied
    | OutOfMemory
    | HealthChanged
    | EngineGone
    | Sampled
    | FaultInjected
    | FaultLanded
    | FaultHealed
    | LeftUnready
    | Noted
    | GraphReady
    | GraphFailed
)

_ADAPTER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def to_line(event: Event) -> str:
    """The event as one line of JSON, without its newline."""
    return _ADAPTER.dump_json(event).decode()


def from_lines(lines: Iterable[str]) -> list[Event]:
    """The events in lines of JSON, in their order."""
    return [_ADAPTER.validate_json(line) for line in lines if line.strip()]
