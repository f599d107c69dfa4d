"""Verdicts over a platform of eight containers, as a real run would give them."""

from collections.abc import Iterable, Mapping

from readiness.model.criterion import Criterion, Level, Priority, Row, Subject
from readiness.model.finding import Cause, Confidence, Finding
from readiness.model.subjects import platform
from readiness.model.verdict import Outcome, Result, Unchecked, Verdict, judge

BACKING = ("postgres", "redis", "kafka")
USES = {
    "auth": ("postgres", "redis", "kafka"),
    "master-data": ("postgres", "redis", "kafka"),
    "workflow": ("postgres", "redis", "kafka"),
    "rules-engine": ("redis",),
    "finance": ("postgres", "redis", "kafka"),
}
SERVICES = tuple(USES)
NODES = (*BACKING, *SERVICES)
EDGES = tuple(f"{service}->{dependency}" for service, uses in USES.items() for dependency in uses)
UNDER_LOSS = tuple(f"{edge} ({fault})" for edge in EDGES for fault in ("stopped", "paused"))
TIMING = {"images_s": 0.4, "start_s": 9.83, "checks_s": 38.2, "clean_up_s": 1.1}


def _edges_to(dependency: str) -> tuple[str, ...]:
    return tuple(edge for edge in EDGES if edge.endswith(dependency))


CRITERIA: Mapping[tuple[str, Priority], tuple[str, ...]] = {
    ("start.image", Priority.P1): NODES,
    ("start.ready", Priority.P1): NODES,
    ("start.acyclic", Priority.P1): ("reference",),
    ("stable.no_restart", Priority.P1): NODES,
    ("stable.crash", Priority.P1): SERVICES,
    ("stable.restart", Priority.P1): SERVICES,
    ("stable.stops", Priority.P2): SERVICES,
    ("stable.backing_restart", Priority.P1): BACKING,
    ("health.overall", Priority.P1): SERVICES,
    ("health.ready", Priority.P1): SERVICES,
    ("health.live", Priority.P1): SERVICES,
    ("health.names_dependencies", Priority.P1): EDGES,
    ("health.ready_is_not_live", Priority.P2): EDGES,
    ("health.truthful", Priority.P1): UNDER_LOSS,
    ("health.engine_check", Priority.P1): NODES,
    ("health.paths", Priority.P3): ("reference",),
    ("redis.reachable", Priority.P1): ("redis",),
    ("redis.usable", Priority.P1): ("redis",),
    ("redis.held", Priority.P1): _edges_to("redis"),
    ("postgres.reachable", Priority.P1): ("postgres",),
    ("postgres.usable", Priority.P1): ("postgres",),
    ("postgres.held", Priority.P1): _edges_to("postgres"),
    ("postgres.migrations", Priority.P1): ("auth", "master-data", "workflow", "finance"),
    ("kafka.reachable", Priority.P1): ("kafka",),
    ("kafka.usable", Priority.P1): ("kafka",),
    ("kafka.held", Priority.P1): _edges_to("kafka"),
    ("kafka.topics", Priority.P1): ("kafka",),
    ("kafka.groups", Priority.P1): ("workflow->kafka",),
    ("kafka.flow", Priority.P1): (
        "auth->workflow (auth.user.created)",
        "finance->workflow (finance.journal.posted)",
    ),
    ("graphql.snapshot", Priority.P1): ("finance",),
    ("graphql.valid", Priority.P1): ("finance",),
    ("graphql.serves", Priority.P1): ("finance",),
    ("graphql.entities", Priority.P1): ("finance",),
    ("graphql.guarded", Priority.P2): ("finance",),
    ("image.size", Priority.P2): SERVICES,
    ("image.non_root", Priority.P2): NODES,
    ("image.pinned", Priority.P3): NODES,
    ("image.layers", Priority.P3): SERVICES,
    ("image.secrets", Priority.P3): SERVICES,
    ("limits.memory", Priority.P2): NODES,
    ("limits.cpu", Priority.P2): NODES,
    ("limits.pids", Priority.P2): NODES,
    ("limits.restart_policy", Priority.P2): NODES,
    ("limits.privileges", Priority.P2): NODES,
    ("auth.token", Priority.P2): SERVICES,
}
ROWS = tuple(
    Row(Criterion(name, priority, Level.LOCAL, promise="", each=platform), Subject(subject))
    for (name, priority), subjects in CRITERIA.items()
    for subject in subjects
)


def result(row: Row, outcome: Outcome = Outcome.HOLDS, **more: object) -> Result:
    """What became of a row."""
    return Result(row.criterion.name, row.criterion.priority, str(row.subject), outcome, took_s=0.12, **more)  # type: ignore[arg-type]


