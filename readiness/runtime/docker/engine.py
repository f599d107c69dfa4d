"""The way to the container engine, and its failures as our errors."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import docker.errors
import requests.exceptions
import urllib3.exceptions

# Ryuk's image cannot be had without a registry, and our own watcher cleans up: see docs/architecture.md.
os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"

from testcontainers.core.config import testcontainers_config
from testcontainers.core.docker_client import DockerClient

from readiness.model.errors import EngineLost, NoEngine

testcontainers_config.ryuk_disabled = True

_API_TIMEOUT_S = 60
_POOL_SIZE = 64
"""Connections kept to the engine: every node's thread, the event stream and the sampler may talk to it at once."""


def connect() -> DockerClient:
    """A client of the engine that ``DOCKER_HOST`` or the default socket leads to.

    :raises NoEngine: none answers.
    """
    try:
        client = DockerClient(timeout=_API_TIMEOUT_S, max_pool_size=_POOL_SIZE)
        client.client.ping()
    except (docker.errors.DockerException, requests.exceptions.RequestException, OSError) as error:
        raise NoEngine(
            "no container engine answers "
            f"({os.environ.get('DOCKER_HOST', 'unix:///var/run/docker.sock')}): {_first_line(error)}. "
            "Start one (`make setup` does), or set DOCKER_HOST."
        ) from None
    return client


@contextmanager
def engine_errors() -> Iterator[None]:
    """Tell a lost engine apart from an engine that refuses.

    :raises EngineLost: the connection to the engine broke, or it did not answer in time.
    """
    try:
        yield
    except (requests.exceptions.ConnectionError, requests.exceptions.Timeout, urllib3.exceptions.HTTPError) as error:
        raise EngineLost(f"the container engine stopped answering: {_first_line(error)}") from None


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
