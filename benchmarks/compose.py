"""The same graph by Docker Compose: ``docker compose up --wait`` on the team's own file, images there.

An override gives it ports of its own on the loopback, so that it meets nobody, and labels by which it is removed.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contender import START_DEADLINE_S, Marks, network_names, volume_names, watched
from benchmarks.model import BenchmarkFailed
from readiness.model.graph import Graph, Node
from readiness.session import free_ports
from readiness.sources import load
from readiness.sources.compose import compose_arguments, compose_command, compose_environment

_DOWN_DEADLINE_S = 120
_LAST_LINES = 15


@contextmanager
def started(contract_path: Path, interval_s: float | None) -> Iterator[float]:
    """The seconds that Compose takes from its call to its return.

    :param interval_s: of every HEALTHCHECK; None leaves them as they are.
    :raises BenchmarkFailed: Compose does not bring it up, or not down again.
    """
    contract, graph = load(contract_path, {})
    variables = free_ports(contract.graph.free_ports)
    contract, graph = load(contract_path, variables)
    with watched() as (marks, folder):
        file = folder / "override.yaml"
        file.write_text(override(graph, marks, frozenset(map(int, variables.values())), interval_s))
        arguments = compose_arguments(contract, contract_path.resolve().parent)
        command = (*compose_command(), "--project-name", marks.run, *arguments, "--file", str(file))
        environment = compose_environment(variables)
        try:
            begun = time.monotonic()
            up = ("up", "--wait", "--wait-timeout", str(START_DEADLINE_S), "--no-build", "--pull", "never")
            _run((*command, *up), environment, START_DEADLINE_S + 60)
            yield time.monotonic() - begun
        finally:
            _run((*command, "down", "--volumes", "--timeout", "1"), environment, _DOWN_DEADLINE_S)


def override(graph: Graph, marks: Marks, fixed_ports: frozenset[int], interval_s: float | None) -> str:
    """The override file. JSON is YAML; only the tag that makes a list replace another is not in JSON."""
    lines = ["services:"]
    for node in graph:
        lines += [f"  {json.dumps(node.name)}:", f"    labels: {json.dumps(marks.container(node.name))}"]
        lines += [f"    ports: !override {json.dumps(_published(node, fixed_ports))}"]
        if interval_s is not None:
            lines += [f"    healthcheck: {json.dumps({'interval': f'{interval_s * 1000:.0f}ms'})}"]
    for what, names, made in (
        ("networks", network_names(graph), marks.network),
        ("volumes", volume_names(graph), marks.volume),
    ):
        lines += [f"{what}: {json.dumps({name: {'labels': made} for name in names})}"]
    return "\n".join(lines) + "\n"


def _published(node: Node, fixed_ports: frozenset[int]) -> list[str]:
    """The file's ports on the loopback; the engine chooses the host's side unless it was chosen for this start."""
    return [
        f"127.0.0.1:{port.host_port if port.host_port in fixed_ports else ''}:{port.container_port}/{port.protocol}"
        for port in node.ports
    ]


def _run(command: tuple[str, ...], environment: dict[str, str], deadline_s: float) -> None:
    try:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
            timeout=deadline_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BenchmarkFailed(f"{' '.join(command)} did not end within {deadline_s:g} s") from error
    if ran.returncode != 0:
        last = "\n".join(ran.stdout.splitlines()[-_LAST_LINES:])
        raise BenchmarkFailed(f"{' '.join(command)} ended with {ran.returncode}:\n{last}")
