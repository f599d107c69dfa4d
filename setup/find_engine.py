"""Which container engine answers? Prints its address, or why none does.

Exit status: 0 an engine answers; 1 none does, and nobody chose one; 2 the one that was chosen (by `DOCKER_HOST` or by
Docker's current context) does not answer, or this user may not use it, so that starting another one would be wrong.
"""

import os
import sys
from dataclasses import dataclass

import docker
import docker.errors
import requests.exceptions
from docker.context import ContextAPI

_TIMEOUT_S = 5
_DEFAULT_SOCKET = "unix:///var/run/docker.sock"


@dataclass(frozen=True)
class Candidate:
    """An address that an engine may answer on, and who named it (None: nobody, it is the default)."""

    address: str
    chosen_by: str | None


def candidate() -> Candidate:
    """The one engine to ask, as Docker's client chooses it: environment, current context, default socket."""
    if host := os.environ.get("DOCKER_HOST"):
        return Candidate(host, "DOCKER_HOST")
    context = ContextAPI.get_current_context()
    if context.Name != "default" and context.Host:
        return Candidate(context.Host, f"Docker's context {context.Name}")
    return Candidate(_DEFAULT_SOCKET, None)


def why_silent(address: str) -> str | None:
    """None when an engine answers there, else the reason in one line."""
    try:
        client = docker.from_env(environment={**os.environ, "DOCKER_HOST": address}, timeout=_TIMEOUT_S)
        client.ping()
    except (docker.errors.DockerException, requests.exceptions.RequestException, OSError) as error:
        return root_cause(error)
    return None


def root_cause(error: BaseException) -> str:
    """What the system said, which the libraries above it wrap several times; else the error's own first line."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def main() -> int:
    """Print the address to standard output, or the reason to standard error."""
    engine = candidate()
    reason = why_silent(engine.address)
    if reason is None:
        print(engine.address)
        return 0
    if engine.chosen_by is not None:
        print(f"no engine answers on {engine.address}, which {engine.chosen_by} names: {reason}", file=sys.stderr)
        return 2
    if "Permission denied" in reason:
        print(f"this user may not use the engine on {engine.address}: {reason}", file=sys.stderr)
        return 2
    print(f"no engine answers on {engine.address}: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
