"""What other stacks print when they fail, written from their sources: one log a stack, each with its answer."""

import json
from pathlib import Path

import pytest

from readiness.model.finding import Confidence
from tests.unit.diagnosis.diagnosis_scene import diagnosed, exited, running

LOGS = Path(__file__).parent / "other_stacks"
EXPECTED: dict[str, tuple[int, str, str | None]] = {
    "celery_refused": (1, "dependency_unreachable", "redis"),
    "spring_pg_auth": (1, "dependency_auth_failed", "postgres"),
    "go_gorm": (1, "dependency_unreachable", "postgres"),
    "slog_json": (1, "dependency_name_unresolved", "redis"),
    "nest_full": (1, "migration_code_bug", None),
    "nest_typeorm_auth": (1, "dependency_auth_failed", "postgres"),
    "nest_unknown_dep": (1, "app_wiring", None),
    "npm_wrapped": (1, "module_missing", None),
    "alembic": (1, "schema_conflict", "postgres"),
    "gunicorn": (3, "config_invalid", None),
    "rails": (1, "dependency_unreachable", "postgres"),
    "php": (255, "dependency_unreachable", "redis"),
    "dotnet": (134, "dependency_unreachable", "postgres"),
    "kafka_java": (1, "dependency_timeout", "kafka"),
    "custom_exc": (1, "app_exception", None),
    "prisma_missing_env": (1, "config_invalid", None),
    "nest_jwt": (1, "config_invalid", None),
    "asyncpg": (3, "dependency_auth_failed", "postgres"),
    "asyncpg_refused": (3, "dependency_unreachable", "postgres"),
    "nginx_upstream": (1, "dependency_name_unresolved", None),
    "kafka_listener": (1, "config_invalid", None),
    "rejected_twice": (1, "dependency_unreachable", "redis"),
    "settings_by_line": (1, "config_invalid", None),
    "gateway_no_subgraph": (1, "graphql_composition", None),
    "knex_corrupt": (1, "migration_failed", "postgres"),
    "desktop_stamps": (1, "dependency_auth_failed", "postgres"),
    "spawn": (1, "command_not_found", None),
    "redis_volume": (1, "permission_denied", None),
    "mongod_downgrade": (62, "volume_incompatible", None),
    "laravel_name": (1, "dependency_name_unresolved", "postgres"),
    "winston_json": (1, "dependency_unreachable", "redis"),
    "elixir_env": (1, "config_invalid", None),
}


def test_every_log_has_an_expectation() -> None:
    assert sorted(path.stem for path in LOGS.glob("*.txt")) == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_failure_of_another_stack_is_diagnosed(name: str) -> None:
    code, cls, dependency = EXPECTED[name]
    cause = diagnosed(exited("auth", (LOGS / f"{name}.txt").read_text(encoding="utf-8"), code))
    assert (cause.cls, cause.node, cause.dependency) == (cls, "auth", dependency), cause
    assert cause.confidence is not Confidence.UNKNOWN


def test_a_log_that_tells_nothing_is_not_guessed_at() -> None:
    cause = diagnosed(exited("auth", "INFO: GET /health 200\nINFO connected\n"))
    assert (cause.cls, cause.confidence) == ("app_start_failed", Confidence.UNKNOWN)


def test_settings_that_are_told_line_by_line_are_named_together() -> None:
    cause = diagnosed(exited("auth", (LOGS / "settings_by_line.txt").read_text(encoding="utf-8")))
    assert "CLIENT_ID, SESSION_SECRET" in cause.summary


def test_every_setting_of_one_message_is_named() -> None:
    cause = diagnosed(exited("auth", "ERROR JWT_SECRET is not set; HTTP_PORT is malformed\n"))
    assert cause.cls == "config_invalid"
    assert "JWT_SECRET, HTTP_PORT" in cause.summary


def test_a_session_that_a_server_refused_is_not_surely_its_end() -> None:
    log = (
        "2025-11-25 01:02:03.123 UTC [1] LOG:  database system is ready to accept connections\n"
        '2025-11-25 01:02:13.123 UTC [58] FATAL:  role "root" does not exist\n'
        "2025-11-25 01:03:03.123 UTC [1] LOG:  received fast shutdown request\n"
    )
    assert diagnosed(exited("auth", log)).confidence is not Confidence.SURE


