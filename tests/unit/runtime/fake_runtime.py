"""A runtime without an engine: containers are entries in a table, and their events go into the journal."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from readiness.model.address import Address
from readiness.model.errors import NodeError
from readiness.model.events import ContainerDied, ContainerStarted, HealthChanged
from readiness.model.evidence import ContainerState
from readiness.model.graph import Graph
from readiness.runtime.journal import Journal
from readiness.runtime.protocol import LOG_LINES, ContainerFacts, Executed, ImageFacts

Script = Callable[["FakeRuntime", str], None]
"""What happens to a node once it has been started."""

FACTS = ContainerFacts(
    user="1000",
    memory_bytes=256_000_000,
    nano_cpus=10**9,
    pids=100,
    restart_policy="no",
    restart_maximum=0,
    privileged=False,
    read_only=False,
    cap_add=(),
    cap_drop=("ALL",),
    security_opt=("no-new-privileges:true",),
    binds=(),
    host_namespaces=(),
    healthcheck=(),
)
IMAGE = ImageFacts(
    name="demo:1",
    size_bytes=100_000_000,
    user="app",
    environment=(),
    entrypoint=(),
    command=("run",),
    healthcheck=(),
    tags=("demo:1",),
    layers=(),
)


@dataclass
class FakeRuntime:
    """Implements :class:`readiness.runtime.protocol.Runtime`.

    ``scripts`` are run when a node starts; ``refusals`` are raised in place of a creation or a start.
    """

    graph: Graph
    journal: Journal
    scripts: dict[str, Script] = field(default_factory=dict)
    refusals: dict[tuple[str, str], NodeError] = field(default_factory=dict)
    states: dict[str, ContainerState] = field(default_factory=dict)
    containers: dict[str, ContainerFacts] = field(default_factory=dict)
    images: dict[str, ImageFacts] = field(default_factory=dict)
    logs: Mapping[str, str] = field(default_factory=dict)
    answers: dict[str, Executed] = field(default_factory=dict)
    """What commands say, by node."""
    calls: list[tuple[str, ...]] = field(default_factory=list)
    stubborn: set[str] = field(default_factory=set)
    """Nodes that no fault touches."""

    # -- what tests make happen ---------------------------------------------------------------------------------------

    def run(self, node: str) -> None:
        """The process begins."""
        self._become(node, "running", started_at=time.time(), pid=4711)
        self.journal.append(ContainerStarted(node=node))

    def die(self, node: str, exit_code: int = 1) -> None:
        """The process ends by itself."""
        self._become(node, "exited", exit_code=exit_code, finished_at=time.time(), pid=0)
        self.journal.append(ContainerDied(node=node, exit_code=exit_code))

    def health(self, node: str, status: str) -> None:
        """The engine's own check changes its mind."""
        self._become(node, self.states[node].status, health=status)
        self.journal.append(HealthChanged(node=node, status=status))

    def _become(self, node: str, status: str, **more: object) -> None:
        before = self.states.get(node, ContainerState("created"))
        self.states[node] = replace(before, status=status, **more)  # type: ignore[arg-type]

    # -- the protocol -------------------------------------------------------------------------------------------------

    def create(self, node: str) -> None:
        self._refuse("create", node)
        self.states[node] = ContainerState("created")

    def start(self, node: str) -> None:
        self._refuse("start", node)
        self.run(node)
        script = self.scripts.get(node)
        if script is not None:
            script(self, node)

    def stop(self, node: str, grace_s: float) -> None:
        self.calls.append(("stop", node, f"{grace_s:g}"))
        if node not in self.stubborn:
            self.die(node, 0)

    def crash(self, node: str) -> str:
        self.calls.append(("crash", node))
        if node not in self.stubborn:
            self.die(node, 137)
            if self.graph[node].restart.name != "no":
                self.run(node)
        return "SIGKILL to process 4711"

    def pause(self, node: str) -> None:
        self.calls.append(("pause", node))
        if node not in self.stubborn:
            self._become(node, "paused")

    def unpause(self, node: str) -> None:
        self.calls.append(("unpause", node))
        self._become(node, "running")

    def state(self, node: str) -> ContainerState:
        return self.states[node]

    def log(self, node: str, *, since: float | None = None, until: float | None = None) -> str:
        kept = [
            line.partition(" ")[2]
            for line in self.logs.get(node, "").splitlines()
            if (since is None or float(line.split()[0]) >= since) and (until is None or float(line.split()[0]) < until)
        ]
        return "\n".join(kept[-LOG_LINES:])

    def cpu_time_s(self, node: str) -> float | None:
        return 0.0 if self.states[node].is_running else None

    def address(self, node: str, port: int) -> Address | None:
        return Address("127.0.0.1", port) if self.states[node].status in ("running", "paused") else None

    def execute(self, node: str, command: Sequence[str], deadline_s: float) -> Executed:  # noqa: ARG002  (nothing runs)
        self.calls.append(("execute", node, *command))
        check = self.graph[node].healthcheck
        if node not in self.answers and check is not None and tuple(command) == check.test[1:]:
            # A HEALTHCHECK passes when the node's state says that it is healthy.
            return Executed(0, "") if self.states[node].health == "healthy" else Executed(1, "not healthy")
        return self.answers.get(node, Executed(0, ""))

    def image(self, node: str) -> ImageFacts:
        return self.images.get(node, IMAGE)

    def container(self, node: str) -> ContainerFacts:
        check = self.graph[node].healthcheck
        made = replace(FACTS, healthcheck=check.test if check else ())
        return self.containers.get(node, made)

    def folder_bytes(self, node: str, folder: str) -> int:  # noqa: ARG002  (all are empty)
        return 0

    def process_uids(self, node: str) -> tuple[int, ...]:  # noqa: ARG002  (all are alike)
        return (1000,)

    def _refuse(self, what: str, node: str) -> None:
        self.calls.append((what, node))
        refusal = self.refusals.get((what, node))
        if refusal is not None:
            raise refusal


def ready(runtime: FakeRuntime, node: str) -> None:
    """A script: its HEALTHCHECK passes at once."""
    runtime.health(node, "healthy")


def dies(exit_code: int = 1) -> Script:
    """A script: the process ends at once."""
    return lambda runtime, node: runtime.die(node, exit_code)
