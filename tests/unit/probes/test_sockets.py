import socket
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.model.address import Address
from readiness.probes.sockets import Connection, established_from, parse_proc_net_tcp

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
REST = " 00000000:00000000 00:00000000 00000000   999        0 4242 1 0000000000000000 20 4 30 10 -1\n"

little_endian = pytest.mark.skipif(sys.byteorder != "little", reason="the samples are from a little-endian machine")


@little_endian
def test_a_line_of_tcp_is_read() -> None:
    text = HEAD + "   0: 020012AC:1538 050012AC:B4F2 01" + REST
    assert parse_proc_net_tcp(text) == (
        Connection(Address("172.18.0.2", 5432), Address("172.18.0.5", 46322), "ESTABLISHED"),
    )


@little_endian
def test_an_ipv4_mapped_address_of_tcp6_is_told_as_ipv4() -> None:
    text = HEAD + "   0: 0000000000000000FFFF0000020012AC:2384 0000000000000000FFFF0000050012AC:9C40 01" + REST
    assert parse_proc_net_tcp(text) == (
        Connection(Address("172.18.0.2", 9092), Address("172.18.0.5", 40000), "ESTABLISHED"),
    )


@little_endian
def test_a_true_ipv6_address_is_read() -> None:
    loopback = "00000000000000000000000001000000"
    (connection,) = parse_proc_net_tcp(f"{HEAD}   0: {loopback}:0050 {loopback}:0051 06{REST}")
    assert connection == Connection(Address("::1", 80), Address("::1", 81), "TIME_WAIT")


def test_both_files_in_a_row_are_read_and_other_lines_are_left_out() -> None:
    line = "   0: 0100007F:1F90 0100007F:1F91 0A" + REST
    text = HEAD + line + HEAD + line + "nonsense\n   1: zz:zz yy:yy 01\n   2: 0100007F:1F90 0100007F:1F91 FF\n"
    assert [connection.state for connection in parse_proc_net_tcp(text)] == ["LISTEN", "LISTEN"]


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(parse_proc_net_tcp(text), tuple)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux")
def test_a_connection_of_our_own_is_found_in_the_kernels_list() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = listener.accept()
            with accepted:
                connections = parse_proc_net_tcp(Path("/proc/net/tcp").read_text())
                found = established_from(connections, port, {"127.0.0.1"})
                expected = Connection(Address("127.0.0.1", port), Address(*client.getsockname()), "ESTABLISHED")
                assert found == (expected,)


def test_only_established_connections_to_the_port_from_the_hosts_count() -> None:
    def connection(port: int, host: str, state: str) -> Connection:
        return Connection(Address("172.18.0.2", port), Address(host, 40000), state)

    wanted = connection(5432, "172.18.0.5", "ESTABLISHED")
    others = [
        connection(5433, "172.18.0.5", "ESTABLISHED"),
        connection(5432, "172.18.0.6", "ESTABLISHED"),
        connection(5432, "172.18.0.5", "TIME_WAIT"),
    ]
    assert established_from([*others, wanted], 5432, ["172.18.0.5"]) == (wanted,)
