"""Compose files are read by Docker Compose itself; these tests run it (no engine is needed for that)."""

import sys
from pathlib import Path

import pytest

from readiness.model.contract import Contract, GraphSource
from readiness.model.errors import ComposeError, UnsupportedByRuntime
from readiness.model.graph import Graph
from readiness.sources import compose
from readiness.sources.compose import read_graph


def graph(folder: Path, text: str, variables: dict[str, str] | None = None, **source: object) -> Graph:
    (folder / "compose.yaml").write_text(text)
    return read_graph(Contract(graph=GraphSource.model_validate(source)), folder, variables or {})


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(ComposeError) as caught:
        graph(folder, text)
    return str(caught.value)


def test_a_file_is_resolved_with_profiles_env_files_and_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPOSE_PROFILES", "never")
    monkeypatch.setenv("COMPOSE_FILE", "elsewhere.yaml")
    (tmp_path / "prod.env").write_text("TAG=7\nPORT=1\n")
    (tmp_path / "service.env").write_text("FROM_FILE='si$ngle'\n")
    read = graph(
        tmp_path,
        """
name: demo
services:
  zeta:
    image: acme/zeta:${TAG}
    environment: {PASSWORD: "pa$$word", TWICE: "a$$$$b", EMPTY: "${NOT_SET-}", NUMBER: 3}
    env_file: service.env
    command: ["sh", "-c", "echo $$HOME"]
    healthcheck: {test: "curl -f http://localhost:$$PORT/", interval: 1m30s}
    ports: ["${PORT}:80"]
  alpha: {image: b, profiles: [extra]}
  never: {image: c, profiles: [never]}
""",
        {"PORT": "8081"},
        env_file="prod.env",
        profiles=["extra"],
    )
    zeta = read["zeta"]
    assert [node.name for node in read] == ["zeta", "alpha"]
    assert (read.name, read.source) == ("demo", tmp_path / "compose.yaml")
    assert zeta.image == "acme/zeta:7"
    assert zeta.environment == {
        "PASSWORD": "pa$word", "TWICE": "a$$b", "EMPTY": "", "NUMBER": "3", "FROM_FILE": "si$ngle",
    }  # fmt: skip
    assert zeta.command == ("sh", "-c", "echo $HOME")
    assert zeta.healthcheck is not None
    assert zeta.healthcheck.test == ("CMD-SHELL", "curl -f http://localhost:$PORT/")
    assert zeta.ports[0].host_port == 8081


def test_all_missing_variables_are_told_at_once_with_the_example_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text("A=\n")
    told = complaint(tmp_path, 'services: {a: {image: "${A:?the tag}", environment: {B: "${B?}", C: "${C:?}"}}}')
    lines = told.splitlines()
    assert lines[0] == "compose.yaml needs variables that have no value:"
    assert sorted(lines[1:-1]) == ["  A: the tag", "  B", "  C"]
    assert "Beside the file lies .env.example: copy it to .env" in lines[-1]


def test_a_circle_is_named(tmp_path: Path) -> None:
    text = "services: {a: {image: a, depends_on: [b]}, b: {image: b, depends_on: [c]}, c: {image: c, depends_on: [a]}}"
    told = complaint(tmp_path, text)
    assert "dependency cycle detected: a -> b -> c -> a" in told
    assert "take one depends_on out of the circle" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "compose.yaml: empty compose file"),
        ("services: [a\n b: :", "compose.yaml: yaml: line 1: did not find expected"),
        ("services: {a: {image: a, depend_on: [b]}}", "'depend_on' not allowed; did you mean 'depends_on'?"),
        ("services: {}", "compose.yaml declares no services"),
        ("services: {a: {image: a, env_file: no.env}}", "env file no.env not found"),
    ],
)  # fmt: skip
def test_composes_own_words_are_told_with_the_files_name(tmp_path: Path, text: str, told: str) -> None:
    said = complaint(tmp_path, text)
    assert said.startswith("compose.yaml")
    assert told in said
    assert str(tmp_path) not in said


def test_thousands_of_services_are_too_many(tmp_path: Path) -> None:
    many = "services:\n" + "".join(f"  s{number}: {{image: x}}\n" for number in range(2000))
    assert "declares 2000 services; at most 500" in complaint(tmp_path, many)


def test_files_may_come_from_the_folder_of_the_contract_and_of_the_compose_file(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "a.conf").write_text("x")
    (tmp_path / "deploy" / "compose.yaml").write_text(
        "services: {a: {image: x, volumes: ['../a.conf:/a', '../../b:/b']}}"
    )
    with pytest.raises(UnsupportedByRuntime) as caught:
        read_graph(Contract(graph=GraphSource(compose="deploy/compose.yaml")), tmp_path, {})
    (refusal,) = str(caught.value).splitlines()[1:]
    assert f"volumes: {tmp_path.parent}/b" in refusal


def test_a_missing_compose_file_is_told_with_the_key_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ComposeError, match=r"compose\.yaml does not exist: graph\.compose names"):
        read_graph(Contract(), tmp_path, {})


def fake_compose(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(compose, "compose_command", lambda: (sys.executable, "-c", program))


def test_a_compose_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_compose(monkeypatch, "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)")
    monkeypatch.setattr(compose, "DEADLINE_S", 0.3)
    assert "was still reading it after" in complaint(tmp_path, "services: {a: {image: x}}")


def test_a_compose_that_writes_endlessly_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_compose(monkeypatch, "while True: print('x' * 1000)")
    monkeypatch.setattr(compose, "MAX_OUTPUT_BYTES", 1024**2)
    assert "larger than 1 MiB" in complaint(tmp_path, "services: {a: {image: x}}")


def test_without_compose_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(compose, "distribution", lambda _: FakeDistribution(tmp_path))
    compose.compose_command.cache_clear()
    try:
        with pytest.raises(ComposeError, match="install Docker's Compose plug-in"):
            compose.compose_command()
    finally:
        compose.compose_command.cache_clear()


class FakeDistribution:
    """A package that is installed without its program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def locate_file(self, path: str) -> Path:
        return self.folder / path
