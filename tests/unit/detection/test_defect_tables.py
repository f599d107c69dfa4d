"""The tables of defects: every entry is one, and fits the platform that it is laid over."""

from collections import Counter

import pytest

from fixtures.criteria import catalogue
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.promises import BrokenPromise
from tests.detection.defect import Answer, Defect, all_defects, spread
from tests.detection.overlay import BASES

DEFECTS = all_defects()
CRITERIA = {criterion.name for criterion in catalogue()}
CLASSES = {*map(str, CauseClass), *map(str, BrokenPromise)}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=list(DEFECTS))
def test_a_defect_names_what_there_is(defect: Defect) -> None:
    assert defect.base in BASES
    assert set(defect.services or ()) <= set(BASES[defect.base].services)
    for answer in (defect.found, *defect.also, *defect.may):
        assert answer.cause in CLASSES
        assert answer.criterion in CRITERIA


def test_an_answer_is_told_once() -> None:
    for name, defect in DEFECTS.items():
        rows = Counter(answer.row for answer in (defect.found, *defect.also, *defect.may))
        assert max(rows.values()) == 1, name


def test_a_sample_reaches_over_all_tables() -> None:
    names = [f"{table}/{number}" for table in "abcde" for number in range(10)]
    assert {name[0] for name in spread(names, 10)} == set("abcde")
    assert len(spread(names, 10)) == 10
    assert spread(names, 80) == names


def test_an_answer_has_a_row() -> None:
    assert Answer(criterion="start.ready", subject="a", cause="unknown", node="a").row == "start.ready[a]"
