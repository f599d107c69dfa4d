"""Processes that end although nobody asked: what each died of, whether it answered a loss, and which row tells of it.

A service that dies by its own fault is one finding, at ``stable.no_restart``: what fails because it was gone is blocked
by that. One that ends because a dependency was taken away is the finding of that loss.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from readiness.checks.engine_check import is_check_broken
from readiness.checks.silence import is_silent, why_silent
from readiness.diagnosis import diagnose
from readiness.diagnosis.causes import EXPLAINED_BY_A_DEAD_DEPENDENCY, CauseClass
from readiness.diagnosis.promises import BrokenPromise, cause_of
from readiness.model.criterion import Subject
from readiness.model.events import ContainerDied, FaultInjected, LeftUnready
from readiness.model.evidence import ContainerState, Death, NodeEvidence
from readiness.model.finding import Blocked, Cause, Confidence, Unmet
from readiness.model.subjects import STOPPED
from readiness.platform import Platform
from readiness.runtime.record import Record, describe_death

_WRITTEN_WITHIN_S = 0.2
"""From the engine's event of a death until the last line of that life is in its log."""
_DRAGS_DOWN_WITHIN_S = 30.0
"""From the death of a dependency until its clients' attempts to reach it are over."""
_SAYS_NOTHING_ELSE = frozenset({CauseClass.EXITED_CLEAN, CauseClass.APP_START_FAILED, CauseClass.UNHANDLED_REJECTION})
"""Ends that a process may well choose when it misses a dependency."""
_MOST_LINES = 5


@dataclass(frozen=True)
class Ending:
    """One end that nobody asked for."""

    death: Death
    cause: Cause
    """What the state and the log of that life tell."""
    lost: FaultInjected | None
    """The loss of a dependency that it answers; None where it is the node's own doing."""


def row_of(node: str) -> str:
    """The row that tells of the node's own ends."""
    return f"stable.no_restart[{node}]"


def row_of_loss(node: str, lost: FaultInjected) -> str:
    """The row that tells how a node took the loss of a dependency."""
    if lost.fault == STOPPED:
        return f"stable.backing_restart[{Subject(node, lost.node)}]"
    return f"health.truthful[{Subject(node, lost.node, lost.fault)}]"


def endings(platform: Platform, node: str) -> tuple[Ending, ...]:
    """Every end of the node that nobody asked for, and that no finding of a disturbance stands before."""
    record = platform.record
    left = record.left_at(node)
    until = float("inf") if left is None or left.finding == row_of(node) else left.at
    found = []
    for number, death in enumerate(record.deaths(node)):
        if death.at < until:
            evidence = _evidence(platform, record, node, number)
            cause = diagnose(evidence, platform.graph, {})
            found.append(Ending(death, cause, _answered_loss(platform, record, evidence, cause)))
    own = {ending.cause.cls for ending in found if ending.lost is None}
    # Who ends for this reason anyway does not end for the loss that happens to be under way.
    return tuple(replace(ending, lost=None) if ending.cause.cls in own else ending for ending in found)


def own_endings(platform: Platform, node: str) -> tuple[Ending, ...]:
    """The ends that no loss of a dependency explains."""
    return tuple(ending for ending in endings(platform, node) if ending.lost is None)


def ended_with(platform: Platform, node: str, dependency: str, fault: str) -> Ending | None:
    """The first end with which the node answered this loss; None where it lived through it."""
    return next(
        (
            ending
            for ending in endings(platform, node)
            if ending.lost is not None and (ending.lost.node, ending.lost.fault) == (dependency, fault)
        ),
        None,
    )


def cause_after_loss(cause: Cause, node: str, dependency: str) -> Cause:
    """The cause of not getting over a loss: what was seen, where it is more than that the dependency was missed."""
    if not _only_misses(cause) and cause.node == node:
        return cause
    evidence = (*((cause.summary,) if cause.summary else ()), *cause.evidence)
    confidence = Confidence.SURE if cause.cls in EXPLAINED_BY_A_DEAD_DEPENDENCY else Confidence.LIKELY
    return cause_of(BrokenPromise.NO_RECONNECTION, node, dependency, confidence, evidence=evidence)


def check_no_restart(platform: Platform, node: str) -> None:
    """Nothing restarted, exited or ran out of memory by itself, from the start until now.

    :raises Unmet: something did.
    :raises Blocked: what did is told by another finding.
    """
    record = platform.record
    ended = endings(platform, node)
    own = [ending for ending in ended if ending.lost is None]
    if own:
        _check_dragged_down(platform, record, node, own[-1])
        cause = _cause_of(own)
        seen = tuple(describe_death(ending.death) for ending in own[-_MOST_LINES:])
        last_seen = own[-1].cause.evidence if cause is None else ()
        raise Unmet(f"it exited {len(own)} time(s) by itself", cause, (*seen, *last_seen))
    left = record.left_at(node)
    if left is not None and left.finding == row_of(node):
        raise Unmet("it stopped answering by itself, and its container runs on", why_silent(platform, node))
    killed = record.out_of_memory(node)
    if killed and not ended:
        told = f"the kernel killed {len(killed)} process(es) in it at its memory limit"
        raise Unmet(told, cause_of(CauseClass.CONTAINER_OOM, node))
    if ended and ended[0].lost is not None:
        raise Blocked(by=row_of_loss(node, ended[0].lost))
    if left is not None and record.deaths(node):
        raise Blocked(by=left.finding)
    flaps = record.health_flaps(node)
    if flaps and is_check_broken(platform, node):
        raise Blocked(by=f"health.engine_check[{node}]")
    if flaps:
        raise Unmet(f"its HEALTHCHECK turned unhealthy {len(flaps)} time(s) while nothing was disturbed")


