"""From a verdict to what people and programs read: the terminal, ``verdict.json``, ``junit.xml`` and ``summary.md``."""

import json
import os
from contextlib import suppress
from pathlib import Path

from readiness.model.errors import ReadinessError
from readiness.model.verdict import Verdict
from readiness.report.json_report import to_json
from readiness.report.junit import to_junit
from readiness.report.markdown import to_markdown

__all__ = ["ReportNotWritten", "write_reports"]


class ReportNotWritten(ReadinessError):
    """The folder of the reports cannot be made or written to: read-only, full, or not a folder."""


def write_reports(verdict: Verdict, folder: Path) -> tuple[Path, ...]:
    """Write ``verdict.json``, ``junit.xml`` and ``summary.md`` into the folder, which is made where it is missing.

    Each file is there as a whole or not at all. When one cannot be written, those of an earlier run are taken away too:
    an old verdict must not be read as this one.

    :raises ReportNotWritten: the folder cannot be made or written to.
    """
    reports = {
        folder / "verdict.json": json.dumps(to_json(verdict), indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        folder / "junit.xml": to_junit(verdict),
        folder / "summary.md": to_markdown(verdict),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in reports.items():
            _replace(path, text)
    except OSError as error:
        for path in reports:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        reason = error.strerror or type(error).__name__
        raise ReportNotWritten(
            f"The reports cannot be written to {folder}: {reason}. Make room or name another folder."
        ) from error
    return tuple(reports)


def _replace(path: Path, text: str) -> None:
    """Put the text into a file beside the path, then move it there in one step."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
