"""``--sample``, the table at the end, and ``readiness-report/detection.json``."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import docker
import docker.errors
import pytest

from tests.detection.defect import Defect, all_defects, spread
from tests.detection.judging import Judged, judge
from tests.detection.overlay import Laid, lay
from tests.detection.summary import Summary
from tests.engine.suite import Suite

Judging = Callable[[str, Defect], Judged]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("detection")
    group.addoption("--sample", type=int, metavar="N", help="only N defects, spread over all tables")
    group.addoption(
        "--detection-report", type=Path, default=Path("readiness-report/detection.json"), help="where the answers go"
    )


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Summary(config.rootpath / config.getoption("--detection-report")), "detection")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "defect_name" in metafunc.fixturenames:
        names = list(all_defects())
        count: int | None = metafunc.config.getoption("--sample")
        metafunc.parametrize("defect_name", names if count is None else spread(names, count))


@pytest.fixture(scope="session")
def defects() -> dict[str, Defect]:
    """Every defect, by name."""
    return all_defects()


@pytest.fixture
def laid_out(tmp_path: Path) -> Iterator[Callable[[str, Defect], Laid]]:
    """Lays a platform out; the images that were built for it go afterwards."""
    images: list[str] = []

    def lay_out(name: str, defect: Defect) -> Laid:
        laid = lay(name, defect, tmp_path)
        images.extend(laid.images)
        return laid

    yield lay_out
    client = docker.from_env()
    for image in images:
        with suppress(docker.errors.ImageNotFound):
            client.images.remove(image, force=True)
    client.close()


@pytest.fixture
def judged(
    laid_out: Callable[[str, Defect], Laid], tmp_path: Path, record_property: Callable[[str, object], None]
) -> Judging:
    """Runs the suite on a defect's platform, and holds what it says against the answer."""

    def run(name: str, defect: Defect) -> Judged:
        began = time.monotonic()
        told = Suite(laid_out(name, defect).contract, tmp_path, "--level", defect.level).wait()
        answer = judge(name, defect, told.verdict, time.monotonic() - began)
        record_property("detection", json.dumps(answer.to_json()))
        if not answer.is_right:
            print(told.output[-6000:])
        return answer

    return run
