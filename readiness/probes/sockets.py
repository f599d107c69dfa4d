"""TCP connections as the kernel lists them in ``/proc/net/tcp`` and ``tcp6`` (proc_pid_net(5)): text in, data out."""

import ipaddress
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from readiness.model.address import Address

# The kernel's include/net/tcp_states.h.
_STATES = {
    1: "ESTABLISHED",
    2: "SYN_SENT",
    3: "SYN_RECV",
    4: "FIN_WAIT1",
    5: "FIN_WAIT2",
    6: "TIME_WAIT",
    7: "CLOSE",
    8: "CLOSE_WAIT",
    9: "LAST_ACK",
    10: "LISTEN",
    11: "CLOSING",
    12: "NEW_SYN_RECV",
}


@dataclass(frozen=True)
class Connection:
    """One socket, as seen from inside its network namespace. IPv4-mapped addresses are told as IPv4."""

    local: Address
    remote: Address
    state: str


def parse_proc_net_tcp(text: str) -> tuple[Connection, ...]:
    """The sockets in the text of ``/proc/net/tcp``, ``tcp6``, or both in a row. Lines of another kind are left out."""
    connections = []
    for line in text.splitlines():
        fields = line.split()
        if len(fields) < 4 or not fields[0].endswith(":"):
            continue
        try:
            connection = Connection(_address(fields[1]), _address(fields[2]), _STATES[int(fields[3], 16)])
        except (ValueError, KeyError):
            continue
        connections.append(connection)
    return tuple(connections)


def established_from(
    connections: Iterable[Connection], local_port: int, remote_hosts: Collection[str]
) -> tuple[Connection, ...]:
    """The established connections to this port that come from one of these IP addresses."""
    return tuple(
        connection
        for connection in connections
        if connection.state == "ESTABLISHED"
        and connection.local.port == local_port
        and connection.remote.host in remote_hosts
    )


def _address(text: str) -> Address:
    """``0100007F:1F90``: 127.0.0.1:8080. 32-bit words of the address are in the machine's byte order, not so the port.

    :raises ValueError: the text is no such address.
    """
    digits, _, port = text.partition(":")
    raw = bytes.fromhex(digits)
    if len(raw) not in (4, 16):
        raise ValueError(f"{text!r} is neither an IPv4 nor an IPv6 address")
    if sys.byteorder == "little":
        raw = b"".join(raw[start : start + 4][::-1] for start in range(0, len(raw), 4))
    host = ipaddress.ip_address(raw)
    if isinstance(host, ipaddress.IPv6Address) and host.ipv4_mapped is not None:
        host = host.ipv4_mapped
    return Address(str(host), int(port, 16))
