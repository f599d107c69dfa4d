"""Each experiment is made once a run, by whoever asks first, and kept for the other tests and processes of the run."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from readiness.experiments.crash import Crash, crash_all
from readiness.experiments.loss import Loss, UserUnderLoss, lose
from readiness.experiments.migrations import Migrations, migrate_all
from readiness.experiments.restart import Restart, restart_all
from readiness.model.errors import ReadinessError
from readiness.platform import Platform, PortUnknown

T = TypeVar("T")


class ExperimentFailed(ReadinessError):
    """The experiment could not be made; told again to everyone who asks for what it would have shown."""


class Experiments:
    """The experiments of a run, each made with the graph held alone."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def loss(self, service: str, dependency: str, fault: str) -> UserUnderLoss:
        """How a service took the loss of a dependency.

        :raises ExperimentFailed: the fault did not land or did not heal.
        :raises PortUnknown: the service cannot be asked.
        """
        make = partial(lose, self._platform, dependency, fault)
        return self._seen(self._once(f"loss-{dependency}-{fault}", TypeAdapter(Loss), make).users, service)

    def crash(self, service: str) -> Crash:
        """How a service came back from a crash.

        :raises ExperimentFailed: a crash did not land.
        :raises PortUnknown: the service cannot be asked.
        """
        make = partial(crash_all, self._platform)
        return self._seen(self._once("crash", TypeAdapter(dict[str, Crash]), make), service)

    def restart(self, service: str) -> Restart:
        """How a service stopped and came back.

        :raises ExperimentFailed: a restart could not be made.
        :raises PortUnknown: the service cannot be asked.
        """
        make = partial(restart_all, self._platform)
        return self._seen(self._once("restart", TypeAdapter(dict[str, Restart]), make), service)

    def migrations(self, service: str) -> Migrations:
        """What a service's migrations showed: no disturbance, if they are what they should be."""
        make = partial(migrate_all, self._platform)
        return self._seen(self._once("migrations", TypeAdapter(dict[str, Migrations]), make), service)

    def _seen(self, observed: Mapping[str, T], service: str) -> T:
        if service in observed:
            return observed[service]
        if self._platform.contract.promise(service).port is None:
            raise PortUnknown(f"nothing tells at which port {service} answers: give services.{service}.port")
        raise ExperimentFailed(f"{service} did not run when the experiment was made")

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
