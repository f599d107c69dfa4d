"""PostgreSQL: reachable, usable, really held, and migrated."""

from fixtures.criteria import P1, criterion
from readiness.checks.backing import demand, demand_told, reachable, usable
from readiness.checks.holding import holds
from readiness.diagnosis.promises import BrokenPromise
from readiness.experiments.store import Experiments
from readiness.model import subjects
from readiness.model.finding import BeyondReach
from readiness.model.graph import Role
from readiness.platform import Backing, Platform, Service
from readiness.probes import postgres

_DEADLINE_S = 5.0


@criterion("postgres.reachable", P1, each=subjects.backing(Role.POSTGRES), cause=BrokenPromise.BACKING_UNREACHABLE)
def test_postgres_answers(backing: Backing) -> None:
    """SELECT 1 is answered within a budget."""
    demand(backing, reachable(backing))


@criterion("postgres.usable", P1, each=subjects.backing(Role.POSTGRES), cause=BrokenPromise.BACKING_UNUSABLE)
def test_a_write_to_postgres_is_read_back(backing: Backing, platform: Platform) -> None:
    """A temporary table is written and read back: not read-only, not full."""
    demand(backing, usable(backing, platform.run))


@criterion("postgres.held", P1, each=subjects.edges_to(Role.POSTGRES), cause=BrokenPromise.CONNECTION_MISSING)
def test_the_service_holds_a_connection_to_postgres(service: Service, dependency: Backing, platform: Platform) -> None:
    """The service holds a connection, as PostgreSQL itself sees it in pg_stat_activity."""
    addresses = platform.runtime.container(service.name).addresses

    def sessions() -> frozenset[tuple[str, int]]:
        answer = postgres.sessions(dependency.address, dependency.credentials, _DEADLINE_S)
        demand_told(platform, dependency, answer)
        listed = ((str(each["client_addr"]), int(each["client_port"])) for each in answer.detail["sessions"])
        return frozenset(client for client in listed if client[0] in addresses)

    assert holds(sessions), f"pg_stat_activity has no session from {', '.join(addresses)}"


@criterion(
    "postgres.migrations",
    P1,
    each=subjects.edges_to(Role.POSTGRES),
    cause=BrokenPromise.MIGRATION_PENDING,
    disturbing=True,
)
def test_every_migration_is_applied_and_harmless_to_repeat(
    service: Service, dependency: Backing, platform: Platform, experiments: Experiments
) -> None:
    """Every migration is applied, the tables exist, and a second run changes nothing."""
    promise = service.promise.postgres
    if not (promise.tables or promise.pending or promise.migrate):
        raise BeyondReach(f"the contract names neither tables nor migration commands of {service.name}")
    seen = experiments.migrations(service.name)
    for answer in (seen.tables, seen.before, seen.after):
        demand_told(platform, dependency, answer)
    missing = seen.missing(promise.tables)
    assert not missing, f"tables are missing in database {seen.database}: {', '.join(missing)}"
    if seen.pending is not None:
        assert seen.pending.exit_code == 0, f"migrations are pending\n{seen.pending.output}"
    if seen.again is not None:
        assert seen.again.exit_code == 0, f"a second run of the migrations fails\n{seen.again.output}"
        assert seen.before.detail["digest"] == seen.after.detail["digest"], (
            f"a second run of the migrations changes the schema of database {seen.database}"
        )
