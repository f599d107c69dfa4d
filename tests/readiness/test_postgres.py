"""PostgreSQL: reachable, usable, really held, and migrated."""

from fixtures.criteria import P1, criterion
from readiness.model import subjects
from readiness.model.address import Credentials
from readiness.model.finding import BeyondReach
from readiness.model.graph import Role
from readiness.platform import Backing, Platform, Service
from readiness.probes import postgres

_DEADLINE_S = 5.0
_MIGRATION_DEADLINE_S = 60.0


@criterion("postgres.reachable", P1, each=subjects.backing(Role.POSTGRES), cause="backing_unreachable")
def test_postgres_answers(backing: Backing) -> None:
    """SELECT 1 is answered within a budget."""
    answer = postgres.select_one(backing.address, backing.credentials, _DEADLINE_S)
    assert answer.ok, str(answer)


@criterion("postgres.usable", P1, each=subjects.backing(Role.POSTGRES), cause="backing_unusable")
def test_a_write_to_postgres_is_read_back(backing: Backing) -> None:
    """A temporary table is written and read back: not read-only, not full."""
    answer = postgres.write_and_read(backing.address, backing.credentials, _DEADLINE_S)
    assert answer.ok, str(answer)


@criterion("postgres.held", P1, each=subjects.edges_to(Role.POSTGRES), cause="connection_missing")
def test_the_service_holds_a_connection_to_postgres(service: Service, dependency: Backing, platform: Platform) -> None:
    """The service holds a connection, as PostgreSQL itself sees it in pg_stat_activity."""
    answer = postgres.sessions(dependency.address, dependency.credentials, _DEADLINE_S)
    assert answer.ok, str(answer)
    addresses = platform.runtime.container(service.name).addresses
    held = [session for session in answer.detail["sessions"] if session["client_addr"] in addresses]
    assert held, f"no session from {', '.join(addresses)} among {len(answer.detail['sessions'])} sessions"


@criterion("postgres.migrations", P1, each=subjects.edges_to(Role.POSTGRES), cause="migration_pending")
def test_every_migration_is_applied_and_harmless_to_repeat(
    service: Service, dependency: Backing, platform: Platform
) -> None:
    """Every migration is applied, the tables exist, and a second run changes nothing."""
    promise = service.promise.postgres
    if not (promise.tables or promise.pending or promise.migrate):
        raise BeyondReach(f"the contract names neither tables nor migration commands of {service.name}")
    login = _login(service, dependency, platform)
    present = postgres.tables(dependency.address, login, _DEADLINE_S)
    assert present.ok, str(present)
    missing = [table for table in promise.tables if not _has(table, present.detail["tables"])]
    assert not missing, f"tables are missing in database {login.database}: {', '.join(missing)}"
    if promise.pending:
        pending = service.execute(promise.pending, _MIGRATION_DEADLINE_S)
        assert pending.exit_code == 0, f"migrations are pending\n{platform.redactor.redact(pending.output)}"
    if promise.migrate:
        _check_second_run(service, dependency, login, platform)


def _check_second_run(service: Service, dependency: Backing, login: Credentials, platform: Platform) -> None:
    before = postgres.schema_digest(dependency.address, login, _DEADLINE_S)
    again = service.execute(service.promise.postgres.migrate, _MIGRATION_DEADLINE_S)
    after = postgres.schema_digest(dependency.address, login, _DEADLINE_S)
    assert again.exit_code == 0, f"a second run of the migrations fails\n{platform.redactor.redact(again.output)}"
    assert before.ok, str(before)
    assert after.ok, str(after)
    assert before.detail["digest"] == after.detail["digest"], "a second run of the migrations changes the schema"


def _login(service: Service, dependency: Backing, platform: Platform) -> Credentials:
    own = platform.client_credentials(service.name, Role.POSTGRES)
    database = service.promise.postgres.database or own.database
    if own.user is not None:
        return Credentials(own.user, own.password, database)
    return Credentials(dependency.credentials.user, dependency.credentials.password, database)


def _has(table: str, present: list[str]) -> bool:
    return any(name in (table, f"public.{table}") or name.rpartition(".")[2] == table for name in present)
