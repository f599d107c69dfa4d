"""Any Compose file can be read for its graph, whether it could be run here or not."""

from pathlib import Path

import pytest

from readiness.model.errors import ComposeError
from readiness.model.graph import Condition
from readiness.sources import compose
from readiness.sources.compose import read_declared

ORDINARY = """
services:
  gateway:
    image: gateway
    privileged: true
    volumes: ["/:/host"]
    environment: {AUTH_URL: "http://auth:3000", KEY: "${KEY:?needed}", LEVEL: "${LEVEL:-info}"}
    depends_on: [auth]
  auth:
    image: auth
    container_name: the-auth
    ports: ["8080:3000"]
    depends_on: {db: {condition: service_healthy}}
  db:
    image: postgres:16
    profiles: [data]
    healthcheck: {test: pg_isready}
"""
LACKS_A_FILE = ORDINARY.replace("    image: auth\n", "    image: auth\n    env_file: [.env.production]\n")
CIRCLE = """
services:
  a: {image: a, depends_on: {b: {condition: service_healthy}}, environment: [TO=b:80, "P=${P:-${Q:-7}}", NONE]}
  b: {image: b, depends_on: {a: {condition: service_healthy}, gone: {condition: service_started}}}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "compose.yaml"
    file.write_text(text)
    return file


@pytest.mark.parametrize("text", [ORDINARY, LACKS_A_FILE], ids=["by Compose", "in outline"])
def test_a_file_that_we_would_not_run_is_read(text: str, tmp_path: Path) -> None:
    graph = read_declared(written(tmp_path, text))
    assert list(graph.nodes) == ["gateway", "auth", "db"]
    gateway, auth, db = graph
    assert gateway.environment["AUTH_URL"] == "http://auth:3000"
    assert gateway.environment["LEVEL"] == "info"
    assert [(port.container_port, port.host_port) for port in auth.ports] == [(3000, 8080)]
    assert [(edge.node, edge.condition) for edge in auth.depends_on] == [("db", Condition.HEALTHY)]
    assert "the-auth" in next(iter(auth.networks.values()))
    assert db.image == "postgres:16"
    assert db.healthcheck is not None
    assert db.healthcheck.test == ("CMD-SHELL", "pg_isready")


def test_nodes_that_wait_in_a_circle_are_read_as_that(tmp_path: Path) -> None:
    graph = read_declared(written(tmp_path, CIRCLE))
    assert set(graph.gated_circle()) == {"a", "b"}
    assert graph["a"].environment == {"TO": "b:80", "P": "7"}
    assert [edge.node for edge in graph["b"].depends_on] == ["a"], "what is not declared is no node"


def test_without_compose_the_outline_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> tuple[str, ...]:
        raise ComposeError("not installed")

    monkeypatch.setattr(compose, "compose_command", missing)
    assert list(read_declared(written(tmp_path, ORDINARY)).nodes) == ["gateway", "auth", "db"]


WRONG = {
    "no YAML": ("services: [", "compose.yaml"),
    "no services": ("services: {}", "no service"),
    "a list": ("- a", "compose.yaml"),
    "empty": ("", "compose.yaml"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_what_declares_nothing_is_told(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ComposeError, match=told):
        read_declared(written(tmp_path, text))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    for file, told in ((tmp_path / "no.yaml", "does not exist"), (tmp_path, "is no file")):
        with pytest.raises(ComposeError, match=told):
            read_declared(file)
