"""A node that asks for rights over the host, and fails without them."""

from dataclasses import replace

import pytest

from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.withheld import for_want_of_rights
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Privileges
from tests.unit.graphs import service

PRIVILEGED = replace(service("agent"), privileges=Privileges(withheld=("it is privileged",)))
DENIED = Cause(
    "permission_denied", "agent", None, Confidence.SURE, "agent may not use /dev/mem", ("log line 3: EPERM",)
)


def test_what_a_missing_right_would_look_like_is_told_as_one() -> None:
    cause = for_want_of_rights(DENIED, PRIVILEGED)
    assert (cause.cls, cause.node, cause.confidence) == ("excess_privileges", "agent", Confidence.LIKELY)
    assert "it is privileged" in cause.summary
    assert cause.evidence == ("agent may not use /dev/mem", "log line 3: EPERM")


def test_who_asks_for_nothing_lacks_nothing() -> None:
    assert for_want_of_rights(DENIED, service("agent")) is DENIED


@pytest.mark.parametrize("cls", [CauseClass.CONFIG_INVALID, CauseClass.MODULE_MISSING, CauseClass.CONTAINER_OOM])
def test_what_no_right_would_mend_keeps_its_cause(cls: CauseClass) -> None:
    cause = replace(DENIED, cls=cls)
    assert for_want_of_rights(cause, PRIVILEGED) is cause


def test_another_node_that_is_at_fault_stays_so() -> None:
    cause = replace(DENIED, node="redis")
    assert for_want_of_rights(cause, PRIVILEGED) is cause
