"""The loss of each dependency: is it told, is it told truthfully, and is it overcome?"""

from fixtures.criteria import P1, P2, criterion, shown_cause
from readiness.diagnosis.promises import BrokenPromise
from readiness.experiments.store import Experiments
from readiness.model import subjects
from readiness.model.criterion import Subject
from readiness.model.finding import Unmet
from readiness.model.subjects import STOPPED
from readiness.platform import Backing, Service


@criterion("health.truthful", P1, each=subjects.edges_under_loss, cause=BrokenPromise.HEALTH_LIE, disturbing=True)
def test_readiness_tells_the_truth_about_a_loss(
    subject: Subject, service: Service, dependency: Backing, experiments: Experiments
) -> None:
    """On loss of a dependency ready turns red within `notices_within`, names it, and is green again after healing."""
    seen = experiments.loss(service.name, dependency.name, subject.variant or STOPPED)
    budget_s = service.promise.notices_within
    if seen.red_after_s is None:
        how = "did not answer" if seen.silent == seen.answers else "stayed green"
        raise Unmet(
            f"with {dependency.name} {subject.variant} ready {how} for {budget_s:g} s", evidence=(seen.last_answer,)
        )
    if seen.named_after_s is None:
        raise Unmet(
            f"with {dependency.name} {subject.variant} ready turned red, but did not name it",
            evidence=(seen.last_answer,),
        )
    assert not seen.also_accused, (
        f"ready also calls {', '.join(seen.also_accused)} down, which answers\n{seen.last_answer}"
    )
    assert seen.green_after_s is not None, (
        f"ready did not turn green within {service.promise.recovers_within:g} s "
        f"after {dependency.name} had come back\n{seen.green_answer}"
    )


@criterion("health.ready_is_not_live", P2, each=subjects.edges, cause=BrokenPromise.LIVENESS_DEPENDS, disturbing=True)
def test_liveness_is_not_readiness(service: Service, dependency: Backing, experiments: Experiments) -> None:
    """Under loss of a dependency live stays green while ready turns red: a healthy process is not to be restarted."""
    seen = experiments.loss(service.name, dependency.name, STOPPED)
    assert seen.live_status == 200, f"with {dependency.name} stopped live is red\n{seen.live_answer}"
    if seen.red_after_s is None:
        lie = shown_cause("health.truthful", service.name, dependency.name)
        raise Unmet(f"with {dependency.name} stopped ready is as green as live", lie, (seen.last_answer,))


@criterion("stable.backing_restart", P1, each=subjects.edges, cause=BrokenPromise.NO_RECONNECTION, disturbing=True)
def test_the_service_survives_a_restart_of_its_dependency(
    service: Service, dependency: Backing, experiments: Experiments
) -> None:
    """After a restart of a backing service it is ready again by itself, without a restart of its own."""
    seen = experiments.loss(service.name, dependency.name, STOPPED)
    assert seen.green_after_s is not None, (
        f"not ready within {service.promise.recovers_within:g} s after {dependency.name} restarted\n{seen.green_answer}"
    )
    assert not seen.restarted, f"its process ended when {dependency.name} was restarted"
