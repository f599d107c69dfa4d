"""A trace that runs through a migration is the migration's failure."""

import pytest

from tests.unit.diagnosis.diagnosis_scene import diagnosed, exited

TYPEORM = """\
TypeError: Cannot read properties of undefined (reading 'length')
    at AddOrders1700000000000.up (/app/dist/migrations/1700000000000-AddOrders.js:12:30)
    at MigrationExecutor.executePendingMigrations (/app/node_modules/typeorm/migration/MigrationExecutor.js:225:17)

Node.js v18.19.0
"""
ALEMBIC = """\
Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/alembic/runtime/migration.py", line 623, in run_migrations
    step.migration_fn(**kw)
  File "/app/alembic/versions/3f2a_add_total.py", line 21, in upgrade
    op.add_column("orders", column)
NameError: name 'column' is not defined
"""
RAILS = """\
rails aborted!
ZeroDivisionError: divided by 0
/app/db/migrate/20250101000000_add_total.rb:4:in `change'
/usr/local/bundle/gems/activerecord-7.1.0/lib/active_record/migration.rb:900:in `exec_migration'
"""
EXECUTOR = """\
Error: cannot go on
    at CommandStart.run (/app/node_modules/x/start.js:1:1)
    at async MigrationExecutor.executePendingMigrations (/app/node_modules/typeorm/MigrationExecutor.js:225:17)

Node.js v18.19.0
"""
CREATE_INDEX = """\
TypeError: table.indices is not iterable
    at PostgresQueryRunner.createIndex (/app/node_modules/typeorm/driver/postgres/PostgresQueryRunner.js:2100:30)

Node.js v18.19.0
"""


@pytest.mark.parametrize(
    ("log", "cls", "name"),
    [
        (TYPEORM, "migration_code_bug", "1700000000000-AddOrders"),
        (ALEMBIC, "migration_code_bug", "3f2a_add_total"),
        (RAILS, "migration_failed", "20250101000000_add_total"),
        (EXECUTOR, "migration_failed", ""),
        (CREATE_INDEX, "migration_code_bug", ""),
    ],
)
def test_frames_in_a_migration_make_it_the_migrations_failure(log: str, cls: str, name: str) -> None:
    cause = diagnosed(exited("auth", log))
    assert (cause.cls, cause.node) == (cls, "auth")
    assert name in f"{cause.advice} {cause.evidence}"


def test_a_failed_migration_names_the_database() -> None:
    assert diagnosed(exited("auth", RAILS)).dependency == "postgres"


def test_a_narrower_class_is_kept() -> None:
    log = ALEMBIC.replace("NameError: name 'column' is not defined", 'DuplicateTable: relation "orders" already exists')
    assert diagnosed(exited("auth", log)).cls == "schema_conflict"


def test_a_tool_that_is_merely_made_applies_nothing() -> None:
    frame = "at new MigrationExecutor (/app/node_modules/typeorm/MigrationExecutor.js:27:39)"
    assert diagnosed(exited("auth", f"TypeError: x\n    {frame}\n\nNode.js v18\n")).cls == "app_exception"


@pytest.mark.parametrize(
    "frame",
    ["/app/dist/orders.js:3:9", "/app/node_modules/x/migrations/run.js:3:9", "/app/dist/migrations.service.js:3:9"],
)
def test_an_error_elsewhere_is_none(frame: str) -> None:
    log = f"TypeError: x is undefined\n    at Orders.find ({frame})\n\nNode.js v18.19.0\n"
    assert diagnosed(exited("auth", log)).cls == "app_exception"
