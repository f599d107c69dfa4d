"""TLS that one side speaks and the other does not, where no message says so: a server that waits for the rest of a
plain request and a client that waits for the handshake both only see time pass."""

import re
from dataclasses import replace

from readiness.diagnosis import settings
from readiness.diagnosis.causes import EXPLANATIONS, CauseClass
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import NodeEvidence
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Role

_SILENT = (CauseClass.DEPENDENCY_TIMEOUT, CauseClass.DEPENDENCY_LOST, CauseClass.HEALTH_REPORTED_DOWN)
_ASKED_IN_PLAIN_TEXT = (Role.REDIS, Role.KAFKA)
"""Roles that our own probes ask without TLS, so that an answer shows that the port does without."""
_DEMANDS = re.compile(
    r"^(?:rediss|amqps|kafkas|ssl)://|[?&](?:ssl|tls)=(?:true|1|on)\b|[?&]sslmode=(?:require|verify)", re.I
)


def suspected(cause: Cause, evidence: NodeEvidence, scene: Scene) -> Cause:
    """The cause, or a mismatch of TLS in its place: the client's settings demand it of a port that does without."""
    target = scene.neighbours.get(cause.dependency or "")
    if cause.cls not in _SILENT or target is None or cause.node != evidence.node or not scene.is_fine(target.node):
        return cause
    if scene.graph[target.node].role not in _ASKED_IN_PLAIN_TEXT:
        return cause
    keys = _demanding(evidence, target, scene)
    if not keys:
        return cause
    return replace(
        cause,
        cls=CauseClass.TLS_MISMATCH.value,
        confidence=Confidence.LIKELY,
        summary=f"{evidence.node} speaks TLS to {target.node}, which answers our own probe without",
        evidence=(*cause.evidence, f"{evidence.node} demands TLS in its settings: {', '.join(keys)}"),
        advice=EXPLANATIONS[CauseClass.TLS_MISMATCH].advice,
    )


def _demanding(evidence: NodeEvidence, target: NodeEvidence, scene: Scene) -> tuple[str, ...]:
    """The client's variables that demand TLS of the very port of the node that our probe asks."""
    environment = scene.environment(evidence)
    return tuple(
        key
        for setting, place in settings.places(scene.graph, evidence.node, environment)
        for key in setting.keys
        if place.node == target.node
        and place.port in target.promised_ports
        and _DEMANDS.search(environment.get(key, ""))
    )
