"""The graph of a platform: its containers as they are declared, and the dependencies between them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from pathlib import Path


class Role(StrEnum):
    """What a backing service is, and the name under which a health answer lists it."""

    POSTGRES = "postgres"
    REDIS = "redis"
    KAFKA = "kafka"


class Kind(StrEnum):
    """The part that a node plays: the team's own code, what that depends on, or a task that runs to its end."""

    SERVICE = "service"
    BACKING = "backing"
    JOB = "job"


class Condition(StrEnum):
    """When a dependency counts as there, in the words of the Compose specification (``depends_on``)."""

    STARTED = "service_started"
    HEALTHY = "service_healthy"
    COMPLETED = "service_completed_successfully"


@dataclass(frozen=True)
class Dependency:
    """One declared ``depends_on`` edge."""

    node: str
    condition: Condition = Condition.STARTED
    required: bool = True


@dataclass(frozen=True)
class HealthCheck:
    """A HEALTHCHECK as the Compose file declares it. ``test`` is in the engine's form: ``("CMD", "curl", ...)``."""

    test: tuple[str, ...]
    interval_s: float | None = None
    timeout_s: float | None = None
    start_period_s: float | None = None
    retries: int | None = None
    disabled: bool = False


@dataclass(frozen=True)
class Port:
    """A published port of the container. ``host_port`` is what the file asks for; None lets the engine choose."""

    container_port: int
    host_port: int | None = None
    protocol: str = "tcp"


class MountKind(StrEnum):
    """What is mounted: a volume of the engine, files of the project, or memory."""

    VOLUME = "volume"
    FILES = "files"
    TMPFS = "tmpfs"


@dataclass(frozen=True)
class Mount:
    """Something mounted at ``target``: a volume, files of the project's folder (copied in), or a tmpfs."""

    kind: MountKind
    target: str
    source: str | None = None
    read_only: bool = False
    size_bytes: int | None = None
    mode: int | None = None
    options: tuple[str, ...] = ()
    """Further options of a tmpfs, as mount(8) writes them: ``uid=999``."""


@dataclass(frozen=True)
class Build:
    """How the image is built: enough to tell whether it changed. The building itself is done by Compose."""

    context: Path
    dockerfile: str = "Dockerfile"
    target: str | None = None
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RestartPolicy:
    """A restart policy of the engine: ``no``, ``always``, ``unless-stopped`` or ``on-failure`` with its limit."""

    name: str = "no"
    maximum_retries: int = 0


@dataclass(frozen=True)
class Limits:
    """Resource limits as declared; None means unlimited."""

    memory_bytes: int | None = None
    cpus: float | None = None
    pids: int | None = None


@dataclass(frozen=True)
class Privileges:
    """What the container may do beyond an ordinary process."""

    user: str | None = None
    read_only: bool = False
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    security_opt: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    """Rights over the host that the file asks for, in words: no run grants them."""


@dataclass(frozen=True)
class Node:
    """One container of the graph as it is declared, before it runs."""

    name: str
    kind: Kind
    image: str
    role: Role | None = None
    build: Build | None = None
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    working_dir: str | None = None
    hostname: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[Port, ...] = ()
    expose: tuple[int, ...] = ()
    """TCP ports that the file names without publishing them."""
    mounts: tuple[Mount, ...] = ()
    networks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The networks it is attached to, each with the node's further aliases there."""
    depends_on: tuple[Dependency, ...] = ()
    healthcheck: HealthCheck | None = None
    restart: RestartPolicy = RestartPolicy()
    limits: Limits = Limits()
    privileges: Privileges = Privileges()
    stop_signal: str | None = None
    stop_grace_s: float = 10.0
    """How long the engine waits between SIGTERM and SIGKILL (Compose specification, ``stop_grace_period``: 10 s)."""
    init: bool = False
    shm_size_bytes: int | None = None
    ulimits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    sysctls: Mapping[str, str] = field(default_factory=dict)
    extra_hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graph:
    """All nodes of a platform by name, in the order of the file."""

    name: str
    nodes: Mapping[str, Node]
    source: Path
    """The Compose file that it was read from."""
    is_complete: bool = True
    """False where other nodes may exist than these: a graph of the containers that somebody happened to inspect."""

    def __getitem__(self, name: str) -> Node:
        return self.nodes[name]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    def __len__(self) -> int:
        return len(self.nodes)

    def dependants(self, name: str) -> tuple[str, ...]:
        """The nodes that declare a dependency on this one."""
        return tuple(node.name for node in self if any(edge.node == name for edge in node.depends_on))

    def gated_circle(self) -> tuple[str, ...]:
        """A circle of nodes that each wait for the next to be healthy or completed, or () where there is none."""
        gates = {
            node.name: [edge.node for edge in node.depends_on if edge.condition is not Condition.STARTED]
            for node in self
        }
        try:
            TopologicalSorter(gates).prepare()
        except CycleError as error:
            circle: list[str] = error.args[1]
            return tuple(reversed(circle[1:]))
        return ()
