"""Redis: reachable, usable, and really held by who says so."""

from fixtures.criteria import P1, criterion
from readiness.checks.backing import demand, demand_told, reachable, usable
from readiness.checks.holding import holds
from readiness.diagnosis.promises import BrokenPromise
from readiness.model import subjects
from readiness.model.graph import Role
from readiness.platform import Backing, Platform, Service
from readiness.probes import redis

_DEADLINE_S = 5.0


@criterion("redis.reachable", P1, each=subjects.backing(Role.REDIS), cause=BrokenPromise.BACKING_UNREACHABLE)
def test_redis_answers(backing: Backing) -> None:
    """PING is answered within a budget."""
    demand(backing, reachable(backing))


@criterion("redis.usable", P1, each=subjects.backing(Role.REDIS), cause=BrokenPromise.BACKING_UNUSABLE)
def test_a_write_to_redis_is_read_back(backing: Backing, platform: Platform) -> None:
    """SET with an expiry is read back: not read-only, not full, not without a password."""
    demand(backing, usable(backing, platform.run))


@criterion("redis.held", P1, each=subjects.edges_to(Role.REDIS), cause=BrokenPromise.CONNECTION_MISSING)
def test_the_service_holds_a_connection_to_redis(service: Service, dependency: Backing, platform: Platform) -> None:
    """The service holds a connection, as Redis itself sees it in CLIENT LIST."""
    addresses = platform.runtime.container(service.name).addresses

    def clients() -> frozenset[str]:
        answer = redis.clients(dependency.address, dependency.credentials, _DEADLINE_S)
        demand_told(platform, dependency, answer)
        listed = (str(client["addr"]) for client in answer.detail["clients"])
        return frozenset(client for client in listed if client.rpartition(":")[0] in addresses)

    assert holds(clients), f"CLIENT LIST has no client at {', '.join(addresses)}"
