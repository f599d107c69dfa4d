"""What the rest of the suite may ask of a running graph, whatever runs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from readiness.model.address import Address
from readiness.model.evidence import ContainerState

LOG_LINES = 2000
"""Lines of a log that are read at most: an uncaught error of Sequelize's prints some 1,300 behind its cause."""


@dataclass(frozen=True)
class Executed:
    """What a command did inside a container."""

    exit_code: int
    output: str


@dataclass(frozen=True)
class Layer:
    """One layer of an image, with the instruction that made it."""

    created_by: str
    size_bytes: int


@dataclass(frozen=True)
class ImageFacts:
    """An image as the engine knows it."""

    name: str
    size_bytes: int
    user: str
    environment: tuple[str, ...]
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    healthcheck: tuple[str, ...]
    tags: tuple[str, ...]
    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class CheckTimes:
    """How often and how patiently the engine runs a HEALTHCHECK, with the engine's defaults."""

    interval_s: float = 30.0
    timeout_s: float = 30.0
    retries: int = 3


@dataclass(frozen=True)
class ContainerFacts:
    """How a container was really set up, as the engine inspects it."""

    user: str
    memory_bytes: int
    nano_cpus: int
    pids: int
    restart_policy: str
    restart_maximum: int
    privileged: bool
    read_only: bool
    cap_add: tuple[str, ...]
    cap_drop: tuple[str, ...]
    security_opt: tuple[str, ...]
    binds: tuple[str, ...]
    host_namespaces: tuple[str, ...]
    healthcheck: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    """Its addresses inside the graph's networks."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    check_times: CheckTimes = CheckTimes()
    """Of the HEALTHCHECK in force, where there is one."""


class Runtime(Protocol):
    """A graph that runs, or is about to. Nodes are named as in the graph.

    Every method raises :class:`~readiness.model.errors.EngineLost` when the engine no longer answers.
    """

    def create(self, node: str) -> None:
        """Make the container, not running yet.

        :raises StartRefused: the engine would not.
        """

    def start(self, node: str) -> None:
        """Run it, or run it again after a stop.

        :raises StartRefused: the engine would not.
        :raises PortInUse: a host port that it needs is taken.
        """

    def stop(self, node: str, grace_s: float) -> None:
        """SIGTERM (or the image's own signal), and SIGKILL when ``grace_s`` has passed."""

    def crash(self, node: str) -> str:
        """End the process as a crash would, so that the restart policy answers. Returns how it was done."""

    def pause(self, node: str) -> None:
        """Freeze every process of the container."""

    def unpause(self, node: str) -> None:
        """Let a frozen container go on."""

    def state(self, node: str) -> ContainerState:
        """The container as the engine inspects it now."""

    def log(self, node: str, *, since: float | None = None, until: float | None = None) -> str:
        """The last :data:`LOG_LINES` of what the container wrote between two times (seconds since the epoch)."""

    def cpu_time_s(self, node: str) -> float | None:
        """The processor time that its processes have used since they began; None where that is not known."""

    def address(self, node: str, port: int) -> Address | None:
        """Where a port of the container answers from here; None while it is not published."""

    def execute(self, node: str, command: Sequence[str], deadline_s: float) -> Executed:
        """Run a command inside the container."""

    def image(self, node: str) -> ImageFacts:
        """The image that the container was made from."""

    def container(self, node: str) -> ContainerFacts:
        """How the container was set up."""

    def folder_bytes(self, node: str, folder: str) -> int:
        """The size of what lies in a folder of the container; 0 where there is none. Counting stops at 100 MB."""

    def process_uids(self, node: str) -> tuple[int, ...]:
        """The user ids of the container's processes."""
