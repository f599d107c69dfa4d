"""Where the processes of a container listen, as its own network namespace shows it."""

from readiness.model.address import Address
from readiness.probes.sockets import parse_proc_net_tcp
from readiness.runtime.protocol import Runtime

_DEADLINE_S = 5.0
# IPv6 may be switched off, and then there is no second file: that is no error.
_READ_SOCKETS = ("sh", "-c", "cat /proc/net/tcp; cat /proc/net/tcp6 2>/dev/null || true")
_HEADING = "local_address"
# The engine's own resolver inside every container of a user-defined network.
_ENGINES_RESOLVER = "127.0.0.11"


def listening_sockets(runtime: Runtime, node: str) -> tuple[Address, ...] | None:
    """The addresses on which somebody in the container listens; None where the container cannot show its sockets."""
    shown = runtime.execute(node, _READ_SOCKETS, _DEADLINE_S)
    if shown.exit_code != 0 or _HEADING not in shown.output:
        return None
    sockets = parse_proc_net_tcp(shown.output)
    found = (socket.local for socket in sockets if socket.state == "LISTEN" and socket.local.host != _ENGINES_RESOLVER)
    return tuple(dict.fromkeys(found))