def test_what_stands_before_a_good_start_is_not_surely_the_end() -> None:
    log = (
        "ERROR cannot reach it: connect ECONNREFUSED 172.18.0.9:6379\n"
        "[Nest] 1  - 11/25/2025, 1:02:03 AM     LOG [NestApplication] Nest application successfully started +2ms\n"
    )
    assert diagnosed(exited("auth", log)).confidence is not Confidence.SURE


def test_an_exception_that_passes_on_something_else_is_named_without_confidence() -> None:
    log = "Error: the ledger provider is unsupported here\n    at boot (/app/main.js:1:1)\n"
    assert diagnosed(exited("auth", log)).confidence is Confidence.UNKNOWN


def test_plain_words_name_a_kind_of_failure_without_confidence() -> None:
    cause = diagnosed(exited("auth", "Error: Can not connect to database. Please check the settings\n"))
    assert (cause.cls, cause.confidence) == ("dependency_unreachable", Confidence.UNKNOWN)


def test_of_two_tellings_of_one_failure_the_one_that_says_more_decides() -> None:
    log = (
        'Migration "AddTotals1700000000000" failed, error: relation "invoices" does not exist\n'
        'QueryFailedError: relation "invoices" does not exist\n'
        "    at PostgresQueryRunner.query (/app/node_modules/typeorm/driver/postgres/PostgresQueryRunner.js:219:19)\n"
    )
    cause = diagnosed(exited("auth", log))
    assert (cause.cls, cause.confidence) == ("migration_failed", Confidence.SURE)


@pytest.mark.parametrize(
    ("told", "reported", "cls"),
    [
        (
            "%3|1484821767.327|FAIL|rdkafka#producer-1| sasl_plaintext://kafka:9093/1: SASL authentication failure: x",
            "%3|1484821767.327|ERROR|rdkafka#producer-1| 1/1 brokers are down",
            "dependency_auth_failed",
        ),
        (
            "[2025-11-25 01:02:03,123] ERROR Connection to node -1 (kafka/172.18.0.4:9093) failed authentication due "
            "to: SSL handshake failed (org.apache.kafka.clients.NetworkClient)",
            "[2025-11-25 01:02:03,124] WARN Bootstrap broker kafka:9093 (id: -1 rack: null) disconnected "
            "(NetworkClient)",
            "tls_mismatch",
        ),
    ],
)
def test_why_no_broker_was_reached_is_what_the_client_said_of_each(told: str, reported: str, cls: str) -> None:
    cause = diagnosed(running("auth", f"{told}\n{reported}\n"))
    assert (cause.cls, cause.dependency) == (cls, "kafka")


def test_what_failed_at_another_host_is_not_what_the_last_words_speak_of() -> None:
    lines = []
    for attempt in (1, 2, 3):
        refused = "gaierror: [Errno -2] Name or service not known"
        lines.append(
            {"level": "warning", "msg": f"no connection to licences:8443, attempt {attempt}", "error": [refused]}
        )
        lines.append(
            {"level": "warning", "msg": "failed to resolve host 'postgres': [Errno -2] Name or service not known"}
        )
    lines.append({"level": "error", "msg": "rdkafka: 1/1 brokers are down"})
    log = "\n".join(json.dumps(line) for line in lines) + (
        '\nTraceback (most recent call last):\n  File "/app/main.py", line 3, in renew\n    raise GivenUp(3)\n'
        "ConnectionError: no connection to licences:8443 after 3 attempts\n"
    )
    cause = diagnosed(exited("auth", log))
    assert (cause.cls, cause.dependency) == ("dependency_name_unresolved", None)
    assert "3 attempts" in cause.summary
    assert not any("postgres" in line for line in cause.evidence)


def test_clients_that_a_server_turns_away_are_not_why_it_starts_again() -> None:
    log = (
        '2025-11-25 01:02:03 UTC [48] PANIC:  could not write to file "pg_wal/xlogtemp.48": No space left on device\n'
        "2025-11-25 01:02:04 UTC [52] FATAL:  the database system is in recovery mode\n"
    )
    assert diagnosed(running("postgres", log)).cls == "disk_full"


def test_a_command_that_failed_is_explained_by_what_it_printed() -> None:
    log = (
        "error[E038]: could not build the graph\n\nCaused by:\n"
        "    E028: error sending request for url (http://ledger.example/graphql): error trying to connect: dns error\n"
        "Error: Command failed: rover supergraph compose --config graph.yaml\n"
        "    at checkExecSyncError (node:child_process:890:11)\n"
    )
    assert diagnosed(exited("auth", log)).cls == "dependency_name_unresolved"


