"""HTTP requests that are bounded in time and size.

No proxy, no settings of the environment, no redirect is followed. Certificates are not verified: a probe goes to a
published port on the loopback, which no service's certificate names.
"""

import asyncio
import math
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

from readiness.model.evidence import HttpAnswer
from readiness.probes.deadline import Asker, Stopwatch
from readiness.probes.failures import network_failure

MAX_BODY_BYTES = 1_000_000


@dataclass(frozen=True)
class _Request:
    method: str
    url: str
    headers: Mapping[str, str]
    json: Any
    body: str | bytes | None
    max_body_bytes: int


class _TooLongError(Exception):
    """The body has no end, or none that we wait for."""


def request(
    method: str,
    url: str,
    *,
    deadline_s: float,
    headers: Mapping[str, str] | None = None,
    json: Any = None,
    body: str | bytes | None = None,
    max_body_bytes: int = MAX_BODY_BYTES,
) -> HttpAnswer:
    """One request on a connection of its own.

    An answer counts when it is complete within ``deadline_s`` and ``max_body_bytes``. Otherwise its status is 0,
    ``error`` says what happened, and headers and body hold what came so far. The body is read as UTF-8 (RFC 8259,
    section 8.1), undecodable bytes replaced.
    """
    asked = _Request(method, url, headers or {}, json, body, max_body_bytes)
    return _answers(asked, count=1, deadline_s=deadline_s)[0]


def get(url: str, *, deadline_s: float, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    """One GET; see :func:`request`."""
    return request("GET", url, deadline_s=deadline_s, headers=headers)


def series(
    url: str, count: int, deadline_s: float, *, headers: Mapping[str, str] | None = None
) -> tuple[HttpAnswer, ...]:
    """``count`` GETs, one after another, on one connection that is kept alive: what a monitor or a gateway sees.

    :param deadline_s: for each of them.
    """
    asked = _Request("GET", url, headers or {}, None, None, MAX_BODY_BYTES)
    return _answers(asked, count=count, deadline_s=deadline_s)


def percentile(latencies: Sequence[float], fraction: float) -> float:
    """The smallest latency that at least this fraction of them does not exceed (nearest rank, no interpolation).

    :raises ValueError: there are none, or the fraction is not within 0 and 1.
    """
    if not latencies or not 0 <= fraction <= 1:
        raise ValueError(f"no percentile {fraction} of {len(latencies)} latencies")
    rank = max(1, math.ceil(fraction * len(latencies)))
    return sorted(latencies)[rank - 1]


@cache
def _unverified() -> ssl.SSLContext:
    """Made once, and without the system's authorities: loading them costs more than a request."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _answers(asked: _Request, *, count: int, deadline_s: float) -> tuple[HttpAnswer, ...]:
    client = httpx.AsyncClient(
        transport=httpx.AsyncHTTPTransport(verify=_unverified(), trust_env=False),
        headers={"user-agent": "readiness-probe", "accept-encoding": "identity"},
        timeout=None,
        trust_env=False,
        follow_redirects=False,
    )
    with Asker() as asker:
        try:
            return tuple(asker.ask(_answer(client, asked, deadline_s)) for _ in range(count))
        finally:
            asker.ask(client.aclose())


_NOT_HTTP = "not HTTP"


async def _answer(client: httpx.AsyncClient, asked: _Request, deadline_s: float) -> HttpAnswer:
    watch = Stopwatch(deadline_s)
    response: httpx.Response | None = None
    body = bytearray()
    error = ""
    try:
        async with asyncio.timeout(deadline_s):
            async with client.stream(
                asked.method, asked.url, headers=dict(asked.headers), json=asked.json, content=asked.body
            ) as response:
                # Raw, so that a small compressed answer cannot become a large one; identity was asked for.
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) > asked.max_body_bytes:
                        raise _TooLongError
    except TimeoutError:
        error = watch.silence
    except _TooLongError:
        error = f"the body is longer than {asked.max_body_bytes} bytes"
    except httpx.RemoteProtocolError as failure:
        error = network_failure(failure) or _protocol_error(failure)
    except httpx.TransportError as failure:
        error = network_failure(failure) or _lost(failure)
    if not error and response is not None and response.headers.get("content-encoding", "identity") != "identity":
        error = f"the body is encoded as {response.headers['content-encoding']!r} although identity was asked for"
    return _told(asked, watch, response, bytes(body[: asked.max_body_bytes]), error)


def _protocol_error(failure: httpx.RemoteProtocolError) -> str:
    if "without sending" in str(failure):
        return "the connection was closed without a complete answer"
    return f"{_NOT_HTTP}: {failure}"


def _lost(failure: httpx.TransportError) -> str:
    if isinstance(failure, httpx.ReadError | httpx.WriteError | httpx.CloseError):
        # The operating system's error number got lost on the way; what is left is that the peer ended the connection.
        return "connection reset"
    return str(failure) or "the connection was closed before the request was sent"


def _told(asked: _Request, watch: Stopwatch, response: httpx.Response | None, body: bytes, error: str) -> HttpAnswer:
    came = f" (status {response.status_code} and {len(body)} bytes of the body came)" if response and error else ""
    return HttpAnswer(
        url=asked.url,
        status=response.status_code if response and not error else 0,
        latency_s=watch.elapsed_s,
        at=watch.at,
        content_type=response.headers.get("content-type", "") if response else "",
        body=body.decode("utf-8", errors="replace"),
        error=error + came,
        headers=dict(response.headers) if response else {},
        came=response is not None or error.startswith(_NOT_HTTP),
    )
