"""The digest of what an image is built from changes when, and only when, the build would."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from readiness.model.graph import Build
from readiness.runtime.docker.images import _digest
from tests.unit.graphs import service

Change = Callable[[Path], object]


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    (folder / "src").mkdir(parents=True)
    (folder / "tests").mkdir()
    (folder / "Dockerfile").write_text("FROM base\nCOPY src /src\n")
    (folder / "src" / "app.py").write_text("print('a')")
    (folder / "src" / "run.sh").write_text("#!/bin/sh")
    (folder / "src" / "link").symlink_to("app.py")
    (folder / "tests" / "test_app.py").write_text("assert True")
    (folder / ".dockerignore").write_text("# not for the image\n\ntests\n**/*.pyc\n")
    return folder


def digest(context: Path, **build: object) -> str:
    return _digest(service("auth", build=replace(Build(context), **build)))  # type: ignore[arg-type]


MATTERS: dict[str, Change] = {
    "content": lambda folder: (folder / "src" / "app.py").write_text("print('b')"),
    "a new file": lambda folder: (folder / "src" / "new.py").write_text(""),
    "a file less": lambda folder: (folder / "src" / "run.sh").unlink(),
    "another name": lambda folder: (folder / "src" / "app.py").rename(folder / "src" / "main.py"),
    "an executable bit": lambda folder: (folder / "src" / "run.sh").chmod(0o755),
    "where a link leads": lambda folder: relink(folder / "src" / "link", "run.sh"),
    "the Dockerfile": lambda folder: (folder / "Dockerfile").write_text("FROM other\n"),
    "a file that is no longer ignored": lambda folder: (folder / ".dockerignore").write_text("**/*.pyc\n"),
}
MATTERS_NOT: dict[str, Change] = {
    "an ignored file": lambda folder: (folder / "tests" / "test_app.py").write_text("assert False"),
    "a new ignored file": lambda folder: (folder / "src" / "app.pyc").write_bytes(b"\0"),
    "the time of a file": lambda folder: (folder / "src" / "app.py").touch(),
    "another order of writing": lambda folder: rewrite(folder / "src" / "app.py"),
}


def relink(link: Path, target: str) -> None:
    link.unlink()
    link.symlink_to(target)


def rewrite(file: Path) -> None:
    content = file.read_text()
    file.unlink()
    file.write_text(content)


@pytest.mark.parametrize("change", MATTERS.values(), ids=list(MATTERS))
def test_a_change_that_the_build_would_see_changes_the_digest(context: Path, change: Change) -> None:
    before = digest(context)
    change(context)
    assert digest(context) != before


@pytest.mark.parametrize("change", MATTERS_NOT.values(), ids=list(MATTERS_NOT))
def test_a_change_that_the_build_would_not_see_leaves_the_digest(context: Path, change: Change) -> None:
    before = digest(context)
    change(context)
    assert digest(context) == before


@pytest.mark.parametrize(
    "build", [{"args": {"VERSION": "2"}}, {"target": "runtime"}, {"dockerfile": "Dockerfile.other"}]
)
def test_another_argument_target_or_dockerfile_changes_the_digest(context: Path, build: dict[str, object]) -> None:
    assert digest(context, **build) != digest(context)


def test_the_order_of_the_arguments_changes_nothing(context: Path) -> None:
    assert digest(context, args={"A": "1", "B": "2"}) == digest(context, args={"B": "2", "A": "1"})


def test_the_same_content_elsewhere_has_the_same_digest(context: Path, tmp_path: Path) -> None:
    before = digest(context)
    context.rename(tmp_path / "moved")
    assert digest(tmp_path / "moved") == before


def test_a_dockerfile_outside_the_context_counts_too(context: Path, tmp_path: Path) -> None:
    outside = tmp_path / "shared.Dockerfile"
    outside.write_text("FROM base\n")
    before = digest(context, dockerfile="../shared.Dockerfile")
    outside.write_text("FROM other\n")
    assert digest(context, dockerfile="../shared.Dockerfile") != before


def test_a_dockerfile_that_is_ignored_counts_too(context: Path) -> None:
    (context / ".dockerignore").write_text("Dockerfile\n")
    before = digest(context)
    (context / "Dockerfile").write_text("FROM other\n")
    assert digest(context) != before


def test_the_dockerfile_s_own_ignore_file_wins_as_it_does_in_buildkit(context: Path) -> None:
    """``<Dockerfile>.dockerignore`` takes the place of ``.dockerignore`` (Docker's build documentation)."""
    (context / "Dockerfile.dockerignore").write_text("nothing-of-this\n")
    before = digest(context)
    (context / "tests" / "test_app.py").write_text("assert False")
    assert digest(context) != before


def test_a_context_that_does_not_exist_is_left_to_the_build_to_complain_about(tmp_path: Path) -> None:
    assert digest(tmp_path / "nowhere")
