"""The workflows of GitHub Actions are valid, call commands that exist, and hand over the report in any case."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
LEVELS = {"pull-request": "local", "nightly": "nightly", "pre-release": "release"}


def read(name: str) -> dict[str, Any]:
    """A workflow as data. YAML 1.2, in which the key `on` is a string, as GitHub reads it."""
    loaded: dict[str, Any] = YAML(typ="safe").load(FOLDER / f"{name}.yml")
    return loaded


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of all jobs."""
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


def validate(path: Path) -> subprocess.CompletedProcess[str]:
    """Judge a file by the published schema of workflows, which the checker brings along."""
    return subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_every_workflow_is_valid_by_the_published_schema() -> None:
    for path in WORKFLOWS:
        checked = validate(path)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_broken_workflow_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text((FOLDER / "readiness.yml").read_text().replace("runs-on:", "run-on:"))
    checked = validate(broken)
    assert checked.returncode != 0
    assert "jobs" in checked.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_make_targets_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = set(re.findall(r"\bmake ([a-z]+)", " ".join(step.get("run", "") for step in steps(read(path.stem)))))
    assert called <= targets


def test_a_pull_request_runs_every_check_of_a_change() -> None:
    """The same as .ci/run, so that one cannot forget what the other asks for."""
    script = (ROOT / ".ci" / "run").read_text()
    looped = re.search(r"for target in ([a-z ]+);", script)
    assert looped is not None
    single = re.findall(r'^make ([a-z]+) ARGS="(.+)"', script, re.MULTILINE)
    jobs = read("pull-request")["jobs"]
    assert list(jobs) == [*looped.group(1).split(), *(target for target, _ in single)]
    assert single == [("detection", jobs["detection"]["with"]["sample"])]


@pytest.mark.parametrize(("name", "level"), LEVELS.items())
def test_each_occasion_has_its_level(name: str, level: str) -> None:
    called = [job for job in read(name)["jobs"].values() if "level" in job.get("with", {})]
    assert [(job["uses"], job["with"]["level"]) for job in called] == [("./.github/workflows/readiness.yml", level)]


def test_every_night_tries_every_defect() -> None:
    job = read("nightly")["jobs"]["detection"]
    assert (job["uses"], job["with"]) == ("./.github/workflows/detection.yml", {"sample": ""})


def test_the_level_reaches_the_command() -> None:
    (command,) = [step for step in steps(read("readiness")) if "make readiness" in step.get("run", "")]
    assert command["run"] == 'make readiness ARGS="--level $LEVEL"'
    assert command["env"] == {"LEVEL": "${{ inputs.level }}"}


def test_the_report_is_kept_and_shown_whatever_the_verdict() -> None:
    described = steps(read("readiness"))
    (upload,) = [step for step in described if step.get("uses", "").startswith("actions/upload-artifact@")]
    (summary,) = [step for step in described if "GITHUB_STEP_SUMMARY" in step.get("run", "")]
    assert upload["with"]["path"] == "readiness-report/"
    assert "readiness-report/summary.md" in summary["run"]
    for step in (upload, summary):
        assert step["if"].startswith("always()")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_may_only_read_and_end_in_time(path: Path) -> None:
    workflow = read(path.stem)
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert "uses" in job or 0 < job["timeout-minutes"] <= 60, name


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_to_a_major_version(path: Path) -> None:
    for step in steps(read(path.stem)):
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"])
