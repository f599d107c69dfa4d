"""The contract: what a platform promises, as ``readiness.yaml`` says it.

Every default stands here and nowhere else. Unknown keys are refused. Reading the file, with line numbers for what
is wrong in it, is the task of :mod:`readiness.sources.contract`.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from readiness.model.graph import Role
from readiness.model.units import Bytes, Seconds

Port = Annotated[int, Field(ge=1, le=65535)]
Path = Annotated[str, Field(pattern=r"^/")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GraphSource(_Strict):
    """Where the graph of containers is declared."""

    compose: str = "compose.yaml"
    """The team's own Compose file, relative to the contract."""
    profiles: tuple[str, ...] = ()
    env_file: str | None = None
    free_ports: tuple[str, ...] = ()
    """Variables of the Compose file that get a free loopback port each: for ports that a container has to know before
    it starts, such as the one that Kafka advertises to the outside."""


class HealthPaths(_Strict):
    """Where a service answers for its health, and under which names it lists its dependencies."""

    overall: Path = "/health"
    ready: Path = "/health/ready"
    live: Path = "/health/live"
    names: dict[Role, str] = {}
    """The key of a dependency in the details, where it is not the role's own name or a usual synonym of it."""


class KafkaUse(_Strict):
    """The topics that a service produces and consumes, and its consumer group."""

    produces: tuple[str, ...] = ()
    consumes: tuple[str, ...] = ()
    group: str | None = None


class PostgresUse(_Strict):
    """The tables that a service's migrations make, and commands in its container that say whether they are applied."""

    database: str | None = None
    """Left out: taken from the connection URL in the service's environment."""
    tables: tuple[str, ...] = ()
    migrate: tuple[str, ...] = ()
    """Applies migrations; run a second time it must change nothing."""
    pending: tuple[str, ...] = ()
    """Exits 0 when no migration is pending."""


class Request(_Strict):
    """One HTTP request. ``{id}`` in it becomes an id of this run, ``{name}`` what was captured before."""

    service: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    path: Path
    json_body: Any = Field(default=None, alias="json")
    contains: str | None = None
    """A text that the answer's body has to contain."""
    captures: dict[str, str] = {}
    """Name: where its value stands in the answer (dots go deeper), for the requests that follow."""
    authenticated: bool = False
    """Send the token that ``tokens`` describes."""


class GraphQL(_Strict):
    """A GraphQL subgraph and the saved SDL that it is held to."""

    path: Path = "/graphql"
    snapshot: str
    """The saved SDL, relative to the contract."""
    arguments: dict[str, dict[str, Any]] = {}
    """Arguments for generated queries, by root field, where the schema's own defaults do not do."""
    prepare: tuple[Request, ...] = ()
    """Requests that make data for generated queries to find."""
    introspection: bool | None = None
    """Whether introspection is meant to be open on this graph; None takes either: frameworks close it in production."""
    max_depth: int = 12
    """A query nested deeper than this is to be refused."""
    allow_removal_after_deprecation: bool = False
    """Whether what was deprecated in the snapshot may be removed: DANGEROUS then, and not BREAKING."""


class ImagePromise(_Strict):
    """What is promised of a node's image."""

    at_most: Bytes = 400_000_000
    """The team's target for a service other than Finance."""
    user: Literal["non-root", "any"] = "non-root"


class Flow(_Strict):
    """An event that crosses services: a request that causes it in one, and one that shows its effect in the other."""

    topic: str
    producer: str
    consumer: str
    cause: Request
    effect: Request
    within: Seconds = 5.0


class Tokens(_Strict):
    """How a token is had from the service that issues it, and the requests that must not be answered without one."""

    issuer: str
    prepare: tuple[Request, ...] = ()
    """Requests before the login, such as a registration."""
    login: Request
    field: str = "access_token"
    """Where the token stands in the login's answer (dots go deeper)."""
    secret: str = "JWT_SECRET"
    """The issuer's variable with the signing key: an expired token is made with it. Its value is never shown."""
    algorithm: str = "HS256"
    guarded: tuple[Request, ...] = ()


class ServicePromise(_Strict):
    """What one node promises. A backing service needs an entry only for what cannot be inferred."""

    port: Port | None = None
    """The container's port that answers; for Kafka the one of its outside listener."""
    health: HealthPaths = HealthPaths()
    uses: dict[Role, str] = {}
    """Role of a dependency: the node that plays it."""
    kafka: KafkaUse = KafkaUse()
    postgres: PostgresUse = PostgresUse()
    graphql: GraphQL | None = None
    image: ImagePromise = ImagePromise()
    ready_within: Seconds | None = None
    answers_within: Seconds | None = None
    notices_within: Seconds | None = None
    recovers_within: Seconds | None = None
    stops_within: Seconds | None = None


class Defaults(_Strict):
    """What holds for every service that does not say otherwise."""

    ready_within: Seconds = 30.0
    answers_within: Seconds = 0.05
    """p95 of a series of health requests."""
    notices_within: Seconds = 5.0
    """From the loss of a dependency until ready is red."""
    recovers_within: Seconds = 20.0
    """From the return of a dependency, or from a crash, until ready is green."""
    stops_within: Seconds = 10.0
    """From SIGTERM to the end of the process (the engine's own grace is 10 s)."""


class Waiver(_Strict):
    """A promise that is knowingly not kept for a while. It is shown in every report."""

    criterion: str
    service: str
    until: date
    reason: Annotated[str, Field(min_length=1)]


class Contract(_Strict):
    """The whole contract of a platform."""

    graph: GraphSource = GraphSource()
    defaults: Defaults = Defaults()
    services: dict[str, ServicePromise] = {}
    flows: tuple[Flow, ...] = ()
    tokens: Tokens | None = None
    waivers: tuple[Waiver, ...] = ()

    def promise(self, node: str) -> ServicePromise:
        """What the node promises, with the defaults filled in."""
        promise = self.services.get(node, ServicePromise())
        missing = {name: value for name, value in self.defaults.model_dump().items() if getattr(promise, name) is None}
        return promise.model_copy(update=missing)
