"""The running platform, as a test holds it: its services, their addresses and answers, and its record."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from readiness.model.address import Address, Credentials
from readiness.model.contract import Contract, ServicePromise
from readiness.model.errors import ReadinessError
from readiness.model.events import NodeFailed, Noted
from readiness.model.evidence import ContainerState, HttpAnswer, NodeEvidence, ProbeAnswer
from readiness.model.graph import Graph, Kind, Node, Role
from readiness.model.redaction import Redactor
from readiness.probes import http
from readiness.probes.health import DependencyHealth, Health, read_health
from readiness.runtime.collecting import collect, collect_all, environment_of
from readiness.runtime.journal import Journal
from readiness.runtime.lock import GraphLock
from readiness.runtime.protocol import Executed, Runtime
from readiness.runtime.record import Record
from readiness.runtime.usability import asked
from readiness.sources.credentials import client_credentials, credentials

_HEALTH_DEADLINE_S = 5.0
_PROBE_DEADLINE_S = 3.0


class PortUnknown(ReadinessError):
    """Nothing tells at which port a node answers: what is asked through it is beyond reach."""


class NotPublished(ReadinessError):
    """A port that a check needs is not published, since the container does not run."""


@dataclass(frozen=True)
class Service:
    """One of the team's own services while it runs."""

    node: Node
    promise: ServicePromise
    runtime: Runtime

    @property
    def name(self) -> str:
        return self.node.name

    def url(self, path: str) -> str:
        """Where a path of the service answers from here.

        :raises PortUnknown: nothing tells its port.
        :raises NotPublished: the container does not run.
        """
        return f"http://{_address(self.runtime, self.node, self.promise.port)}{path}"

    def get(self, path: str, deadline_s: float = _HEALTH_DEADLINE_S) -> HttpAnswer:
        """A GET; a container that does not run gives no answer.

        :raises PortUnknown: nothing tells the service's port.
        """
        try:
            url = self.url(path)
        except NotPublished as error:
            return HttpAnswer(path, 0, 0.0, time.time(), error=str(error))
        return http.get(url, deadline_s=deadline_s)

    def overall(self) -> Health:
        return read_health(self.get(self.promise.health.overall))

    def ready(self, deadline_s: float = _HEALTH_DEADLINE_S) -> Health:
        return read_health(self.get(self.promise.health.ready, deadline_s))

    def live(self, deadline_s: float = _HEALTH_DEADLINE_S) -> Health:
        return read_health(self.get(self.promise.health.live, deadline_s))

    def role_of(self, dependency: str) -> Role:
        """The role in which the service uses a node."""
        return next(role for role, node in self.promise.uses.items() if node == dependency)

    def detail(self, health: Health, role: Role) -> DependencyHealth | None:
        """What a health answer of the service says about the dependency that it uses in a role."""
        return health.detail(role, self.promise.health.names.get(role), self.promise.uses.get(role, ""))

    def state(self) -> ContainerState:
        return self.runtime.state(self.name)

    def execute(self, command: tuple[str, ...], deadline_s: float = 30.0) -> Executed:
        return self.runtime.execute(self.name, command, deadline_s)


@dataclass(frozen=True)
class Backing:
    """A backing service while it runs."""

    node: Node
    role: Role
    promise: ServicePromise
    credentials: Credentials
    runtime: Runtime

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def port(self) -> int:
        """:raises PortUnknown: the port at which it can be asked is not known."""
        if self.promise.port is None:
            raise PortUnknown(f"nothing tells at which port {self.name} can be asked: give services.{self.name}.port")
        return self.promise.port

    @property
    def address(self) -> Address:
        """Where it answers from here.

        :raises PortUnknown: nothing tells its port.
        :raises NotPublished: the container does not run.
        """
        return _address(self.runtime, self.node, self.promise.port)

    def state(self) -> ContainerState:
        return self.runtime.state(self.name)


