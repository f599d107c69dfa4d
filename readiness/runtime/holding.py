"""Who really holds a connection to a backing service, as that service's own network namespace shows it."""

from readiness.model.finding import BeyondReach
from readiness.probes.sockets import Connection, established_from, parse_proc_net_tcp
from readiness.runtime.protocol import Runtime

_DEADLINE_S = 10.0
# IPv6 may be switched off, and then there is no second file: that is no error.
_READ_SOCKETS = ("sh", "-c", "cat /proc/net/tcp; cat /proc/net/tcp6 2>/dev/null || true")


def connections_held(runtime: Runtime, client: str, server: str) -> tuple[Connection, ...]:
    """Established connections at the server that come from one of the client's addresses.

    :raises BeyondReach: the server's container cannot show its sockets.
    """
    shown = runtime.execute(server, _READ_SOCKETS, _DEADLINE_S)
    if shown.exit_code != 0:
        raise BeyondReach(f"the sockets of {server} cannot be read: {shown.output.strip()[:200]}")
    addresses = runtime.container(client).addresses
    sockets = parse_proc_net_tcp(shown.output)
    listening = {socket.local.port for socket in sockets if socket.state == "LISTEN"}
    return tuple(held for port in listening for held in established_from(sockets, port, addresses))
