"""Questions to Redis. Every probe uses one connection of its own and never retries; latency includes connecting."""

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from readiness.model.address import Address, Credentials
from readiness.model.evidence import ProbeAnswer
from readiness.probes.deadline import Stopwatch, ask
from readiness.probes.failures import CLOSED, WrongAnswerError, network_failure

CLIENT_NAME = "readiness-probe"
"""Under this name the probes show up among a server's clients."""

EXPIRY_S = 60

Detail = Mapping[str, Any]
_Command = Callable[..., Awaitable[Any]]
"""Sends a command and gives the reply as it came: text, a number, a list or None."""
_Work = Callable[[_Command], Awaitable[Detail]]


def ping(address: Address, credentials: Credentials, deadline_s: float) -> ProbeAnswer:
    """PING after login."""

    async def work(command: _Command) -> Detail:
        _expect("PING", await command("PING"), "PONG")
        return {}

    return _probe("redis.ping", address, credentials, deadline_s, work)


def write_and_read(address: Address, credentials: Credentials, key_suffix: str, deadline_s: float) -> ProbeAnswer:
    """Writes a key that expires, reads it back with its time to live, and deletes it.

    What keeps a server from being written to begins with Redis' own word: ``READONLY``, ``OOM``, ``NOAUTH``,
    ``LOADING``, ``MISCONF``...
    """
    key = f"readiness:{key_suffix}"

    async def work(command: _Command) -> Detail:
        _expect("SET", await command("SET", key, key_suffix, "EX", EXPIRY_S), "OK")
        _expect("GET", await command("GET", key), key_suffix)
        ttl_s = await command("TTL", key)
        _expect("DEL", await command("DEL", key), 1)
        if not isinstance(ttl_s, int) or not 0 < ttl_s <= EXPIRY_S:
            raise WrongAnswerError(f"TTL was answered with {ttl_s!r} for a key that was set to expire in {EXPIRY_S} s")
        return {"key": key, "ttl_s": ttl_s}

    return _probe("redis.write_and_read", address, credentials, deadline_s, work)


def clients(address: Address, credentials: Credentials, deadline_s: float) -> ProbeAnswer:
    """CLIENT LIST without the probes' own connections.

    ``detail["clients"]`` is a list of ``addr``, ``name``, ``cmd``, ``user`` (text) and ``age``, ``idle`` (seconds).
    """

    async def work(command: _Command) -> Detail:
        reply = await command("CLIENT LIST")
        if not isinstance(reply, str):
            raise WrongAnswerError(f"CLIENT LIST was answered with {reply!r:.100}")
        listed = [_client(line) for line in reply.splitlines()]
        return {"clients": [client for client in listed if client["name"] != CLIENT_NAME]}

    return _probe("redis.clients", address, credentials, deadline_s, work)


def _expect(command: str, reply: object, expected: object) -> None:
    if reply != expected:
        raise WrongAnswerError(f"{command} was answered with {reply!r:.100} where {expected!r} was due")


def _client(line: str) -> dict[str, str | int]:
    """One line of CLIENT LIST: ``id=3 addr=172.18.0.5:46338 name= age=12 idle=0 ... user=default``."""
    fields = dict(field.partition("=")[::2] for field in line.split())
    told: dict[str, str | int] = {name: fields.get(name, "") for name in ("addr", "name", "cmd", "user")}
    return {**told, **{name: int(fields.get(name) or 0) for name in ("age", "idle")}}


def _probe(
    name: str,
    address: Address,
    credentials: Credentials,
    deadline_s: float,
    work: _Work,
) -> ProbeAnswer:
    watch = Stopwatch(deadline_s)
    detail: Detail = {}
    error = ""
    try:
        detail = ask(_session(address, credentials, work), deadline_s)
    except TimeoutError:
        error = watch.silence
    except WrongAnswerError as failure:
        error = str(failure)
    except (RedisError, OSError, ValueError, RecursionError) as failure:  # The last: arrays nested without end.
        error = _named(failure)
    return ProbeAnswer(name, str(address), not error, watch.elapsed_s, watch.at, error, detail)


async def _session(address: Address, credentials: Credentials, work: _Work) -> Detail:
    client = Redis(
        host=address.host,
        port=address.port,
        db=credentials.database or 0,
        username=credentials.user,
        password=credentials.password,
        single_connection_client=True,
        # The deadline is kept from outside, over everything together.
        socket_timeout=None,
        socket_connect_timeout=None,
        retry=Retry(NoBackoff(), 0),
        # RESP2, and no library name sent: nothing that an older server or a proxy does not know.
        protocol=2,
        driver_info=None,
        decode_responses=True,
        encoding_errors="replace",
    )
    client.response_callbacks.clear()  # Replies are judged here, whatever their type.
    command: _Command = client.execute_command
    try:
        with contextlib.suppress(ResponseError):  # Some users and proxies may not name themselves.
            await command("CLIENT SETNAME", CLIENT_NAME)
        return await work(command)
    finally:
        if client.connection is not None:
            await client.connection.disconnect(nowait=True)
        await client.aclose()


def _named(failure: Exception) -> str:
    network = network_failure(failure)
    if network:
        return network
    if isinstance(failure, RedisError) and getattr(failure, "status_code", None):
        return f"{failure.status_code}: {failure}"
    if isinstance(failure, ResponseError | AuthenticationError):
        return str(failure)
    if "closed by server" in str(failure).lower():
        return CLOSED
    return f"not Redis: {failure}"
