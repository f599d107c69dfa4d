"""The engine's HEALTHCHECK of a node: is there one where there has to be, and does it check the right thing in time?"""

from readiness.model.events import ContainerStarted, HealthChanged
from readiness.model.graph import Condition, Graph, Kind
from readiness.model.units import format_duration
from readiness.platform import Platform
from readiness.runtime.health_check import broken_check, checks_nothing, declared_check, served_path, slow_to_notice
from readiness.runtime.protocol import CheckTimes
from readiness.runtime.record import Record

_ATTEMPTS = 3
"""A check that is too slow is tried again: a busy machine is no slow check."""
_BAD = "unhealthy"
_MOST_S = 60.0
"""Nobody waits longer for one run of a check, however patient the engine was told to be."""


def engine_check_fault(platform: Platform, node: str) -> str:
    """What is wrong with the HEALTHCHECK of a node that is ready, or "": in the first line, the check below it.

    A service has to have one, and so has whatever others wait for until it is healthy.
    """
    container = platform.runtime.container(node)
    check = declared_check(container, platform.runtime.image(node))
    if not check:
        return _missing(platform.graph, node)
    fault = (
        ("it passes whatever is the case" if checks_nothing(check) else "")
        or _wrong_path(platform, node, check)
        or _not_passing(platform, node, check, container.check_times)
        or gives_up_early(platform.record, node, platform.contract.promise(node).ready_within or 0.0)
        or slow_to_notice(container.check_times)
    )
    return f"the HEALTHCHECK is wrong: {fault}\n{' '.join(check)}" if fault else ""


def is_check_broken(platform: Platform, node: str) -> bool:
    """Whether the node has a HEALTHCHECK that does not pass, so that the engine's word on it is worth nothing."""
    container = platform.runtime.container(node)
    check = declared_check(container, platform.runtime.image(node))
    return bool(check) and bool(_not_passing(platform, node, check, container.check_times))


def gives_up_early(record: Record, node: str, budget_s: float) -> str:
    """What is wrong with the check's patience, or "": a node that gets ready in its budget was called unhealthy before.

    Compose gives up whoever waits for it to be healthy at that moment. A check that waits for half of the budget is
    patient: a busy machine is no impatient check.
    """
    ready = record.ready(node)
    if ready is None:
        return ""
    before = [event for event in record.events if event.at < ready.at]
    unhealthy = next((e for e in before if isinstance(e, HealthChanged) and (e.node, e.status) == (node, _BAD)), None)
    started = next((e for e in before if isinstance(e, ContainerStarted) and e.node == node), None)
    if unhealthy is None or started is None or unhealthy.at - started.at >= budget_s / 2:
        return ""
    return (
        f"it is called unhealthy {format_duration(unhealthy.at - started.at)} after its start, and was ready after "
        f"{format_duration(ready.at - started.at)}: start_period, interval and retries leave it too little time"
    )


def _missing(graph: Graph, node: str) -> str:
    waiting = [
        each.name
        for each in graph
        if any(edge.node == node and edge.condition is Condition.HEALTHY for edge in each.depends_on)
    ]
    missing = "neither the image nor the Compose file has a HEALTHCHECK"
    if waiting:
        return f"{missing}, and these wait for {node} to be healthy: {', '.join(waiting)}"
    return missing if graph[node].kind is Kind.SERVICE else ""


def _wrong_path(platform: Platform, node: str, check: tuple[str, ...]) -> str:
    if platform.graph[node].kind is not Kind.SERVICE:
        return ""
    service = platform.service(node)
    path = served_path(check, service.promise.port)
    if path is None:
        return ""
    answer = service.get(path)
    return "" if answer.status == 200 else f"it asks {path}, which answers {answer}"


def _not_passing(platform: Platform, node: str, check: tuple[str, ...], times: CheckTimes) -> str:
    timeout_s = min(times.timeout_s, _MOST_S)
    for _ in range(_ATTEMPTS):
        fault = broken_check(platform.runtime, node, check, timeout_s)
        if not fault:
            return ""
        if "did not end within" not in fault:
            return f"it does not pass: {fault}"
    return f"it does not pass within its timeout of {format_duration(timeout_s)}, in none of {_ATTEMPTS} attempts"
