"""Clients of Apache Kafka for the probes: made, kept, held to a deadline, and silenced.

One admin client is kept for each bootstrap address: the first request on it takes some 60 ms, every other one 1 ms.
After a restart of the broker librdkafka's now and then stays without a connection: one that was kept and gets no answer
is replaced, and the question is put once more in the time that is left.
librdkafka retries for as long as it is let and says little: what its log holds becomes part of the error and is not
printed.
"""

import asyncio
import logging
import queue
import re
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient

from readiness.model.address import Address
from readiness.model.evidence import ProbeAnswer
from readiness.probes.deadline import Stopwatch, ask
from readiness.probes.failures import WrongAnswerError, network_failure, network_failure_in

CLIENT_ID = "readiness-probe"
"""Under this name the probes show up at a broker."""

_NOT_KAFKA = ("Invalid response size", "Protocol parse failure", "Protocol read buffer underflow")
"""What librdkafka logs about an answer that it cannot read."""

_ORIGIN = re.compile(r"^.*?\]: (?:\S+/\w+: )?")
"""``FAIL [rdkafka#producer-1] [thrd:127.0.0.1:9092/bootstrap]: 127.0.0.1:9092/bootstrap: ``"""

Detail = Mapping[str, Any]


class _Complaints(logging.Handler):
    """Keeps the newest line of what librdkafka would print."""

    def __init__(self) -> None:
        super().__init__()
        self._newest = ""

    def emit(self, record: logging.LogRecord) -> None:
        self._newest = record.getMessage()

    def take(self) -> str:
        """The newest complaint since the last call without the thread and broker before it, or nothing."""
        newest, self._newest = self._newest, ""
        return _ORIGIN.sub("", newest)


@dataclass(frozen=True)
class Broker:
    """A kept client, with what it complained about."""

    address: Address
    admin: AdminClient
    complaints: _Complaints

    def newest_complaint(self) -> str:
        """What the client complained about last since the last call, or nothing."""
        self.admin.poll(0)  # Hands the log over.
        return self.complaints.take()


Work = Callable[[Broker, Stopwatch], Detail]


def run_probe(name: str, address: Address, deadline_s: float, work: Work) -> ProbeAnswer:
    """What ``work`` got, or what stood in its way. ``work`` keeps to the stopwatch by :func:`seconds_left`."""
    watch = Stopwatch(deadline_s)
    detail: Detail = {}
    error = ""
    try:
        _reach(address, watch)
        detail = _worked(address, watch, work)
    except (TimeoutError, FutureTimeoutError, queue.Empty):
        error = _with_complaint(watch.silence, address)
    except WrongAnswerError as failure:
        error = str(failure)
    except OSError as failure:
        error = network_failure(failure) or str(failure)
    except KafkaException as failure:
        error = _named(failure, watch, address)
    if error:
        _forget(address)
    return ProbeAnswer(name, str(address), not error, watch.elapsed_s, watch.at, error, detail)


def _worked(address: Address, watch: Stopwatch, work: Work) -> Detail:
    """What ``work`` gets from the kept client, or from a new one where the kept one stays silent."""
    if address in _KEPT:
        patience = Stopwatch(watch.left_s * _SHARE_OF_A_KEPT_CLIENT)
        try:
            return work(_fresh(address), patience)
        except (TimeoutError, FutureTimeoutError, queue.Empty):
            _forget(address)
        except KafkaException as failure:
            if error_code(failure) not in _SILENT:
                raise
            _forget(address)
    return work(_fresh(address), watch)


def _fresh(address: Address) -> Broker:
    broker = _broker(address)
    broker.newest_complaint()  # One of an earlier probe.
    return broker


def _reach(address: Address, watch: Stopwatch) -> None:
    """Connects and leaves: librdkafka would take the whole deadline to say that nobody listens."""

    async def connect() -> None:
        _, writer = await asyncio.open_connection(address.host, address.port)
        writer.close()

    ask(connect(), watch.left_s)


_KEPT: dict[Address, Broker] = {}
_KEEPING = threading.Lock()
_SHARE_OF_A_KEPT_CLIENT = 0.5
"""Of the time for a question: what a client that was kept may use of it before another one is made."""


def _broker(address: Address) -> Broker:
    with _KEEPING:
        if address not in _KEPT:
            complaints = _Complaints()
            _KEPT[address] = Broker(
                address, AdminClient(settings(address), logger=quiet_logger(complaints)), complaints
            )
        return _KEPT[address]


def _forget(address: Address) -> None:
    with _KEEPING:
        _KEPT.pop(address, None)


def settings(address: Address) -> dict[str, Any]:
    """What every client is made with."""
    return {
        "bootstrap.servers": str(address),
        "client.id": CLIENT_ID,
        # A broker that comes back is found at once.
        "reconnect.backoff.ms": 20,
        "reconnect.backoff.max.ms": 200,
        "log_level": 6,
    }


def quiet_logger(handler: logging.Handler) -> logging.Logger:
    """A logger outside the tree of loggers, so that nothing that an application configures prints it."""
    logger = logging.Logger("librdkafka")
    logger.addHandler(handler)
    return logger


def messages(broker: Broker, positions: Sequence[TopicPartition], watch: Stopwatch) -> Generator[Message, None, None]:
    """The records from these positions on, as they come, without joining a group. Close it to close its connection.

    :raises TimeoutError: the time is over.
    :raises KafkaException: the broker refuses.
    """
    consumer = Consumer(
        {
            **settings(broker.address),
            # Demanded by librdkafka; by assign() no group is joined and nothing is committed.
            "group.id": CLIENT_ID,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 50,
        },
        logger=quiet_logger(broker.complaints),
    )
    try:
        consumer.assign(list(positions))
        while True:
            message = consumer.poll(seconds_left(watch))
            if message is None:
                continue
            error = message.error()
            if error is not None:
                raise KafkaException(error)
            yield message
    finally:
        consumer.close()


def seconds_left(watch: Stopwatch) -> float:
    """The seconds left, for librdkafka: it takes 0 or less for "for ever".

    :raises TimeoutError: none are left.
    """
    if watch.left_s < 0.001:
        raise TimeoutError
    return watch.left_s


def error_code(failure: KafkaException) -> int | None:
    """Kafka's number for the error (negative: librdkafka's own)."""
    error = failure.args[0] if failure.args else None
    return error.code() if isinstance(error, KafkaError) else None


def error_text(failure: KafkaException) -> str:
    """Kafka's name for the error and its words."""
    error = failure.args[0] if failure.args else failure
    return f"{error.name()}: {error.str()}" if isinstance(error, KafkaError) else str(error)


_SILENT = (KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._MSG_TIMED_OUT, KafkaError._ALL_BROKERS_DOWN)


def _named(failure: KafkaException, watch: Stopwatch, address: Address) -> str:
    if error_code(failure) in _SILENT:
        return _with_complaint(watch.silence, address)
    return error_text(failure)


def _with_complaint(silence: str, address: Address) -> str:
    complaint = _broker(address).newest_complaint()
    if any(words in complaint for words in _NOT_KAFKA):
        return f"not Kafka: {complaint}"
    return f"{silence} ({network_failure_in(complaint) or complaint})" if complaint else silence
