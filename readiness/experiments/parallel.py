"""The same thing with several services at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from readiness.platform import Service

T = TypeVar("T")


def side_by_side(services: Sequence[Service], work: Callable[[Service], T]) -> dict[str, T]:
    """What the work gives for each service, by its name. Every service has a thread of its own."""
    with ThreadPoolExecutor(max_workers=max(1, len(services))) as pool:
        return dict(zip((service.name for service in services), pool.map(work, services), strict=True))
