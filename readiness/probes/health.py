"""Reads the answers of health endpoints: NestJS Terminus first, and the other families that are in use.

Sources: @nestjs/terminus 11, Spring Boot Actuator, MicroProfile Health 4, draft-inadarei-api-health-check-06, ASP.NET Core
health checks, Kubernetes' component health (``/readyz?verbose``), hellofresh/health-go.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jsonschema import Draft202012Validator

from readiness.model.evidence import HttpAnswer
from readiness.model.graph import Role

SCHEMA = Path(__file__).parents[2] / "schemas" / "health.schema.json"

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


PathKind = Literal["overall", "ready", "live"]
Status = Literal["up", "down", "shutting_down", "unknown"]


@dataclass(frozen=True)
class DependencyHealth:
    """What a service says about one of its dependencies."""

    status: Literal["up", "down", "unknown"]
    message: str = ""


@dataclass(frozen=True)
class Health:
    """What a service says about itself, as whoever routes traffic by it would take it."""

    family: Family
    status: Status
    """The worse of what the HTTP status and the body say; unknown without a complete answer."""
    details: Mapping[str, DependencyHealth]
    """By the service's own name for the dependency."""
    answer: HttpAnswer
    said: Status = "unknown"
    """What the body alone says."""
    payload: Any = field(default=None, repr=False)
    """The body as JSON, or None."""

    def detail(self, role: Role, name: str | None = None) -> DependencyHealth | None:
        """What is said about a dependency, or None where it is left out.

        With a ``name`` only that name counts. Without one the role's own name or a usual synonym does, alone or as a
        part of a longer name (``redis-cache``, ``kafkaConsumer``, ``postgres:connections``); of several the worst is told.
        """
        if name is not None:
            return _worst(entry for key, entry in self.details.items() if name in (key, key.partition(":")[0]))
        return _worst(entry for key, entry in self.details.items() if _role(key) is role)


_PRODUCTS: Mapping[Role, frozenset[str]] = {
    Role.POSTGRES: frozenset(
        "postgres postgresql pg psql typeorm prisma sequelize mikroorm knex drizzle sqlalchemy asyncpg psycopg npgsql".split()
    ),
    Role.REDIS: frozenset("redis ioredis redisson lettuce jedis valkey".split()),
    Role.KAFKA: frozenset("kafka kafkajs rdkafka aiokafka redpanda".split()),
}
_KINDS: Mapping[Role, frozenset[str]] = {
    Role.POSTGRES: frozenset("database db sql datasource".split()),
    Role.REDIS: frozenset("cache caching".split()),
    Role.KAFKA: frozenset("broker brokers messaging messagebroker messagebus eventbus".split()),
}


def _role(key: str) -> Role | None:
    """Whom a service means by this name. A product's name says more than a kind: ``redis-db`` is Redis."""
    words = {*_words(key), _letters(key)}
    return next((role for names in (_PRODUCTS, _KINDS) for role in names if names[role] & words), None)


def _words(key: str) -> list[str]:
    """``kafkaConsumer``, ``kafka-consumer`` and ``kafka:consumer`` as kafka, consumer."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", key)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", spaced) if word]


def _letters(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.lower())


_WORST_FIRST = ("down", "unknown", "up")


def _worst(entries: Iterable[DependencyHealth]) -> DependencyHealth | None:
    return min(entries, key=lambda entry: _WORST_FIRST.index(entry.status), default=None)


def read_health(answer: HttpAnswer) -> Health:
    """What a health endpoint's answer says. Any answer can be read, also none."""
    if not answer.answered:
        return Health(Family.UNKNOWN, "unknown", {}, answer)
    payload = _json(answer.body)
    family = _family(payload, answer)
    said, details = _said(family, payload, answer.body)
    return Health(family, _overall(answer.status, said, answer.body), details, answer, said, payload)


def _json(body: str) -> Any:
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


def _family(payload: Any, answer: HttpAnswer) -> Family:
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
    "ok up pass passing warn healthy degraded ready alive live available running started partiallyavailable".split()
)
_DOWN = frozenset(
    "error down fail failed failing unhealthy outofservice unavailable notready dead critical disconnected"
    " timeoutduringhealthcheck".split()
)
_SHUTTING_DOWN = frozenset("shuttingdown stopping draining terminating".split())


def _status(word: object) -> Status:
    letters = _letters(word) if isinstance(word, str) else ""
    if letters in _UP:
        return "up"
    if letters in _DOWN:
        return "down"
    return "shutting_down" if letters in _SHUTTING_DOWN else "unknown"


def _dependency(word: object, message: object = "") -> DependencyHealth:
    status = _status(word)
    text = message if isinstance(message, str) else json.dumps(message)
    return DependencyHealth("down" if status == "shutting_down" else status, text[:_MESSAGE_LENGTH])


