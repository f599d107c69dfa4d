"""junit.xml is read by every CI system, and is never greener than the verdict."""

from dataclasses import replace
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.model.verdict import Verdict
from readiness.report.junit import to_junit
from tests.unit.report.verdict_examples import CRASH_LOOP, EXAMPLES, NO_ENGINE, ONE_FINDING, READY, ROWS, SNAPSHOT

# The elements and attributes that the common JUnit schemas share.
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "testcase": {"skipped", "failure", "error", "system-out"},
}
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
    "property": {"name", "value"},
}


def _parsed(verdict: Verdict) -> Element:
    return ElementTree.fromstring(to_junit(verdict))


@pytest.mark.parametrize("verdict", EXAMPLES.values(), ids=EXAMPLES)
def test_only_elements_and_attributes_that_all_dialects_know_are_used(verdict: Verdict) -> None:
    for element in _parsed(verdict).iter():
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
        assert set(element.attrib) <= ATTRIBUTES.get(element.tag, set())


@pytest.mark.parametrize("verdict", EXAMPLES.values(), ids=EXAMPLES)
def test_the_counts_are_those_of_the_testcases(verdict: Verdict) -> None:
    root = _parsed(verdict)
    for element in [root, *root.findall("testsuite")]:
        cases = list(element.iter("testcase"))
        assert element.get("tests") == str(len(cases))
        assert element.get("failures") == str(sum(case.find("failure") is not None for case in cases))
        assert element.get("errors") == str(sum(case.find("error") is not None for case in cases))


def test_each_row_is_one_testcase() -> None:
    assert [case.get("name") for case in _parsed(READY).iter("testcase")].count("start.ready[auth]") == 1
    assert {case.get("name") for case in _parsed(READY).iter("testcase")} == {row.key for row in ROWS}


def test_a_failure_tells_its_cause_and_evidence() -> None:
    failure = _parsed(ONE_FINDING).find(".//testcase[@name='start.ready[auth]']/failure")
    assert failure is not None
    assert failure.get("type") == "missing_setting"
    assert failure.text is not None
    assert "JWT_SECRET is not among them" in failure.text


def test_what_was_blocked_or_waived_is_skipped_with_its_reason() -> None:
    root = _parsed(ONE_FINDING)
    blocked = root.find(".//testcase[@name='health.ready[auth]']/skipped")
    waived = root.find(".//testcase[@name='image.size[finance]']/skipped")
    assert blocked is not None
    assert blocked.get("message") == "blocked by start.ready[auth]"
    assert waived is not None
    assert "2026-12-31" in waived.get("message", "")


def test_an_unknown_verdict_is_an_error_although_no_row_failed() -> None:
    error = _parsed(NO_ENGINE).find(".//error")
    assert error is not None
    assert "No container engine answers" in error.get("message", "")


def test_a_finding_without_a_failing_row_is_not_lost() -> None:
    root = _parsed(replace(ONE_FINDING, findings=(CRASH_LOOP, SNAPSHOT)))
    assert root.find("./testsuite[@name='verdict']/testcase[@name='graphql.snapshot[finance]']/failure") is not None


def test_every_suite_says_the_verdict_and_the_level() -> None:
    for suite in _parsed(ONE_FINDING).findall("testsuite"):
        told = {entry.get("name"): entry.get("value") for entry in suite.iter("property")}
        assert told == {"verdict": "NOT READY", "level": "local", "graph": "reference"}


@given(text=st.text(st.characters()))
def test_no_text_from_a_container_breaks_the_file(text: str) -> None:
    finding = replace(CRASH_LOOP, summary=text, evidence=(text,))
    verdict = replace(ONE_FINDING, results=ONE_FINDING.results[:3], findings=(finding,), graph=text)
    ElementTree.fromstring(to_junit(verdict).encode("utf-8"))