def test_an_exception_that_nobody_knows_is_explained_by_the_error_right_above_it() -> None:
    log = (
        'level=error msg="cannot keep the journal" err="open /data/journal: permission denied"\n'
        "panic: no journal\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:9 +0x1d\n"
    )
    cause = diagnosed(exited("auth", log, 2))
    assert (cause.cls, cause.confidence) == ("permission_denied", Confidence.LIKELY)


def test_a_warning_above_an_exception_that_nobody_knows_explains_nothing() -> None:
    log = (
        'level=warning msg="cannot keep the journal" err="open /data/journal: permission denied"\n'
        "panic: no journal\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:9 +0x1d\n"
    )
    assert diagnosed(exited("auth", log, 2)).cls == "app_exception"


def test_a_server_that_lacks_its_own_tables_has_a_damaged_folder() -> None:
    log = """2025-11-25 01:02:03 0 [ERROR] Could not open mysql.plugin table: "Table 'mysql.plugin' doesn't exist"\n"""
    assert diagnosed(exited("auth", log)).cls == "volume_incompatible"


def test_a_clients_search_for_a_socket_does_not_hide_why_the_server_is_gone() -> None:
    log = (
        "2025-11-25 01:02:03.123 UTC [39] PANIC:  could not locate a valid checkpoint record\n"
        "psql: could not connect to server: No such file or directory\n\tIs the server running locally and accepting\n"
        '\tconnections on Unix domain socket "/var/run/postgresql/.s.PGSQL.5432"?\n'
    )
    assert diagnosed(exited("auth", log)).cls == "volume_incompatible"


def test_a_migration_that_makes_what_is_there_is_a_conflict() -> None:
    log = (
        'Migration "AddTotals1700000000000" failed, error: relation "totals" already exists\n'
        "[Nest] 1  - 11/25/2025, 1:02:03 AM   ERROR [TypeOrmModule] Unable to connect to the database. Retrying (1)\n"
        'QueryFailedError: relation "totals" already exists\n'
        "    at PostgresQueryRunner.query (/app/node_modules/typeorm/driver/postgres/PostgresQueryRunner.js:219:19)\n"
    )
    assert diagnosed(exited("auth", log)).cls == "schema_conflict"


def test_a_class_without_its_decorator_is_named_whichever_part_of_the_schema_it_is() -> None:
    log = (
        'CannotDetermineHostTypeError: Cannot determine a GraphQL host type  (Order?) for the "lines" field. '
        "Make sure your class is decorated with an appropriate decorator (e.g., @ObjectType()).\n"
        "    at ObjectTypesFactory.getObjectTypeByHost (/app/node_modules/@nestjs/graphql/dist/x.js:1:1)\n"
    )
    assert diagnosed(exited("orders", log)).cls == "app_wiring"


def test_what_a_process_that_is_asked_to_stop_raises_is_not_why_it_was_asked() -> None:
    log = (
        "web.1  | A server is already running. Check /app/tmp/pids/server.pid.\nweb.1  | exited with code 1\n"
        "system | sending SIGTERM to all processes\ncss.1  | rails aborted!\ncss.1  | SignalException: SIGTERM\n"
    )
    assert diagnosed(exited("auth", log)).cls == "app_start_failed"


def test_a_key_file_that_is_not_there_is_another_thing_than_one_that_all_may_read() -> None:
    log = (
        '{"t":{"$date":"2025-11-25T01:02:03.456+00:00"},"s":"I","c":"ACCESS","id":20254,"msg":"Read security file '
        'failed","attr":{"error":{"code":30,"errmsg":"Error reading file /data/key: No such file or directory"}}}\n'
    )
    assert diagnosed(exited("auth", log)).cls == "config_invalid"


def test_a_library_that_is_only_tried_explains_no_end() -> None:
    log = (
        "Cannot load library libgssapi_krb5.so.2\n"
        "Error: Error loading shared library libgssapi_krb5.so.2: No such file or directory\n"
    )
    assert diagnosed(exited("auth", log)).confidence is Confidence.UNKNOWN


def test_a_library_that_the_runtime_needed_late_explains_the_end() -> None:
    log = (
        "Cannot load library libgssapi_krb5.so\n"
        "Unhandled exception. System.ComponentModel.Win32Exception (0x80090020): The type initializer for "
        "'NetSecurityNative' threw an exception.\n   at System.Net.Http.AuthenticationHelper.SendAsync()\n"
    )
    assert diagnosed(exited("auth", log)).cls == "native_module"


