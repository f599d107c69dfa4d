"""Each experiment is made once a run, by whoever asks first, and kept for the other tests and processes of the run."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from readiness.experiments.crash import Crash, crash_all
from readiness.experiments.loss import Loss, lose
from readiness.experiments.migrations import Migrations, migrate_all
from readiness.experiments.restart import Restart, restart_all
from readiness.model.errors import ReadinessError
from readiness.platform import Platform

T = TypeVar("T")


class ExperimentFailed(ReadinessError):
    """The experiment could not be made; told again to everyone who asks for what it would have shown."""


class Experiments:
    """The experiments of a run, each made with the graph held alone."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def loss(self, dependency: str, fault: str) -> Loss:
        """:raises ExperimentFailed: the fault did not land or did not heal."""
        return self._once(
            f"loss-{dependency}-{fault}", TypeAdapter(Loss), lambda: lose(self._platform, dependency, fault)
        )

    def crashes(self) -> dict[str, Crash]:
        """:raises ExperimentFailed: a crash did not land."""
        return self._once("crash", TypeAdapter(dict[str, Crash]), lambda: crash_all(self._platform))

    def restarts(self) -> dict[str, Restart]:
        """:raises ExperimentFailed: a restart could not be made."""
        return self._once("restart", TypeAdapter(dict[str, Restart]), lambda: restart_all(self._platform))

    def migrations(self) -> dict[str, Migrations]:
        """Not a disturbance, if the migrations are what they should be."""
        return self._once("migrations", TypeAdapter(dict[str, Migrations]), lambda: migrate_all(self._platform))

    def _once(self, name: str, adapter: "TypeAdapter[T]", make: Callable[[], T]) -> T:
        kept = self._platform.run_folder / f"experiment-{name}.json"
        failed = kept.with_suffix(".failed")
        with self._platform.lock.alone():
            if failed.exists():
                raise ExperimentFailed(failed.read_text())
            if kept.exists():
                return adapter.validate_json(kept.read_bytes())
            try:
                observed = make()
            except ReadinessError as error:
                _write(failed, str(error).encode())
                raise ExperimentFailed(str(error)) from error
            _write(kept, adapter.dump_json(observed))
            return observed


def _write(path: Path, content: bytes) -> None:
    partial = path.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(path)
