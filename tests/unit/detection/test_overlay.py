"""A platform with a defect laid over it, as far as no image has to be made for it."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.detection.defect import Answer, Defect, Saved
from tests.detection.overlay import BASES, lay

FOUND = Answer(criterion="graphql.snapshot", subject="finance", cause="schema_drift", node="finance")


def laid(folder: Path, **defect: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Compose file and contract of a laid out platform."""
    lay("table/name", Defect(why="it is", found=FOUND, **defect), folder)
    return tuple(YAML(typ="safe").load(folder / name) for name in ("compose.yaml", "readiness.yaml"))


def test_the_saved_schema_is_the_other_revision(tmp_path: Path) -> None:
    changes = (
        Saved(service="finance", old="  EXPENSE\n", new="  EXPENSE\n  OTHER\n"),
        Saved(service="finance", old="  OTHER\n", new="  ANOTHER\n"),
    )
    _, promised = laid(tmp_path, saved=changes)
    saved = Path(promised["services"]["finance"]["graphql"]["snapshot"])
    assert saved.parent == tmp_path
    assert "  EXPENSE\n  ANOTHER\n" in saved.read_text()


def test_a_revision_that_does_not_fit_any_more_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not fit any more"):
        laid(tmp_path, saved=(Saved(service="finance", old="no such text", new=""),))


def test_services_have_what_the_base_gives_them_and_the_defect_wins(tmp_path: Path) -> None:
    composed, _ = laid(tmp_path, environment={"auth": {"HEALTH_DEADLINE_S": "9"}})
    given = BASES["reference"].environment
    assert given.items() <= composed["services"]["finance"]["environment"].items()
    assert composed["services"]["auth"]["environment"]["HEALTH_DEADLINE_S"] == "9"


def test_only_images_that_are_named_as_ours_go_afterwards(tmp_path: Path) -> None:
    images = {"workflow": {"image": "readiness-detection/x:1"}, "redis": {"image": "reference-platform/redis:1.0.0"}}
    made = lay("table/name", Defect(why="it is", found=FOUND, compose={"services": images}), tmp_path)
    assert made.images == ("readiness-detection/x:1",)
