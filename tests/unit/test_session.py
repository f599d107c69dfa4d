"""What a session needs before and after the engine: folders, ports, state, and a clean end."""

import socket
import tempfile
from pathlib import Path

import pytest

from readiness.model.contract import Contract
from readiness.model.errors import ContractError, EngineLost
from readiness.model.events import Noted
from readiness.session import Session, free_ports, is_started, new_run_folder, ports_to_ask
from tests.unit.graphs import backing, contract_of, graph_of, service


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return new_run_folder()


def test_every_run_has_a_folder_and_a_name_of_its_own(folder: Path) -> None:
    other = new_run_folder()
    assert folder != other
    names = {Session(Path("readiness.yaml"), each).run for each in (folder, other)}
    assert len(names) == 2
    assert all(len(name) == 6 for name in names)


def test_free_ports_are_free_different_and_on_the_loopback() -> None:
    chosen = free_ports(("KAFKA_PORT", "OTHER_PORT", "THIRD_PORT"))
    assert list(chosen) == ["KAFKA_PORT", "OTHER_PORT", "THIRD_PORT"]
    assert len(set(chosen.values())) == 3
    for port in chosen.values():
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", int(port)))


def test_no_variables_need_no_ports() -> None:
    assert free_ports(()) == {}


def test_the_ports_that_the_contract_knows_are_asked_and_only_of_nodes_that_there_are() -> None:
    graph = graph_of(backing("redis"), service("auth"), service("finance"))
    contract = contract_of({"auth": {"port": 3001}, "redis": {"port": 6379}, "ghost": {"port": 1}})
    assert ports_to_ask(contract, graph) == {"redis": (6379,), "auth": (3001,)}
    assert ports_to_ask(Contract(), graph) == {}


def test_a_session_that_could_not_start_leaves_no_folder(folder: Path, tmp_path: Path) -> None:
    session = Session(tmp_path / "missing.yaml", folder)
    with pytest.raises(ContractError, match="there is no such contract"):
        session.start()
    assert not is_started(folder)
    session.close()
    assert not folder.exists()


def test_a_session_that_loses_its_engine_while_it_closes_closes_its_journal_all_the_same(folder: Path) -> None:
    class Run:
        def close(self) -> None:
            raise EngineLost("gone")

    session = Session(Path("readiness.yaml"), folder)
    session._docker_run = Run()  # type: ignore[assignment]
    with pytest.raises(EngineLost):
        session.close()
    session.journal.append(Noted(message="too late"))
    assert session.journal.unwritten is not None
    assert session.journal.events() == ()
