"""What listens inside a container, read from its own network namespace."""

from pathlib import Path

from readiness.model.address import Address
from readiness.runtime.journal import Journal
from readiness.runtime.listening import listening_sockets
from readiness.runtime.protocol import Executed
from tests.unit.graphs import graph_of, service
from tests.unit.runtime.fake_runtime import FakeRuntime

HEADING = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
SOCKETS = (
    "   0: 0100007F:0BB9 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0\n"
    "   1: 0B00007F:9C41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0\n"
    "   2: 0400A8C0:0BB9 0300A8C0:9C42 01 00000000:00000000 00:00000000 00000000  1000        0 3 1 0\n"
)


def runtime_that_says(tmp_path: Path, said: Executed) -> FakeRuntime:
    return FakeRuntime(graph_of(service("auth")), Journal(tmp_path / "events.jsonl"), answers={"auth": said})


def test_only_what_listens_counts_and_not_the_engines_own_resolver(tmp_path: Path) -> None:
    runtime = runtime_that_says(tmp_path, Executed(0, HEADING + SOCKETS))
    assert listening_sockets(runtime, "auth") == (Address("127.0.0.1", 3001),)


def test_nothing_listens_is_an_answer_and_no_shell_is_none(tmp_path: Path) -> None:
    assert listening_sockets(runtime_that_says(tmp_path, Executed(0, HEADING)), "auth") == ()
    assert listening_sockets(runtime_that_says(tmp_path, Executed(126, "exec: sh: not found")), "auth") is None
