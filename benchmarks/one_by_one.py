"""The same graph by testcontainers as its manual shows it: one container after another, each awaited in its turn."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import docker
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HealthcheckWaitStrategy

from benchmarks.contender import FAST_INTERVAL_S, START_DEADLINE_S, Marks, network_names, volume_names, watched
from benchmarks.model import BenchmarkFailed
from readiness.model.graph import Graph, HealthCheck, Node
from readiness.runtime.docker.cleanup import remove_run
from readiness.runtime.docker.containers import create_arguments
from readiness.runtime.docker.engine import connect
from readiness.session import free_ports
from readiness.sources import load
from readiness.sources.contract import read_contract

_POLL_S = 0.1


@contextmanager
def started(contract_path: Path) -> Iterator[float]:
    """The seconds from the first network to the last healthy container.

    :raises BenchmarkFailed: something of it could not be removed.
    """
    variables = free_ports(read_contract(contract_path).graph.free_ports)
    _, graph = load(contract_path, variables)
    fixed_ports = frozenset(map(int, variables.values()))
    client = connect().client
    with watched() as (marks, _):
        try:
            begun = time.monotonic()
            networks, volumes = _made(client, graph, marks)
            for name in TopologicalSorter({n.name: [edge.node for edge in n.depends_on] for n in graph}).static_order():
                arguments = create_arguments(
                    _checked_often(graph[name]),
                    run=marks.run,
                    name=f"{marks.run}-{name}",
                    ports=(),
                    fixed_ports=fixed_ports,
                    volumes=volumes,
                    networks=networks,
                    api_version=client.api.api_version,
                )
                _container(graph[name].image, arguments).start()
            yield time.monotonic() - begun
        finally:
            if left := remove_run(client, marks.run).failed:
                raise BenchmarkFailed(f"not everything could be removed: {'; '.join(left)}")


def _made(client: docker.DockerClient, graph: Graph, marks: Marks) -> tuple[dict[str, str], dict[str, str]]:
    networks = {name: f"{marks.run}-{name}" for name in network_names(graph)}
    for made in networks.values():
        client.networks.create(made, driver="bridge", labels=marks.network)
    volumes = {name: f"{marks.run}-{name}" for name in volume_names(graph)}
    for made in volumes.values():
        client.volumes.create(made, labels=marks.volume)
    return networks, volumes


def _checked_often(node: Node) -> Node:
    return replace(node, healthcheck=replace(node.healthcheck or HealthCheck(()), interval_s=FAST_INTERVAL_S))


def _container(image: str, arguments: dict[str, Any]) -> DockerContainer:
    """``DockerContainer`` has attributes for some of the arguments that the engine takes, and passes on the others."""
    container = DockerContainer(image, name=arguments.pop("name"), env=arguments.pop("environment"))
    container.ports = arguments.pop("ports")
    container.volumes = arguments.pop("volumes")
    container.tmpfs = arguments.pop("tmpfs")
    if "command" in arguments:
        container.with_command(arguments.pop("command"))
    healthy = HealthcheckWaitStrategy().with_poll_interval(_POLL_S).with_startup_timeout(START_DEADLINE_S)
    return container.with_kwargs(**arguments).waiting_for(healthy)
