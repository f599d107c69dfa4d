"""An event without an effect: which side lost it, by what lies on the topic, in the group and in the logs."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from readiness.checks import afterwards, flows, groups
from readiness.checks.afterwards import demand_events_again, note_flow, note_group
from readiness.checks.flows import demand_effect
from readiness.checks.groups import demand_works
from readiness.checks.refusal import is_trouble, refusal_cause
from readiness.model.contract import Flow
from readiness.model.evidence import ContainerState, HttpAnswer, ProbeAnswer
from readiness.model.finding import Blocked, Cause, Unmet
from readiness.model.graph import Role
from readiness.model.redaction import Redactor
from readiness.platform import Platform
from readiness.probes import http, kafka, kafka_groups, kafka_records
from readiness.runtime.journal import Journal
from tests.unit.graphs import backing, contract_of, failed, graph_of, service
from tests.unit.runtime.fake_runtime import FACTS, FakeRuntime

FLOW = Flow.model_validate(
    {
        "topic": "orders.placed",
        "producer": "shop",
        "consumer": "billing",
        "cause": {"service": "shop", "method": "POST", "path": "/orders", "captures": {"order": "id"}},
        "effect": {"service": "billing", "path": "/invoices?order={order}", "contains": "{order}"},
        "within": "1ms",
    }
)
HERE = "172.18.0.7"


def answered(ok: bool = True, error: str = "", **detail: Any) -> ProbeAnswer:
    return ProbeAnswer("probe", "kafka", ok, 0.001, 0.0, error, detail)


def group(state: str = "STABLE", *, member: bool = True, lag: int = 0) -> ProbeAnswer:
    members = [{"client_id": "billing", "host": HERE, "assignment": [{"topic": "orders.placed", "partition": 0}]}]
    partitions = [{"topic": "orders.placed", "partition": 0, "committed": 5 - lag, "end": 5, "lag": lag}]
    told = {"state": state, "error": "", "members": members if member else [], "partitions": partitions}
    return answered(groups={"billing": told, "billing-server": {**told, "state": "DEAD", "members": []}})


class Stage:
    """A platform whose broker, services and logs say what a test wants them to."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        graph = graph_of(backing("kafka"), service("shop"), service("billing"))
        use = {"uses": {"kafka": "kafka"}}
        contract = contract_of(
            {
                "kafka": {"port": 9092},
                "shop": {"port": 3001, **use, "kafka": {"produces": ["orders.placed"]}},
                "billing": {"port": 3014, **use, "kafka": {"consumes": ["orders.placed"], "group": "billing"}},
            }
        )
        journal = Journal(folder / "events.jsonl")
        running = {name: ContainerState("running", started_at=1.0) for name in graph.nodes}
        self.runtime = FakeRuntime(
            graph, journal, states=running, containers={"billing": replace(FACTS, addresses=(HERE,))}
        )
        self.platform = Platform(
            contract, graph, folder, self.runtime, journal, "run1", folder, Redactor(["a-secret-of-the-test"])
        )
        self.ends = [{"orders.placed": {0: 4}}, {"orders.placed": {0: 5}}]
        self.effect = HttpAnswer("http://billing/", 200, 0.001, 0.0, body="[]")
        self.cause = HttpAnswer("http://shop/", 201, 0.001, 0.0, body='{"id": "order-77"}')
        self.group = group()
        self.write = answered()
        on_topic = [{"partition": 0, "offset": 4, "key": "order-77", "value": "{}"}]
        monkeypatch.setattr(http, "request", self._request)
        monkeypatch.setattr(kafka_records, "ends", lambda *_: answered(ends=self.ends.pop(0)))
        monkeypatch.setattr(kafka_records, "records", lambda *_: answered(records=on_topic))
        monkeypatch.setattr(kafka, "groups", lambda *_: self.group)
        monkeypatch.setattr(kafka, "topic_state", lambda *_: answered(topics={"orders.placed": {}}))
        for module in (flows, groups):
            monkeypatch.setattr(module, "_POLL_S", 0.001)
        monkeypatch.setattr("readiness.checks.backing.first_answer", lambda *_: answered())
        monkeypatch.setattr("readiness.checks.backing.written_and_read", lambda *_: self.write)

    def _request(self, method: str, *_: object, **__: object) -> HttpAnswer:
        return replace(self.cause if method == "POST" else self.effect, at=time.time())

    def says(self, node: str, line: str) -> None:
        """The node's log, with a line of just now."""
        self.runtime.logs = {**self.runtime.logs, node: f"{time.time() + 1:.3f} {line}"}

    def lost(self) -> Cause:
        with pytest.raises(Unmet) as caught:
            demand_effect(self.platform, FLOW, None)
        assert caught.value.cause is not None
        return caught.value.cause


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(tmp_path, monkeypatch)


