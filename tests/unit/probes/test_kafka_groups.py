"""When a consumer group counts as working."""

from typing import Any

import pytest

from readiness.probes.kafka_groups import Expected, faults

HERE = ("172.18.0.7",)


def expected(**more: Any) -> Expected:
    return Expected("orders", HERE, more.pop("consumes", ("paid",)), **more)


def member(host: str = HERE[0], *topics: str) -> dict[str, Any]:
    assignment = [{"topic": topic, "partition": 0} for topic in topics]
    return {"client_id": "c", "host": host, "assignment": assignment}


def partition(topic: str, committed: int | None, end: int) -> dict[str, Any]:
    lag = None if committed is None and end else max(0, end - (committed or 0))
    return {"topic": topic, "partition": 0, "committed": committed, "end": end, "lag": lag}


def state(
    *members: dict[str, Any], partitions: tuple[dict[str, Any], ...] = (), named: str = "STABLE"
) -> dict[str, Any]:
    return {"state": named, "error": "", "members": list(members), "partitions": list(partitions)}


def test_a_group_that_has_read_everything_works() -> None:
    whole = state(member(HERE[0], "paid"), partitions=(partition("paid", 4, 4),))
    assert faults(expected(with_events=("paid",)), whole) == ()


@pytest.mark.parametrize(
    ("seen", "fault"),
    [
        pytest.param(state(member(HERE[0], "paid"), named="EMPTY"), "group orders is EMPTY", id="state"),
        pytest.param(state(member("172.18.0.9", "paid")), "no member at 172.18.0.7, only 1 others", id="elsewhere"),
        pytest.param(state(member(HERE[0], "payed")), "nobody in group orders reads paid", id="another topic"),
        pytest.param(
            state(member(HERE[0], "paid"), partitions=(partition("paid", 1, 4),)), "lags by 3 records", id="lag"
        ),
        pytest.param(
            state(member(HERE[0], "paid"), partitions=(partition("paid", None, 4),)),
            "never committed on paid",
            id="silent",
        ),
    ],
)
def test_what_is_wrong_with_a_group_is_told(seen: dict[str, Any], fault: str) -> None:
    assert any(fault in told for told in faults(expected(with_events=("paid",)), seen))


def test_assignments_that_cannot_be_read_accuse_nobody() -> None:
    assert faults(expected(), state(member(HERE[0]))) == ()
