"""The loss of each dependency: is it told, is it told truthfully, and is it overcome?"""

from fixtures.criteria import P1, P2, criterion, shown_cause
from readiness.checks.afterwards import demand_events_again
from readiness.checks.endings import cause_after_loss, ended_with
from readiness.checks.reasons import own_error_since, why_not_ready
from readiness.diagnosis.promises import BrokenPromise
from readiness.experiments.loss import UserUnderLoss
from readiness.experiments.store import Experiments
from readiness.model import subjects
from readiness.model.criterion import Subject
from readiness.model.finding import Blocked, Cause, Confidence, Unmet
from readiness.model.graph import Role
from readiness.model.subjects import STOPPED
from readiness.platform import Backing, Platform, Service


@criterion("health.truthful", P1, each=subjects.edges_under_loss, cause=BrokenPromise.HEALTH_LIE, disturbing=True)
def test_readiness_tells_the_truth_about_a_loss(
    subject: Subject, service: Service, dependency: Backing, platform: Platform, experiments: Experiments
) -> None:
    """On loss of a dependency ready turns red within `notices_within`, names it, and is green again after healing."""
    fault = subject.variant or STOPPED
    seen = _seen(experiments, service, dependency, fault)
    ended = ended_with(platform, service.name, dependency.name, fault)
    if ended is not None:
        _blocked_by_restart(platform, service, dependency)
        raise Unmet(f"its process ended when {dependency.name} was {fault}", _after(ended.cause, service, dependency))
    budget_s = service.promise.notices_within
    gone = f"with {dependency.name} {fault} ready"
    if seen.red_after_s is None:
        if seen.silent == seen.answers:
            no_deadline = Cause(BrokenPromise.HEALTH_ENDPOINT, service.name, dependency.name, Confidence.SURE)
            raise Unmet(f"{gone} did not answer for {budget_s:g} s", no_deadline, (seen.last_answer,), _NO_DEADLINE)
        raise Unmet(f"{gone} stayed green for {budget_s:g} s", evidence=(seen.last_answer,))
    if seen.red_faults:
        raise Unmet(
            f"{gone} answered wrongly: {'; '.join(seen.red_faults)}",
            _of_wrong_form(platform, service, seen),
            (seen.last_answer,),
        )
    if seen.named_after_s is None:
        raise Unmet(f"{gone} turned red, but did not name it", evidence=(seen.last_answer,))
    assert not seen.also_accused, (
        f"ready also calls {', '.join(seen.also_accused)} down, which answers\n{seen.last_answer}"
    )
    if seen.green_after_s is None:
        if fault == STOPPED:
            raise Blocked(by=f"stable.backing_restart[{service.name}->{dependency.name}]")
        raise _not_back(platform, service, dependency, seen)


@criterion("health.ready_is_not_live", P2, each=subjects.edges, cause=BrokenPromise.LIVENESS_DEPENDS, disturbing=True)
def test_liveness_is_not_readiness(
    service: Service, dependency: Backing, platform: Platform, experiments: Experiments
) -> None:
    """Under loss of a dependency live stays green while ready turns red: a healthy process is not to be restarted."""
    seen = _seen(experiments, service, dependency, STOPPED)
    _blocked_by_restart(platform, service, dependency)
    assert seen.live_status == 200, f"with {dependency.name} stopped live is red\n{seen.live_answer}"
    if seen.red_after_s is None and seen.silent == seen.answers:
        # It was neither red nor green: that it has no deadline is told of its truth.
        raise Blocked(by=f"health.truthful[{Subject(service.name, dependency.name, STOPPED)}]")
    if seen.red_after_s is None:
        lie = shown_cause("health.truthful", service.name, dependency.name)
        raise Unmet(f"with {dependency.name} stopped ready is as green as live", lie, (seen.last_answer,))


@criterion("stable.backing_restart", P1, each=subjects.edges, cause=BrokenPromise.NO_RECONNECTION, disturbing=True)
def test_the_service_survives_a_restart_of_its_dependency(
    service: Service, dependency: Backing, platform: Platform, experiments: Experiments
) -> None:
    """After a restart of a backing service it is ready again and consumes again by itself, without a restart."""
    seen = _seen(experiments, service, dependency, STOPPED)
    ended = ended_with(platform, service.name, dependency.name, STOPPED)
    if ended is not None:
        raise Unmet(f"its process ended when {dependency.name} was stopped", _after(ended.cause, service, dependency))
    if seen.green_after_s is None:
        raise _not_back(platform, service, dependency, seen)
    if dependency.role is Role.KAFKA:
        with platform.lock.shared():
            demand_events_again(platform, service, dependency)


_NO_DEADLINE = "Give each check of a dependency a deadline that is shorter than the patience of whoever asks."


def _seen(experiments: Experiments, service: Service, dependency: Backing, fault: str) -> UserUnderLoss:
    """:raises Blocked: ready was not fit to tell anything of a loss before there was one."""
    seen = experiments.loss(service.name, dependency.name, fault)
    if seen.unfit_before:
        raise Blocked(by=f"health.ready[{service.name}]")
    return seen


def _blocked_by_restart(platform: Platform, service: Service, dependency: Backing) -> None:
    """:raises Blocked: its process ended when the dependency was stopped, which is told of its restart."""
    if ended_with(platform, service.name, dependency.name, STOPPED) is not None:
        raise Blocked(by=f"stable.backing_restart[{service.name}->{dependency.name}]")


def _after(cause: Cause, service: Service, dependency: Backing) -> Cause:
    return cause_after_loss(cause, service.name, dependency.name)


def _not_back(platform: Platform, service: Service, dependency: Backing, seen: UserUnderLoss) -> Unmet:
    cause = why_not_ready(platform, service.name)
    return Unmet(
        f"not ready within {service.promise.recovers_within:g} s after {dependency.name} had come back",
        _after(cause, service, dependency),
        (seen.green_answer,),
    )


def _of_wrong_form(platform: Platform, service: Service, seen: UserUnderLoss) -> Cause:
    """An error in the health check's own code, if the log shows one; else that the endpoint answers wrongly."""
    own = own_error_since(platform, service.name, seen.red_at) if seen.red_at is not None else None
    return own or shown_cause("health.ready", service.name)
