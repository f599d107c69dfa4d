"""Whether a backing service can be used at all: asked before anybody else is blamed for what comes of it."""

from readiness.diagnosis.backing import backing_cause
from readiness.model.evidence import ProbeAnswer
from readiness.model.finding import Blocked, Unmet
from readiness.model.graph import Role
from readiness.platform import Backing, Platform, Service
from readiness.runtime.usability import first_answer, written_and_read

_DEADLINES_S = {Role.KAFKA: 10.0, Role.POSTGRES: 5.0, Role.REDIS: 5.0}


def reachable(backing: Backing) -> ProbeAnswer:
    """The first question: log-in and a reply that shows that it serves."""
    return first_answer(backing.role, backing.address, backing.credentials, _DEADLINES_S[backing.role])


def usable(backing: Backing, run: str) -> ProbeAnswer:
    """Something with an id of this run is written and read back; nothing of it stays."""
    return written_and_read(backing.role, backing.address, backing.credentials, run, _DEADLINES_S[backing.role])


def demand(backing: Backing, answer: ProbeAnswer) -> None:
    """:raises Unmet: the answer is none; with the cause that the backing service's own words name, if they do."""
    if not answer.ok:
        raise Unmet(str(answer), backing_cause(backing.name, answer))


def used_backing(platform: Platform, service: str, role: Role) -> Backing | None:
    """What a service uses in a role; None where the contract names nothing that can be asked."""
    node = platform.contract.promise(service).uses.get(role)
    if node is None or node not in platform.graph.nodes or platform.contract.promise(node).port is None:
        return None
    return platform.backing(node)


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


def demand_told(platform: Platform, backing: Backing, answer: ProbeAnswer) -> None:
    """An answer that is needed to judge one of the users.

    :raises Unmet: the backing service can be used, and turned this question away for a reason of its own.
    :raises Blocked: it gave no answer, and that is no fault of the user's.
    """
    if answer.ok:
        return
    demand_backing(platform, backing)
    cause = backing_cause(backing.name, answer)
    if cause is not None:
        raise Unmet(str(answer), cause)
    raise Blocked(by=f"{backing.role}.usable[{backing.name}]")
