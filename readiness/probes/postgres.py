"""Questions to PostgreSQL. Every probe uses one connection of its own; its latency includes connecting and login."""

import asyncio
import contextlib
import hashlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import DictRow, dict_row

from readiness.model.address import Address, Credentials
from readiness.model.evidence import ProbeAnswer
from readiness.probes.deadline import Stopwatch, ask
from readiness.probes.failures import CLOSED, WrongAnswerError, network_failure

APPLICATION_NAME = "readiness-probe"
"""Under this name the probes show up in ``pg_stat_activity``."""

MIGRATION_TABLES = (
    "alembic_version",  # Alembic
    "migrations",  # TypeORM, Laravel, db-migrate
    "typeorm_migrations",
    "_prisma_migrations",
    "flyway_schema_history",
    "databasechangelog",  # Liquibase
    "schema_migrations",  # Rails, golang-migrate, dbmate
    "django_migrations",
    "knex_migrations",
    "SequelizeMeta",
    "mikro_orm_migrations",
    "pgmigrations",  # node-pg-migrate
    "__drizzle_migrations",
    "kysely_migration",
    "goose_db_version",
    "_sqlx_migrations",
    "__EFMigrationsHistory",  # Entity Framework Core
)
"""Where the usual tools keep what they have applied."""

Detail = Mapping[str, Any]
_Connection = psycopg.AsyncConnection[DictRow]
_Work = Callable[[_Connection], Awaitable[Detail]]

_OWN_SCHEMA: LiteralString = "n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%%'"


def select_one(address: Address, credentials: Credentials, deadline_s: float) -> ProbeAnswer:
    """SELECT 1 after login. ``detail`` has the server's ``version``."""

    async def work(connection: _Connection) -> Detail:
        row = await _one(connection, "SELECT 1 AS one, current_setting('server_version') AS version")
        return {"version": row["version"]}

    return _probe("postgres.select_one", address, credentials, deadline_s, work)


def write_and_read(address: Address, credentials: Credentials, deadline_s: float) -> ProbeAnswer:
    """Writes a row to a temporary table and reads it back. Nothing is left behind.

    A server in recovery (a standby) and one whose transactions are read-only by default are told as such.
    """

    async def work(connection: _Connection) -> Detail:
        state = await _one(
            connection,
            "SELECT pg_is_in_recovery() AS in_recovery,"
            " current_setting('default_transaction_read_only')::bool AS read_only",
        )
        if state["in_recovery"]:
            raise WrongAnswerError("the database system is in read-only mode: the server is in recovery")
        if state["read_only"]:
            raise WrongAnswerError("the database system is in read-only mode: default_transaction_read_only is on")
        async with connection.transaction():
            await connection.execute("CREATE TEMPORARY TABLE readiness_probe (marker text) ON COMMIT DROP")
            await connection.execute("INSERT INTO readiness_probe VALUES (%s)", [APPLICATION_NAME])
            row = await _one(connection, "SELECT marker FROM readiness_probe")
        if row["marker"] != APPLICATION_NAME:
            raise WrongAnswerError(f"read {row['marker']!r} where {APPLICATION_NAME!r} had been written")
        return dict(state)

    return _probe("postgres.write_and_read", address, credentials, deadline_s, work)


def lock_waits(address: Address, credentials: Credentials, deadline_s: float) -> ProbeAnswer:
    """The statements that wait for a lock that another session holds, the longest first.

    ``detail["waits"]`` is a list of ``client_addr``, ``waited_s``, ``statement``, and of the first who holds it:
    ``holder_addr``, ``holder_state``, ``holder_statement`` and ``held_s`` (since its transaction began).
    """

    async def work(connection: _Connection) -> Detail:
        rows = await _all(
            connection,
            "SELECT host(w.client_addr) AS client_addr, extract(epoch FROM now() - w.query_start)::float8 AS waited_s,"
            " left(w.query, 200) AS statement, host(h.client_addr) AS holder_addr, h.state AS holder_state,"
            " left(h.query, 200) AS holder_statement, extract(epoch FROM now() - h.xact_start)::float8 AS held_s"
            " FROM pg_stat_activity w JOIN pg_stat_activity h ON h.pid = (pg_blocking_pids(w.pid))[1]"
            " WHERE w.wait_event_type = 'Lock' ORDER BY w.query_start",
        )
        return {"waits": rows}

    return _probe("postgres.lock_waits", address, credentials, deadline_s, work)


def sessions(address: Address, credentials: Credentials, deadline_s: float) -> ProbeAnswer:
    """The clients' sessions in ``pg_stat_activity``, without the probes' own.

    ``detail["sessions"]`` is a list of ``client_addr``, ``client_port``, ``database``, ``user``, ``application_name``
    and ``state``. A role without ``pg_monitor`` sees the addresses of its own sessions only; a superuser sees all.
    """

    async def work(connection: _Connection) -> Detail:
        rows = await _all(
            connection,
            "SELECT host(client_addr) AS client_addr, client_port, datname AS database, usename AS user,"
            " application_name, state FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND application_name <> %s ORDER BY pid",
            [APPLICATION_NAME],
        )
        return {"sessions": rows}

    return _probe("postgres.sessions", address, credentials, deadline_s, work)


def tables(address: Address, credentials: Credentials, deadline_s: float) -> ProbeAnswer:
    """The tables of the database: ``detail["tables"]``, as ``name`` in the schema ``public``, else ``schema.name``."""

    async def work(connection: _Connection) -> Detail:
        rows = await _all(connection, _TABLES)
        return {"tables": [_qualified(row) for row in rows]}

    return _probe("postgres.tables", address, credentials, deadline_s, work)


