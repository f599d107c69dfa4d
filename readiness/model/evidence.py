"""What was seen of a container and of the answers it gave: the raw material of a diagnosis."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness.model.address import Address


@dataclass(frozen=True)
class HealthLogEntry:
    """One run of the HEALTHCHECK, as the engine remembers it."""

    exit_code: int
    output: str
    at: float

    def __str__(self) -> str:
        return f"HEALTHCHECK exited with {self.exit_code}: {self.output.strip()[:200]}"


@dataclass(frozen=True)
class ContainerState:
    """A container as the engine inspects it at one moment. Times are seconds since the epoch."""

    status: str
    """created, running, paused, restarting, removing, exited or dead."""
    exit_code: int = 0
    oom_killed: bool = False
    error: str = ""
    """What the engine said when it could not start the process."""
    started_at: float | None = None
    finished_at: float | None = None
    restart_count: int = 0
    pid: int = 0
    """The process on the engine's host; 0 when it does not run."""
    health: str | None = None
    """starting, healthy, unhealthy; None without a HEALTHCHECK."""
    health_log: tuple[HealthLogEntry, ...] = ()

    @property
    def failed_checks(self) -> tuple[HealthLogEntry, ...]:
        """The runs of the HEALTHCHECK that failed in the newest life; () while it passes.

        The engine keeps those of earlier lives too.
        """
        if self.health == "healthy":
            return ()
        since = self.started_at or 0.0
        return tuple(entry for entry in self.health_log if entry.exit_code != 0 and (not entry.at or entry.at >= since))

    @property
    def is_running(self) -> bool:
        return self.status in ("running", "paused")


@dataclass(frozen=True)
class Death:
    """One exit of a container's process."""

    at: float
    exit_code: int
    oom_killed: bool = False
    lived_s: float | None = None


@dataclass(frozen=True)
class Activity:
    """What a process did while it was watched, after its budget had ended without it being ready."""

    watched_s: float
    said: tuple[str, ...] = ()
    """Lines of its log in these seconds that it had not said before."""
    cpu_share: float | None = None
    """Processor time used in these seconds, in processors; None where it was not measured."""


@dataclass(frozen=True)
class NodeEvidence:
    """All that is known of one node when something went wrong with it."""

    node: str
    state: ContainerState
    log: str = ""
    """The log of the present life of the container; of the last one when it is not running."""
    earlier_log: str = ""
    """The log of the life before."""
    deaths: tuple[Death, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Declared environment. Values that look like secrets are masked before they come here."""
    answers: tuple["ProbeAnswer", ...] = ()
    """What probes from outside got from the node, newest last."""
    listens: tuple[Address, ...] | None = None
    """The TCP sockets that listen inside the container, as its kernel lists them; None where nobody looked."""
    health: "HttpAnswer | None" = None
    """The newest answer of its health endpoint, with every secret masked."""
    indicators: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What that answer says of each dependency: key to status and message."""
    activity: Activity | None = None
    """What it did after its budget; None where it was not watched for long enough to tell."""
    lives: int = 1
    """How many lives of the container its log was seen to hold; ``log`` and ``earlier_log`` are the last two."""
    turn_s: float | None = None
    """The usual time from the start of one of these lives to the next, in seconds, where the log's times tell."""
    addresses: tuple[str, ...] = ()
    """Its own addresses on the graph's networks, as the engine tells them."""
    promised_ports: tuple[int, ...] = ()
    """The container's ports at which it is to answer, where the contract tells them."""


@dataclass(frozen=True)
class ProbeAnswer:
    """What one probe got. Never a boolean: an answer, or the error in its place, and how long it took."""

    probe: str
    target: str
    ok: bool
    latency_s: float
    at: float
    error: str = ""
    """Empty when there was an answer; else what stood in its way (refused, timed out, reset, garbage ...)."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """What the probe read: a version, a count, the ids of connections."""

    def __str__(self) -> str:
        outcome = "ok" if self.ok else (self.error or "not ok")
        return f"{self.probe} {self.target}: {outcome} ({self.latency_s * 1000:.0f} ms)"


@dataclass(frozen=True)
class HttpAnswer:
    """An HTTP answer, or the error that came in its place (``status`` is 0 then)."""

    url: str
    status: int
    latency_s: float
    at: float
    content_type: str = ""
    body: str = ""
    """Bounded: see :mod:`readiness.probes.http`."""
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    came: bool = False
    """Whether anything came back, be it incomplete or no HTTP."""

    @property
    def answered(self) -> bool:
        return self.status != 0

    def __str__(self) -> str:
        if not self.answered:
            return f"{self.url}: {self.error} ({self.latency_s * 1000:.0f} ms)"
        return f"{self.url}: {self.status} {self.content_type} ({self.latency_s * 1000:.0f} ms) {self.body[:300]}"
