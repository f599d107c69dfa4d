"""The answers of all defects: shown as a table, and written down."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest


class Summary:
    """Gathers what the tests have recorded, also those that ran in other processes."""

    def __init__(self, report: Path) -> None:
        self._report = report
        self._answers: list[dict[str, Any]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self._answers += [json.loads(str(value)) for key, value in report.user_properties if key == "detection"]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        if self._answers:
            self._answers.sort(key=lambda answer: str(answer["name"]))
            self._report.parent.mkdir(parents=True, exist_ok=True)
            self._report.write_text(json.dumps({"defects": self._answers}, indent=2) + "\n")

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._answers:
            terminalreporter.section("detection")
            for line in table(self._answers):
                terminalreporter.write_line(line)
            terminalreporter.write_line(f"written to {self._report}")


def table(answers: Sequence[dict[str, Any]]) -> list[str]:
    """A line a defect, and the figures over all."""
    width = max(len(answer["name"]) for answer in answers)
    lines = []
    for answer in answers:
        found = "found " if answer["found"] else "MISSED"
        judged = f"{found}  {answer['cause']:<7}  {answer['seconds']:>5.0f} s"
        lines.append(f"{answer['name']:<{width}}  {judged}  {answer['told'][:90]}")
        lines += [f"{'':<{width}}  ACCUSED {accused[:150]}" for accused in answer["false_accusations"]]
    count = len(answers)
    found = sum(answer["found"] for answer in answers)
    by_cause = {
        judged: sum(answer["cause"] == judged for answer in answers) for judged in ("right", "unknown", "wrong")
    }
    accused = sum(len(answer["false_accusations"]) for answer in answers)
    lines.append(
        f"{count} defects: found {found} ({found / count:.0%}); cause right {by_cause['right']} "
        f"({by_cause['right'] / count:.0%}), unknown {by_cause['unknown']}, wrong {by_cause['wrong']}; "
        f"false accusations {accused}"
    )
    return lines