def explaining_row(platform: Platform, nodes: Sequence[str], since: float) -> str | None:
    """The row that explains a failure seen since a moment: a node that was needed for it had ended, or fallen silent.

    :param since: seconds since the epoch.
    """
    row = _row_of_an_end(platform, nodes, since)
    for node in nodes:
        if row is None and platform.record.left_at(node) is None and platform.failure(node) is None:
            silent = is_silent(platform, node)
            row = _row_of_an_end(platform, nodes, since)
            if silent and row is None:
                platform.journal.append(LeftUnready(node=node, finding=row_of(node)))
                row = row_of(node)
    return row


def _row_of_an_end(platform: Platform, nodes: Sequence[str], since: float) -> str | None:
    for node in nodes:
        own = own_endings(platform, node)
        back_by = own[-1].death.at + (platform.contract.promise(node).recovers_within or 0.0) if own else 0.0
        if own and (back_by >= since or platform.runtime.state(node).status != "running"):
            return row_of(node)
    return None


def _check_dragged_down(platform: Platform, record: Record, node: str, ending: Ending) -> None:
    """:raises Blocked: a dependency had ended by itself before, and nothing else is wrong with the node."""
    if not _only_misses(ending.cause) or node not in platform.contract.services:
        return
    for dependency in platform.contract.promise(node).uses.values():
        for death in record.deaths(dependency):
            if death.at <= ending.death.at <= death.at + _DRAGS_DOWN_WITHIN_S:
                raise Blocked(by=row_of(dependency))


def _only_misses(cause: Cause) -> bool:
    """Whether a cause says no more than that a dependency was missed, or nothing at all."""
    unexplained = cause.confidence is Confidence.UNKNOWN or cause.cls in _SAYS_NOTHING_ELSE
    return unexplained or cause.cls in EXPLAINED_BY_A_DEAD_DEPENDENCY


def _answered_loss(platform: Platform, record: Record, evidence: NodeEvidence, cause: Cause) -> FaultInjected | None:
    node, at = evidence.node, evidence.deaths[-1].at
    if node not in platform.contract.services:
        return None
    used = set(platform.contract.promise(node).uses.values())
    named = {name for name in (cause.dependency, cause.node) if name in used}
    lost = record.lost_at(named or used, at)
    if lost is None or not (named or _only_misses(cause)):
        return None
    return lost if named or not _began_before(platform, record, evidence, cause, lost.at) else None


def _began_before(platform: Platform, record: Record, evidence: NodeEvidence, cause: Cause, lost_at: float) -> bool:
    """Whether that life told of the same trouble before the loss: a slow loop, whose last attempt falls into it."""
    since = max(_ends_before(record, evidence.node, evidence.deaths[-1].at), default=None)
    if cause.confidence is Confidence.UNKNOWN or (since is not None and since >= lost_at):
        return False
    log = platform.log(evidence.node, since=since, until=lost_at)
    before = replace(evidence, state=ContainerState("running"), log=log, deaths=())
    return diagnose(before, platform.graph, {}).cls == cause.cls


def _cause_of(own: list[Ending]) -> Cause | None:
    """The best known of the causes, the newest of equals; None where no end has any."""
    rank = [Confidence.SURE, Confidence.LIKELY, Confidence.UNKNOWN]
    known = [ending.cause for ending in reversed(own) if _names_something(ending.cause)]
    return min(known, key=lambda cause: rank.index(cause.confidence), default=None)


def _names_something(cause: Cause) -> bool:
    """Also an exception that may be anything is better shown than nothing."""
    unsure = cause.confidence is Confidence.UNKNOWN
    return cause.cls != CauseClass.UNKNOWN and not (unsure and cause.cls in _SAYS_NOTHING_ELSE)


def _evidence(platform: Platform, record: Record, node: str, number: int) -> NodeEvidence:
    """What was to be seen of a node at one of its ends: the log of that life alone."""
    deaths = record.deaths(node)[: number + 1]
    death = deaths[-1]
    earlier = max(_ends_before(record, node, death.at), default=None)
    return NodeEvidence(
        node=node,
        state=ContainerState(
            "exited",
            exit_code=death.exit_code,
            oom_killed=death.oom_killed,
            finished_at=death.at,
            restart_count=number,
        ),
        log=platform.log(node, since=earlier, until=death.at + _WRITTEN_WITHIN_S),
        deaths=deaths,
        environment=platform.environment(node),
    )


def _ends_before(record: Record, node: str, at: float) -> Iterator[float]:
    for event in record.events:
        if isinstance(event, ContainerDied) and event.node == node and event.at < at:
            yield event.at
