"""What other stacks print when they fail, written from their sources: one log a stack, each with its answer."""

from pathlib import Path

import pytest

from readiness.model.finding import Confidence
from tests.unit.diagnosis.diagnosis_scene import diagnosed, exited

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
