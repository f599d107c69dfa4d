"""A consumer group under the names that a framework gives to it: one that works, and each way in which one does not."""

from typing import Any

import pytest

from readiness.probes import kafka_groups
from readiness.probes.kafka_groups import Expected, name_with_member, names_of

HERE = ("172.18.0.5",)
DEAD: dict[str, Any] = {"state": "DEAD", "members": [], "partitions": []}


def member(host: str = HERE[0]) -> dict[str, Any]:
    return {"client_id": "orders", "host": host, "assignment": []}


def partition(committed: int | None = 3, end: int = 3) -> dict[str, Any]:
    lag = None if committed is None else end - committed
    return {"topic": "placed", "partition": 0, "committed": committed, "end": end, "lag": lag}


def stable(*members: dict[str, Any], partitions: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"state": "STABLE", "members": list(members), "partitions": list(partitions)}


def faults(state: dict[str, Any], *, with_suffix: dict[str, Any] = DEAD) -> tuple[str, ...]:
    states = dict(zip(names_of("orders"), (state, with_suffix), strict=True))
    name = name_with_member("orders", states, HERE)
    return kafka_groups.faults(Expected(name, HERE, ("placed",), ("placed",)), states[name])


def test_a_stable_group_with_a_member_of_the_service_has_no_fault() -> None:
    assert faults(stable(member(), partitions=(partition(),))) == ()


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (DEAD, ("group orders is DEAD", "group orders has no member at 172.18.0.5, only 0 others")),
        (stable(member("172.18.0.9")), ("group orders has no member at 172.18.0.5, only 1 others",)),
        (stable(member(), partitions=(partition(1, 3),)), ("group orders lags by 2 records",)),
        (stable(member(), partitions=(partition(None, 3),)), ("group orders has never committed on placed",)),
    ],
)
def test_what_is_wrong_is_told(state: dict[str, Any], told: tuple[str, ...]) -> None:
    assert faults(state) == told


def test_the_suffix_that_a_framework_appends_to_a_group_is_known() -> None:
    assert faults(DEAD, with_suffix=stable(member())) == ()


def test_a_group_with_the_suffix_is_not_taken_for_one_whose_members_are_elsewhere() -> None:
    assert faults(DEAD, with_suffix=stable(member("172.18.0.9")))[0] == "group orders is DEAD"
