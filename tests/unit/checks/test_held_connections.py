"""One look that shows no connection accuses nobody; a connection for each question is none that is held."""

from collections.abc import Callable
from itertools import count

import pytest

from readiness.checks import holding
from readiness.checks.holding import holds


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "_AGAIN_WITHIN_S", 0.1)
    monkeypatch.setattr(holding, "_BETWEEN_LOOKS_S", 0.005)


def looks(*shown: frozenset[int]) -> Callable[[], frozenset[int]]:
    """The last one is shown for ever."""
    left = list(shown)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


NONE: frozenset[int] = frozenset()


def test_one_look_is_enough_where_a_connection_shows() -> None:
    asked = looks(frozenset({1}), NONE)
    assert holds(asked)
    assert asked() == NONE, "nobody looked again"


def test_a_client_between_two_connections_holds_one() -> None:
    assert holds(looks(NONE, NONE, frozenset({2})))


def test_a_client_without_connections_holds_none() -> None:
    assert not holds(looks(NONE))


def test_a_connection_for_each_question_is_not_held() -> None:
    ports = count()
    assert not holds(looks_of_questions(ports.__next__))


def looks_of_questions(port: Callable[[], int]) -> Callable[[], frozenset[int]]:
    """None at first, and another one at each look then."""
    is_first = looks(frozenset({0}), NONE)
    return lambda: NONE if is_first() else frozenset({port()})
