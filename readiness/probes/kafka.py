"""Questions to Apache Kafka."""

import queue
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from confluent_kafka import (
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # Its own documentation imports them from here.
    ClusterMetadata,
    ConsumerGroupDescription,
    NewTopic,
    OffsetSpec,
    TopicMetadata,
)

from readiness.model.address import Address
from readiness.model.evidence import ProbeAnswer
from readiness.probes.deadline import Stopwatch
from readiness.probes.failures import WrongAnswerError
from readiness.probes.kafka_client import (
    Broker,
    Detail,
    error_code,
    error_text,
    messages,
    quiet_logger,
    run_probe,
    seconds_left,
    settings,
)

_MOST_RETRIES = 8
"""Some 5 s, by librdkafka's back-off from 0.1 s to 1 s: far longer than a new topic takes to have a leader."""
_CLEAN_UP_SHARE = 0.2
"""Of the time that is left when the topic was made: what is kept for deleting it."""


def metadata(bootstrap: Address, deadline_s: float) -> ProbeAnswer:
    """The cluster as the broker describes it: it answers, and there is a controller.

    ``detail`` has ``controller`` (a broker's id), ``brokers`` (``id``, ``host``, ``port``: the advertised addresses)
    and ``topics``, as :func:`topic_state` tells them.
    """

    def work(broker: Broker, watch: Stopwatch) -> Detail:
        cluster = _cluster(broker, watch)
        if cluster.controller_id not in cluster.brokers:
            raise WrongAnswerError("the cluster has no controller")
        return {
            "controller": cluster.controller_id,
            "brokers": [
                {"id": node.id, "host": node.host, "port": node.port} for node in (cluster.brokers or {}).values()
            ],
            "topics": {name: _topic(topic) for name, topic in (cluster.topics or {}).items()},
        }

    return run_probe("kafka.metadata", bootstrap, deadline_s, work)


def topic_state(address: Address, topics: Iterable[str], deadline_s: float) -> ProbeAnswer:
    """Whether these topics exist and every partition of them has a leader.

    ``detail["topics"]`` has for each topic that exists ``error`` and ``partitions``: ``id``, ``leader`` (-1 without
    one), ``replicas``, ``isr``, ``error``.
    """
    wanted = tuple(topics)

    def work(broker: Broker, watch: Stopwatch) -> Detail:
        # All topics are asked for: a request that names one may create it.
        known = _cluster(broker, watch).topics or {}
        return {"topics": {name: _topic(known[name]) for name in wanted if name in known}}

    answer = run_probe("kafka.topic_state", address, deadline_s, work)
    if not answer.ok:
        return answer
    faults = [fault for name in wanted for fault in _topic_faults(name, answer.detail["topics"].get(name))]
    return ProbeAnswer(
        answer.probe, answer.target, not faults, answer.latency_s, answer.at, "; ".join(faults), answer.detail
    )


def write_and_read(address: Address, topic: str, marker: str, deadline_s: float) -> ProbeAnswer:
    """Creates a topic, produces a message with all acknowledgements, reads it back from its offset, deletes the topic.

    A topic that is there already is used and left. ``detail`` has ``topic``, ``partition``, ``offset`` and ``deleted``.
    """
    detail: dict[str, Any] = {"topic": topic, "deleted": False}

    def work(broker: Broker, watch: Stopwatch) -> Detail:
        created = _create(broker, topic, watch)
        working = Stopwatch(watch.left_s * (1 - _CLEAN_UP_SHARE))
        try:
            position = _produce(broker, topic, marker, working)
            detail.update(partition=position.partition, offset=position.offset)
            came = _read(broker, position, working)
            if came != marker:
                raise WrongAnswerError(f"read {came!r:.100} where {marker!r} had been written")
        finally:
            if created:
                detail["deleted"] = _delete(broker, topic, watch)
        return detail

    return run_probe("kafka.write_and_read", address, deadline_s, work)


def groups(address: Address, groups: Iterable[str], deadline_s: float) -> ProbeAnswer:
    """Consumer groups as their coordinator sees them.

    ``detail["groups"]`` has for each group ``state`` (``STABLE``, ``EMPTY``, ``PREPARING_REBALANCING``, ``DEAD``...),
    ``error``, ``members`` (``client_id``, ``host``, ``assignment`` as topic and partition) and ``partitions``
    (``topic``, ``partition``, ``committed``, ``end``, ``lag`` in messages). ``committed`` is None where the group has
    committed nothing; ``lag`` is then None too unless the partition is empty, for where a group begins is its own
    setting. A group that does not exist is ``DEAD``.
    """
    names = tuple(dict.fromkeys(groups))

    def work(broker: Broker, watch: Stopwatch) -> Detail:
        described = broker.admin.describe_consumer_groups(list(names), request_timeout=seconds_left(watch))
        committed = {
            name: broker.admin.list_consumer_group_offsets(
                [ConsumerGroupTopicPartitions(name)], request_timeout=seconds_left(watch)
            )[name]
            for name in names
        }
        told = {name: _group(future, committed[name], watch) for name, future in described.items()}
        _fill_lags(broker, told, watch)
        return {"groups": told}

    return run_probe("kafka.groups", address, deadline_s, work)


def _cluster(broker: Broker, watch: Stopwatch) -> ClusterMetadata:
    return broker.admin.list_topics(timeout=seconds_left(watch))


