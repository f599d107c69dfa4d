"""What the probes of Kafka make of a broker, and of one that misbehaves."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaError, KafkaException

from readiness.model.address import Address
from readiness.model.evidence import ProbeAnswer
from readiness.probes import kafka, kafka_client, kafka_records
from readiness.probes.deadline import Stopwatch
from tests.unit.probes.misbehaving_servers import (
    GRACE_S,
    Behaviour,
    closes,
    drips,
    floods,
    nobody,
    resets,
    says_and_closes,
    server,
    silent,
    within,
)

DEADLINE_S = 0.3

Probe = Callable[[Address], ProbeAnswer]

PROBES: dict[str, Probe] = {
    "metadata": lambda address: kafka.metadata(address, DEADLINE_S),
    "topic_state": lambda address: kafka.topic_state(address, ["orders"], DEADLINE_S),
    "write_and_read": lambda address: kafka.write_and_read(address, "readiness-x", "marker", DEADLINE_S),
    "groups": lambda address: kafka.groups(address, ["orders"], DEADLINE_S),
}


@pytest.mark.parametrize("name", PROBES)
def test_no_probe_outlives_its_deadline_on_a_broker_that_hangs(name: str) -> None:
    with server(silent) as address, within(DEADLINE_S + GRACE_S):
        answer = PROBES[name](address)
    assert (answer.probe, answer.error) == (f"kafka.{name}", "no answer within 300 ms")


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        pytest.param(drips(b"\0\0\0\xff\0", 0.05), "no answer within 300 ms", id="drips"),
        pytest.param(closes, "no answer within 300 ms (Disconnected", id="closes"),
        pytest.param(resets, "no answer within 300 ms (connection reset)", id="resets"),
        pytest.param(says_and_closes(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "not Kafka: ", id="HTTP"),
        pytest.param(floods(b"", b"x" * 65536), "not Kafka: ", id="endless"),
    ],
)
def test_what_a_server_does_instead_of_answering_is_the_error(
    behaviour: Behaviour, error: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with server(behaviour) as address, within(DEADLINE_S + GRACE_S):
        answer = PROBES["metadata"](address)
    assert not answer.ok
    assert answer.error.startswith(error)
    assert capfd.readouterr() == ("", ""), "librdkafka's log is for the answer and not for the screen"


@pytest.mark.parametrize("name", PROBES)
def test_a_refused_connection_is_told_at_once(name: str) -> None:
    with within(GRACE_S):
        assert PROBES[name](nobody()).error == "connection refused"


def test_a_name_that_does_not_resolve_is_told() -> None:
    assert kafka.metadata(Address("no-such-host.invalid", 9092), 2).error == "the name does not resolve"


def test_what_a_broker_did_in_an_earlier_probe_is_not_told_again() -> None:
    with server(says_and_closes(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as address:
        assert PROBES["metadata"](address).error.startswith("not Kafka")
    assert PROBES["metadata"](address).error == "connection refused"


class KeptClient:
    """In place of a broker whose kept client has lost its way: only a client made anew gets an answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made = 0
        monkeypatch.setattr(kafka_client, "_KEPT", {})
        monkeypatch.setattr(kafka_client, "_reach", lambda *_: None)
        monkeypatch.setattr(kafka_client, "AdminClient", self._make)

    def _make(self, *_: object, **__: object) -> SimpleNamespace:
        self.made += 1
        return SimpleNamespace(poll=lambda _: 0, number=self.made)

    def ask(self, work: kafka_client.Work) -> ProbeAnswer:
        return kafka_client.run_probe("kafka.any", Address("127.0.0.1", 1), DEADLINE_S, work)


def test_a_kept_client_that_stays_silent_is_replaced_within_the_same_question(monkeypatch: pytest.MonkeyPatch) -> None:
    client = KeptClient(monkeypatch)
    assert client.ask(lambda broker, _: {"by": vars(broker.admin)["number"]}).detail == {"by": 1}

    def only_a_new_one(broker: kafka_client.Broker, _: Stopwatch) -> kafka_client.Detail:
        if vars(broker.admin)["number"] == 1:
            raise TimeoutError
        return {"by": vars(broker.admin)["number"]}

    assert client.ask(only_a_new_one).detail == {"by": 2}
    assert client.made == 2


def test_what_a_kept_client_is_told_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    client = KeptClient(monkeypatch)
    client.ask(lambda *_: {})

    def refused(*_: object) -> kafka_client.Detail:
        raise KafkaException(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED))

    answer = client.ask(refused)
    assert answer.error.startswith("TOPIC_AUTHORIZATION_FAILED")
    assert client.made == 1


@pytest.mark.parametrize(
    ("before", "after", "grown"),
    [
        ({}, {}, {}),
        ({"a": {0: 3}}, {"a": {0: 3}}, {}),
        ({"a": {0: 3, 1: 0}}, {"a": {0: 3, 1: 2}, "new": {0: 1}}, {"a": 2, "new": 1}),
        ({"a": {0: 9}}, {"a": {0: 1}}, {}),
    ],
)
def test_growth_of_topics_is_counted_over_partitions(
    before: kafka_records.Ends, after: kafka_records.Ends, grown: dict[str, int]
) -> None:
    assert kafka_records.grown(before, after) == grown
