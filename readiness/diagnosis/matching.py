"""Which signatures fit a text, what they caught of it, and which of them tells most."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from readiness.diagnosis.addresses import name_in, role_of_port
from readiness.diagnosis.catalogue import SPECIFIC, Signature, Source, Weight, signatures
from readiness.diagnosis.causes import ABOUT_A_DEPENDENCY
from readiness.diagnosis.log.entries import Entry
from readiness.diagnosis.mentions import names_in

# More settings than these are not named in one sentence.
MAX_SETTINGS = 6
ANY_DATABASE = "database"
_LIBRARIES = {
    role: re.compile("|".join(texts))
    for role, texts in {
        "postgres": (
            r"node_modules/pg(?:-\w+)?/",
            r"(?:/|\b)(?:psycopg2?|asyncpg)(?:/|\.OperationalError|\.exceptions)",
            r"org\.postgresql\.",
            r"/jackc/pgx",
            r"/lib/pq",
            r"\bNpgsql\.",
            r"/gems/pg-\d",
        ),
        "mysql": (r"node_modules/mysql2?/", r"/(?:pymysql|aiomysql|MySQLdb)/", r"com\.mysql\.", r"/gems/mysql2-"),
        "redis": (
            r"node_modules/(?:ioredis|redis|@redis)/",
            r"\[ioredis\]",
            r"-packages/redis/",
            r"io\.lettuce",
            r"clients\.jedis",
            r"StackExchange\.Redis",
            r"\bRedisException\b",
            r"/go-redis/",
            r"\bPredis\\",
        ),
        "kafka": (
            r"node_modules/kafkajs/",
            r"logger=kafkajs",
            r'"logger": ?"kafkajs"',
            r"\bKafkaJS[A-Z]\w+",
            r"/(?:confluent_kafka|aiokafka|kafka)/",
            r"rdkafka#",
            r"Confluent\.Kafka",
            r"org\.apache\.kafka\.clients",
            r"/(?:sarama|kafka-go)[@/]",
        ),
        "mongodb": (r"node_modules/(?:mongodb|mongoose)/", r"/pymongo/", r"com\.mongodb\."),
        "rabbitmq": (
            r"node_modules/(?:amqplib|amqp-connection-manager)/",
            r"/(?:pika|aio_pika|amqp091-go@[^/]+)/",
            r"com\.rabbitmq\.",
            r"\bRabbitMQ\.Client\.",
        ),
        "zookeeper": (r"org\.apache\.zookeeper\.(?:client\.|ClientCnxn)",),
    }.items()
}


@dataclass(frozen=True)
class Match:
    """A signature that fits an entry, with what its named groups caught."""

    signature: Signature
    line: str
    """The line of the text that fits."""
    depth: int = 0
    """How deep in the entry's chain of exceptions; the greatest depth is what began it."""
    groups: Mapping[str, str] = field(default_factory=dict)
    role: str | None = None
    """The role of the dependency that is spoken of: the signature's, or that of the library that speaks."""

    @property
    def is_specific(self) -> bool:
        return self.signature.role is Weight.ROOT and self.signature.priority >= SPECIFIC


# What stands near an end is looked at from several sides.
@lru_cache(maxsize=512)
def matches(text: str, source: Source = Source.LOG, entry: Entry | None = None) -> tuple[Match, ...]:
    """All signatures that fit a text."""
    found = []
    for signature in signatures(source):
        match = signature.search(text)
        if match:
            groups = _said(match)
            if "key" in groups:
                groups["key"] = ", ".join(signature.settings(text)[:MAX_SETTINGS])
            depth = _depth_at(entry, match.start())
            role = _exact_role(signature.dependency, groups.get("port", ""))
            found.append(Match(signature, _line_at(text, match), depth, groups, role))
    speaks = _speaker(text) or _role_among(found)
    return tuple(replace(match, role=speaks or match.role) if _may_speak_of(match) else match for match in found)


def best(found: Iterable[Match], *weights: Weight) -> Match | None:
    """The match that tells most: the priority first, then the depth in the chain."""
    chosen = [match for match in found if match.signature.role in (weights or (Weight.ROOT,))]
    return max(chosen, key=lambda match: (match.signature.priority, match.depth), default=None)


def is_about_others(entry: Entry, found: Iterable[Match], about: frozenset[str]) -> bool:
    """Whether an entry names hosts, and none of those that are spoken of."""
    named = hosts_in(entry, found)
    return bool(about and named) and not named & about


def hosts_in(entry: Entry, found: Iterable[Match]) -> frozenset[str]:
    """The names of hosts that an entry tells, in its text or in what signatures caught of it."""
    hosts = (match.groups.get("host", "").lower() for match in found)
    return names_in(entry.text) | {host for host in hosts if name_in(host)}


def _may_speak_of(match: Match) -> bool:
    return match.role in (None, ANY_DATABASE) and match.signature.cause in ABOUT_A_DEPENDENCY


def _exact_role(role: str | None, port: str) -> str | None:
    """The role that a signature names; where it names none, or any database, the one whose usual port is asked."""
    return (role_of_port(int(port)) if port.isdigit() and role in (None, ANY_DATABASE) else None) or role


def _role_among(found: Iterable[Match]) -> str | None:
    """The role that the matches speak of: one that is exact before ``database``, which may be any of them."""
    roles = [match.role for match in found if match.role]
    return next((role for role in roles if role != ANY_DATABASE), roles[0] if roles else None)


def _speaker(text: str) -> str | None:
    """The role of the one client library that a trace or a logger's name shows."""
    roles = {role for role, pattern in _LIBRARIES.items() if pattern.search(text)}
    return roles.pop() if len(roles) == 1 else None


def _line_at(text: str, match: re.Match[str]) -> str:
    """The line in which the match stands; of a match over several lines the first and the last that say something."""
    start = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.end())
    lines = [line.strip() for line in text[start : end if end >= 0 else len(text)].splitlines() if line.strip()]
    return " ... ".join(dict.fromkeys((lines[0][:300], lines[-1][:300]))) if lines else ""


def _depth_at(entry: Entry | None, offset: int) -> int:
    links = entry.chain if entry else ()
    return max((link.depth for link in links if link.start <= offset < link.end), default=0)


def _said(match: re.Match[str]) -> dict[str, str]:
    """The named groups that caught something, ``host2`` under ``host``."""
    return {name.rstrip("0123456789"): value.strip() for name, value in match.groupdict().items() if value}
