"""Whose a run is, and what is removed of it: its own things, whatever fails on the way."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

import docker.errors
import pytest

from readiness.runtime.docker import cleanup, labels
from readiness.runtime.docker.cleanup import Removed, known_runs, owner_labels, remove_run, sweep

ALIVE = owner_labels(kept=False)


def died() -> dict[str, str]:
    """The labels of an owner that has ended."""
    code = (
        "import json; from readiness.runtime.docker.cleanup import owner_labels; print(json.dumps(owner_labels(False)))"
    )
    told: dict[str, str] = json.loads(
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    )
    return told


def other_machine() -> dict[str, str]:
    return {labels.OWNER_PID: "1", labels.OWNER_STARTED: "another-boot/pid:[1]:123"}


def reused_pid() -> dict[str, str]:
    """Our pid, as it was when another process had it."""
    machine = ALIVE[labels.OWNER_STARTED].rpartition(":")[0]
    return {labels.OWNER_PID: str(os.getpid()), labels.OWNER_STARTED: f"{machine}:1"}


@dataclass
class Thing:
    """A container, network or volume of the engine."""

    run: str
    node: str = "auth"
    marks: dict[str, str] = field(default_factory=dict)
    refusal: Exception | None = None
    removed: bool = False

    @property
    def labels(self) -> dict[str, str]:
        return {labels.RUN: self.run, labels.NODE: self.node}

    @property
    def attrs(self) -> dict[str, Any]:
        return {"Labels": {labels.RUN: self.run, **self.marks}}

    def remove(self, **_: bool) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.removed = True


class Things:
    """One kind of things, listed by label as the engine does."""

    def __init__(self, things: list[Thing]) -> None:
        self.things = things

    def list(self, *, filters: dict[str, str], **_: object) -> list[Thing]:
        wanted = filters["label"].partition("=")[2]
        return [thing for thing in self.things if not thing.removed and wanted in ("", thing.run)]


class Engine:
    """As much of a Docker client as cleaning up uses."""

    def __init__(self, containers: list[Thing], networks: list[Thing], volumes: list[Thing]) -> None:
        self.containers, self.networks, self.volumes = Things(containers), Things(networks), Things(volumes)


def engine(containers: list[Thing] = [], networks: list[Thing] = [], volumes: list[Thing] = []) -> Any:  # noqa: B006
    return Engine(list(containers), list(networks), list(volumes))


# -- whose ------------------------------------------------------------------------------------------------------------


def owners(*networks: Thing) -> dict[str, bool]:
    return {known.run: known.owner_alive for known in known_runs(engine(networks=list(networks)))}


def test_the_run_of_a_process_that_lives_is_in_use() -> None:
    assert owners(Thing("ours", marks=ALIVE)) == {"ours": True}


def test_the_run_of_a_process_that_has_ended_is_left_behind() -> None:
    assert owners(Thing("left", marks=died())) == {"left": False}


def test_a_pid_that_was_given_to_another_process_is_not_its_first_owner() -> None:
    assert owners(Thing("left", marks=reused_pid())) == {"left": False}


def test_a_run_of_another_machine_is_not_ours_to_judge() -> None:
    assert owners(Thing("theirs", marks=other_machine())) == {"theirs": True}


def test_a_run_without_an_owner_s_marks_is_left_behind() -> None:
    assert owners(Thing("bare")) == {"bare": False}


def test_an_identity_names_one_process_of_one_boot() -> None:
    assert cleanup._identity(os.getpid()) == ALIVE[labels.OWNER_STARTED]
    assert cleanup._identity(os.getpid()) != cleanup._identity(os.getppid())
    assert cleanup._identity(2**22 + 1).endswith(":gone")


def test_a_graph_that_is_kept_says_so() -> None:
    assert labels.KEPT in owner_labels(kept=True)
    assert labels.KEPT not in ALIVE
    (known,) = known_runs(engine(networks=[Thing("kept", marks={**died(), labels.KEPT: "true"})]))
    assert known.kept


def test_a_run_is_known_by_whatever_is_left_of_it() -> None:
    known = known_runs(
        engine([Thing("a", "redis"), Thing("a", "auth")], [Thing("b", marks=ALIVE)], [Thing("c")])
    )  # fmt: skip
    assert {each.run: each.nodes for each in known} == {"b": (), "a": ("auth", "redis"), "c": ()}


# -- what is removed --------------------------------------------------------------------------------------------------


def test_everything_of_a_run_goes_and_nothing_of_another() -> None:
    client = engine([Thing("a"), Thing("b")], [Thing("a"), Thing("b")], [Thing("a"), Thing("a"), Thing("b")])
    assert remove_run(client, "a") == Removed(1, 1, 2)
    left = [thing for kind in (client.containers, client.networks, client.volumes) for thing in kind.things]
    assert {thing.run for thing in left if not thing.removed} == {"b"}


def test_cleaning_goes_on_after_a_step_that_fails_and_tells_of_it() -> None:
    stuck = Thing("a", refusal=docker.errors.APIError("500", explanation="device or resource busy"))
    network = Thing("a")
    removed = remove_run(engine([stuck, Thing("a")], [network]), "a")
    assert removed.failed == ("device or resource busy",)
    assert network.removed


@pytest.mark.parametrize(
    "error",
    [
        docker.errors.NotFound("no such container"),
        docker.errors.APIError("removal of container 0123 is already in progress"),
    ],
)
def test_what_somebody_else_removes_at_the_same_time_is_no_failure(error: Exception) -> None:
    assert remove_run(engine([Thing("a", refusal=error)]), "a").failed == ()


def test_nothing_to_remove_is_no_failure() -> None:
    assert remove_run(engine(), "a") == Removed()


def test_a_sweep_takes_what_dead_owners_left_and_spares_the_rest() -> None:
    gone = died()
    networks = [
        Thing("ours", marks=ALIVE),
        Thing("left", marks=gone),
        Thing("kept", marks={**gone, labels.KEPT: "true"}),
        Thing("theirs", marks=other_machine()),
    ]
    client = engine([Thing(network.run) for network in networks], networks)
    assert sweep(client) == ("left",)
    assert {thing.run for thing in client.containers.things if thing.removed} == {"left"}
