"""A small platform for the tests of the diagnosis, and short ways to say what was seen of its nodes."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from readiness.diagnosis import diagnose
from readiness.model.evidence import ContainerState, Death, NodeEvidence, ProbeAnswer
from readiness.model.finding import Cause
from readiness.model.graph import Condition, Dependency, Graph, Kind, Node, Role

ENVIRONMENT = {
    "DATABASE_URL": "postgresql://app:***@postgres:5432/app",
    "REDIS_URL": "redis://:***@redis:6379/0",
    "REDIS_PASSWORD": "***",
    "KAFKA_BROKERS": "kafka:9092",
}


def node(
    name: str,
    *,
    kind: Kind = Kind.SERVICE,
    image: str = "",
    role: Role | None = None,
    needs: Mapping[str, Condition] | None = None,
    environment: Mapping[str, str] | None = None,
    network: str = "backend",
) -> Node:
    return Node(
        name=name,
        kind=kind,
        image=image or f"shop-{name}",
        role=role,
        environment=ENVIRONMENT if environment is None and kind is Kind.SERVICE else environment or {},
        networks={network: ()},
        depends_on=tuple(Dependency(other, condition) for other, condition in (needs or {}).items()),
    )


def graph_of(*nodes: Node) -> Graph:
    return Graph("shop", {each.name: each for each in nodes}, Path("compose.yaml"))


BACKING = {"postgres": Condition.HEALTHY, "redis": Condition.HEALTHY, "kafka": Condition.HEALTHY}
SHOP = graph_of(
    node("postgres", kind=Kind.BACKING, image="postgres:16", role=Role.POSTGRES),
    node("redis", kind=Kind.BACKING, image="redis:7", role=Role.REDIS),
    node("kafka", kind=Kind.BACKING, image="apache/kafka:4.1.1", role=Role.KAFKA),
    node("migrate", kind=Kind.JOB, needs={"postgres": Condition.HEALTHY}),
    node("auth", needs=BACKING),
    node("orders", needs=BACKING),
    node("billing", needs=BACKING),
)


def exited(name: str, log: str = "", code: int = 1, *, error: str = "", oom: bool = False) -> NodeEvidence:
    return NodeEvidence(name, ContainerState("exited", code, oom, error), log, environment=ENVIRONMENT)


def running(name: str, log: str = "", *, well: bool | None = None, health: str | None = None) -> NodeEvidence:
    answers = () if well is None else (answer(name, ok=well),)
    return NodeEvidence(name, ContainerState("running", health=health), log, environment=ENVIRONMENT, answers=answers)


def looping(name: str, earlier_log: str, *, lives_s: Iterable[float] = (1.0, 1.1, 0.9), log: str = "") -> NodeEvidence:
    """A container that its restart policy has just brought back once more."""
    deaths, at = [], 0.0
    for lived_s in lives_s:
        at += lived_s
        deaths.append(Death(at, 1, lived_s=lived_s))
    state = ContainerState("running", restart_count=len(deaths), started_at=at)
    return NodeEvidence(name, state, log, earlier_log, tuple(deaths), ENVIRONMENT)


def answer(name: str, *, ok: bool) -> ProbeAnswer:
    return ProbeAnswer("ping", name, ok, 0.002, 0.0, error="" if ok else "refused")


def diagnosed(evidence: NodeEvidence, *others: NodeEvidence, graph: Graph = SHOP) -> Cause:
    return diagnose(evidence, graph, {each.node: each for each in (evidence, *others)})
