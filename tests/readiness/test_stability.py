"""Crashes, restarts and stops; and that nothing else restarted during the whole run."""

from fixtures.criteria import P1, P2, criterion, shown_cause
from readiness.checks.endings import check_no_restart
from readiness.checks.reasons import why_not_ready
from readiness.checks.standing import demand_ready
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.promises import BrokenPromise
from readiness.experiments.crash import Crash
from readiness.experiments.restart import Restart
from readiness.experiments.store import Experiments
from readiness.model import subjects
from readiness.model.criterion import Subject
from readiness.model.finding import Blocked, Unmet
from readiness.model.units import format_duration
from readiness.platform import Platform, Service
from readiness.runtime.record import Record

_GRACEFUL = (0, 143)
"""An exit by itself, or by SIGTERM (128 + 15)."""


@criterion("stable.crash", P1, each=subjects.services, cause=BrokenPromise.NO_RECOVERY, disturbing=True)
def test_the_service_comes_back_from_a_crash(service: Service, platform: Platform, experiments: Experiments) -> None:
    """After a crash the policy brings it back, ready within `recovers_within`, and no request is wrong afterwards."""
    seen = experiments.crash(service.name)
    if seen.restarted_after_s is None:
        no_policy = shown_cause("limits.restart_policy", service.name)
        raise Unmet(f"no restart policy brought it back ({seen.how})", no_policy)
    _check_came_back(platform, service, seen, after="a crash")


@criterion("stable.restart", P1, each=subjects.services, cause=BrokenPromise.NO_RECOVERY, disturbing=True)
def test_the_service_comes_back_from_a_restart(service: Service, platform: Platform, experiments: Experiments) -> None:
    """After a graceful restart it is ready within `recovers_within`, and no request is wrong afterwards."""
    _check_came_back(platform, service, experiments.restart(service.name), after="a restart")


def _check_came_back(platform: Platform, service: Service, seen: Crash | Restart, after: str) -> None:
    if seen.unfit_before:
        raise Blocked(by=f"health.ready[{service.name}]")
    budget_s = service.promise.recovers_within or 0.0
    if seen.ready_after_s is None:
        cause = why_not_ready(platform, service.name)
        known = cause if cause.cls != CauseClass.UNKNOWN else None
        seen_now = () if known else cause.evidence
        raise Unmet(f"not ready again after {after}", known, (seen.last_answer, *seen_now))
    assert seen.ready_after_s <= budget_s, (
        f"ready {format_duration(seen.ready_after_s)} after {after}, promised {format_duration(budget_s)}"
    )
    assert not seen.wrong_afterwards, f"answers are wrong after {after}\n" + "\n".join(seen.wrong_afterwards)


@criterion("stable.stops", P2, each=subjects.services, cause=BrokenPromise.STOP_IGNORED, disturbing=True)
def test_the_service_stops_gracefully(service: Service, experiments: Experiments) -> None:
    """SIGTERM ends it within `stops_within`, without SIGKILL; ready turns red before the port closes."""
    seen = experiments.restart(service.name)
    budget_s = service.promise.stops_within or 0.0
    assert not seen.killed, f"it ignored SIGTERM for {format_duration(budget_s)} and had to be killed"
    assert seen.stopped_after_s <= budget_s, (
        f"stopped after {format_duration(seen.stopped_after_s)}, promised {format_duration(budget_s)}"
    )
    assert seen.exit_code in _GRACEFUL, f"SIGTERM ended it with exit code {seen.exit_code}"
    assert seen.red_after_s is not None, (
        "ready never turned red before the port closed: requests were still sent to it\n" + seen.last_answer
    )


@criterion("stable.no_restart", P1, each=subjects.lasting_nodes, cause=BrokenPromise.RESTARTS)
def test_nothing_restarted_by_itself(subject: Subject, platform: Platform, whole_record: Record) -> None:
    """No restart, no exit, no out-of-memory kill and no flapping health from start to verdict that nobody asked for."""
    demand_ready(platform, subject.node)
    check_no_restart(platform, subject.node)
