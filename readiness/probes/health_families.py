"""The shapes of health answers that are in use: how each is recognised, and what it says.

Sources: @nestjs/terminus 11, Spring Boot Actuator, MicroProfile Health 4, draft-inadarei-api-health-check-06, ASP.NET
Core health checks, Kubernetes' component health (``/readyz?verbose``), hellofresh/health-go.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from readiness.model.evidence import HttpAnswer

_MESSAGE_LENGTH = 500
_MAX_DEPTH = 32


class Family(StrEnum):
    """Whose shape an answer has. PLAIN tells a status and no dependency; UNKNOWN is none of them."""

    TERMINUS = "terminus"
    SPRING = "spring"
    MICROPROFILE = "microprofile"
    IETF = "ietf"
    ASPNET = "aspnet"
    KUBERNETES = "kubernetes"
    HEALTH_GO = "health-go"
    PLAIN = "plain"
    UNKNOWN = "unknown"


Status = Literal["up", "down", "shutting_down", "unknown"]


@dataclass(frozen=True)
class DependencyHealth:
    """What a service says about one of its dependencies."""

    status: Literal["up", "down", "unknown"]
    message: str = ""


_WORST_FIRST = ("down", "unknown", "up")


def worst(entries: Iterable[DependencyHealth]) -> DependencyHealth | None:
    """Down before unknown before up; None of none."""
    return min(entries, key=lambda entry: _WORST_FIRST.index(entry.status), default=None)


def letters(key: str) -> str:
    """``Out-of_Service`` as outofservice."""
    return re.sub(r"[^a-z0-9]", "", key.lower())


def read_json(body: str) -> Any:
    """The body as JSON; None where it is none, or nested deeper than any health answer is."""
    try:
        payload = json.loads(body)
        if r"\ud" in body.lower():
            # Half of a surrogate pair is a legal escape, and no text that can be printed.
            payload = json.loads(json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return None if _is_deep(payload) else payload


def _is_deep(payload: Any) -> bool:
    level = [payload]
    for _ in range(_MAX_DEPTH):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return True


def family_of(payload: Any, answer: HttpAnswer) -> Family:
    """The family of an answer whose body is this JSON, or no JSON (None)."""
    if isinstance(payload, dict):
        return next((family for family, fits in _JSON_FAMILIES if fits(payload, answer)), Family.UNKNOWN)
    text = answer.body.strip()
    if _KUBERNETES_LINE.search(text):
        return Family.KUBERNETES
    if text in _ASPNET_WORDS:
        return Family.ASPNET
    return Family.PLAIN if _status(text) != "unknown" else Family.UNKNOWN


_KUBERNETES_LINE = re.compile(r"^\[(?P<sign>[+-])\](?P<name>\S+) ?(?P<message>.*)$", re.MULTILINE)
_ASPNET_WORDS = ("Healthy", "Degraded", "Unhealthy")
_SPRING_WORDS = ("UP", "DOWN", "OUT_OF_SERVICE", "UNKNOWN")
_HEALTH_GO_WORDS = ("OK", "Partially Available", "Unavailable", "Timeout during health check")

_Payload = Mapping[str, Any]

_JSON_FAMILIES: tuple[tuple[Family, Callable[[_Payload, HttpAnswer], bool]], ...] = (
    (Family.IETF, lambda body, answer: "health+json" in answer.content_type or isinstance(body.get("checks"), dict)),
    (Family.MICROPROFILE, lambda body, _: isinstance(body.get("checks"), list)),
    (Family.ASPNET, lambda body, _: isinstance(body.get("entries"), dict)),
    (Family.SPRING, lambda body, _: "components" in body or body.get("status") in _SPRING_WORDS),
    (
        Family.HEALTH_GO,
        lambda body, _: body.get("status") in _HEALTH_GO_WORDS and bool({"failures", "system"} & body.keys()),
    ),
    (Family.TERMINUS, lambda body, _: "details" in body or {"info", "error"} <= body.keys()),
    (Family.IETF, lambda body, _: str(body.get("status")).lower() in ("pass", "warn", "fail")),
    (Family.PLAIN, lambda body, _: _status(body.get("status")) != "unknown"),
)
"""How an answer is recognised; the first that fits."""

_UP = frozenset(
    {"ok", "up", "pass", "passing", "warn", "healthy", "degraded", "ready", "alive", "live", "running", "started"}
    | {"available", "partiallyavailable"}
)
_DOWN = frozenset(
    {"error", "down", "fail", "failed", "failing", "unhealthy", "notready", "dead", "critical", "disconnected"}
    | {"unavailable", "outofservice", "timeoutduringhealthcheck"}
)
_SHUTTING_DOWN = frozenset({"shuttingdown", "stopping", "draining", "terminating"})


def _status(word: object) -> Status:
    told = letters(word) if isinstance(word, str) else ""
    if told in _UP:
        return "up"
    if told in _DOWN:
        return "down"
    return "shutting_down" if told in _SHUTTING_DOWN else "unknown"


def _dependency(word: object, message: object = "") -> DependencyHealth:
    status = _status(word)
    text = message if isinstance(message, str) else json.dumps(message)
    return DependencyHealth("down" if status == "shutting_down" else status, text[:_MESSAGE_LENGTH])


_Details = dict[str, DependencyHealth]


def read_body(family: Family, payload: Any, body: str) -> tuple[Status, _Details]:
    """What a body says of the service and of its dependencies."""
    if not isinstance(payload, dict):
        if family is Family.KUBERNETES:
            return _kubernetes(body)
        return _status(body.strip()), {}
    read = _READERS.get(family)
    return _status(payload.get("status")), read(payload) if read else {}


def _objects(entries: object) -> list[tuple[str, _Payload]]:
    """The members of a JSON object that are objects themselves."""
    if not isinstance(entries, dict):
        return []
    return [(key, entry) for key, entry in entries.items() if isinstance(entry, dict)]


def _message(entry: _Payload, *names: str) -> object:
    return next((entry[name] for name in names if entry.get(name)), "")


def _terminus(payload: _Payload) -> _Details:
    return {
        key: _dependency(entry.get("status"), _message(entry, "message", "error", "reason"))
        for part in ("info", "error", "details")
        for key, entry in _objects(payload.get(part))
    }


def _spring(payload: _Payload, prefix: str = "") -> _Details:
    details: _Details = {}
    # Spring Boot 2.0 and 2.1 called the components of the whole "details", as a component's facts still are.
    components = payload.get("components") or ({} if prefix else payload.get("details"))
    for key, entry in _objects(components):
        if "status" in entry:
            facts = dict(_objects(entry)).get("details", {})
            details[prefix + key] = _dependency(entry["status"], _message(facts, "error", "message"))
            details.update(_spring(entry, f"{prefix}{key}."))
    return details


def _microprofile(payload: _Payload) -> _Details:
    return {
        str(check["name"]): _dependency(check.get("status"), check.get("data") or "")
        for check in payload.get("checks") or ()
        if isinstance(check, dict) and "name" in check
    }


def _ietf(payload: _Payload) -> _Details:
    checks = payload.get("checks")
    details: _Details = {}
    for key, entries in checks.items() if isinstance(checks, dict) else ():
        told = [entry for entry in (entries if isinstance(entries, list) else [entries]) if isinstance(entry, dict)]
        told_of_all = worst(_dependency(entry.get("status"), entry.get("output") or "") for entry in told)
        if told_of_all is not None:
            details[key] = told_of_all
    return details


def _aspnet(payload: _Payload) -> _Details:
    return {
        key: _dependency(entry.get("status"), _message(entry, "exception", "description"))
        for key, entry in _objects(payload.get("entries"))
    }


def _health_go(payload: _Payload) -> _Details:
    failures = payload.get("failures")
    if not isinstance(failures, dict):
        return {}
    return {key: _dependency("down", message) for key, message in failures.items()}


def _kubernetes(body: str) -> tuple[Status, _Details]:
    details = {
        match["name"]: DependencyHealth("up" if match["sign"] == "+" else "down", match["message"].strip())
        for match in _KUBERNETES_LINE.finditer(body)
    }
    return "down" if any(entry.status == "down" for entry in details.values()) else "up", details


_READERS: Mapping[Family, Callable[[_Payload], _Details]] = {
    Family.TERMINUS: _terminus,
    Family.SPRING: _spring,
    Family.MICROPROFILE: _microprofile,
    Family.IETF: _ietf,
    Family.ASPNET: _aspnet,
    Family.HEALTH_GO: _health_go,
}
