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

from readiness.model.errors import EngineError, EngineLost, NoEngine

testcontainers_config.ryuk_disabled = True

_API_TIMEOUT_S = 60
_GREETING_TIMEOUT_S = 15
"""An engine that is there tells its version at once, however much it has to do."""
_POOL_SIZE = 64
"""Connections kept to the engine: every node's thread, the event stream and the sampler may talk to it at once."""


def connect() -> DockerClient:
    """A client of the engine that ``DOCKER_HOST`` or the default socket leads to.

    :raises NoEngine: none answers.
    """
    try:
        client = DockerClient(timeout=_GREETING_TIMEOUT_S, max_pool_size=_POOL_SIZE)
        client.client.ping()
        client.client.api.timeout = _API_TIMEOUT_S
    except (docker.errors.DockerException, requests.exceptions.RequestException, OSError) as error:
        where = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
        raise NoEngine(
            f"no container engine answers at {where} ({reason_of(error)}): start one (`make setup` does), "
            "or let DOCKER_HOST name one"
        ) from None
    return client


@contextmanager
def engine_errors() -> Iterator[None]:
    """Tell a lost engine apart from an engine that refuses.

    :raises EngineLost: the connection to the engine broke, or it did not answer in time.
    :raises EngineError: it answered that it cannot do what nobody but the suite asked of it.
    """
    try:
        yield
    except docker.errors.APIError as error:
        raise EngineError(f"the container engine refuses: {str(error.explanation or error).strip()}") from None
    except (requests.exceptions.ConnectionError, requests.exceptions.Timeout, urllib3.exceptions.HTTPError) as error:
        raise EngineLost(f"the container engine stopped answering: {reason_of(error)}") from None


def reason_of(error: BaseException) -> str:
    """Why the engine could not be asked, in the operating system's words where the libraries still carry them."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, TimeoutError):
            return "no answer in time"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        if isinstance(cause, ConnectionError):
            return "it closed the connection"
        cause = cause.__cause__ or cause.__context__
    return (str(error).strip() or type(error).__name__).splitlines()[0]