def test_an_older_net_runtime_writes_its_last_words_with_a_capital() -> None:
    log = (
        "Unhandled Exception: System.NullReferenceException: Object reference not set to an instance of an object.\n"
        "   at Shop.Program.Main(String[] args) in /src/Program.cs:line 9\n"
    )
    assert diagnosed(exited("auth", log, 134)).cls == "app_exception"


def test_the_functions_of_a_go_trace_are_no_exceptions() -> None:
    log = (
        "mkdir /data/rules: permission denied\nerror initialising module: storage\n"
        "github.com/acme/shop/modules.(*Manager).start\n\t/src/modules.go:122\nmain.main\n\t/src/main.go:110\n"
        "runtime.main\n\t/usr/local/go/src/runtime/proc.go:250\n"
    )
    assert diagnosed(exited("auth", log)).cls == "permission_denied"


def test_a_folder_where_the_settings_file_should_be_is_a_setting() -> None:
    log = 'level=error msg="cannot start" err="open /etc/shop/config.yaml: is a directory"\n'
    assert diagnosed(exited("auth", log)).cls == "config_invalid"


@pytest.mark.parametrize(
    "words", ["the data are of an incompatible version", "the database is of another make", "the store is locked by 7"]
)
def test_an_error_that_speaks_of_what_the_program_found_is_no_sure_fault_of_its_own_code(words: str) -> None:
    assert diagnosed(exited("auth", f"Error: {words}\n")).confidence is Confidence.UNKNOWN


def test_the_cause_that_a_trace_names_may_go_on_over_lines() -> None:
    log = (
        "Exception in thread main com.acme.StartException: cannot start\n"
        "\tat com.acme.Shop.main(Shop.java:9)\n"
        "Caused by: io.micronaut.context.exceptions.BeanInstantiationException: Error instantiating bean\n\n"
        "Message: Failed to initialize pool: The connection attempt failed.\n"
        "Path Taken: DataSource.dataSource(Configuration configuration)\n"
        "\tat io.micronaut.context.DefaultBeanContext.create(DefaultBeanContext.java:2367)\n"
    )
    assert diagnosed(exited("auth", log)).cls == "dependency_unreachable"


def test_a_panic_that_speaks_of_what_the_program_found_is_no_likely_fault_of_its_own_code() -> None:
    log = "thread 'main' panicked at 'cannot open the store: the database is of another make', src/main.rs:4:5\n"
    assert diagnosed(exited("auth", log, 101)).confidence is Confidence.UNKNOWN


def test_a_unit_whose_user_is_not_there_is_a_setting() -> None:
    log = (
        "Nov 25 01:02:03 host systemd[1]: shop.service: Main process exited, code=exited, status=217/USER\n"
        "Nov 25 01:02:03 host systemd[1]: shop.service: Failed with result 'exit-code'.\n"
    )
    assert diagnosed(exited("auth", log)).cls == "config_invalid"


def test_the_health_check_that_the_engine_shows_lacks_its_program() -> None:
    log = '"Health": {\n "Log": [\n {\n "ExitCode": 1,\n "Output": "/bin/sh: 1: curl: not found\\n"\n }\n ]\n}\n'
    assert diagnosed(exited("auth", log)).cls == "healthcheck_broken"


def test_quotes_that_logfmt_escapes_are_quotes() -> None:
    log = r'level=error ts=2025-11-25T01:02:03Z err="pq: password authentication failed for user \"app\""' + "\n"
    cause = diagnosed(exited("auth", log))
    assert (cause.cls, cause.dependency) == ("dependency_auth_failed", "postgres")


def test_settings_that_are_refused_tell_more_than_the_vague_error_that_comes_of_them() -> None:
    log = (
        "The settings of the server are not right\n[\n  {\n    code: 'invalid_type',\n    expected: 'string',\n"
        "    received: 'undefined',\n    path: [ 'API_SECRET' ],\n    message: 'Required'\n  }\n]\n"
        "error Error: socket hang up\n    at connResetException (node:internal/errors:718:14)\n"
    )
    cause = diagnosed(exited("auth", log))
    assert (cause.cls, cause.node) == ("config_invalid", "auth")
    assert "API_SECRET" in cause.summary
