"""Why the HEALTHCHECK of a node that runs does not pass: is it the check, or what it checks?"""

from dataclasses import replace

from readiness.diagnosis import state
from readiness.diagnosis.addresses import Problem
from readiness.diagnosis.building import answers, at_most_likely, build_cause
from readiness.diagnosis.catalogue import Source
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.explain import explain_reading
from readiness.diagnosis.matching import best, matches
from readiness.diagnosis.place import meant_by
from readiness.diagnosis.reading import read
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause, Confidence


def of_healthcheck(evidence: NodeEvidence, scene: Scene) -> Cause | None:
    """The HEALTHCHECK does not pass: is it the check, or what it checks?"""
    failed = evidence.state.failed_checks
    if not failed:
        return None
    output = failed[-1].output
    line = (str(failed[-1]),)
    match = best(matches(output, Source.HEALTH))
    if match:
        said = {"node": evidence.node, **match.groups}
        cause = build_cause(match.signature.cause, evidence, Confidence.SURE, said=said, lines=line)
        return replace(cause, advice=match.signature.advise(said))
    if state.newest_answers(evidence) and state.is_fine(evidence):
        return build_cause(
            CauseClass.HEALTHCHECK_BROKEN, evidence, Confidence.LIKELY, lines=(*line, *answers(evidence))
        )
    reading = read(output, ended=False)
    place = meant_by(reading.match, evidence, scene) if reading else None
    # What the check itself could not reach is the node; only a text about somebody else says more.
    if reading and place and place.node and place.problem is not Problem.LOCALHOST:
        cause = explain_reading(reading, evidence, scene)
        return replace(cause, confidence=at_most_likely(cause), evidence=(*cause.evidence, *line))
    return None