_Details = dict[str, DependencyHealth]


def _said(family: Family, payload: Any, body: str) -> tuple[Status, _Details]:
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
    # Spring Boot 2.0 and 2.1 called the components of the whole "details", as the facts of a single component still are.
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
        worst = _worst(_dependency(entry.get("status"), entry.get("output") or "") for entry in told)
        if worst is not None:
            details[key] = worst
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


def _overall(code: int, said: Status, body: str) -> Status:
    if said in ("down", "shutting_down"):
        return said
    if code >= 500:
        return "down"
    if not 200 <= code < 300:
        return "unknown"
    # A bare 200 is all that many probes say; a 200 with something else in it may be any page.
    return "up" if said == "up" or not body.strip() else "unknown"


_RED: Mapping[Family, range] = {
    Family.IETF: range(400, 600),
    Family.KUBERNETES: range(500, 504),
}
_RED_ELSEWHERE = range(503, 504)


def shape_faults(answer: HttpAnswer, kind: PathKind) -> tuple[str, ...]:
    """What is wrong with a health answer's status, content type and shape; () when nothing is.

    A service that is down and says so in its family's way has no fault. The shape is held to ``schemas/health.schema.json``.
    """
    if not answer.answered:
        return (answer.error,)
    health = read_health(answer)
    code = _code_faults(health)
    if health.family is Family.UNKNOWN:
        return (*code, *_unread(health))
    return (*code, *_content_type_faults(health), *_schema_faults(health), *_silence_faults(health, kind))


def _code_faults(health: Health) -> list[str]:
    code, red = health.answer.status, _RED.get(health.family, _RED_ELSEWHERE)
    if 300 <= code < 400:
        return [f"{code}: a redirect to {health.answer.headers.get('location', 'nowhere')} instead of an answer"]
    if code in (401, 403) and code not in red:
        return [f"{code}: a health endpoint must answer without credentials"]
    if code == 404 and code not in red:
        return ["404: nothing is served at this path"]
    if code == 500 and code not in red:
        return ["500 instead of 503: an error inside the check, which says nothing about a dependency"]
    if code not in red and not 200 <= code < 300:
        return [f"the status is {code} instead of 200 or 503"]
    if code in red and health.said == "up":
        return [f"the status is {code} while the body says that all is well"]
    if code not in red and health.said in ("down", "shutting_down"):
        return [f"the status is {code} while the body says {_word(health)!r}"]
    return []


def _word(health: Health) -> str:
    word = health.payload.get("status") if isinstance(health.payload, dict) else health.answer.body.strip()
    return str(word)[:100]


def _unread(health: Health) -> list[str]:
    answer = health.answer
    if not 200 <= answer.status < 300:
        return []
    if not answer.body.strip():
        return ["the body is empty: it names no dependency"]
    return [f"not the answer of a health check, but {answer.content_type or 'no content type'}: {answer.body[:80]!r}"]


def _content_type_faults(health: Health) -> list[str]:
    media_type = health.answer.content_type.partition(";")[0].strip().lower()
    if isinstance(health.payload, dict):
        if media_type == "application/json" or media_type.endswith("+json"):
            return []
        return [f"the content type is {media_type or 'missing'} instead of application/json"]
    if media_type == "text/plain":
        return []
    return [f"the content type is {media_type or 'missing'} instead of text/plain"]


def _schema_faults(health: Health) -> list[str]:
    if not isinstance(health.payload, dict):
        return []
    errors = sorted(_validator(health.family).iter_errors(health.payload), key=lambda error: error.json_path)
    faults = [f"{error.json_path}: {error.message[:200]}" for error in errors]
    return faults or (_terminus_faults(health.payload) if health.family is Family.TERMINUS else [])


def _terminus_faults(payload: _Payload) -> list[str]:
    """What a schema cannot say: ``details`` is the union of ``info`` and ``error``."""
    parts = {**payload["info"], **payload["error"]}
    left_out = sorted(parts.keys() - payload["details"].keys())
    added = sorted(payload["details"].keys() - parts.keys())
    return [
        *(f"details leave out {key!r}, which info or error name" for key in left_out),
        *(f"details name {key!r}, which neither info nor error do" for key in added),
    ]


def _silence_faults(health: Health, kind: PathKind) -> list[str]:
    """An answer about the whole or about readiness that names nothing has checked nothing; liveness has nothing to name."""
    if kind == "live" or health.details or health.family is Family.HEALTH_GO or not 200 <= health.answer.status < 300:
        return []
    if health.family is Family.TERMINUS:
        return [
            "details are empty: nothing was checked, or an indicator was dropped for a status other than up and down"
        ]
    return ["it names no dependency: nothing shows that anything was checked"]


@cache
def _validator(family: Family) -> Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return Draft202012Validator({"$ref": f"#/$defs/{family.value}", "$defs": schema["$defs"]})