def told(cause: Cause) -> tuple[str, str, str | None]:
    return cause.cls, cause.node, cause.dependency


def test_an_effect_that_shows_is_all_that_is_asked(stage: Stage) -> None:
    stage.effect = replace(stage.effect, body='[{"order": "order-77"}]')
    demand_effect(stage.platform, FLOW, None)


def test_an_event_that_never_came_to_the_topic_was_lost_by_its_producer(stage: Stage) -> None:
    stage.ends = [{"orders.placed": {0: 4}, "orders": {0: 1}}, {"orders.placed": {0: 4}, "orders": {0: 2}}]
    cause = stage.lost()
    assert told(cause) == ("event_lost", "shop", "kafka")
    assert any("1 record(s) came to topic orders meanwhile" in line for line in cause.evidence)


def test_what_the_producer_logged_meanwhile_tells_why(stage: Stage) -> None:
    stage.ends = [{"orders.placed": {0: 4}}, {"orders.placed": {0: 4}}]
    stage.says("shop", "ERROR KafkaError: Broker: Message size too large")
    assert told(stage.lost()) == ("dependency_write_refused", "shop", "kafka")


def test_a_topic_that_is_not_there_is_a_cause_of_its_own(stage: Stage) -> None:
    stage.ends = [{}, {}]
    assert told(stage.lost()) == ("topic_missing", "shop", "kafka")


def test_an_event_on_the_topic_that_was_committed_was_lost_by_its_consumer(stage: Stage) -> None:
    cause = stage.lost()
    assert told(cause) == ("event_lost", "billing", "kafka")
    assert cause.evidence[0] == "the event is on topic orders.placed, partition 0 offset 4"


@pytest.mark.parametrize("seen", [group("EMPTY", member=False), group(lag=1)], ids=["no member", "lag"])
def test_a_group_that_does_not_get_on_is_the_cause(stage: Stage, seen: ProbeAnswer) -> None:
    stage.group = seen
    assert told(stage.lost()) == ("consumer_group", "billing", "kafka")


def test_a_handler_that_throws_stands_before_the_lag_that_comes_of_it(stage: Stage) -> None:
    stage.group = group(lag=1)
    stage.says("billing", '{"level": "warning", "msg": "not handled yet", "error": ["ValueError: no tariff"]}')
    assert told(stage.lost()) == ("app_exception", "billing", None)


def test_a_broker_that_takes_no_records_is_told_by_its_own_finding(stage: Stage) -> None:
    stage.write = answered(False, "NOT_ENOUGH_REPLICAS: Broker: Not enough in-sync replicas")
    with pytest.raises(Blocked) as caught:
        demand_effect(stage.platform, FLOW, None)
    assert caught.value.by == f"{Role.KAFKA}.usable[kafka]"


def test_a_request_that_fails_at_the_server_is_traced_to_its_log(stage: Stage) -> None:
    stage.says("shop", "ERROR ReplyError: READONLY You can't write against a read only replica.")
    stage.cause = HttpAnswer("http://shop/orders", 503, 0.001, 0.0, body="{}")
    assert stage.lost().cls == "dependency_write_refused"


