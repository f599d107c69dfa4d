"""What lies on the topics of Apache Kafka: how far each reaches, and what came since."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from confluent_kafka import Message, TopicPartition
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]  # Its own documentation imports it from here.

from readiness.model.address import Address
from readiness.model.evidence import ProbeAnswer
from readiness.probes.deadline import Stopwatch
from readiness.probes.kafka_client import Broker, Detail, messages, run_probe, seconds_left

Ends = Mapping[str, Mapping[int, int]]
"""Topic: partition: the offset that its next record gets."""

_MOST_RECORDS = 200
_MOST_BYTES = 2_000
"""Of one record's key and value each."""


def ends(address: Address, deadline_s: float) -> ProbeAnswer:
    """How far every topic reaches. ``detail["ends"]`` is an :data:`Ends`; Kafka's own topics are left out."""

    def work(broker: Broker, watch: Stopwatch) -> Detail:
        topics = broker.admin.list_topics(timeout=seconds_left(watch)).topics or {}
        partitions = [
            TopicPartition(name, partition)
            for name, topic in topics.items()
            if not name.startswith("__")
            for partition in topic.partitions or {}
        ]
        found: dict[str, dict[int, int]] = {}
        if partitions:
            futures = broker.admin.list_offsets(
                {partition: OffsetSpec.latest() for partition in partitions},  # type: ignore[no-untyped-call]
                request_timeout=seconds_left(watch),
            )
            for partition, future in futures.items():
                offset = future.result(timeout=seconds_left(watch)).offset
                found.setdefault(partition.topic, {})[partition.partition] = offset
        return {"ends": found}

    return run_probe("kafka.ends", address, deadline_s, work)


def grown(before: Ends, after: Ends) -> dict[str, int]:
    """Topics that got records between two looks, and how many."""
    counts = {
        topic: sum(max(0, end - before.get(topic, {}).get(partition, 0)) for partition, end in partitions.items())
        for topic, partitions in after.items()
    }
    return {topic: count for topic, count in counts.items() if count}


def records(address: Address, topic: str, before: Ends, after: Ends, deadline_s: float) -> ProbeAnswer:
    """The records that a topic got between two looks, without joining a group.

    ``detail["records"]`` is a list of ``partition``, ``offset``, ``key`` and ``value`` (text, bounded); at most
    200 of them.
    """
    spans = {
        partition: (before.get(topic, {}).get(partition, 0), end)
        for partition, end in after.get(topic, {}).items()
        if end > before.get(topic, {}).get(partition, 0)
    }

    def work(broker: Broker, watch: Stopwatch) -> Detail:
        starts = [TopicPartition(topic, partition, start) for partition, (start, _) in spans.items()]
        with closing(messages(broker, starts, watch)) as coming:
            return {"records": _up_to({partition: end for partition, (_, end) in spans.items()}, coming)}

    return run_probe("kafka.records", address, deadline_s, work)


def _up_to(ends_by_partition: Mapping[int, int], coming: Iterator[Message]) -> list[dict[str, Any]]:
    waiting = dict(ends_by_partition)
    found: list[dict[str, Any]] = []
    while waiting and len(found) < _MOST_RECORDS:
        message = next(coming)
        partition, offset = message.partition() or 0, message.offset() or 0
        found.append(
            {
                "partition": partition,
                "offset": offset,
                "key": _text(message.key()),
                "value": _text(message.value()),
            }
        )
        if offset + 1 >= waiting.get(partition, 0):
            waiting.pop(partition, None)
    return found


def _text(content: str | bytes | None) -> str:
    if isinstance(content, str):
        return content[:_MOST_BYTES]
    return (content or b"")[:_MOST_BYTES].decode("utf-8", "replace")
