"""Limits: set, not met, and a restart policy; privileges: no more than needed."""

from fixtures.criteria import P2, criterion
from readiness.checks.endings import own_endings, row_of
from readiness.checks.hygiene import excess_privileges
from readiness.checks.standing import start_finding
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.promises import BrokenPromise
from readiness.model import subjects
from readiness.model.criterion import Subject
from readiness.model.events import Sampled
from readiness.model.finding import BeyondReach, Blocked
from readiness.model.units import format_size
from readiness.platform import Platform
from readiness.runtime.protocol import ContainerFacts
from readiness.runtime.record import Record

_NEAR = 0.9
"""Of a limit: what is used beyond this share is near enough to be told."""
_THROTTLED = 0.25
"""Of the scheduler's periods after the start: a share beyond this means that the limit decides how fast it answers."""


@criterion("limits.memory", P2, each=subjects.lasting_nodes, cause=BrokenPromise.NO_MEMORY_LIMIT)
def test_memory_is_limited_and_the_limit_not_met(
    subject: Subject, container: ContainerFacts, platform: Platform, whole_record: Record
) -> None:
    """A memory limit is set, and the container did not come near it during the run."""
    limit = container.memory_bytes
    assert limit, "there is no memory limit: one leak takes the whole machine down"
    used = max(sample.memory_bytes for sample in _samples(whole_record, subject.node))
    if used >= _NEAR * limit:
        _demand_not_told(platform, subject.node, CauseClass.CONTAINER_OOM)
    assert used < _NEAR * limit, f"used {format_size(used)} of {format_size(limit)}"


def _samples(record: Record, node: str) -> tuple[Sampled, ...]:
    samples = record.samples(node)
    if not samples:
        raise BeyondReach("the engine gave no sample of what the container uses")
    return samples


@criterion("limits.cpu", P2, each=subjects.lasting_nodes, cause=BrokenPromise.NO_CPU_LIMIT)
def test_cpu_is_limited_and_not_throttled(
    subject: Subject, container: ContainerFacts, platform: Platform, whole_record: Record
) -> None:
    """A CPU limit is set, and the container was not throttled by it after its start."""
    assert container.nano_cpus, "there is no CPU limit"
    share = whole_record.throttled_share(subject.node)
    if share is None:
        raise BeyondReach("the engine tells nothing of throttling, or the run was too short to measure it")
    if share >= _THROTTLED and own_endings(platform, subject.node):
        # Each start takes what it can get: that it starts again and again is told already.
        raise Blocked(by=row_of(subject.node))
    assert share < _THROTTLED, f"throttled in {share:.0%} of the scheduler's periods while it served"


@criterion("limits.pids", P2, each=subjects.lasting_nodes, cause=BrokenPromise.NO_PIDS_LIMIT)
def test_processes_are_limited_and_the_limit_not_met(
    subject: Subject, container: ContainerFacts, platform: Platform, whole_record: Record
) -> None:
    """A limit of processes is set, and the container did not come near it during the run."""
    limit = container.pids
    assert limit > 0, "there is no limit of processes: a fork bomb takes the whole machine down"
    used = max(sample.pids for sample in _samples(whole_record, subject.node))
    if used >= _NEAR * limit:
        _demand_not_told(platform, subject.node, CauseClass.RESOURCE_LIMIT)
    assert used < _NEAR * limit, f"{used} of {limit} processes"


def _demand_not_told(platform: Platform, node: str, met: CauseClass) -> None:
    """:raises Blocked: that the limit was met has ended the node, or kept it from its start, and is told there."""
    failure = platform.failure(node)
    if failure is not None and (failure.cause_node, failure.cause_class) == (node, met):
        raise Blocked(by=start_finding(platform, failure))
    was_killed = met is CauseClass.CONTAINER_OOM and platform.record.out_of_memory(node)
    if was_killed or any(ending.cause.cls == met for ending in own_endings(platform, node)):
        raise Blocked(by=row_of(node))


@criterion("limits.restart_policy", P2, each=subjects.lasting_nodes, cause=BrokenPromise.NO_RESTART_POLICY)
def test_there_is_a_restart_policy(container: ContainerFacts) -> None:
    """The engine is told to bring it back after a crash."""
    policy = container.restart_policy
    assert policy != "no", "there is no restart policy: the first crash is the end"


@criterion("limits.privileges", P2, each=subjects.privileged_nodes, cause=BrokenPromise.EXCESS_PRIVILEGES)
def test_privileges_are_dropped(subject: Subject, container: ContainerFacts, platform: Platform) -> None:
    """Not privileged, capabilities dropped, no-new-privileges, no engine socket, read-only root where declared."""
    faults = excess_privileges(container, platform.graph[subject.node])
    assert not faults, "\n".join((f"{len(faults)} privilege(s) too many: {faults[0]}", *faults[1:]))
