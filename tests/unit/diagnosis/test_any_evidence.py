"""Whatever is seen of a platform, a diagnosis ends in a cause and raises nothing."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.diagnosis import attribute, diagnose, health_cause
from readiness.diagnosis.catalogue import Source, signatures
from readiness.model.address import Address
from readiness.model.evidence import ContainerState, Death, HealthLogEntry, HttpAnswer, NodeEvidence, ProbeAnswer
from readiness.model.graph import Condition, Graph, Kind, Role
from tests.unit.diagnosis.diagnosis_scene import graph_of, node

NAMES = ("a", "b", "c", "redis", "postgres", "kafka")
SAMPLES = [signature.sample for source in Source for signature in signatures(source)]
LINES = (
    "INFO waiting for http://{}:3000/health",
    "Error: connect ECONNREFUSED {}:3000",
    "Error: getaddrinfo ENOTFOUND {}",
    "2025-11-25T01:00:00Z INFO {} is ready",
    "2025-11-25 01:00:31 INFO GET /{} 200",
    "[Nest] 1  - 11/25/2025, 1:02:03 AM     LOG [NestFactory] Starting Nest application...",
    "Listening on port 3001",
    "attempt 3 of 9 at {}",
)
NODES = st.sampled_from(NAMES)
TEXTS = st.lists(
    st.one_of(st.sampled_from(SAMPLES), st.builds(str.format, st.sampled_from(LINES), NODES)), max_size=6
).map("\n".join)
TIMES = st.one_of(st.none(), st.floats(0, 2_000_000_000))
STATES = st.builds(
    ContainerState,
    status=st.sampled_from(["created", "running", "paused", "restarting", "exited", "dead"]),
    exit_code=st.sampled_from([0, 1, 2, 126, 127, 134, 137, 139, 143, 255]),
    oom_killed=st.booleans(),
    error=st.one_of(st.just(""), st.sampled_from(SAMPLES)),
    started_at=TIMES,
    finished_at=TIMES,
    restart_count=st.integers(0, 3),
    health=st.sampled_from([None, "starting", "healthy", "unhealthy"]),
    health_log=st.lists(st.builds(HealthLogEntry, st.integers(0, 2), TEXTS, st.floats(0, 9)), max_size=1).map(tuple),
)
ANSWERS = st.builds(ProbeAnswer, st.just("PING"), NODES, st.booleans(), st.just(0.1), st.just(0.0), TEXTS)
HEALTH = st.builds(
    HttpAnswer, st.just("u"), st.sampled_from([0, 200, 500, 503]), st.just(0.1), st.just(0.0), body=TEXTS
)
EVIDENCE = st.builds(
    NodeEvidence,
    node=st.just(""),
    state=STATES,
    log=TEXTS,
    earlier_log=TEXTS,
    deaths=st.lists(st.builds(Death, st.floats(0, 2e9), st.integers(0, 255), st.booleans()), max_size=3).map(tuple),
    environment=st.dictionaries(
        st.sampled_from(["A_URL", "DB_HOST", "DB_PORT", "REDIS_URL", "KAFKA_BROKERS", "PORT"]),
        st.one_of(st.just("5432"), st.builds("redis://{}:6379".format, NODES), st.builds("{}:9092".format, NODES)),
        max_size=3,
    ),
    answers=st.lists(ANSWERS, max_size=1).map(tuple),
    listens=st.one_of(st.none(), st.lists(st.builds(Address, st.just("127.0.0.1"), st.integers(1, 9999))).map(tuple)),
    health=st.one_of(st.none(), HEALTH),
    indicators=st.dictionaries(NODES, st.tuples(st.sampled_from(["up", "down"]), TEXTS), max_size=2),
)  # fmt: skip


@st.composite
def platforms(draw: st.DrawFn) -> tuple[Graph, dict[str, NodeEvidence]]:
    roles = {role.value: role for role in Role}
    nodes = []
    for name in NAMES:
        needs = draw(st.dictionaries(NODES, st.sampled_from(list(Condition)), max_size=2))
        kind = Kind.BACKING if name in roles else draw(st.sampled_from([Kind.SERVICE, Kind.JOB]))
        network = draw(st.sampled_from(["front", "back"]))
        nodes.append(node(name, kind=kind, role=roles.get(name), needs=needs, network=network))
    seen = {name: replace(draw(EVIDENCE), node=name) for name in draw(st.sets(NODES, min_size=1))}
    return graph_of(*nodes), seen


@settings(max_examples=60, deadline=None)
@given(platforms())
def test_any_evidence_of_any_platform_ends_in_causes(platform: tuple[Graph, dict[str, NodeEvidence]]) -> None:
    graph, seen = platform
    causes = {name: diagnose(evidence, graph, seen) for name, evidence in seen.items()}
    for name, evidence in seen.items():
        assert causes[name].node in graph.nodes
        assert health_cause(name, evidence.indicators, evidence, graph, seen).cls
    roots = attribute(causes, graph)
    assert set(roots.values()) <= set(causes)
