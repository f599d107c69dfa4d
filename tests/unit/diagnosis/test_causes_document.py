"""docs/causes.md and the code name the same causes, in the same words."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from readiness.diagnosis.catalogue import Source, signatures
from readiness.diagnosis.causes import EXPLANATIONS, CauseClass, Explanation
from readiness.diagnosis.promises import BROKEN_PROMISES, BrokenPromise

DOCUMENT = (Path(__file__).parents[3] / "docs" / "causes.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^##|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL))


def test_the_document_lists_every_class_and_no_other_in_the_order_of_the_code() -> None:
    *found, unknown = CauseClass
    assert list(SECTIONS) == [cause.value for cause in (*found, *BrokenPromise, unknown)]


@pytest.mark.parametrize(("cause", "explanation"), [*EXPLANATIONS.items(), *BROKEN_PROMISES.items()])
def test_a_section_says_what_it_means_how_it_shows_and_what_to_do(cause: StrEnum, explanation: Explanation) -> None:
    meaning, _, rest = SECTIONS[cause.value].strip().partition("\n\n")
    assert meaning == explanation.meaning
    assert re.match(r"- \*\*Shows:\*\* \S", rest)
    assert rest.endswith(f"- **Do:** {explanation.advice}")


def test_every_class_that_a_text_can_tell_of_has_a_signature() -> None:
    told = {signature.cause for source in Source for signature in signatures(source)}
    by_the_state_alone = {
        CauseClass.EXITED_CLEAN,
        CauseClass.HEAP_OOM_OR_ABORT,
        CauseClass.NOT_LISTENING,
        CauseClass.WAITING_CIRCLE,
        CauseClass.UNKNOWN,
    }
    assert set(CauseClass) - told == by_the_state_alone
