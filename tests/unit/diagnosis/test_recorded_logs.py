"""Logs that real programs wrote when they failed (Python 3.11, Node 20, Java 17, Go).

Only addresses and paths were replaced.
"""

from pathlib import Path

import pytest

from readiness.diagnosis import diagnose
from readiness.model.finding import Confidence
from readiness.model.graph import Graph
from tests.unit.diagnosis.diagnosis_scene import SHOP, diagnosed, exited, looping, node, running

LOGS = Path(__file__).parent / "logs"
EXPECTED: dict[str, tuple[str, str | None]] = {
    "go_nil": ("app_exception", None),
    "go_refused": ("dependency_unreachable", "redis"),
    "jvm_heap": ("heap_oom", None),
    "jvm_refused": ("dependency_unreachable", None),
    "node_fetch_cause": ("dependency_unreachable", None),
    "node_heap": ("heap_oom", None),
    "node_ioredis_retries": ("dependency_unreachable", "redis"),
    "node_ioredis_wrong_password": ("dependency_auth_failed", "redis"),
    "node_kafkajs_retries": ("dependency_unreachable", "kafka"),
    "node_module_missing": ("module_missing", None),
    "node_pg_unknown_name": ("dependency_name_unresolved", "postgres"),
    "node_pino_refused": ("dependency_unreachable", "postgres"),
    "node_redis_refused": ("dependency_unreachable", "redis"),
    "node_refused": ("dependency_unreachable", "redis"),
    "node_rejected_object": ("unhandled_rejection", None),
    "node_settings_envalid": ("config_invalid", None),
    "node_settings_joi": ("config_invalid", None),
    "node_settings_zod": ("config_invalid", None),
    "node_settings_zod_printed": ("config_invalid", None),
    "node_type_error": ("app_exception", None),
    "node_winston_refused": ("dependency_unreachable", "postgres"),
    "python_exception_group": ("app_exception", None),
    "python_kafka_refused": ("dependency_unreachable", "kafka"),
    "python_kafka_unknown_name": ("dependency_name_unresolved", "kafka"),
    "python_late_error": ("app_exception", None),
    "python_redis_asyncio_refused": ("dependency_unreachable", "redis"),
    "python_redis_no_password": ("dependency_auth_failed", "redis"),
    "python_redis_refused": ("dependency_unreachable", "redis"),
    "python_redis_unknown_name": ("dependency_name_unresolved", "redis"),
    "python_redis_wrong_password": ("dependency_auth_failed", "redis"),
    "python_settings_environ": ("config_invalid", None),
    "python_settings_json_line": ("config_invalid", None),
    "python_settings_several": ("config_invalid", None),
    "python_settings_pydantic": ("config_invalid", None),
    "python_sqlalchemy_refused": ("dependency_unreachable", "postgres"),
    "python_sqlalchemy_unknown_name": ("dependency_name_unresolved", "postgres"),
    "python_structlog_unknown_name": ("dependency_name_unresolved", "redis"),
    "python_type_error": ("app_exception", None),
    "python_uvicorn_import": ("module_missing", None),
    "python_uvicorn_lifespan": ("dependency_auth_failed", "redis"),
}
SETTINGS = sorted(name for name, (cause, _) in EXPECTED.items() if cause == "config_invalid")


def recorded(name: str) -> str:
    return (LOGS / f"{name}.txt").read_text(encoding="utf-8")


def test_every_recorded_log_has_an_expectation() -> None:
    assert sorted(path.stem for path in LOGS.glob("*.txt")) == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recorded_log_is_diagnosed_with_its_class_and_dependency(name: str) -> None:
    code = 134 if name == "node_heap" else 1
    cause = diagnosed(exited("auth", recorded(name), code))
    assert (cause.cls, cause.node, cause.dependency) == (EXPECTED[name][0], "auth", EXPECTED[name][1]), cause
    assert cause.evidence
    assert cause.advice


@pytest.mark.parametrize("name", SETTINGS)
def test_a_missing_setting_in_a_restart_loop_is_sure_and_named(name: str) -> None:
    cause = diagnosed(looping("auth", recorded(name)), running("redis", well=True))
    assert (cause.cls, cause.confidence) == ("config_invalid", Confidence.SURE)
    assert "JWT_SECRET" in cause.summary
    assert any(fact.startswith("restart loop: 3 exits") for fact in cause.evidence)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_log_alone_without_a_graph_gives_the_same_class(name: str) -> None:
    alone = Graph("log", {"it": node("it", environment={})}, SHOP.source)
    cause = diagnose(exited("it", recorded(name), 134 if name == "node_heap" else 1), alone, {})
    assert cause.cls == EXPECTED[name][0]


def test_redis_password_changed_in_one_service_accuses_that_service_and_names_its_setting() -> None:
    cause = diagnosed(
        exited("auth", recorded("python_uvicorn_lifespan"), 3),
        running("redis", well=True),
        running("orders", well=True),
        running("billing", well=True),
    )
    assert (cause.cls, cause.node, cause.dependency) == ("dependency_auth_failed", "auth", "redis")
    assert cause.confidence is Confidence.SURE
    assert "auth's settings for it: REDIS_PASSWORD, REDIS_URL" in cause.evidence


def test_redis_that_refuses_all_of_its_clients_is_at_fault_itself() -> None:
    log = recorded("node_ioredis_wrong_password")
    cause = diagnosed(exited("auth", log), running("redis", well=True), exited("orders", log), exited("billing", log))
    assert (cause.cls, cause.node, cause.confidence) == ("dependency_auth_failed", "redis", Confidence.LIKELY)