def test_a_consumer_that_joins_again_and_again_is_told_by_what_its_handler_throws(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_groups, "of_members", lambda *_: answered(groups=["billing-server"]))
    stage.group = group("EMPTY", member=False)
    stage.says("billing", '{"level": "warning", "msg": "not handled yet", "error": ["ValueError: no tariff"]}')
    billing, broker = stage.platform.service("billing"), stage.platform.backing("kafka")
    with pytest.raises(Unmet) as caught:
        demand_works(stage.platform, billing, broker, 0.01, since=time.time())
    assert caught.value.cause is not None
    assert told(caught.value.cause) == ("app_exception", "billing", None)


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (HttpAnswer("u", 0, 0.0, 0.0, error="timed out"), True),
        (HttpAnswer("u", 503, 0.0, 0.0), True),
        (HttpAnswer("u", 401, 0.0, 0.0), False),
        (HttpAnswer("u", 422, 0.0, 0.0), False),
        (HttpAnswer("u", 200, 0.0, 0.0, body='{"errors": [{"message": "internal error"}]}'), True),
        (
            HttpAnswer("u", 200, 0.0, 0.0, body='{"errors": [{"extensions": {"code": "UNAUTHENTICATED"}}]}'),
            False,
        ),
    ],
)
def test_only_the_servers_own_failure_is_looked_into(answer: HttpAnswer, trouble: bool) -> None:
    assert is_trouble(answer) is trouble


def test_a_service_that_says_nothing_of_its_failure_calls_itself_ready_wrongly(stage: Stage) -> None:
    answer = HttpAnswer("u", 500, 0.0, 0.0)
    cause = refusal_cause(stage.platform, "shop", answer, time.time())
    assert cause is not None
    assert (cause.cls, cause.node) == ("health_lie", "shop")


def test_a_service_that_says_it_is_kept_back_by_one_that_is_not_up_is_not_blamed(stage: Stage) -> None:
    stage.platform.journal.append(failed("billing", "CrashLoop", "app_exception", root="billing"))
    answer = HttpAnswer("u", 503, 0.0, 0.0, body='{"message": "billing gave no quote: Timeout has occurred"}')
    with pytest.raises(Blocked) as caught:
        refusal_cause(stage.platform, "shop", answer, time.time())
    assert caught.value.by == "start.ready[billing]"


class TestAfterALoss:
    """What worked before the broker was lost is asked for again, and nothing else."""

    def demand(self, stage: Stage) -> None:
        platform = replace(stage.platform, contract=stage.platform.contract.model_copy(update={"flows": (FLOW,)}))
        stage.platform = platform
        demand_events_again(platform, platform.service("billing"), platform.backing("kafka"))

    @pytest.fixture(autouse=True)
    def _soon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(afterwards, "_patience_s", lambda _: 0.001)

    def test_a_group_that_never_worked_is_not_told_again(self, stage: Stage) -> None:
        stage.group = group("EMPTY", member=False)
        self.demand(stage)

    def test_a_member_that_is_not_back_did_not_reconnect(self, stage: Stage) -> None:
        note_group(stage.platform, "billing")
        stage.group = group("EMPTY", member=False)
        with pytest.raises(Unmet) as caught:
            self.demand(stage)
        assert caught.value.cause is not None
        assert told(caught.value.cause) == ("no_reconnection", "billing", "kafka")

    def test_a_producer_whose_events_no_longer_come_did_not_reconnect(self, stage: Stage) -> None:
        note_flow(stage.platform, FLOW)
        stage.ends = [{"orders.placed": {0: 4}}, {"orders.placed": {0: 4}}]
        with pytest.raises(Unmet) as caught:
            self.demand(stage)
        assert caught.value.cause is not None
        assert told(caught.value.cause) == ("no_reconnection", "shop", "kafka")

    def test_all_that_works_again_is_well(self, stage: Stage) -> None:
        note_group(stage.platform, "billing")
        note_flow(stage.platform, FLOW)
        stage.effect = replace(stage.effect, body="order-77")
        self.demand(stage)
