"""Kafka: reachable, usable, really held; topics, consumer groups, and events that cross services."""

import time

from fixtures.criteria import P1, criterion
from readiness.checks.afterwards import note_flow, note_group
from readiness.checks.backing import demand, demand_told, reachable, usable
from readiness.checks.flows import demand_effect
from readiness.checks.groups import demand_works
from readiness.checks.holding import holds
from readiness.checks.requests import Issued
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


@criterion("kafka.reachable", P1, each=subjects.backing(Role.KAFKA), cause=BrokenPromise.BACKING_UNREACHABLE)
def test_kafka_answers(backing: Backing) -> None:
    """Metadata with a controller is answered within a budget."""
    demand(backing, reachable(backing))


@criterion("kafka.usable", P1, each=subjects.backing(Role.KAFKA), cause=BrokenPromise.BACKING_UNUSABLE)
def test_a_record_is_read_back_from_kafka(backing: Backing, platform: Platform) -> None:
    """A record with an id of this run is produced and consumed."""
    demand(backing, usable(backing, platform.run))


@criterion("kafka.held", P1, each=subjects.edges_to(Role.KAFKA), cause=BrokenPromise.CONNECTION_MISSING)
def test_the_service_holds_a_connection_to_kafka(service: Service, dependency: Backing, platform: Platform) -> None:
    """The service holds a connection, as the sockets of the broker show."""
    held = holds(lambda: frozenset(connections_held(platform.runtime, service.name, dependency.name)))
    assert held, f"the broker has no established connection from {service.name}"


@criterion("kafka.topics", P1, each=subjects.edges_to(Role.KAFKA), cause=CauseClass.TOPIC_MISSING)
def test_declared_topics_exist(service: Service, dependency: Backing, platform: Platform) -> None:
    """Each topic that the service produces or consumes exists, with partitions and a leader."""
    declared = (*service.promise.kafka.produces, *service.promise.kafka.consumes)
    if declared:
        answer = kafka.topic_state(dependency.address, declared, _DEADLINE_S)
        if not answer.detail:
            demand_told(platform, dependency, answer)
        assert answer.ok, str(answer)


@criterion("kafka.flow", P1, each=subjects.flows, cause=BrokenPromise.EVENT_LOST)
def test_an_event_has_its_effect_in_the_other_service(
    subject: Subject, platform: Platform, issued: Issued | None, both_ready: None
) -> None:
    """An event that one service produces has its effect in the other, within its budget."""
    flow = next(
        flow for flow in platform.contract.flows if Subject(flow.producer, flow.consumer, flow.topic) == subject
    )
    demand_effect(platform, flow, issued.token if issued else None)
    note_flow(platform, flow)


@criterion("kafka.groups", P1, each=subjects.consumers, cause=BrokenPromise.CONSUMER_GROUP)
def test_consumer_groups_are_stable(service: Service, dependency: Backing, platform: Platform) -> None:
    """The declared group is Stable, has members from the service, and its lag falls."""
    demand_works(platform, service, dependency, _LAG_FALLS_WITHIN_S, since=time.time())
    note_group(platform, service.name)
