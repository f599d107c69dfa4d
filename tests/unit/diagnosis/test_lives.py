"""A log that holds several lives is split, and the last one decides."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from readiness.diagnosis.log.lives import newest_life
from readiness.model.evidence import ContainerState, NodeEvidence
from tests.unit.diagnosis.diagnosis_scene import diagnosed, exited, looping, running

REFUSED = (
    "Error: connect ECONNREFUSED 172.18.0.3:6379\n    at TCPConnectWrap.afterConnect (node:net:1)\n\nNode.js v20.1\n"
)
KEY = "KeyError: 'JWT_SECRET'\n"
BANNERS = (
    "> shop@1.0.0 start\n> node dist/main\n",
    "[Nest] {n}  - 11/25/2025, 1:0{n}:03 AM     LOG [NestFactory] Starting Nest application...\n",
    "INFO:     Started server process [{n}]\nINFO:     Waiting for application startup.\n",
    "2025-11-25 01:0{n}:00 INFO server starting\n",
    "settings read\nrouter made\nplugins loaded\n",
)


def lives(banner: str, *ends: str) -> str:
    return "".join(banner.format(n=n) + end for n, end in enumerate(ends, 1))


@pytest.mark.parametrize("banner", BANNERS)
def test_a_start_that_is_said_again_begins_a_life(banner: str) -> None:
    split = newest_life(exited("auth", lives(banner, REFUSED, REFUSED, KEY)))
    assert split.lives == 3
    assert KEY in split.log
    assert "ECONNREFUSED" not in split.log
    assert "ECONNREFUSED" in split.earlier_log


@pytest.mark.parametrize("banner", BANNERS)
def test_the_last_life_decides_and_lines_keep_their_numbers(banner: str) -> None:
    log = lives(banner, REFUSED, REFUSED, KEY)
    cause = diagnosed(exited("auth", log))
    assert cause.cls == "config_invalid"
    number = log.splitlines().index(KEY.strip()) + 1
    assert any(line.startswith(f"log line {number}:") for line in cause.evidence)
    assert any("restart loop: 3 exits" in fact for fact in cause.evidence)


def test_the_turns_of_a_loop_are_read_from_the_times_of_its_starts() -> None:
    log = lives(
        "[Nest] 1  - 11/25/2025, 1:0{n}:03 AM     LOG [NestFactory] Starting Nest application...\n", KEY, KEY, KEY
    )
    assert newest_life(exited("auth", log)).turn_s == 60
    assert (
        "slow restart loop: 3 exits, each life about 60 s, restarts every 60 s"
        in diagnosed(exited("auth", log)).evidence
    )


@pytest.mark.parametrize(
    "log",
    [
        "",
        "one line\n",
        "GET /health 200\n" * 20 + KEY,
        "INFO GET /health 200\nINFO GET /ready 200\nINFO GET /live 200\n" * 5 + KEY,
        "connecting\nERROR refused\nretrying\n" * 5 + KEY,
        "Starting connection to redis\nfailed\n" * 5 + KEY,
    ],
)
def test_what_repeats_within_a_life_is_no_new_one(log: str) -> None:
    evidence = exited("auth", log)
    assert newest_life(evidence) == evidence


def test_workers_that_begin_side_by_side_are_one_life() -> None:
    evidence = exited(
        "auth", "[Nest] 1  - 11/25/2025, 1:02:03 AM     LOG [NestFactory] Starting Nest application...\n" * 4
    )
    assert newest_life(evidence) == evidence


def test_a_container_that_runs_loops_only_if_the_engine_says_so() -> None:
    log = lives(BANNERS[0], REFUSED, REFUSED, "ready\n")
    assert not any("restart loop" in line for line in diagnosed(running("auth", log, well=False)).evidence)


def test_a_life_that_ended_without_a_word_is_explained_by_the_one_before_at_most_likely() -> None:
    cause = diagnosed(exited("auth", lives(BANNERS[0], KEY, "")))
    assert (cause.cls, cause.confidence) == ("config_invalid", "likely")


def stamped(evidence: NodeEvidence, started_at: float) -> NodeEvidence:
    return replace(evidence, state=ContainerState("running", started_at=started_at))


def test_what_is_older_than_the_present_start_belongs_to_an_earlier_life() -> None:
    log = f"2025-11-25T01:00:00Z {KEY}2025-11-25T01:00:30Z INFO warming up\n"
    began = datetime(2025, 11, 25, 1, 0, 20, tzinfo=UTC).timestamp()
    split = newest_life(stamped(running("auth", log), began))
    assert "KeyError" not in split.log
    assert "KeyError" in split.earlier_log
    assert "warming up" in split.log


def test_a_clock_that_is_not_the_engines_cuts_nothing() -> None:
    log = f"2025-11-25 01:00:00 ERROR {KEY}2025-11-25 01:00:30 INFO warming up\n"
    evidence = stamped(running("auth", log), datetime(2025, 11, 25, 9, 0, 20, tzinfo=UTC).timestamp())
    assert newest_life(evidence) == evidence


def test_splitting_twice_changes_nothing_more() -> None:
    once = newest_life(exited("auth", lives(BANNERS[0], REFUSED, KEY)))
    assert newest_life(once) == once


def test_an_error_that_overtook_the_banner_of_its_life_belongs_to_it() -> None:
    banner = "[Nest] 8  - 11/28/2026, 6:15:{at} PM     LOG [NestFactory] Starting Nest application...\n"
    error = (
        '[Nest] 8  - 11/28/2026, 6:15:{at} PM   ERROR [ExceptionHandler] Config validation error: "KEY" is required\n'
    )
    log = banner.format(at=28) + error.format(at=28) + error.format(at=30) + banner.format(at=30)
    split = newest_life(exited("auth", log))
    assert split.log.strip().splitlines() == [error.format(at=30).strip(), banner.format(at=30).strip()]
    assert diagnosed(looping("auth", log)).cls == "config_invalid"