def _verdict(changed: Iterable[Result], findings: tuple[Finding, ...] = ()) -> Verdict:
    by_key = {row.key: result(row) for row in ROWS} | {told.key: told for told in changed}
    return judge(ROWS, by_key.values(), findings, level=Level.LOCAL, graph="reference", timing=TIMING)


def _rows(*nodes: str) -> Iterable[Row]:
    return (row for row in ROWS if any(node in str(row.subject) for node in nodes))


def _row(key: str) -> Row:
    return next(row for row in ROWS if row.key == key)


WAIVED = result(
    _row("image.size[finance]"),
    Outcome.WAIVED,
    reason="until 2026-12-31: machine-learning libraries move out in January",
)
BEYOND_REACH = result(
    _row("limits.cpu[kafka]"),
    Outcome.UNCHECKED,
    reason="the engine does not report throttling (cgroup v1 without cpu.stat)",
    unchecked=Unchecked.BEYOND_REACH,
)

CRASH_LOOP = Finding(
    criterion="start.ready",
    priority="P1",
    subject="auth",
    summary="exits with code 1 after 0.9 s, each time that it is started",
    cause=Cause(
        cls="missing_setting",
        node="auth",
        confidence=Confidence.SURE,
        summary="The setting JWT_SECRET is required and not set.",
        evidence=(
            "state: restarting, exit code 1, not out of memory, 4 restarts in 7.2 s",
            "log: pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings",
            "log: jwt_secret",
            "log:   Field required [type=missing, input_value={'database_url': '***', 'redis_url': '***'}]",
            "environment: DATABASE_URL, REDIS_URL, KAFKA_BOOTSTRAP, PORT; JWT_SECRET is not among them",
        ),
        advice="Set JWT_SECRET in the environment of auth in compose.yaml.",
    ),
)
WRONG_PASSWORD = Finding(
    criterion="health.names_dependencies",
    priority="P1",
    subject="rules-engine->redis",
    summary="redis is listed, but down: WRONGPASS invalid username-password pair or user is disabled.",
    cause=Cause(
        cls="authentication",
        node="rules-engine",
        dependency="redis",
        confidence=Confidence.LIKELY,
        summary="rules-engine logs in to redis with another password than the other services do.",
        evidence=(
            "GET http://127.0.0.1:32781/health: 503 application/json (6 ms) "
            '{"status": "error", "error": {"redis": {"status": "down", "message": "WRONGPASS invalid '
            'username-password pair or user is disabled."}}}',
            "redis answers PING with the password that the contract names (1 ms)",
        ),
        advice="Compare REDIS_URL of rules-engine with that of the other services.",
    ),
)
SNAPSHOT = Finding(
    criterion="graphql.snapshot",
    priority="P1",
    subject="finance",
    summary="1 breaking difference: JournalEntry.postedAt was removed",
    cause=Cause(cls="schema_changed", node="finance", confidence=Confidence.SURE),
    evidence=("breaking: JournalEntry.postedAt (field removed), schemas/finance.graphql:41",),
    advice="Bring the field back, or accept the new schema with `python -m readiness snapshot --accept finance`.",
)


def _dragged_down(finding: Finding, *nodes: str) -> list[Result]:
    return [
        result(row, Outcome.BLOCKED, reason=f"blocked by {finding.key}", blocked_by=finding.key)
        for row in _rows(*nodes)
        if not row.key.startswith(("start.image", "image.", "limits.memory"))
    ]


READY = _verdict([WAIVED, BEYOND_REACH])
ONE_FINDING = _verdict(
    [WAIVED, *_dragged_down(CRASH_LOOP, "auth"), result(_row(CRASH_LOOP.key), Outcome.FAILS)], (CRASH_LOOP,)
)
THREE_FINDINGS = _verdict(
    [
        WAIVED,
        BEYOND_REACH,
        *_dragged_down(CRASH_LOOP, "auth"),
        *_dragged_down(WRONG_PASSWORD, "rules-engine->redis"),
        *(result(_row(finding.key), Outcome.FAILS) for finding in (CRASH_LOOP, WRONG_PASSWORD, SNAPSHOT)),
        result(_row("health.ready[rules-engine]"), Outcome.FAILS),
    ],
    (SNAPSHOT, WRONG_PASSWORD, CRASH_LOOP),
)
NO_ENGINE = judge(
    ROWS,
    (),
    (),
    level=Level.LOCAL,
    graph="reference",
    troubles=("No container engine answers on unix:///var/run/docker.sock. Start Docker, or run `make setup`.",),
    timing={"images_s": 0.0},
)
EXAMPLES = {"READY": READY, "ONE": ONE_FINDING, "THREE": THREE_FINDINGS, "NO_ENGINE": NO_ENGINE}
