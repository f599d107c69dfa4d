"""Do the health endpoints answer, in time, in the right shape, and about everything that matters?"""

import re
from collections.abc import Callable

from fixtures.criteria import P1, P3, criterion
from readiness.checks.backing import demand_backing
from readiness.checks.engine_check import engine_check_fault
from readiness.checks.reasons import behind_endpoint
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.promises import BrokenPromise
from readiness.model import subjects
from readiness.model.criterion import Subject
from readiness.model.finding import Blocked, Unmet
from readiness.model.graph import Kind
from readiness.model.units import format_duration
from readiness.platform import Backing, Platform, Service
from readiness.probes import http
from readiness.probes.health import Family, PathKind, read_health, shape_faults
from readiness.probes.http import percentile

_SERIES = 20
"""Requests of one series: enough for a p95 that one slow answer does not decide alone."""
_MOST_SERIES = 5

_NAMING: tuple[PathKind, ...] = ("overall", "ready")
_KINDS: tuple[PathKind, ...] = (*_NAMING, "live")

Measure = Callable[[str, object], None]


@criterion("health.overall", P1, each=subjects.services, cause=BrokenPromise.HEALTH_ENDPOINT)
def test_overall_health_answers_as_it_should(service: Service, platform: Platform, record_property: Measure) -> None:
    """Right status, content type and shape, and the p95 of a series within `answers_within`."""
    _check_endpoint(platform, service, "overall", record_property)


@criterion("health.ready", P1, each=subjects.services, cause=BrokenPromise.HEALTH_ENDPOINT)
def test_readiness_answers_as_it_should(service: Service, platform: Platform, record_property: Measure) -> None:
    """Right status, content type and shape, and the p95 of a series within `answers_within`."""
    _check_endpoint(platform, service, "ready", record_property)


@criterion("health.live", P1, each=subjects.services, cause=BrokenPromise.HEALTH_ENDPOINT)
def test_liveness_answers_as_it_should(service: Service, platform: Platform, record_property: Measure) -> None:
    """Right status, content type and shape, and the p95 of a series within `answers_within`."""
    _check_endpoint(platform, service, "live", record_property)


def _check_endpoint(platform: Platform, service: Service, kind: PathKind, record_property: Measure) -> None:
    path = _path(service, kind)
    health = read_health(service.get(path))
    first = health.answer
    faults = shape_faults(first, kind)
    if faults:
        raise Unmet(f"{path}: {'; '.join(faults)}", behind_endpoint(platform, service.name, health), (str(first),))
    if first.status != 200:
        again = http.series(service.url(path), _SERIES, deadline_s=5.0)
        green = sum(answer.status == 200 for answer in again)
        assert not green, f"{path} flaps: {green} of {_SERIES} answers are 200, others are not\n{first}"
        raise Unmet(f"{path} answers {first.status}", behind_endpoint(platform, service.name, health), (str(first),))
    p95_s, count = _best_p95_s(service, path)
    record_property("measured", ("p95_ms", round(p95_s * 1000, 1)))
    record_property("measured", ("series", count))
    budget_s = service.promise.answers_within or 0.0
    if p95_s > budget_s:
        raise Unmet(
            f"{path}: p95 is {p95_s * 1000:.1f} ms in the best of {count} series of {_SERIES} answers, "
            f"promised {format_duration(budget_s)}"
        )


def _path(service: Service, kind: PathKind) -> str:
    health = service.promise.health
    return {"overall": health.overall, "ready": health.ready, "live": health.live}[kind]


def _best_p95_s(service: Service, path: str) -> tuple[float, int]:
    """The best p95 of up to five series, in seconds, and how many were made.

    A service that is slow is slow in every series; a busy machine is not.
    """
    budget_s = service.promise.answers_within or 0.0
    p95s: list[float] = []
    while len(p95s) < _MOST_SERIES and (not p95s or p95s[-1] > budget_s):
        answers = http.series(service.url(path), _SERIES, deadline_s=5.0)
        wrong = [answer for answer in answers if answer.status != 200]
        assert not wrong, f"{path}: {len(wrong)} of {_SERIES} answers are not 200\n{wrong[0]}"
        p95s.append(percentile([answer.latency_s for answer in answers], 0.95))
    return min(p95s), len(p95s)


@criterion("health.names_dependencies", P1, each=subjects.edges, cause=BrokenPromise.HEALTH_LIE)
def test_health_names_every_dependency(service: Service, dependency: Backing) -> None:
    """Every dependency appears in the details by name and is up: an indicator that is left out is a lie."""
    role = service.role_of(dependency.name)
    for kind in _NAMING:
        path = _path(service, kind)
        health = read_health(service.get(path))
        if health.answer.status != 200 or (not health.details and shape_faults(health.answer, kind)):
            # That it is red, is no health answer, or names nobody at all is told of the endpoint itself.
            raise Blocked(by=f"health.{kind}[{service.name}]")
        detail = service.detail(health, role)
        told = ", ".join(health.details) or "nothing"
        assert detail is not None, f"{path} does not name {dependency.name}; it names {told}\n{health.answer}"
        assert detail.status == "up", f"{path} says that {dependency.name} is {detail.status}\n{health.answer}"


@criterion("health.engine_check", P1, each=subjects.lasting_nodes, cause=CauseClass.HEALTHCHECK_BROKEN)
def test_the_engine_checks_the_right_thing(ready_node: str, platform: Platform) -> None:
    """There is a HEALTHCHECK that asks what the node serves, passes, has its tool, and notices a hang in time."""
    fault = engine_check_fault(platform, ready_node)
    if fault and platform.graph[ready_node].kind is Kind.SERVICE:
        _demand_steady(platform.service(ready_node), fault)
    if fault and platform.graph[ready_node].role is not None:
        # What turns our own probe away turns its check away as well.
        demand_backing(platform, platform.backing(ready_node))
    assert not fault, fault


def _demand_steady(service: Service, check: str) -> None:
    """:raises Blocked: it asks one of the three paths, which does not always answer 200: that is told of the path."""
    for kind in _KINDS:
        path = _path(service, kind)
        asks = re.search(rf"{re.escape(path)}(?![\w/.-])", check)
        if asks and any(answer.status != 200 for answer in http.series(service.url(path), _SERIES, deadline_s=5.0)):
            raise Blocked(by=f"health.{kind}[{service.name}]")


@criterion("health.paths", P3, each=subjects.platform, cause=BrokenPromise.INCONSISTENT_PATHS)
def test_all_services_use_the_same_paths_and_shape(subject: Subject, platform: Platform) -> None:
    """The same paths and the same shape for all services."""
    ready = [node.name for node in platform.graph if node.kind is Kind.SERVICE and not platform.failure(node.name)]
    paths = {name: platform.service(name).promise.health for name in ready}
    answers = {name: platform.service(name).overall() for name in ready}
    # An answer that is none of a health check is told of its endpoint, and has no shape.
    shapes = {name: str(health.family) for name, health in answers.items() if health.family is not Family.UNKNOWN}
    different = {(health.overall, health.ready, health.live) for health in paths.values()}
    assert len(different) <= 1, f"paths differ: { {name: h.overall for name, h in paths.items()} }"
    assert len(set(shapes.values())) <= 1, f"shapes differ: {shapes}"
