"""``junit.xml``: the verdict for CI systems, one testcase for each row, one testsuite for each priority.

Held to the schema that Jenkins' xUnit plug-in validates against (``junit-10.xsd``), the strictest in common use: no
attributes or elements of later dialects.
"""

from collections.abc import Iterable
from itertools import chain
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from readiness.model.finding import Finding
from readiness.model.verdict import Answer, Outcome, Result, Verdict
from readiness.report.tally import PRIORITY_MEANING, by_priority
from readiness.report.text import advice_of, evidence_of, explanation_of, one_line, title_of

EVIDENCE_LIMIT = 50


def to_junit(verdict: Verdict) -> str:
    """The verdict as the text of a JUnit XML file.

    Blocked, unchecked and waived rows are skipped with their reason. What made the verdict UNKNOWN is an error of its
    own, lest a run in which nothing was checked looks green.
    """
    findings = {finding.key: finding for finding in verdict.findings}
    failing = {result.key for result in verdict.with_outcome(Outcome.FAILS)}
    suites = [
        _suite(priority, chain.from_iterable(tally.results for tally in tallies), findings)
        for priority, tallies in by_priority(verdict.results).items()
    ]
    rest = [finding for key, finding in findings.items() if key not in failing]
    if rest or verdict.answer is Answer.UNKNOWN:
        suites.insert(0, _verdict_suite(verdict, rest))
    root = Element("testsuites", name=f"readiness of {one_line(verdict.graph)}: {verdict.answer}")
    for suite in suites:
        suite.insert(0, _properties(verdict))
        root.append(suite)
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _suite(priority: str, results: Iterable[Result], findings: dict[str, Finding]) -> Element:
    suite = Element("testsuite", name=f"{priority} {PRIORITY_MEANING.get(priority, '')}".rstrip())
    took_s = 0.0
    for result in results:
        suite.append(_testcase(result, findings.get(result.key)))
        took_s += result.took_s
    return _with_counts(suite, took_s)


def _testcase(result: Result, finding: Finding | None) -> Element:
    case = Element(
        "testcase",
        classname=f"readiness.{result.criterion}",
        name=one_line(result.key),
        time=f"{max(0.0, result.took_s):.3f}",
    )
    if result.outcome is Outcome.FAILS:
        case.append(_failure(finding) if finding else Element("failure", message=one_line(result.reason), type="fails"))
    elif result.outcome is not Outcome.HOLDS:
        SubElement(case, "skipped", message=_why_not_judged(result))
    if result.measured:
        SubElement(case, "system-out").text = "\n".join(
            one_line(f"{name} = {value}") for name, value in result.measured.items()
        )
    return case


def _why_not_judged(result: Result) -> str:
    if result.blocked_by is not None:
        return one_line(f"{result.outcome} by {result.blocked_by}")
    return one_line(f"{result.outcome}: {result.reason}") if result.reason else str(result.outcome)


def _failure(finding: Finding) -> Element:
    cause = finding.cause
    edge = cause.node if cause.dependency is None else f"{cause.node} -> {cause.dependency}"
    failure = Element("failure", message=title_of(finding), type=cause.cls)
    text = [
        f"cause: {cause.cls} in {one_line(edge)} ({cause.confidence})",
        explanation_of(finding),
        *(f"  {line}" for line in evidence_of(finding)[:EVIDENCE_LIMIT]),
        f"advice: {advice_of(finding)}" if advice_of(finding) else "",
        f"blocks: {len(finding.blocks)}" if finding.blocks else "",
    ]
    failure.text = "\n".join(line for line in text if line)
    return failure


def _verdict_suite(verdict: Verdict, findings: Iterable[Finding]) -> Element:
    """What the verdict rests on beside its rows: why it is UNKNOWN, and findings that are about no failing row."""
    suite = Element("testsuite", name="verdict")
    if verdict.answer is Answer.UNKNOWN:
        case = SubElement(suite, "testcase", classname="readiness.verdict", name="the suite can tell", time="0.000")
        error = SubElement(case, "error", message=one_line("; ".join(verdict.reasons)), type="UNKNOWN")
        error.text = "\n".join(map(one_line, verdict.reasons))
    for finding in findings:
        case = SubElement(
            suite, "testcase", classname=f"readiness.{finding.criterion}", name=one_line(finding.key), time="0.000"
        )
        case.append(_failure(finding))
    return _with_counts(suite, took_s=0.0)


def _with_counts(suite: Element, took_s: float) -> Element:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", f"{max(0.0, took_s):.3f}")
    return suite


def _properties(verdict: Verdict) -> Element:
    properties = Element("properties")
    for name, value in (("verdict", verdict.answer), ("level", verdict.level), ("graph", one_line(verdict.graph))):
        SubElement(properties, "property", name=name, value=str(value))
    return properties
