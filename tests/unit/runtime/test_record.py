"""What the record of a run says of deaths, flaps, throttling and waiting."""

from typing import Any

import pytest

from readiness.model.events import (
    ContainerCreated,
    ContainerDied,
    ContainerStarted,
    Event,
    FaultHealed,
    FaultInjected,
    FaultLanded,
    GraphFailed,
    GraphReady,
    HealthChanged,
    LeftUnready,
    NodeFailed,
    NodeReady,
    Noted,
    OutOfMemory,
    RunStarted,
    Sampled,
)
from readiness.model.evidence import Death
from readiness.runtime.record import Record, describe_death, timing, waiting_circle


def started(at: float, node: str = "auth") -> ContainerStarted:
    return ContainerStarted(node=node, at=at)


def died(at: float, exit_code: int = 1, node: str = "auth") -> ContainerDied:
    return ContainerDied(node=node, exit_code=exit_code, at=at)


def injected(at: float, node: str = "auth") -> FaultInjected:
    return FaultInjected(fault="crashed", node=node, at=at)


def healed(at: float, node: str = "auth") -> FaultHealed:
    return FaultHealed(fault="crashed", node=node, proof="ready", at=at)


def unhealthy(at: float, node: str = "auth") -> HealthChanged:
    return HealthChanged(node=node, status="unhealthy", at=at)


def sample(at: float, periods: int, throttled: int) -> Sampled:
    return Sampled(
        node="auth",
        memory_bytes=1,
        memory_limit_bytes=2,
        pids=1,
        pids_limit=2,
        cpu_periods=periods,
        cpu_throttled_periods=throttled,
        at=at,
    )


def ready(at: float, node: str = "auth") -> NodeReady:
    return NodeReady(node=node, after_s=1, how="GET /health/ready", at=at)


def failed(
    node: str,
    dependency: str | None = None,
    error: str = "NotReadyInTime",
    cls: str = "waiting_circle",
    **more: Any,
) -> NodeFailed:
    return NodeFailed(
        node=node,
        error=error,
        message="",
        cause_class=cls,
        cause_node=node,
        cause_dependency=dependency,
        confidence="likely",
        **more,
    )


def record(*events: Event) -> Record:
    return Record(events)


# -- deaths -----------------------------------------------------------------------------------------------------------


def test_a_death_that_nobody_asked_for_is_told_with_how_long_it_lived() -> None:
    assert record(started(10), died(12.5, 3)).deaths("auth") == (Death(12.5, 3, False, 2.5),)


def test_each_life_is_counted_from_its_own_start() -> None:
    deaths = record(started(10), died(11), started(20), died(25)).deaths("auth")
    assert [death.lived_s for death in deaths] == [1, 5]


def test_a_death_without_a_known_start_has_no_length() -> None:
    assert record(died(11)).deaths("auth") == (Death(11, 1, False, None),)


def test_a_death_under_a_disturbance_was_asked_for() -> None:
    assert record(started(10), injected(20), died(21), started(22), healed(23)).deaths("auth") == ()


def test_a_death_after_the_healing_was_not_asked_for() -> None:
    assert [death.at for death in record(injected(20), died(21), healed(23), died(24)).deaths("auth")] == [24]


def test_a_disturbance_that_was_never_healed_goes_on() -> None:
    assert record(injected(20), died(900)).deaths("auth") == ()
    assert record(injected(20)).disturbed("auth") == ((20, float("inf")),)


def test_a_disturbance_of_another_node_excuses_no_death() -> None:
    assert len(record(injected(20, "redis"), died(21), healed(23, "redis")).deaths("auth")) == 1


def test_only_the_node_s_own_deaths_count() -> None:
    assert record(died(21, node="redis")).deaths("auth") == ()


