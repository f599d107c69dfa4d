"""Each defect is found, with its cause, and nobody else is accused; a platform without one is READY."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.detection.conftest import Judging
from tests.detection.defect import Answer, Defect
from tests.detection.overlay import BASES, Laid
from tests.engine.suite import Suite

pytestmark = pytest.mark.engine

_NOTHING = Answer(criterion="", subject="", cause="", node="")


def test_defect(defect_name: str, defects: dict[str, Defect], judged: Judging) -> None:
    """The finding is made, its cause is right, and nothing else is found or left unjudged."""
    answer = judged(defect_name, defects[defect_name])
    assert answer.found, f"not found: {defects[defect_name].found.row}; told was: {answer.told}"
    assert not answer.false_accusations, "\n".join(answer.false_accusations)
    assert answer.cause == "right", f"the cause is {answer.cause}: {answer.told}"


@pytest.mark.parametrize("base", list(BASES))
def test_control(base: str, laid_out: Callable[[str, Defect], Laid], tmp_path: Path) -> None:
    """Laid out in the same way and left as it is, the platform is READY: what is found is the defect's doing."""
    laid = laid_out("control", Defect(why="nothing is", base=base, found=_NOTHING))
    told = Suite(laid.contract, tmp_path).wait()
    assert told.verdict["verdict"] == "READY", told.output[-6000:]
