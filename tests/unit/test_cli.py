"""``python -m readiness``: arguments, messages and exit codes, without an engine."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from readiness import cli
from readiness.cli import main
from readiness.model.errors import ImageUnavailable, NoEngine
from readiness.runtime.docker.cleanup import KnownRun, Removed

Told = pytest.CaptureFixture[str]
RUNS = (
    KnownRun("aaa111", ("auth",), owner_alive=True, kept=False),
    KnownRun("bbb222", ("auth",), owner_alive=False, kept=False),
    KnownRun("ccc333", ("auth",), owner_alive=False, kept=True),
)


@pytest.fixture
def contract(tmp_path: Path) -> str:
    (tmp_path / "compose.yaml").write_text(
        "name: demo\nservices: {auth: {image: 'auth:1'}, redis: {image: 'redis:7'}}\n"
    )
    path = tmp_path / "readiness.yaml"
    path.write_text("services: {auth: {port: 3001}}\n")
    return str(path)


@pytest.fixture
def removed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs that were removed from an engine that has three."""
    gone: list[str] = []

    def remove(_client: object, run: str) -> Removed:
        gone.append(run)
        return Removed(3, 2, 1)

    containers = SimpleNamespace(list=lambda **_: [])
    monkeypatch.setattr(cli, "connect", lambda: SimpleNamespace(client=SimpleNamespace(containers=containers)))
    monkeypatch.setattr(cli, "known_runs", lambda _client: RUNS)
    monkeypatch.setattr(cli, "remove_run", remove)
    return gone


def test_a_contract_that_is_right_is_counted(contract: str, capsys: Told) -> None:
    assert main(["check", "--contract", contract]) == 0
    assert "2 containers of demo" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"), [("services: {auth: {prot: 1}}\n", "prot"), ("", "the file is empty"), ("[", "readiness.yaml")]
)
def test_a_contract_that_is_wrong_cannot_be_told_about(contract: str, capsys: Told, text: str, said: str) -> None:
    Path(contract).write_text(text)
    assert main(["check", "--contract", contract]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert "Traceback" not in told.err
    assert told.out == ""


def test_a_contract_that_is_missing_is_told_with_the_smallest_one(tmp_path: Path, capsys: Told) -> None:
    assert main(["check", "--contract", str(tmp_path / "no.yaml")]) == 2
    assert "there is no such contract" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["dance"], ["down"], ["down", "aaa111", "--all"], ["check", "--contract"]])
def test_arguments_that_make_no_sense_are_refused(arguments: list[str], capsys: Told) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m readiness" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "gone", "code"),
    [
        (["down", "bbb222"], ["bbb222"], 0),
        (["down", "bbb222", "aaa111"], ["bbb222", "aaa111"], 0),
        (["down", "--all"], ["aaa111", "bbb222", "ccc333"], 0),
        (["down", "nosuch", "bbb222"], ["bbb222"], 1),
        (["down", "nosuch"], [], 1),
    ],
)
def test_down_removes_what_is_named_and_tells_what_is_not_there(
    removed: list[str], capsys: Told, arguments: list[str], gone: list[str], code: int
) -> None:
    assert main(arguments) == code
    assert removed == gone
    told = capsys.readouterr()
    assert told.out.count("3 containers, 2 networks, 1 volumes removed") == len(gone)
    assert ("nosuch: no such run" in told.err) is (code == 1)


def test_list_says_whose_each_run_is(removed: list[str], capsys: Told) -> None:
    assert main(["list"]) == 0
    assert capsys.readouterr().out.split("\n")[:3] == ["aaa111  in use", "bbb222  left behind", "ccc333  kept"]


@pytest.mark.parametrize("command", ["list", "images", "up"])
def test_no_engine_is_one_message(
    contract: str, monkeypatch: pytest.MonkeyPatch, capsys: Told, command: str, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def no_engine(*_: object, **__: object) -> object:
        raise NoEngine("no container engine answers")

    for name in ("connect", "build_images", "Session"):
        monkeypatch.setattr(cli, name, no_engine)
    assert main([command, *([] if command == "list" else ["--contract", contract])]) == 2
    assert capsys.readouterr().err.strip() == "no container engine answers"


def test_an_image_that_cannot_be_had_is_wrong_and_told(
    contract: str, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    failed = {"auth": ImageUnavailable("auth", "the image auth:1 cannot be built")}
    monkeypatch.setattr(cli, "build_images", lambda *_: failed)
    assert main(["images", "--contract", contract]) == 1
    assert capsys.readouterr().err.strip().endswith("the image auth:1 cannot be built")
    monkeypatch.setattr(cli, "build_images", lambda *_: {})
    assert main(["images", "--contract", contract]) == 0


def test_an_interruption_is_told_and_is_no_success(monkeypatch: pytest.MonkeyPatch, capsys: Told) -> None:
    def interrupt() -> Callable[[], None]:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "connect", interrupt)
    assert main(["list"]) == 2
    assert capsys.readouterr().err.strip() == "interrupted"