def schema_digest(address: Address, credentials: Credentials, deadline_s: float) -> ProbeAnswer:
    """A digest of all that a migration is made for, to show that a second run of it changes nothing.

    It covers columns, indexes, constraints, and the rows of tables in which migration tools keep what they have
    applied; other tables' rows are not looked at. ``detail`` has ``digest``, ``objects`` (how many went in) and
    ``migrations`` (rows by table).
    """

    async def work(connection: _Connection) -> Detail:
        objects = [row["object"] for query in _OBJECTS for row in await _all(connection, query)]
        applied: dict[str, int] = {}
        for row in await _all(connection, _TABLES):
            if row["name"] in MIGRATION_TABLES:
                rows = await _all(
                    connection,
                    sql.SQL("SELECT t::text AS object FROM {} t ORDER BY 1").format(
                        sql.Identifier(row["schema"], row["name"])
                    ),
                )
                applied[_qualified(row)] = len(rows)
                objects += [f"{_qualified(row)} {entry['object']}" for entry in rows]
        return {"digest": _digest(objects), "objects": len(objects), "migrations": applied}

    return _probe("postgres.schema_digest", address, credentials, deadline_s, work)


_TABLES: LiteralString = (
    "SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    f" WHERE c.relkind IN ('r', 'p') AND {_OWN_SCHEMA} ORDER BY 1, 2"
)
_OBJECTS: tuple[LiteralString, ...] = (
    (
        "SELECT concat_ws(' ', 'column', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod),"
        " a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid)) AS object"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        f" WHERE c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND {_OWN_SCHEMA} ORDER BY 1"
    ),
    (
        "SELECT pg_get_indexdef(c.oid) AS object FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        f" WHERE c.relkind IN ('i', 'I') AND {_OWN_SCHEMA} ORDER BY 1"
    ),
    (
        "SELECT concat_ws(' ', 'constraint', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)) AS object"
        f" FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE {_OWN_SCHEMA} ORDER BY 1"
    ),
)


def _qualified(row: Mapping[str, Any]) -> str:
    return str(row["name"]) if row["schema"] == "public" else f"{row['schema']}.{row['name']}"


def _digest(objects: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in objects:
        digest.update(text.encode("utf-8", "replace") + b"\0")
    return digest.hexdigest()


async def _all(
    connection: _Connection, query: LiteralString | sql.Composed, parameters: list[object] | None = None
) -> list[DictRow]:
    return await (await connection.execute(query, parameters or [])).fetchall()


async def _one(connection: _Connection, query: LiteralString) -> DictRow:
    rows = await _all(connection, query)
    if len(rows) != 1:
        raise WrongAnswerError(f"{len(rows)} rows came where one was expected")
    return rows[0]


def _probe(name: str, address: Address, credentials: Credentials, deadline_s: float, work: _Work) -> ProbeAnswer:
    watch = Stopwatch(deadline_s)
    detail: Detail = {}
    error = ""
    try:
        detail = ask(_session(address, credentials, watch, work))
    except TimeoutError:
        error = watch.silence
    except WrongAnswerError as failure:
        error = str(failure)
    except psycopg.Error as failure:
        error = watch.silence if watch.is_over else _named(failure)
    return ProbeAnswer(name, str(address), not error, watch.elapsed_s, watch.at, error, detail)


async def _session(address: Address, credentials: Credentials, watch: Stopwatch, work: _Work) -> Detail:
    async with asyncio.timeout(watch.left_s):
        connection = await psycopg.AsyncConnection.connect(
            host=address.host,
            port=address.port,
            user=credentials.user,
            password=credentials.password,
            dbname=credentials.database or credentials.user,
            application_name=APPLICATION_NAME,
            # Kerberos is not tried: it costs a round trip and may ask a name server.
            gssencmode="disable",
            # Of the server, in case that it does not see our end of the connection go.
            options=f"-c statement_timeout={max(1, int(watch.left_s * 1000))}",
            autocommit=True,
            row_factory=dict_row,
        )
    async with _cut_at_deadline(connection, watch):
        return await work(connection)


@contextlib.asynccontextmanager
async def _cut_at_deadline(connection: _Connection, watch: Stopwatch) -> AsyncIterator[None]:
    """Ends the connection when the deadline passes, and in any case at the end.

    Cancelling the task instead would make psycopg ask the server to cancel the query, and a server that hangs would
    hold it for seconds more.
    """
    handle = asyncio.get_running_loop().call_later(watch.left_s, _cut, connection)
    try:
        yield
    finally:
        handle.cancel()
        await connection.close()


def _cut(connection: _Connection) -> None:
    with socket.socket(fileno=os.dup(connection.fileno())) as duplicate, contextlib.suppress(OSError):
        duplicate.shutdown(socket.SHUT_RDWR)


_NOT_POSTGRES = (
    "invalid response to SSL negotiation",
    "expected authentication request from server",
    "unexpected response from server",
    "lost synchronization with server",
)
"""What libpq says to an answer that it cannot read."""


def _named(failure: psycopg.Error) -> str:
    """PostgreSQL's own words, with the SQLSTATE where there is one."""
    text = " ".join(str(failure).split())
    network = network_failure(failure)
    if network and failure.sqlstate is None:
        return network
    if "server closed the connection unexpectedly" in text:
        return CLOSED
    if any(words in text for words in _NOT_POSTGRES):
        return f"not PostgreSQL: {text}"
    if failure.sqlstate:
        return f"{failure.sqlstate}: {text}"
    # libpq puts the address before the server's message, which begins with its severity.
    _, severity, message = text.partition("FATAL: ")
    return f"{severity.strip()} {message.strip()}" if severity else text
