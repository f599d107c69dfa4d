"""What ``docker inspect`` printed, read from text: containers that somebody else's engine ran.

Taken is the output for one or more containers (an array), a single object, objects one after another
(``--format '{{json .}}'``), a bare state (``--format '{{json .State}}'``), and what ``docker compose ps --format json``
prints. Engines differ in what they leave out, so everything but the status may be missing.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness.model.errors import InputError
from readiness.model.evidence import ContainerState, HealthLogEntry
from readiness.model.graph import Condition, Dependency, HealthCheck, Kind, Limits, Node, Port, RestartPolicy
from readiness.runtime.docker.inspection import seconds

_SERVICE_LABEL = "com.docker.compose.service"
_PROJECT_LABEL = "com.docker.compose.project"
_DEPENDS_ON_LABEL = "com.docker.compose.depends_on"
_MAX_OUTPUT_CHARS = 2000
_STATUSES = frozenset(("created", "running", "paused", "restarting", "removing", "exited", "dead"))
# Podman's own words for what Docker calls otherwise (podman-inspect(1)).
_OF_PODMAN = {"initialized": "created", "configured": "created", "stopped": "exited", "stopping": "running"}
_HEALTH = frozenset(("starting", "healthy", "unhealthy"))


class NotInspected(InputError):
    """The text is not what an inspection of containers prints."""


@dataclass(frozen=True)
class Inspected:
    """One container, as far as its inspection tells."""

    state: ContainerState
    name: str | None = None
    """The service's name where Compose made the container, else the container's own; None for a bare state."""
    container: str | None = None
    """The container's own name."""
    project: str | None = None
    addresses: tuple[str, ...] = ()
    """Its own, on the networks that it is on."""
    node: Node | None = field(default=None, repr=False)
    """How it was declared; its environment is as it was printed, with every secret in it."""


def read_inspected(text: str) -> tuple[Inspected, ...]:
    """The containers in the text, in its order.

    :raises NotInspected: it is no JSON, or describes something else than containers.
    """
    found = [_container(each) for each in _objects(text)]
    if not found:
        raise NotInspected("it names no container: was the name given to `docker inspect` right?")
    return tuple(found)


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    decoder = json.JSONDecoder()
    rest = text.lstrip("\ufeff").strip()
    while rest:
        try:
            value, end = decoder.raw_decode(rest)
        except (ValueError, RecursionError) as error:
            raise NotInspected("it is no JSON: it should be the output of `docker inspect CONTAINER...`") from error
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, dict):
                raise NotInspected("it should be the output of `docker inspect CONTAINER...`: objects with a State")
            yield each
        rest = rest[end:].lstrip().removeprefix(",").lstrip()


def _container(inspected: Mapping[str, Any]) -> Inspected:
    state = inspected.get("State")
    if isinstance(state, dict):
        return _of_inspect(inspected, state)
    if isinstance(state, str):
        return _of_listing(inspected, state)
    if "Status" in inspected and ("ExitCode" in inspected or "Running" in inspected):
        return Inspected(_state(inspected, restarts=0))
    if "RootFS" in inspected or "RepoTags" in inspected:
        raise NotInspected("it describes an image: give the output of `docker inspect` for a container")
    raise NotInspected("it has no State: give the output of `docker inspect CONTAINER...`")


def _of_inspect(inspected: Mapping[str, Any], state: Mapping[str, Any]) -> Inspected:
    config = _mapping(inspected.get("Config"))
    labels = {str(key): str(value) for key, value in _mapping(config.get("Labels")).items()}
    container = _text(inspected.get("Name")).lstrip("/") or None
    name = labels.get(_SERVICE_LABEL) or container
    node = _node(name, inspected, config, labels) if name else None
    state_of = _state(state, restarts=_number(inspected.get("RestartCount")))
    addresses = [_text(_mapping(way).get("IPAddress")) for way in _attachments(inspected).values()]
    return Inspected(state_of, name, container, labels.get(_PROJECT_LABEL), tuple(filter(None, addresses)), node)


def _of_listing(listed: Mapping[str, Any], status: str) -> Inspected:
    """A line of ``docker compose ps --format json``."""
    health = _text(listed.get("Health"))
    state = ContainerState(
        status=_status(status),
        exit_code=_number(listed.get("ExitCode")),
        health=health if health in _HEALTH else None,
    )
    container = _text(listed.get("Name") or listed.get("Names")) or None
    return Inspected(state, _text(listed.get("Service")) or container, container, _text(listed.get("Project")) or None)


