"""Migrations of all services at once: what is there, what is pending, and what a second run changes."""

from dataclasses import dataclass

from readiness.experiments.parallel import side_by_side
from readiness.model.address import Credentials
from readiness.model.evidence import ProbeAnswer
from readiness.model.graph import Role
from readiness.platform import Platform, Service
from readiness.probes import postgres
from readiness.runtime.protocol import Executed

_DEADLINE_S = 5.0
_COMMAND_DEADLINE_S = 60.0


@dataclass(frozen=True)
class Migrations:
    """What one service's database and migration commands showed. None where the contract asks for nothing."""

    service: str
    database: str | None
    tables: ProbeAnswer
    pending: Executed | None
    before: ProbeAnswer
    again: Executed | None
    after: ProbeAnswer

    def missing(self, promised: tuple[str, ...]) -> tuple[str, ...]:
        """The promised tables that are not there, in whatever schema."""
        present = {name.rpartition(".")[2] for name in self.tables.detail.get("tables", ())}
        return tuple(table for table in promised if table.rpartition(".")[2] not in present)


def migrate_all(platform: Platform) -> dict[str, Migrations]:
    """Look at the migrations of every service that uses PostgreSQL and is ready, side by side."""
    users = [service for service in platform.started_services if Role.POSTGRES in service.promise.uses]
    return side_by_side(users, lambda service: _migrate(platform, service))


def _migrate(platform: Platform, service: Service) -> Migrations:
    promise = service.promise.postgres
    address = platform.backing(service.promise.uses[Role.POSTGRES]).address
    login = _login(platform, service)
    # Looked at before anything is run: the command itself may make what was missing.
    tables = postgres.tables(address, login, _DEADLINE_S)
    before = postgres.schema_digest(address, login, _DEADLINE_S)
    pending = _run(platform, service, promise.pending)
    again = _run(platform, service, promise.migrate)
    return Migrations(
        service=service.name,
        database=login.database,
        tables=tables,
        pending=pending,
        before=before,
        again=again,
        after=postgres.schema_digest(address, login, _DEADLINE_S),
    )


def _run(platform: Platform, service: Service, command: tuple[str, ...]) -> Executed | None:
    if not command:
        return None
    ran = service.execute(command, _COMMAND_DEADLINE_S)
    return Executed(ran.exit_code, platform.redactor.redact(ran.output[-2000:]))


def _login(platform: Platform, service: Service) -> Credentials:
    """The service's own login, since another may see other tables; else the backing service's."""
    own = platform.client_credentials(service.name, Role.POSTGRES)
    database = service.promise.postgres.database or own.database
    if own.user is not None:
        return Credentials(own.user, own.password, database)
    general = platform.backing(service.promise.uses[Role.POSTGRES]).credentials
    return Credentials(general.user, general.password, database or general.database)
