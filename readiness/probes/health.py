"""Reads the answers of health endpoints, and tells what is wrong with their shape."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jsonschema import Draft202012Validator

from readiness.model.evidence import HttpAnswer
from readiness.model.graph import Role
from readiness.probes.health_families import (
    DependencyHealth,
    Family,
    Status,
    family_of,
    letters,
    read_body,
    read_json,
    worst,
)

__all__ = ["DependencyHealth", "Family", "Health", "PathKind", "Status", "read_health", "shape_faults", "status_faults"]

SCHEMA = Path(__file__).parents[2] / "schemas" / "health.schema.json"

PathKind = Literal["overall", "ready", "live"]


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

    @property
    def is_green(self) -> bool:
        """Up, by a 200 as well: a redirection or another 2xx is not what was promised."""
        return self.status == "up" and self.answer.status == 200

    def detail(self, role: Role, name: str | None = None, node: str = "") -> DependencyHealth | None:
        """What is said about a dependency, or None where it is left out.

        With a ``name`` only that name counts. Without one the node's own name counts, and the role's or a usual
        synonym, alone or as a part of a longer name (``redis-cache``, ``kafkaConsumer``, ``postgres:connections``);
        of several the worst is told.
        """
        if name is not None:
            return worst(entry for key, entry in self.details.items() if name in (key, key.partition(":")[0]))
        return worst(entry for key, entry in self.details.items() if _role(key) is role or _is_same(key, node))


_PRODUCTS: Mapping[Role, frozenset[str]] = {
    Role.POSTGRES: frozenset(
        {"postgres", "postgresql", "pg", "psql", "typeorm", "prisma", "sequelize", "mikroorm", "knex", "drizzle"}
        | {"sqlalchemy", "asyncpg", "psycopg", "npgsql"}
    ),
    Role.REDIS: frozenset({"redis", "ioredis", "redisson", "lettuce", "jedis", "valkey"}),
    Role.KAFKA: frozenset({"kafka", "kafkajs", "rdkafka", "aiokafka", "redpanda"}),
}
_KINDS: Mapping[Role, frozenset[str]] = {
    Role.POSTGRES: frozenset({"database", "db", "sql", "datasource"}),
    Role.REDIS: frozenset({"cache", "caching"}),
    Role.KAFKA: frozenset({"broker", "brokers", "messaging", "messagebroker", "messagebus", "eventbus"}),
}


def _role(key: str) -> Role | None:
    """Whom a service means by this name. A product's name says more than a kind: ``redis-db`` is Redis."""
    words = {*_words(key), letters(key)}
    return next((role for names in (_PRODUCTS, _KINDS) for role in names if names[role] & words), None)


def _is_same(key: str, node: str) -> bool:
    return bool(node) and letters(key) == letters(node)


def _words(key: str) -> list[str]:
    """``kafkaConsumer``, ``kafka-consumer`` and ``kafka:consumer`` as kafka, consumer."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", key)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", spaced) if word]


def read_health(answer: HttpAnswer) -> Health:
    """What a health endpoint's answer says. Any answer can be read, also none."""
    if not answer.answered:
        return Health(Family.UNKNOWN, "unknown", {}, answer)
    payload = read_json(answer.body)
    family = family_of(payload, answer)
    said, details = read_body(family, payload, answer.body)
    return Health(family, _overall(answer.status, said, answer.body), details, answer, said, payload)


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

    A service that is down and says so in its family's way has no fault. The shape is held to
    ``schemas/health.schema.json``.
    """
    if not answer.answered:
        return (answer.error,)
    health = read_health(answer)
    code = _code_faults(health)
    if health.family is Family.UNKNOWN:
        return (*code, *_unread(health))
    return (*code, *_content_type_faults(health), *_schema_faults(health), *_silence_faults(health, kind))


def status_faults(answer: HttpAnswer) -> tuple[str, ...]:
    """What is wrong with a health answer's status alone, as against its body; () when nothing is."""
    return tuple(_code_faults(read_health(answer))) if answer.answered else (answer.error,)


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
    is_json = media_type == "application/json" or media_type.endswith("+json")
    if health.payload is None and media_type != "text/plain":
        return [f"the content type is {media_type or 'missing'} instead of text/plain"]
    if health.payload is not None and not is_json:
        return [f"the content type is {media_type or 'missing'} instead of application/json"]
    return []


def _schema_faults(health: Health) -> list[str]:
    if not isinstance(health.payload, dict):
        return []
    errors = sorted(_validator(health.family).iter_errors(health.payload), key=lambda error: error.json_path)
    faults = [f"{error.json_path}: {error.message[:200]}" for error in errors]
    return faults or (_terminus_faults(health.payload) if health.family is Family.TERMINUS else [])


def _terminus_faults(payload: Mapping[str, Any]) -> list[str]:
    """What a schema cannot say: ``details`` is the union of ``info`` and ``error``."""
    parts = {**payload["info"], **payload["error"]}
    left_out = sorted(parts.keys() - payload["details"].keys())
    added = sorted(payload["details"].keys() - parts.keys())
    return [
        *(f"details leave out {key!r}, which info or error name" for key in left_out),
        *(f"details name {key!r}, which neither info nor error do" for key in added),
    ]


def _silence_faults(health: Health, kind: PathKind) -> list[str]:
    """An answer about the whole or readiness that names nothing has checked nothing; liveness has nothing to name."""
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
