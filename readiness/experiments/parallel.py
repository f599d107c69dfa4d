"""The same thing with several services at once, as far as it leaves each of them those that it asks."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from readiness.model.graph import Graph
from readiness.platform import Service
from readiness.sources.hosts import named_nodes, names_of

T = TypeVar("T")


def side_by_side(services: Sequence[Service], work: Callable[[Service], T]) -> dict[str, T]:
    """What the work gives for each service, by its name. Every service has a thread of its own."""
    with ThreadPoolExecutor(max_workers=max(1, len(services))) as pool:
        return dict(zip((service.name for service in services), pool.map(work, services), strict=True))


def in_waves(graph: Graph, services: Sequence[Service], work: Callable[[Service], T]) -> dict[str, T]:
    """What a disturbance of each service shows, by its name: nobody is disturbed beside one that it asks."""
    observed: dict[str, T] = {}
    by_name = {service.name: service for service in services}
    for wave in waves(graph, tuple(by_name)):
        observed |= side_by_side([by_name[name] for name in wave], work)
    return observed


def waves(graph: Graph, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Groups of services of which none asks another one; whoever asks comes before whom it asks.

    Of services that ask each other in a circle each is a group of its own.
    """
    asked = {name: asked_by(graph, name) for name in names}
    left = tuple(names)
    while left:
        free = tuple(name for name in left if not any(name in asked[other] for other in left))
        wave = free or left[:1]
        yield wave
        left = tuple(name for name in left if name not in wave)


def asked_by(graph: Graph, name: str) -> frozenset[str]:
    """The other nodes that a service starts after, or that its settings name as hosts."""
    node = graph[name]
    return frozenset((*named_nodes(node, names_of(graph)), *(edge.node for edge in node.depends_on)))