def _state(state: Mapping[str, Any], restarts: int) -> ContainerState:
    health = _mapping(state.get("Health") or state.get("Healthcheck"))
    status = health.get("Status")
    return ContainerState(
        status=_status(_text(state.get("Status")) or ("running" if state.get("Running") else "exited")),
        exit_code=_number(state.get("ExitCode")),
        oom_killed=state.get("OOMKilled") is True,
        error=_text(state.get("Error")),
        started_at=_time(state.get("StartedAt")),
        finished_at=_time(state.get("FinishedAt")),
        restart_count=restarts,
        pid=_number(state.get("Pid")),
        health=status if status in _HEALTH else None,
        health_log=tuple(_health_entry(_mapping(each)) for each in _list(health.get("Log"))),
    )


def _health_entry(entry: Mapping[str, Any]) -> HealthLogEntry:
    output = _text(entry.get("Output"))[:_MAX_OUTPUT_CHARS]
    return HealthLogEntry(_number(entry.get("ExitCode")), output, _time(entry.get("End")) or 0.0)


def _status(word: str) -> str:
    status = word.lower()
    status = _OF_PODMAN.get(status, status)
    if status not in _STATUSES:
        raise NotInspected(f"{word!r} is no status of a container")
    return status


def _node(name: str, inspected: Mapping[str, Any], config: Mapping[str, Any], labels: Mapping[str, str]) -> Node:
    host = _mapping(inspected.get("HostConfig"))
    policy = _mapping(host.get("RestartPolicy"))
    health = _list(_mapping(config.get("Healthcheck")).get("Test"))
    hostname = _text(config.get("Hostname"))
    return Node(
        name=name,
        kind=Kind.SERVICE,
        image=_text(config.get("Image")) or _text(inspected.get("ImageName")) or name,
        entrypoint=_words(config.get("Entrypoint")),
        command=_words(config.get("Cmd")),
        # Left to itself the engine calls a container by the beginning of its id, which nobody uses as a name.
        hostname=hostname if hostname and not _text(inspected.get("Id")).startswith(hostname) else None,
        environment=dict(_text(entry).partition("=")[::2] for entry in _list(config.get("Env"))),
        labels=labels,
        ports=tuple(_ports(config, host)),
        networks=dict(_networks(inspected, name)),
        depends_on=tuple(_edges(labels.get(_DEPENDS_ON_LABEL, ""))),
        healthcheck=HealthCheck(tuple(map(_text, health))) if health else None,
        restart=RestartPolicy(_text(policy.get("Name")) or "no", _number(policy.get("MaximumRetryCount"))),
        limits=Limits(memory_bytes=_number(host.get("Memory")) or None),
    )


def _ports(config: Mapping[str, Any], host: Mapping[str, Any]) -> Iterator[Port]:
    bound = _mapping(host.get("PortBindings"))
    for key in dict.fromkeys((*_mapping(config.get("ExposedPorts")), *bound)):
        number, _, protocol = str(key).partition("/")
        published = [_text(_mapping(each).get("HostPort")) for each in _list(bound.get(key))]
        if number.isdigit():
            host_port = next((int(port) for port in published if port.isdigit()), None)
            yield Port(int(number), host_port, protocol or "tcp")


def _networks(inspected: Mapping[str, Any], name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    own = {name, _text(inspected.get("Name")).lstrip("/")} - {""}
    identity = _text(inspected.get("Id"))
    for network, attachment in _attachments(inspected).items():
        told = _mapping(attachment)
        aliases = {_text(alias) for key in ("Aliases", "DNSNames") for alias in _list(told.get(key))}
        yield str(network), tuple(sorted(own | {a for a in aliases if a and not identity.startswith(a)}))


def _attachments(inspected: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(_mapping(inspected.get("NetworkSettings")).get("Networks"))


def _edges(label: str) -> Iterator[Dependency]:
    """Compose writes ``db:service_healthy:false,cache:service_started:true`` (the last part: restart with it)."""
    for edge in label.split(","):
        match = re.match(r"(?P<node>[\w.-]+)(?::(?P<condition>\w+))?", edge.strip())
        if match:
            known = match["condition"] in set(Condition)
            yield Dependency(match["node"], Condition(match["condition"]) if known else Condition.STARTED)


def _time(value: Any) -> float | None:
    try:
        return seconds(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _words(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(map(_text, value)) if isinstance(value, list) else None


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
