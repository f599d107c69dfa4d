"""Every mutation of the catalogue is told once, with its class, at its place: alone, together, and backwards."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.schema import ChangeClass, compare, parse, parse_both, worst
from readiness.schema.parser import Document
from tests.unit.schema.mutations import CATALOGUE, Mutation, definitions, fitting, mutated, written

TEXT = written(definitions())
BASE = parse(TEXT)
ADDITIONS = [mutation for mutation in CATALOGUE if mutation.is_addition]


@pytest.mark.parametrize("mutation", CATALOGUE, ids=lambda mutation: mutation.name)
@settings(max_examples=5, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_alone_it_is_the_one_change(mutation: Mutation, chance: random.Random) -> None:
    text, done = mutated([mutation], chance)
    changes = [(change.coordinate, change.cls) for change in compare(BASE, parse(text))]
    assert changes == [(each.coordinate, each.cls) for each in done]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(CATALOGUE), min_size=2, max_size=20).map(fitting),
    st.randoms(use_true_random=False),
)
def test_together_each_keeps_its_class_and_its_place(mutations: list[Mutation], chance: random.Random) -> None:
    text, done = mutated(mutations, chance)
    changes = compare(BASE, parse(text))
    assert sorted((change.coordinate, change.cls) for change in changes) == sorted(
        (each.coordinate, each.cls) for each in done
    )
    assert worst(changes) is max(each.cls for each in done)
    assert list(changes) == sorted(changes, key=lambda change: -change.cls)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(ADDITIONS), min_size=1, max_size=10).map(fitting),
    st.randoms(use_true_random=False),
)
def test_additions_never_break_and_only_break_when_taken_back(mutations: list[Mutation], chance: random.Random) -> None:
    text, _ = mutated(mutations, chance)
    assert worst(compare(BASE, parse(text))) < ChangeClass.BREAKING
    assert worst(compare(parse(text), BASE)) is ChangeClass.BREAKING


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(CATALOGUE), min_size=1, max_size=20).map(fitting),
    st.randoms(use_true_random=False),
)
def test_definitions_that_two_revisions_share_change_nothing_in_what_is_told(
    mutations: list[Mutation], chance: random.Random
) -> None:
    text, _ = mutated(mutations, chance)
    assert compare(*parse_both(Document(TEXT, "old"), Document(text, "new"))) == compare(BASE, parse(text))
