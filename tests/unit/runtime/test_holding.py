"""Who holds a connection to a backing service, read from the sockets of that service."""

from dataclasses import replace
from pathlib import Path

import pytest

from readiness.model.finding import BeyondReach
from readiness.runtime.holding import connections_held
from readiness.runtime.journal import Journal
from readiness.runtime.protocol import Executed
from tests.unit.graphs import backing, graph_of, service
from tests.unit.runtime.fake_runtime import FACTS, FakeRuntime

ESTABLISHED, LISTEN, TIME_WAIT = "01", "0A", "06"
AUTH, OTHER, SERVER = (
    "0500A8C0",
    "0600A8C0",
    "0200A8C0",
)  # 192.168.0.5, .6 and .2, as a little-endian kernel prints them
NOBODY = "00000000"
REDIS = 6379


def line(remote: str, state: str, local_port: int = REDIS, remote_port: int = 40000, local: str = SERVER) -> str:
    return f"   0: {local}:{local_port:04X} {remote}:{remote_port:04X} {state} 00000000:00000000 00:00000000 00000000 0"


def held(tmp_path: Path, *lines: str, exit_code: int = 0, client: tuple[str, ...] = ("192.168.0.5",)) -> int:
    table = "\n".join(("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid", *lines))
    runtime = FakeRuntime(
        graph_of(service("auth"), backing("redis")),
        Journal(tmp_path / "events.jsonl"),
        answers={"redis": Executed(exit_code, table)},
        containers={"auth": replace(FACTS, addresses=client)},
    )
    return len(connections_held(runtime, "auth", "redis"))


LISTENING = line(NOBODY, LISTEN, remote_port=0, local=NOBODY)


def test_a_connection_from_the_client_s_address_is_held(tmp_path: Path) -> None:
    assert held(tmp_path, LISTENING, line(AUTH, ESTABLISHED), line(AUTH, ESTABLISHED, remote_port=40001)) == 2


def test_connections_from_any_of_its_networks_count(tmp_path: Path) -> None:
    lines = (LISTENING, line(AUTH, ESTABLISHED), line(OTHER, ESTABLISHED))
    assert held(tmp_path, *lines, client=("192.168.0.5", "192.168.0.6")) == 2


@pytest.mark.parametrize("lines", [(), (line(OTHER, ESTABLISHED),), (line(AUTH, TIME_WAIT),)])
def test_connections_of_others_and_closed_ones_are_not_held(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert held(tmp_path, LISTENING, *lines) == 0


def test_a_connection_that_the_server_made_to_the_client_does_not_come_from_it(tmp_path: Path) -> None:
    assert held(tmp_path, LISTENING, line(AUTH, ESTABLISHED, local_port=40000, remote_port=3001)) == 0


def test_sockets_that_cannot_be_read_are_beyond_reach(tmp_path: Path) -> None:
    with pytest.raises(BeyondReach, match="the sockets of redis cannot be read"):
        held(tmp_path, exit_code=127)