def _address(runtime: Runtime, node: Node, port: int | None) -> Address:
    if port is None:
        raise PortUnknown(f"nothing tells at which port {node.name} answers: give services.{node.name}.port")
    address = runtime.address(node.name, port)
    if address is None:
        raise NotPublished(f"port {port} of {node.name} is not published while the container is not running")
    return address


@dataclass(frozen=True)
class Platform:
    """A graph that was started, and everything that may be asked of it."""

    contract: Contract
    graph: Graph
    folder: Path
    """The contract's folder: paths in it are relative to this."""
    runtime: Runtime
    journal: Journal
    run: str
    run_folder: Path
    redactor: Redactor

    def service(self, name: str) -> Service:
        return Service(self.graph[name], self.contract.promise(name), self.runtime)

    def backing(self, name: str) -> Backing:
        node = self.graph[name]
        assert node.role is not None, f"{name} is no backing service"
        return Backing(node, node.role, self.contract.promise(name), credentials(self.graph, name), self.runtime)

    @property
    def services(self) -> Mapping[str, Service]:
        return {node.name: self.service(node.name) for node in self.graph if node.kind is Kind.SERVICE}

    @property
    def started_services(self) -> tuple[Service, ...]:
        """The services that became ready at the start."""
        return tuple(service for name, service in self.services.items() if self.failure(name) is None)

    @property
    def record(self) -> Record:
        """What happened so far."""
        return Record(self.journal.events())

    @property
    def lock(self) -> GraphLock:
        return GraphLock(self.run_folder / "graph.lock")

    def failure(self, node: str) -> NodeFailed | None:
        """Why a node did not become ready, if it did not."""
        return self.record.failure(node)

    def users_of(self, dependency: str) -> tuple[Service, ...]:
        """The services that use a backing service, as the contract names it, and that did become ready."""
        return tuple(service for service in self.started_services if dependency in service.promise.uses.values())

    def note(self, message: str) -> None:
        """Tell something that is no finding, once, to whoever watches the run."""
        self.journal.append(Noted(message=message))

    def client_credentials(self, service: str, role: Role) -> Credentials:
        """What the service itself logs in with."""
        return client_credentials(self.graph, service, role)

    def evidence(self, node: str) -> NodeEvidence:
        """All that is known of a node now, secrets masked."""
        return collect(node, graph=self.graph, runtime=self.runtime, journal=self.journal, redactor=self.redactor)

    def evidence_since(self, node: str, since: float) -> NodeEvidence:
        """As :meth:`evidence`, with no more of its log than what it wrote since then (seconds since the epoch)."""
        return replace(self.evidence(node), log=self.log(node, since=since), earlier_log="")

    def log(self, node: str, *, since: float | None = None, until: float | None = None) -> str:
        """What a node wrote between two moments (seconds since the epoch), secrets masked."""
        return self.redactor.redact(self.runtime.log(node, since=since, until=until))

    def environment(self, node: str) -> dict[str, str]:
        """What a node's environment is declared to be, secrets masked."""
        return environment_of(self.graph[node], self.redactor)

    def indicators(self, health: Health) -> dict[str, tuple[str, str]]:
        """What a health answer says of each dependency: key to status and message, secrets masked."""
        return {key: (told.status, self.redactor.redact(told.message)) for key, told in health.details.items()}

    def neighbours(self) -> dict[str, NodeEvidence]:
        """All that is known of every node, with what each backing service answers our own probes now."""
        found = collect_all(self.graph, self.runtime, self.journal, self.redactor)
        return {name: replace(evidence, answers=self._asked(evidence)) for name, evidence in found.items()}

    def _asked(self, evidence: NodeEvidence) -> tuple[ProbeAnswer, ...]:
        if evidence.state.status != "running":
            return evidence.answers
        node = self.graph[evidence.node]
        return (*evidence.answers, *asked(node, self.contract, self.graph, self.runtime, _PROBE_DEADLINE_S))
