"""The outline of a Compose file that Docker Compose itself does not resolve.

It lacks an env file, waits in a circle, or Compose is not installed: to tell which host in a log is which node, what
the file itself says is enough. Read are image, environment, names, networks, ports, ``depends_on`` and the health check
of each service, in the long form in which Compose prints them; the rest is left out, and so is what other files add.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|\{(?P<braced>\w+)(?P<fallback>:?[-?+][^{}]*)?\}|(?P<plain>[A-Za-z_]\w*))",
    re.ASCII,
)
_MAX_NESTED = 4
_CONDITION = "service_started"


def outline(data: Any, project: str, variables: Mapping[str, str]) -> dict[str, Any]:
    """What a Compose file's data says of its services, in the form of ``docker compose config --format json``.

    :param variables: what ``${...}`` is filled with; a variable that is not among them keeps its default, or is empty.
    """
    content = _mapping(_filled(data, variables))
    services = {str(name): _service(_mapping(service)) for name, service in _mapping(content.get("services")).items()}
    known = {
        name: {**service, "depends_on": {n: e for n, e in service["depends_on"].items() if n in services}}
        for name, service in services.items()
    }
    return {"name": str(content.get("name") or project), "services": known}


def _service(service: Mapping[str, Any]) -> dict[str, Any]:
    build = service.get("build")
    return {
        "image": service.get("image"),
        "build": {"context": build} if isinstance(build, str) else ({"context": "."} if build else None),
        "command": _words(service.get("command")),
        "entrypoint": _words(service.get("entrypoint")),
        "environment": dict(_pairs(service.get("environment"))),
        "container_name": service.get("container_name"),
        "hostname": service.get("hostname"),
        "networks": _networks(service),
        "ports": list(_ports(service.get("ports"))),
        "expose": [text for text in _list(service.get("expose")) if str(text).isdigit()],
        "depends_on": dict(_edges(service.get("depends_on"))),
        "healthcheck": _healthcheck(service.get("healthcheck")),
        "restart": service.get("restart") if isinstance(service.get("restart"), str) else None,
        "links": [text for text in _list(service.get("links")) if isinstance(text, str)],
    }


def _networks(service: Mapping[str, Any]) -> dict[str, Any]:
    networks = service.get("networks")
    if not networks:
        # In the host's or another container's namespace it is reached in ways that the file does not tell.
        return {} if service.get("network_mode") else {"default": None}
    if isinstance(networks, list):
        return {str(name): None for name in networks}
    return {
        str(name): {"aliases": [str(a) for a in _list(_mapping(way).get("aliases"))]}
        for name, way in _mapping(networks).items()
    }


def _edges(depends_on: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(depends_on, list):
        yield from ((str(name), {"condition": _CONDITION}) for name in depends_on)
    for name, edge in _mapping(depends_on).items():
        told = _mapping(edge)
        yield str(name), {"condition": told.get("condition") or _CONDITION, "required": told.get("required", True)}


def _pairs(environment: Any) -> Iterator[tuple[str, str]]:
    for text in _list(environment):
        name, equals, value = str(text).partition("=")
        if equals:
            yield name, value
    for name, value in _mapping(environment).items():
        if value is not None:
            yield str(name), str(value).lower() if isinstance(value, bool) else str(value)


def _ports(ports: Any) -> Iterator[dict[str, Any]]:
    """The short form is ``[[address:]published:]target[/protocol]``."""
    for port in _list(ports):
        if isinstance(port, Mapping):
            target, published, protocol = port.get("target"), port.get("published"), port.get("protocol")
        else:
            places, _, protocol = str(port).partition("/")
            *before, target = places.split(":")
            published = before[-1] if before else None
        if str(target).isdigit():
            yield {"target": target, "published": str(published or ""), "protocol": protocol or "tcp"}


def _healthcheck(check: Any) -> dict[str, Any] | None:
    told = _mapping(check)
    if not told:
        return None
    test = told.get("test")
    words = ["CMD-SHELL", test] if isinstance(test, str) else [str(word) for word in _list(test)]
    return {"test": words, "disable": told.get("disable") is True}


def _words(command: Any) -> list[str] | None:
    if command is None:
        return None
    return command.split() if isinstance(command, str) else [str(word) for word in _list(command)]


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _fill(value, variables)
    if isinstance(value, Mapping):
        return {key: _filled(inner, variables) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, variables) for inner in value]
    return value


def _fill(text: str, variables: Mapping[str, str]) -> str:
    """``${NAME:-default}`` and its kin; a default may name variables in its turn, so the innermost are filled first."""

    def value(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$$"
        known = variables.get(match["braced"] or match["plain"] or "")
        fallback = match["fallback"] or ""
        operator, rest = fallback[: 2 if fallback.startswith(":") else 1], fallback.lstrip(":")[1:]
        if operator.endswith("+"):
            return rest if known else ""
        empty_counts = not operator.startswith(":")
        return known if known or (known is not None and empty_counts) else (rest if operator.endswith("-") else "")

    for _ in range(_MAX_NESTED):
        filled = _VARIABLE.sub(value, text)
        if filled == text:
            break
        text = filled
    return text.replace("$$", "$")


def _list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else ()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
