"""A question about one of a backing service's users that it does not answer."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from readiness.checks import backing as checks
from readiness.checks.backing import demand_told
from readiness.model.evidence import ProbeAnswer
from readiness.model.finding import Blocked, Unmet
from readiness.platform import Backing, Platform

POSTGRES = cast(Backing, SimpleNamespace(name="postgres", role="postgres", promise=SimpleNamespace(port=5432)))
PLATFORM = cast(Platform, SimpleNamespace(run="abc123"))
FULL = "FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute"


def answer(error: str = "") -> ProbeAnswer:
    return ProbeAnswer("postgres.tables", "postgres:5432", ok=not error, latency_s=0.01, at=0, error=error)


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, ProbeAnswer]:
    """What the backing service answers when it is asked for itself."""
    answers = {"reachable": answer(), "usable": answer()}

    def reachable(*_: Any) -> ProbeAnswer:
        return answers["reachable"]

    def usable(*_: Any) -> ProbeAnswer:
        return answers["usable"]

    monkeypatch.setattr(checks, "reachable", reachable)
    monkeypatch.setattr(checks, "usable", usable)
    return answers


def test_what_it_refuses_for_a_reason_of_its_own_is_its_own_fault() -> None:
    with pytest.raises(Unmet) as raised:
        demand_told(PLATFORM, POSTGRES, answer(FULL))
    assert raised.value.cause is not None
    assert (raised.value.cause.cls, raised.value.cause.node) == ("dependency_capacity", "postgres")


@pytest.mark.parametrize("question", ["reachable", "usable"])
def test_what_it_refuses_to_everybody_is_told_of_itself(asked: dict[str, ProbeAnswer], question: str) -> None:
    asked[question] = answer(FULL)
    with pytest.raises(Blocked, match=f"postgres.{question}"):
        demand_told(PLATFORM, POSTGRES, answer(FULL))


def test_a_question_without_an_answer_accuses_nobody() -> None:
    demand_told(PLATFORM, POSTGRES, answer())
    with pytest.raises(Blocked):
        demand_told(PLATFORM, POSTGRES, answer("timeout"))
