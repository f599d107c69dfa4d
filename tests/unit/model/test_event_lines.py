"""Every event survives the way through a line of JSON."""

from dataclasses import fields
from typing import Any, Literal, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from readiness.model.events import ContainerDied, Event, Noted, from_lines, to_line

TYPES: tuple[type[Any], ...] = get_args(Event)
_VALUES: dict[Any, Any] = {
    str: 'a "text" with\nlines, ü and \u2028',
    int: 137,
    float: 0.25,
    tuple[str, ...]: ("one", "two"),
    str | None: "redis",
}


def example(kind: type[Any]) -> Event:
    """An event of this type with every field set."""
    given = {
        field.name: get_args(field.type)[0] if get_origin(field.type) is Literal else _VALUES[field.type]
        for field in fields(kind)
        if field.name != "type"
    }
    event: Event = kind(**given)
    return event


@pytest.mark.parametrize("kind", TYPES, ids=[kind.__name__ for kind in TYPES])
def test_an_event_of_every_type_comes_back_as_it_was(kind: type[Any]) -> None:
    event = example(kind)
    line = to_line(event)
    assert "\n" not in line
    assert from_lines([line]) == [event]


def test_the_name_of_a_type_on_the_wire_is_its_class_and_no_two_are_the_same() -> None:
    wire = {example(kind).type: kind.__name__ for kind in TYPES}
    assert len(wire) == len(TYPES)
    assert all(name.replace("_", "") == cls.lower() for name, cls in wire.items())


def test_events_know_when_they_happened() -> None:
    first, second = ContainerDied(node="a", exit_code=1), ContainerDied(node="a", exit_code=1)
    assert 0 < first.at <= second.at


def test_empty_lines_between_events_are_passed_over() -> None:
    events = [Noted(message="one"), Noted(message="two")]
    lines = "\n\n".join(to_line(event) for event in events)
    assert from_lines(["", *lines.split("\n"), "  "]) == events


def test_a_line_of_an_unknown_type_is_an_error_and_not_another_event() -> None:
    with pytest.raises(ValidationError):
        from_lines(['{"type": "party_started", "at": 1}'])


@given(st.text(), st.none() | st.text(), st.floats(allow_nan=False, allow_infinity=False))
def test_any_text_survives(message: str, node: str | None, at: float) -> None:
    event = Noted(message=message, node=node, at=at)
    assert from_lines([to_line(event)]) == [event]
