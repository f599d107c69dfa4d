"""From a contract to a running platform and back to nothing: what a test run and the command line both do."""

import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from readiness.explanation import Explanation
from readiness.model.contract import Contract
from readiness.model.graph import Graph
from readiness.model.redaction import Redactor
from readiness.platform import Platform
from readiness.runtime.docker.engine import connect
from readiness.runtime.docker.images import ComposeProject
from readiness.runtime.docker.run import DockerRun
from readiness.runtime.docker.runtime import DockerRuntime, Ports
from readiness.runtime.journal import Journal, not_recorded
from readiness.sources import load
from readiness.sources.compose import compose_arguments, compose_command, compose_environment
from readiness.sources.contract import read_contract
from readiness.sources.credentials import secret_values

_STATE = "run.json"
_JOURNAL = "events.jsonl"


@dataclass(frozen=True)
class RunState:
    """What another process needs to take up a run: its name, and the variables that the Compose file was read with."""

    run: str
    contract: Path
    variables: Mapping[str, str] = field(default_factory=dict)


_STATE_ADAPTER = TypeAdapter(RunState)


def new_run_folder() -> Path:
    """A folder for the files of one run, named after it. It goes when the run does.

    :raises NotRecorded: there is no folder for temporary files that can be written to.
    """
    try:
        return Path(tempfile.mkdtemp(prefix=f"readiness-{secrets.token_hex(3)}-"))
    except OSError as error:
        raise not_recorded(Path(os.environ.get("TMPDIR", "/tmp")), error) from error


def remove_run_folders(run: str) -> None:
    """Take away the files of a run that is over or has been removed."""
    for folder in Path(tempfile.gettempdir()).glob(f"readiness-{run}-*"):
        shutil.rmtree(folder, ignore_errors=True)


class Session:
    """The owner of one run: starts the platform, and takes everything away again."""

    def __init__(self, contract: Path, run_folder: Path, *, kept: bool = False) -> None:
        self._contract_path = contract
        self._folder = run_folder
        self._kept = kept
        self.run = run_folder.name.split("-")[1]
        try:
            self.journal = Journal(run_folder / _JOURNAL)
        except OSError as error:
            raise not_recorded(run_folder, error) from error
        self._docker_run: DockerRun | None = None

    def start(self) -> Platform:
        """Start the graph. Nodes that fail are told in the platform's record; the others run.

        :raises InputError: contract or Compose file cannot be used.
        :raises EngineError: there is no engine, or it stopped answering.
        :raises NotRecorded: the run's files cannot be written.
        """
        variables = free_ports(read_contract(self._contract_path).graph.free_ports)
        contract, graph = load(self._contract_path, variables)
        redactor = Redactor(secret_values(graph))
        run = DockerRun(graph, self.run, self.journal, self._folder, kept=self._kept)
        self._docker_run = run
        explanation = Explanation(graph, run.runtime, self.journal, redactor, contract)
        run.start(
            contract,
            compose_project(contract, self._contract_path.parent, variables),
            Ports(ports_to_ask(contract, graph), frozenset(int(port) for port in variables.values())),
            explanation.of,
        )
        explanation.settle()
        state = RunState(self.run, self._contract_path.resolve(), variables)
        self._publish(state)
        return _platform(contract, graph, run.runtime, self.journal, state, self._folder)

    def _publish(self, state: RunState) -> None:
        """Let others attach: the file is there as a whole or not at all."""
        unfinished = self._folder / f".{_STATE}"
        try:
            unfinished.write_bytes(_STATE_ADAPTER.dump_json(state))
            unfinished.replace(self._folder / _STATE)
        except OSError as error:
            raise not_recorded(self._folder, error) from error

    def close(self) -> tuple[str, ...]:
        """Take away everything that the run made, unless it is to be kept. Returns what could not be taken away.

        :raises EngineLost: the engine no longer answers; the watcher goes on trying.
        :raises NotRecorded: something that happened in the run could not be written down.
        """
        with ExitStack() as stack:
            stack.callback(self.journal.close)
            removed = self._docker_run.close() if self._docker_run is not None else None
            if self._docker_run is None:
                # Nothing was made that could be kept.
                shutil.rmtree(self._folder, ignore_errors=True)
        if self.journal.unwritten is not None:
            raise self.journal.unwritten
        return removed.failed if removed is not None else ()

    def discard(self) -> None:
        """Take away everything that the run made, also where it was to be kept.

        :raises EngineLost: the engine no longer answers.
        """
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
            stack.callback(self.journal.close)
            if self._docker_run is not None:
                self._docker_run.discard()


def attach(run_folder: Path) -> Platform:
    """The platform of a run that another process owns.

    :raises InputError: the run's files cannot be read.
    :raises EngineError: the engine does not answer.
    """
    state = _STATE_ADAPTER.validate_json((run_folder / _STATE).read_bytes())
    contract, graph = load(state.contract, state.variables)
    runtime = DockerRuntime(connect(), graph, state.run)
    runtime.attach()
    return _platform(contract, graph, runtime, Journal(run_folder / _JOURNAL), state, run_folder)


def is_started(run_folder: Path) -> bool:
    """Whether the owner has the platform up, so that others may attach."""
    return (run_folder / _STATE).exists()


def _platform(
    contract: Contract, graph: Graph, runtime: DockerRuntime, journal: Journal, state: RunState, run_folder: Path
) -> Platform:
    return Platform(
        contract=contract,
        graph=graph,
        folder=state.contract.parent,
        runtime=runtime,
        journal=journal,
        run=state.run,
        run_folder=run_folder,
        redactor=Redactor(secret_values(graph)),
    )


def compose_project(contract: Contract, folder: Path, variables: Mapping[str, str]) -> ComposeProject:
    """How Compose is called to build this contract's images.

    :raises ComposeError: Compose is not installed.
    """
    return ComposeProject(compose_command(), compose_arguments(contract, folder), compose_environment(variables))


def ports_to_ask(contract: Contract, graph: Graph) -> dict[str, tuple[int, ...]]:
    """The container ports that the suite asks, by node; they are published whether or not the file does."""
    return {node.name: (port,) for node in graph if (port := contract.promise(node.name).port) is not None}


def free_ports(variables: tuple[str, ...]) -> dict[str, str]:
    """A free loopback port for each variable. All are held until all are chosen, so that they differ."""
    with ExitStack() as stack:
        chosen = {}
        for variable in variables:
            holder = stack.enter_context(socket.socket())
            holder.bind(("127.0.0.1", 0))
            chosen[variable] = str(holder.getsockname()[1])
        return chosen
