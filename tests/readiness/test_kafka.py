"""Kafka: reachable, usable, really held; topics, consumer groups, and events that cross services."""

import time

from fixtures.criteria import P1, criterion
from readiness.checks.consumers import group_faults, names_of
from readiness.checks.requests import Issued, captured, contains_expected, is_accepted, send
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.promises import BrokenPromise
from readiness.model import subjects
from readiness.model.criterion import Subject
from readiness.model.graph import Role
from readiness.platform import Backing, Platform, Service
from readiness.probes import kafka
from readiness.runtime.holding import connections_held

_DEADLINE_S = 10.0
_LAG_FALLS_WITHIN_S = 10.0
_POLL_S = 0.1


@criterion("kafka.reachable", P1, each=subjects.backing(Role.KAFKA), cause=BrokenPromise.BACKING_UNREACHABLE)
def test_kafka_answers(backing: Backing) -> None:
    """Metadata with a controller is answered within a budget."""
    answer = kafka.metadata(backing.address, _DEADLINE_S)
    assert answer.ok, str(answer)


@criterion("kafka.usable", P1, each=subjects.backing(Role.KAFKA), cause=BrokenPromise.BACKING_UNUSABLE)
def test_a_record_is_read_back_from_kafka(backing: Backing, platform: Platform) -> None:
    """A record with an id of this run is produced and consumed."""
    topic = f"readiness-{platform.run}-{time.monotonic_ns()}"
    answer = kafka.write_and_read(backing.address, topic, platform.run, _DEADLINE_S)
    assert answer.ok, str(answer)


@criterion("kafka.held", P1, each=subjects.edges_to(Role.KAFKA), cause=BrokenPromise.CONNECTION_MISSING)
def test_the_service_holds_a_connection_to_kafka(service: Service, dependency: Backing, platform: Platform) -> None:
    """The service holds a connection, as the sockets of the broker show."""
    held = connections_held(platform.runtime, service.name, dependency.name)
    assert held, f"the broker has no established connection from {service.name}"


@criterion("kafka.topics", P1, each=subjects.edges_to(Role.KAFKA), cause=CauseClass.TOPIC_MISSING)
def test_declared_topics_exist(service: Service, dependency: Backing) -> None:
    """Each topic that the service produces or consumes exists, with partitions and a leader."""
    declared = (*service.promise.kafka.produces, *service.promise.kafka.consumes)
    if declared:
        answer = kafka.topic_state(dependency.address, declared, _DEADLINE_S)
        assert answer.ok, str(answer)


@criterion("kafka.flow", P1, each=subjects.flows, cause=BrokenPromise.EVENT_LOST)
def test_an_event_has_its_effect_in_the_other_service(
    subject: Subject, platform: Platform, issued: Issued | None, both_ready: None
) -> None:
    """An event that one service produces has its effect in the other, within its budget."""
    flow = next(flow for flow in platform.contract.flows if flow.topic == subject.variant)
    variables = {"id": f"{platform.run}-{time.monotonic_ns()}"}
    token = issued.token if issued else None
    caused = send(platform, flow.cause, variables, token if flow.cause.authenticated else None)
    assert is_accepted(caused), f"the request that is to produce {flow.topic} was not accepted: {caused}"
    variables |= captured(caused, flow.cause)
    ends = time.monotonic() + flow.within
    while True:
        seen = send(platform, flow.effect, variables, token if flow.effect.authenticated else None)
        if contains_expected(seen, flow.effect, variables):
            return
        assert time.monotonic() < ends, (
            f"{flow.topic} had no effect in {flow.consumer} within {flow.within:g} s\n{seen}"
        )
        time.sleep(_POLL_S)


@criterion("kafka.groups", P1, each=subjects.consumers, cause=BrokenPromise.CONSUMER_GROUP)
def test_consumer_groups_are_stable(service: Service, dependency: Backing, platform: Platform) -> None:
    """The declared group is Stable, has members from the service, and its lag falls."""
    group = service.promise.kafka.group
    assert group is not None, f"the contract names no group, although {service.name} consumes"
    addresses = platform.runtime.container(service.name).addresses
    ends = time.monotonic() + _LAG_FALLS_WITHIN_S
    while True:
        answer = kafka.groups(dependency.address, names_of(group), _DEADLINE_S)
        assert answer.ok, str(answer)
        states = answer.detail["groups"]
        faults = group_faults(group, states, addresses, _topics_with_events(service, platform))
        if not faults:
            return
        assert time.monotonic() < ends, f"{'; '.join(faults)}\n{states[group]}"
        time.sleep(_POLL_S)


def _topics_with_events(service: Service, platform: Platform) -> frozenset[str]:
    """Topics on which the run itself made an event for this service: there its group must have committed."""
    return frozenset(flow.topic for flow in platform.contract.flows if flow.consumer == service.name)
