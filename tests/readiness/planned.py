"""Criteria that this suite cannot check yet: at their level they are unchecked, and the verdict is UNKNOWN."""

from fixtures.criteria import NIGHTLY, P1, P2, P3, P4, RELEASE, planned
from readiness.model import subjects

planned(
    "start.any_order",
    P1,
    NIGHTLY,
    each=subjects.services,
    promise="Ready although each dependency comes up late or last.",
)
planned(
    "start.declared",
    P2,
    NIGHTLY,
    each=subjects.services,
    promise="The dependencies that it connects to are the declared ones.",
)
planned(
    "stable.memory",
    P3,
    NIGHTLY,
    each=subjects.services,
    promise="Resident memory under probing does not climb steadily.",
)
planned(
    "health.bounded",
    P1,
    NIGHTLY,
    each=subjects.edges,
    promise="It answers in time also when a dependency hangs, refuses or drops.",
)
planned("image.context", P3, NIGHTLY, each=subjects.services, promise="The build context is small.")
planned(
    "latency.baseline",
    P3,
    NIGHTLY,
    each=subjects.services,
    promise="p50, p95 and p99 of declared requests against the last run.",
)
planned(
    "metrics.exposed", P4, NIGHTLY, each=subjects.services, promise="A metrics endpoint in a valid exposition format."
)
planned("image.vulnerabilities", P2, RELEASE, each=subjects.nodes, promise="No HIGH or CRITICAL vulnerability.")
planned("image.build_time", P2, RELEASE, each=subjects.services, promise="Built cold within 90 s, cached within 10 s.")
planned(
    "gateway.federates",
    P1,
    RELEASE,
    each=subjects.subgraphs,
    promise="Its entities join with the others' through the gateway.",
)