def _topic(topic: TopicMetadata) -> dict[str, Any]:
    return {
        "error": _topic_error(topic.error),
        "partitions": [
            {
                "id": partition.id,
                "leader": partition.leader,
                "replicas": list(partition.replicas),
                "isr": list(partition.isrs),
                "error": _topic_error(partition.error),
            }
            for partition in (topic.partitions or {}).values()
        ],
    }


def _topic_faults(name: str, topic: Mapping[str, Any] | None) -> list[str]:
    if topic is None:
        return [f"topic {name} does not exist"]
    if topic["error"]:
        return [f"topic {name}: {topic['error']}"]
    if not topic["partitions"]:
        return [f"topic {name} has no partition"]
    return [
        f"topic {name}, partition {partition['id']} has no leader"
        for partition in topic["partitions"]
        if partition["leader"] < 0
    ]


def _create(broker: Broker, topic: str, watch: Stopwatch) -> bool:
    """Whether the topic was made; False when it was there."""
    left_s = seconds_left(watch)
    future = broker.admin.create_topics(
        [NewTopic(topic, num_partitions=1)], operation_timeout=left_s, request_timeout=left_s
    )[topic]
    try:
        future.result(timeout=left_s)
    except KafkaException as failure:
        if error_code(failure) == KafkaError.TOPIC_ALREADY_EXISTS:
            return False
        raise
    return True


def _delete(broker: Broker, topic: str, watch: Stopwatch) -> bool:
    try:
        left_s = seconds_left(watch)
        future = broker.admin.delete_topics([topic], operation_timeout=left_s, request_timeout=left_s)[topic]
        future.result(timeout=left_s)
    except (KafkaException, TimeoutError, FutureTimeoutError):
        return False
    return True


@dataclass(frozen=True)
class _Position:
    topic: str
    partition: int
    offset: int


def _produce(broker: Broker, topic: str, marker: str, watch: Stopwatch) -> _Position:
    reports: queue.SimpleQueue[tuple[KafkaError | None, Message]] = queue.SimpleQueue()
    timeout_ms = max(1, int(seconds_left(watch) * 1000))
    producer = Producer(
        {
            **settings(broker.address),
            "acks": "all",
            "linger.ms": 0,
            "message.timeout.ms": timeout_ms,
            # Without an end a broker's refusal, of too few replicas for instance, would only be told as silence.
            "message.send.max.retries": _MOST_RETRIES,
            "topic.metadata.refresh.fast.interval.ms": 20,
        },
        logger=quiet_logger(broker.complaints),
    )
    producer.produce(topic, marker.encode(), on_delivery=lambda error, message: reports.put((error, message)))
    producer.flush(seconds_left(watch))
    error, message = reports.get_nowait()
    if error is not None:
        raise KafkaException(error)
    partition, offset = message.partition(), message.offset()
    if partition is None or offset is None:
        raise WrongAnswerError("the message was delivered, but the broker did not say where to")
    return _Position(topic, partition, offset)


def _read(broker: Broker, position: _Position, watch: Stopwatch) -> str:
    place = TopicPartition(position.topic, position.partition, position.offset)
    with closing(messages(broker, [place], watch)) as coming:
        return (next(coming).value() or b"").decode("utf-8", "replace")


def _group(
    described: "Future[ConsumerGroupDescription]",
    committed: "Future[ConsumerGroupTopicPartitions]",
    watch: Stopwatch,
) -> dict[str, Any]:
    try:
        description = described.result(timeout=seconds_left(watch))
        offsets = committed.result(timeout=seconds_left(watch)).topic_partitions or []
    except KafkaException as failure:
        if error_code(failure) not in (KafkaError.GROUP_ID_NOT_FOUND, KafkaError.INVALID_GROUP_ID):
            raise
        return {"state": "DEAD", "error": error_text(failure), "members": [], "partitions": []}
    assigned = {
        (partition.topic, partition.partition): None
        for member in description.members
        for partition in member.assignment.topic_partitions
    }
    # Negative offsets are librdkafka's words for "none" (OFFSET_INVALID is -1001).
    known = {(entry.topic, entry.partition): entry.offset if entry.offset >= 0 else None for entry in offsets}
    return {
        "state": description.state.name,
        "error": "",
        "members": [
            {
                "client_id": member.client_id,
                "host": member.host.removeprefix("/"),
                "assignment": [
                    {"topic": partition.topic, "partition": partition.partition}
                    for partition in member.assignment.topic_partitions
                ],
            }
            for member in description.members
        ],
        "partitions": [
            {"topic": topic, "partition": partition, "committed": offset}
            for (topic, partition), offset in sorted({**assigned, **known}.items())
        ],
    }


def _fill_lags(broker: Broker, told: Mapping[str, dict[str, Any]], watch: Stopwatch) -> None:
    partitions = [partition for group in told.values() for partition in group["partitions"]]
    keys = {(partition["topic"], partition["partition"]) for partition in partitions}
    if not keys:
        return
    futures = broker.admin.list_offsets(
        {TopicPartition(*key): OffsetSpec.latest() for key in keys},  # type: ignore[no-untyped-call]
        request_timeout=seconds_left(watch),
    )
    ends = {
        (entry.topic, entry.partition): future.result(timeout=seconds_left(watch)).offset
        for entry, future in futures.items()
    }
    for partition in partitions:
        end = ends[partition["topic"], partition["partition"]]
        committed = partition["committed"]
        nothing = 0 if end == 0 else None
        partition.update(end=end, lag=nothing if committed is None else max(0, end - committed))


def _topic_error(error: KafkaError | None) -> str:
    return "" if error is None else error.str()
