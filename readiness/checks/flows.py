"""An event on its way from one service to another: caused, followed over its topic, and seen in its effect.

Where it has no effect, the suite looks itself at what lies on the topic: nothing came, and the producer has lost it; or
it is there, and then the consumer's group and log tell where it went.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from readiness.checks.backing import demand_backing, used_backing
from readiness.checks.groups import GroupSeen, await_group, group_cause
from readiness.checks.locks import lock_cause
from readiness.checks.refusal import cause_of_a_dead_thread, cause_since, demand_accepted
from readiness.checks.requests import captured, contains_expected, is_accepted, send
from readiness.checks.token_use import demand_takes_tokens
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.promises import BrokenPromise, cause_of
from readiness.model.contract import Flow
from readiness.model.evidence import HttpAnswer
from readiness.model.finding import Cause, Confidence, Unmet
from readiness.model.graph import Role
from readiness.platform import Backing, Platform
from readiness.probes import kafka_records
from readiness.probes.kafka_records import Ends

_DEADLINE_S = 5.0
_POLL_S = 0.1


@dataclass(frozen=True)
class Followed:
    """An event that was caused and had no effect."""

    flow: Flow
    since: float
    """When it was caused, in seconds since the epoch."""
    ids: tuple[str, ...]
    """The values by which the event can be known."""
    before: Ends | None
    """How far the topics reached before; None where the broker did not tell."""
    seen: HttpAnswer
    """The last answer to the request that was to show the effect."""

    @property
    def summary(self) -> str:
        return f"{self.flow.topic} had no effect in {self.flow.consumer} within {self.flow.within:g} s"


def demand_effect(platform: Platform, flow: Flow, token: str | None) -> None:
    """Cause an event, and wait for its effect.

    :raises Unmet: it had none, with the side that lost it; or its request was not accepted.
    :raises Blocked: a backing service cannot be used, or a service refuses good tokens.
    """
    for request in (flow.cause, flow.effect):
        if request.authenticated and token is not None:
            demand_takes_tokens(platform, request.service, token)
    broker = broker_of(platform, flow)
    before = _ends(broker)
    since = time.time()
    variables = {"id": f"{platform.run}-{time.monotonic_ns()}"}
    caused = send(platform, flow.cause, variables, token if flow.cause.authenticated else None)
    refused = f"the request that is to produce {flow.topic} was not accepted"
    demand_accepted(platform, flow.cause, caused, since, refused)
    variables |= captured(caused, flow.cause)
    ends = time.monotonic() + flow.within
    while True:
        seen = send(platform, flow.effect, variables, token if flow.effect.authenticated else None)
        if contains_expected(seen, flow.effect, variables):
            return
        if time.monotonic() >= ends:
            raise _lost(platform, broker, Followed(flow, since, tuple(variables.values()), before, seen))
        time.sleep(_POLL_S)


def broker_of(platform: Platform, flow: Flow) -> Backing | None:
    """The broker that the event travels over; None where the contract names none that can be asked."""
    return used_backing(platform, flow.consumer, Role.KAFKA) or used_backing(platform, flow.producer, Role.KAFKA)


def _ends(broker: Backing | None) -> Ends | None:
    answer = kafka_records.ends(broker.address, _DEADLINE_S) if broker is not None else None
    return answer.detail["ends"] if answer is not None and answer.ok else None


def _lost(platform: Platform, broker: Backing | None, followed: Followed) -> Unmet:
    """Which side lost the event, and why as far as it can be seen."""
    if broker is None or followed.before is None:
        return _unmet(followed, _event_lost(followed.flow.consumer, None, Confidence.UNKNOWN, (), followed))
    demand_backing(platform, broker)
    after = _ends(broker)
    if after is None:
        return _unmet(followed, _event_lost(followed.flow.consumer, None, Confidence.UNKNOWN, (), followed))
    if followed.flow.topic not in after:
        return _unmet(followed, _no_topic(followed.flow, broker.name))
    came = kafka_records.grown(followed.before, after)
    if followed.flow.topic not in came:
        return _unmet(followed, _lost_by_producer(platform, broker, followed, came))
    return _unmet(followed, _lost_by_consumer(platform, broker, followed, after))


def _unmet(followed: Followed, cause: Cause) -> Unmet:
    return Unmet(f"{followed.summary}: {cause.summary}" if cause.summary else followed.summary, cause)


def _no_topic(flow: Flow, broker: str) -> Cause:
    told = f"topic {flow.topic} does not exist"
    return cause_of(CauseClass.TOPIC_MISSING, flow.producer, broker, summary=told)


def _lost_by_producer(platform: Platform, broker: Backing, followed: Followed, came: Mapping[str, int]) -> Cause:
    flow = followed.flow
    evidence = [f"nothing came to topic {flow.topic} on {broker.name} after {flow.producer} had accepted the request"]
    evidence += [f"{count} record(s) came to topic {topic} meanwhile" for topic, count in sorted(came.items())]
    logged = cause_since(platform, flow.producer, followed.since)
    if logged is not None:
        return replace(logged, evidence=(*evidence, *logged.evidence))
    return _event_lost(flow.producer, broker.name, Confidence.SURE, tuple(evidence), followed)


def _lost_by_consumer(platform: Platform, broker: Backing, followed: Followed, after: Ends) -> Cause:
    flow = followed.flow
    evidence = _on_the_topic(broker, followed, after)
    seen = _group(platform, broker, flow)
    why = lock_cause(platform, flow.consumer)
    if why is None and seen is not None and seen.faults and not seen.has_member:
        why = cause_of_a_dead_thread(platform, flow.consumer)
    elif why is None:
        why = cause_since(platform, flow.consumer, followed.since)
    if why is None and seen is not None and seen.faults:
        why = group_cause(seen, flow.consumer, broker.name)
    if why is not None:
        return replace(why, evidence=(*evidence, *why.evidence))
    asked = is_accepted(followed.seen) or followed.seen.status == 404
    evidence += seen.evidence if seen is not None else ()
    return _event_lost(flow.consumer, broker.name, Confidence.SURE if asked else Confidence.UNKNOWN, evidence, followed)


def _on_the_topic(broker: Backing, followed: Followed, after: Ends) -> tuple[str, ...]:
    """What was found on the topic, with the event itself where one of its values stands in a record."""
    topic = followed.flow.topic
    assert followed.before is not None
    answer = kafka_records.records(broker.address, topic, followed.before, after, _DEADLINE_S)
    if not answer.ok:
        return (f"records came to topic {topic} since the request", str(answer))
    found = answer.detail["records"]
    own = [
        record for record in found if any(value in record["key"] or value in record["value"] for value in followed.ids)
    ]
    if own:
        places = ", ".join(f"partition {record['partition']} offset {record['offset']}" for record in own[:3])
        return (f"the event is on topic {topic}, {places}",)
    return (f"{len(found)} record(s) came to topic {topic} since the request",)


def _group(platform: Platform, broker: Backing, flow: Flow) -> GroupSeen | None:
    """The consumer's group as it is now; None where the contract names none."""
    consumer = platform.service(flow.consumer)
    if consumer.promise.kafka.group is None:
        return None
    return await_group(platform, consumer, broker, 0.0)


def _event_lost(
    node: str, broker: str | None, confidence: Confidence, evidence: tuple[str, ...], followed: Followed
) -> Cause:
    return cause_of(
        BrokenPromise.EVENT_LOST,
        node,
        broker,
        confidence,
        summary=f"{node} lost the event" if broker else "",
        evidence=(*evidence, f"the effect was asked for last: {followed.seen}"),
    )
