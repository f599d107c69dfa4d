"""Faults: each is injected, proved to have landed, healed, proved to have healed, and all four are on the record."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from readiness.experiments.parallel import asked_by
from readiness.model.errors import FaultNotLanded, NodeDied, NotReadyInTime
from readiness.model.events import ContainerDied, ContainerStarted, FaultHealed, FaultInjected, FaultLanded
from readiness.model.subjects import PAUSED, STOPPED
from readiness.platform import Platform, Service
from readiness.runtime.asking import question

CRASHED = "crashed"
RESTARTED = "restarted"
_LANDS_WITHIN_S = 30.0
_POLL_S = 0.05


@contextmanager
def lost(platform: Platform, node: str, fault: str) -> Iterator[None]:
    """A node stopped or paused for the length of the block; afterwards it answers again.

    :raises FaultNotLanded: it went on running.
    :raises NotReadyInTime: it did not come back.
    """
    with disturbance(platform, node, fault) as healed:
        try:
            _inject(platform, node, fault)
            platform.journal.append(FaultLanded(fault=fault, node=node, proof=_proof(platform, node, fault)))
            yield
        finally:
            _undo(platform, node, fault)
            healed(await_ready(platform, node))


@contextmanager
def disturbance(platform: Platform, node: str, fault: str) -> Iterator[Callable[[str], None]]:
    """A span on the record in which what happens to the node was asked for.

    The block is given a function that tells the proof of healing. Without it the span ends all the same: what happens
    to the node later is its own doing.
    """
    proofs: list[str] = []
    platform.journal.append(FaultInjected(fault=fault, node=node))
    try:
        yield proofs.append
    finally:
        proof = proofs[0] if proofs else "not healed: the disturbance was given up"
        platform.journal.append(FaultHealed(fault=fault, node=node, proof=proof))


def _inject(platform: Platform, node: str, fault: str) -> None:
    if fault == STOPPED:
        platform.runtime.stop(node, platform.graph[node].stop_grace_s)
    else:
        platform.runtime.pause(node)


def _proof(platform: Platform, node: str, fault: str) -> str:
    status = platform.runtime.state(node).status
    wanted = {STOPPED: "exited", PAUSED: "paused"}[fault]
    if status != wanted:
        raise FaultNotLanded(f"{node} was to be {fault}, but the engine says {status}")
    return f"the engine says {status}"


def _undo(platform: Platform, node: str, fault: str) -> None:
    status = platform.runtime.state(node).status
    if status == "paused":
        platform.runtime.unpause(node)
    elif fault == STOPPED and status != "running":
        platform.runtime.start(node)


def await_ready(platform: Platform, node: str) -> str:
    """Wait until a node answers as it did at the start. Returns the answer.

    :raises NodeDied: it exited meanwhile, and nobody waits for the dead.
    :raises NotReadyInTime: it did not within its own ``ready_within``.
    """
    position = len(platform.journal)
    asked = question(platform.graph[node], platform.contract, platform.graph, platform.runtime)
    budget_s = platform.contract.promise(node).ready_within or 0.0
    ends = time.monotonic() + budget_s
    while True:
        reply = asked.ask()
        if reply.ready:
            return f"{asked.text}: {reply.answer}"
        died = _died_since(platform, node, position)
        if died is not None:
            raise NodeDied(node, f"{node} exited again, with code {died.exit_code}, before it was ready")
        if time.monotonic() > ends:
            raise NotReadyInTime(
                node, f"{node} did not come back within {budget_s:g} s; {asked.text} got {reply.answer}"
            )
        time.sleep(asked.interval_s)


def _died_since(platform: Platform, node: str, position: int) -> ContainerDied | None:
    new = platform.journal.since(position)
    return next((event for event in new if isinstance(event, ContainerDied) and event.node == node), None)


def crash(platform: Platform, node: str) -> tuple[str, float]:
    """End a node's process as a crash would. Returns how, and the time of its death (seconds since the epoch).

    :raises FaultNotLanded: it went on running.
    """
    position = len(platform.journal)
    how = platform.runtime.crash(node)
    died = platform.journal.wait_for(
        lambda event: isinstance(event, ContainerDied) and event.node == node,
        time.monotonic() + _LANDS_WITHIN_S,
        start=position,
    )
    if died is None:
        raise FaultNotLanded(f"{node} was to crash ({how}), but it went on running")
    platform.journal.append(FaultLanded(fault=CRASHED, node=node, proof=how))
    return how, died.at


def restarted_after(platform: Platform, node: str, died_at: float, deadline_s: float) -> float | None:
    """Seconds from a death until the engine ran the process again; None when it did not in time."""
    started = platform.journal.wait_for(
        lambda event: isinstance(event, ContainerStarted) and event.node == node and event.at > died_at,
        time.monotonic() + deadline_s,
    )
    return None if started is None else started.at - died_at


def ready_now(platform: Platform, services: Iterable[Service]) -> list[Service]:
    """Those of the services that run, can be asked and are ready: of the others a disturbance would show nothing."""
    return [
        service
        for service in services
        if service.promise.port is not None
        and platform.record.left_unready(service.name) is None
        and service.state().status == "running"
    ]


def fault_of_ready(platform: Platform, service: Service, requests: int) -> str:
    """The ready answer before a disturbance that was not green; "" where all were: else what follows shows nothing.

    What an earlier disturbance has left is waited out, as long as the service may take to recover from it.
    """
    while (fault := _not_green(service, requests)) and _may_recover(platform, service):
        time.sleep(_POLL_S)
    return fault


def _not_green(service: Service, requests: int) -> str:
    for _ in range(requests):
        health = service.ready()
        if not health.is_green:
            return str(health.answer)
    return ""


def _may_recover(platform: Platform, service: Service) -> bool:
    """Whether it runs, and it or something that it asks was disturbed as shortly ago as it may take to recover."""
    if service.state().status != "running":
        return False
    since = time.time() - (service.promise.recovers_within or 0.0)
    record, asked = platform.record, asked_by(platform.graph, service.name)
    disturbed = (record.disturbed(node) for node in {service.name, *service.promise.uses.values(), *asked})
    return any(end >= since for spans in disturbed for _, end in spans)
