"""The reports of a run are all there, or none is."""

import json
from pathlib import Path

import pytest

from readiness.model.errors import ReadinessError
from readiness.report import ReportNotWritten, write_reports
from tests.unit.report.verdict_examples import ONE_FINDING, READY


def test_the_three_reports_are_written_into_a_new_folder(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "readiness-report"
    written = write_reports(READY, folder)
    assert [path.name for path in written] == ["verdict.json", "junit.xml", "summary.md"]
    assert sorted(folder.iterdir()) == sorted(written)
    assert json.loads((folder / "verdict.json").read_text())["verdict"] == "READY"


def test_a_later_run_replaces_the_reports_of_an_earlier_one(tmp_path: Path) -> None:
    write_reports(READY, tmp_path)
    write_reports(ONE_FINDING, tmp_path)
    assert json.loads((tmp_path / "verdict.json").read_text())["verdict"] == "NOT READY"
    assert "NOT READY" in (tmp_path / "junit.xml").read_text()


def test_a_folder_that_is_a_file_is_told_in_one_message(tmp_path: Path) -> None:
    taken = tmp_path / "readiness-report"
    taken.write_text("something else")
    with pytest.raises(ReportNotWritten, match=r"readiness-report: File exists\. Make room or name another folder"):
        write_reports(READY, taken)
    assert taken.read_text() == "something else"


def test_a_folder_that_does_not_allow_files_is_told() -> None:
    with pytest.raises(ReadinessError, match="cannot be written to /proc/readiness-report"):
        write_reports(READY, Path("/proc/readiness-report"))


def test_a_full_disk_leaves_no_half_report_and_no_old_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_reports(READY, tmp_path)
    write_text = Path.write_text

    def fills_up(path: Path, text: str, encoding: str | None = None) -> int:
        if "junit" in path.name:
            write_text(path, text[:100], encoding)
            raise OSError(28, "No space left on device")
        return write_text(path, text, encoding)

    monkeypatch.setattr(Path, "write_text", fills_up)
    with pytest.raises(ReportNotWritten, match="No space left on device"):
        write_reports(ONE_FINDING, tmp_path)
    assert list(tmp_path.iterdir()) == []