def test_disturbances_one_after_another_are_spans_of_their_own() -> None:
    spans = record(injected(1), healed(2), injected(5), FaultLanded(fault="x", node="auth", proof=""), healed(6))
    assert spans.disturbed("auth") == ((1, 2), (5, 6))
    assert [spans.asked_for("auth", at) for at in (0.5, 1, 1.5, 2, 3, 5.5, 7)] == [
        False, True, True, True, False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("oom_at", [11.9, 12.0, 12.8])
def test_a_death_by_the_memory_limit_is_told_whichever_event_comes_first(oom_at: float) -> None:
    happened: list[Event] = [started(10), died(12, 137), OutOfMemory(node="auth", at=oom_at)]
    events = sorted(happened, key=lambda event: event.at)
    assert [death.oom_killed for death in record(*events).deaths("auth")] == [True]


def test_the_memory_limit_of_an_earlier_life_does_not_explain_a_later_death() -> None:
    deaths = record(
        started(10), OutOfMemory(node="auth", at=11.9), died(12, 137), started(20), died(30, 137)
    ).deaths("auth")  # fmt: skip
    assert [death.oom_killed for death in deaths] == [True, False]


@pytest.mark.parametrize(
    ("death", "text"),
    [
        (Death(0, 1), "exit code 1"),
        (Death(0, 1, lived_s=0.4), "exit code 1 after 400 ms"),
        (Death(0, 137, True, 12), "exit code 137 after 12 s, out of memory"),
    ],
)
def test_a_death_is_told_in_a_few_words(death: Death, text: str) -> None:
    assert describe_death(death) == text


# -- flapping health --------------------------------------------------------------------------------------------------


def test_health_that_turns_unhealthy_in_peace_is_a_flap() -> None:
    healthy = HealthChanged(node="auth", status="healthy", at=5)
    flap = unhealthy(50)
    assert record(healthy, flap, unhealthy(60, "redis")).health_flaps("auth") == (flap,)


@pytest.mark.parametrize("node", ["auth", "redis"])
@pytest.mark.parametrize("at", [105, 111, 200])
def test_a_flap_during_or_soon_after_a_disturbance_of_anyone_is_no_flap(node: str, at: float) -> None:
    assert record(injected(100, node), healed(110, node), unhealthy(at)).health_flaps("auth") == ()


def test_a_flap_long_after_a_disturbance_is_one() -> None:
    assert len(record(injected(100), healed(110), unhealthy(500)).health_flaps("auth")) == 1


def test_a_flap_before_a_disturbance_is_one() -> None:
    assert len(record(unhealthy(99), injected(100), healed(110)).health_flaps("auth")) == 1


# -- losses of others -------------------------------------------------------------------------------------------------


def lost(at: float, node: str = "redis") -> Event:
    return FaultInjected(fault="stopped", node=node, at=at)


def back(at: float, node: str = "redis") -> Event:
    return FaultHealed(fault="stopped", node=node, proof="", at=at)


@pytest.mark.parametrize(
    ("at", "expected"), [(9, None), (10, "redis"), (15, "redis"), (40, "redis"), (51, None), (100, "kafka")]
)
def test_a_loss_is_felt_while_it_lasts_and_shortly_after(at: float, expected: str | None) -> None:
    losses = record(lost(10), back(20), lost(99, "kafka"))
    found = losses.lost_at({"redis", "kafka"}, at)
    assert (found.node if found else None) == expected


def test_a_loss_of_somebody_else_is_none() -> None:
    assert record(lost(10), back(20)).lost_at({"kafka"}, 15) is None


# -- readiness and failure --------------------------------------------------------------------------------------------


def test_who_was_left_unready_is_told_by_the_first_finding() -> None:
    told = record(
        LeftUnready(node="auth", finding="stable.crash[auth]"), LeftUnready(node="auth", finding="stable.restart[auth]")
    )
    assert told.left_unready("auth") == "stable.crash[auth]"
    assert told.left_unready("redis") is None


def test_the_first_readiness_and_the_newest_failure_count() -> None:
    told = record(ready(5), ready(9), failed("redis"), failed("redis", error="CrashLoop"))
    first, newest = told.ready("auth"), told.failure("redis")
    assert first is not None
    assert newest is not None
    assert (first.at, newest.error) == (5, "CrashLoop")
    assert told.failure("auth") is None
    assert told.ready("redis") is None


# -- throttling -------------------------------------------------------------------------------------------------------


def test_the_throttled_share_is_of_the_time_after_the_start() -> None:
    told = record(sample(4, 1_000, 1_000), ready(5), sample(6, 1_000, 1_000), sample(8, 1_100, 1_025))
    assert told.throttled_share("auth") == 0.25


def test_counters_that_begin_anew_with_a_new_life_take_nothing_away() -> None:
    told = record(ready(5), sample(6, 100, 0), sample(8, 200, 50), sample(10, 10, 10), sample(12, 110, 10))
    assert told.throttled_share("auth") == 50 / 200


def test_what_happens_while_it_is_itself_disturbed_is_not_counted() -> None:
    told = record(
        ready(5), sample(6, 0, 0), sample(8, 100, 0), injected(9, "auth"), sample(10, 200, 100),
        healed(11, "auth"), sample(12, 300, 200), sample(14, 400, 200),
    )  # fmt: skip
    assert told.throttled_share("auth") == 0


@pytest.mark.parametrize("events", [(), (ready(5),), (ready(5), sample(6, 10, 10)), (sample(6, 0, 0), sample(8, 9, 9))])
def test_without_two_samples_of_a_ready_node_nothing_was_measured(events: tuple[Event, ...]) -> None:
    assert record(*events).throttled_share("auth") is None


# -- waiting circles --------------------------------------------------------------------------------------------------


def test_nodes_that_each_failed_for_want_of_the_next_are_a_circle() -> None:
    circle = waiting_circle(record(failed("a", "b"), failed("b", "c"), failed("c", "a"), failed("d", "a")))
    assert sorted(circle) == ["a", "b", "c"]
    waits = {"a": "b", "b": "c", "c": "a"}
    for node, following in zip(circle, (*circle[1:], circle[0]), strict=True):
        assert waits[node] == following


@pytest.mark.parametrize(
    "events",
    [
        (),
        (failed("a"), failed("b")),
        (failed("a", "b"), failed("b", "c")),
        (failed("a", "b"), failed("b", "a"), failed("b")),
        (failed("a", "a"),),
        (failed("a", "b", cls="dependency_auth_failed"), failed("b", "a", cls="dependency_auth_failed")),
    ],
)
def test_failures_that_end_somewhere_are_no_circle(events: tuple[Event, ...]) -> None:
    assert waiting_circle(record(*events)) == ()


# -- timing -----------------------------------------------------------------------------------------------------------


RUN = RunStarted(run="r", graph="g", nodes=("auth",), at=100)
CREATED = ContainerCreated(node="auth", at=102)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), {}),
        ((RUN,), {}),
        ((RUN, CREATED, ContainerCreated(node="redis", at=104)), {"images_s": 2}),
        (
            (RUN, CREATED, GraphReady(took_s=7, at=109), Noted(message="", at=139)),
            {"images_s": 2, "start_s": 7, "checks_s": 30},
        ),
        (
            (RUN, GraphFailed(failed=("auth",), took_s=3, at=110), Noted(message="", at=111)),
            {"start_s": 3, "checks_s": 1},
        ),
    ],
)
def test_phases_are_timed_as_far_as_the_run_came(events: tuple[Event, ...], expected: dict[str, float]) -> None:
    assert timing(events) == expected
