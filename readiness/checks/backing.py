"""Whether a backing service can be used at all: asked before anybody else is blamed for what comes of it."""

import time

from readiness.diagnosis.backing import backing_cause
from readiness.model.evidence import ProbeAnswer
from readiness.model.finding import Blocked, Unmet
from readiness.model.graph import Role
from readiness.platform import Backing, Platform, Service
from readiness.probes import kafka, postgres, redis

_DEADLINES_S = {Role.KAFKA: 10.0, Role.POSTGRES: 5.0, Role.REDIS: 5.0}


def reachable(backing: Backing) -> ProbeAnswer:
    """The first question: log-in and a reply that shows that it serves."""
    deadline_s = _DEADLINES_S[backing.role]
    if backing.role is Role.KAFKA:
        return kafka.metadata(backing.address, deadline_s)
    if backing.role is Role.POSTGRES:
        return postgres.select_one(backing.address, backing.credentials, deadline_s)
    return redis.ping(backing.address, backing.credentials, deadline_s)


def usable(backing: Backing, run: str) -> ProbeAnswer:
    """Something with an id of this run is written and read back; nothing of it stays."""
    deadline_s = _DEADLINES_S[backing.role]
    if backing.role is Role.KAFKA:
        return kafka.write_and_read(backing.address, f"readiness-{run}-{time.monotonic_ns()}", run, deadline_s)
    if backing.role is Role.POSTGRES:
        return postgres.write_and_read(backing.address, backing.credentials, deadline_s)
    return redis.write_and_read(backing.address, backing.credentials, run, deadline_s)


def demand(backing: Backing, answer: ProbeAnswer) -> None:
    """:raises Unmet: the answer is none; with the cause that the backing service's own words name, if they do."""
    if not answer.ok:
        raise Unmet(str(answer), backing_cause(backing.name, answer))


def demand_usable(platform: Platform, service: Service) -> None:
    """:raises Blocked: a backing service of this one cannot be used, which is told by a finding of its own."""
    for role, node in service.promise.uses.items():
        if node in platform.graph.nodes and role in _DEADLINES_S and platform.failure(node) is None:
            demand_backing(platform, platform.backing(node))


def demand_backing(platform: Platform, backing: Backing) -> None:
    """:raises Blocked: the backing service cannot be used, which is told by a finding of its own."""
    if backing.promise.port is None:
        return
    if not reachable(backing).ok:
        raise Blocked(by=f"{backing.role}.reachable[{backing.name}]")
    if not usable(backing, platform.run).ok:
        raise Blocked(by=f"{backing.role}.usable[{backing.name}]")


def demand_asked(backing: Backing, answer: ProbeAnswer) -> None:
    """:raises Blocked: the backing service did not even answer a question about one of its users."""
    if not answer.ok:
        raise Blocked(by=f"{backing.role}.{'usable' if reachable(backing).ok else 'reachable'}[{backing.name}]")
