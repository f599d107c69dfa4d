"""Kafka's second address: a broker tells its clients where to connect, and may send them where nobody is."""

import re
from collections.abc import Iterator
from dataclasses import replace

from readiness.diagnosis import addresses, settings, wording
from readiness.diagnosis.addresses import Place, Problem
from readiness.diagnosis.building import at_most_likely, build_cause
from readiness.diagnosis.causes import NEVER_REACHED, CauseClass
from readiness.diagnosis.matching import Match
from readiness.diagnosis.scene import Scene
from readiness.model.evidence import ContainerState, NodeEvidence
from readiness.model.finding import Cause, Confidence
from readiness.model.graph import Node

_LISTENER = re.compile(r"(?P<name>[A-Za-z]\w*)://(?P<host>\[[^\]]*\]|[^:,/\s]*):(?P<port>\d+)")
_ADVERTISED = re.compile(r"ADVERTISED_?LISTENERS$", re.IGNORECASE)
_REDPANDA = re.compile(r"--advertise-kafka-addr[\s=]+(?P<value>\S+)")
# What is wrong with an address that no client can use. A name that others of its clients know is no fault of it.
_LEADS_NOWHERE = (Problem.UNKNOWN_NAME, Problem.LOCALHOST, Problem.CLOSED_PORT)
_FIRST_CONTACT = re.compile(r"bootstrap|seed", re.IGNORECASE)
_ADVICE = "Let the broker advertise (advertised.listeners) the name and port at which its clients reach it."


def of_redirection(
    match: Match, place: Place, confidence: Confidence, evidence: NodeEvidence, scene: Scene
) -> Cause | None:
    """The client looks where none of its settings sends it: the broker did, with the address that it advertises.

    Sure where the broker's own settings show that address, and likely where it is the images' default.
    """
    node = scene.graph.nodes.get(evidence.node)
    if match.signature.cause not in NEVER_REACHED or place.problem not in _LEADS_NOWHERE or place.keys or node is None:
        return None
    broker = _bootstrap(evidence, scene, place)
    if broker is None or (match.role != "kafka" and not _advertises(broker, place)):
        return None
    declared = list(_advertised(broker))
    # A broker that nobody told what to advertise names localhost to everybody, in most images.
    by_default = not declared and place.problem is Problem.LOCALHOST and not _FIRST_CONTACT.search(match.line)
    if not by_default and not _advertises(broker, place):
        return None
    shown = tuple(f"{broker.name}: {key}={value}" for key, value in declared)
    meant = _meant_for(evidence.node, broker, scene)
    if meant is not None:
        return _of_another_listener(meant, broker, place, match, shown, evidence)
    told = wording.summary_of_place(evidence.node, place) or ""
    seen = scene.neighbours.get(broker.name, NodeEvidence(broker.name, ContainerState("running")))
    cause = build_cause(CauseClass(match.signature.cause), seen, confidence, lines=shown, advice=_ADVICE)
    return replace(
        cause,
        dependency=broker.name,
        confidence=at_most_likely(cause) if by_default else confidence,
        summary=f"{broker.name} sends its clients on to {place}, which leads nowhere: {told}",
    )


def _meant_for(client: str, broker: Node, scene: Scene) -> str | None:
    """The address that the broker advertises and that leads this client to it; None where none does."""
    places = (addresses.meant(scene.graph, client, host, port) for host, port in _listeners(broker))
    return next((str(place) for place in places if place.node == broker.name and place.problem is None), None)


def _of_another_listener(
    meant: str, broker: Node, place: Place, match: Match, shown: tuple[str, ...], evidence: NodeEvidence
) -> Cause:
    """The client asks at the listener that is for others: it is sent on to an address that is of use to them only."""
    cause = build_cause(
        CauseClass(match.signature.cause),
        evidence,
        Confidence.LIKELY,
        lines=shown,
        advice=f"Let {evidence.node} ask for {meant}: the listener that it asks now is for clients elsewhere.",
    )
    told = f"{evidence.node} asks {broker.name} at a listener that sends it on to {place}, which leads nowhere from it"
    return replace(cause, dependency=broker.name, summary=told)


def _bootstrap(evidence: NodeEvidence, scene: Scene, place: Place) -> Node | None:
    """The broker that the client's settings name, by an address that is right and not the one that failed."""
    known = settings.places(scene.graph, evidence.node, scene.environment(evidence))
    brokers = [
        found
        for setting, found in known
        if found.node in scene.graph.nodes
        and (setting.role == "kafka" or "kafka" in addresses.roles_of(scene.graph[str(found.node)]))
    ]
    if any((found.host, found.port) == (place.host, place.port) or found.problem for found in brokers):
        return None
    names = {found.node for found in brokers}
    return scene.graph.nodes.get(next(iter(names)) or "") if len(names) == 1 else None


def _advertises(broker: Node, place: Place) -> bool:
    return any(_is_same(host, place.host) and place.port in (None, port) for host, port in _listeners(broker))


def _listeners(broker: Node) -> Iterator[tuple[str, int]]:
    """The hosts and ports that the broker sends its clients on to."""
    for _, value in _advertised(broker):
        for found in _LISTENER.finditer(value):
            yield found["host"].strip("[]").lower(), int(found["port"])


def _is_same(one: str, other: str) -> bool:
    """Whether two hosts are one: a client may tell ``localhost`` by the address that it has."""
    return one == other or (addresses.is_loopback(one) and addresses.is_loopback(other))


def _advertised(broker: Node) -> Iterator[tuple[str, str]]:
    for key, value in broker.environment.items():
        if _ADVERTISED.search(key.replace(".", "_")):
            yield key, value
    for match in _REDPANDA.finditer(" ".join((*(broker.entrypoint or ()), *(broker.command or ())))):
        yield "--advertise-kafka-addr", match["value"]
