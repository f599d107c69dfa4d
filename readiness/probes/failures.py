"""What goes wrong between a probe and the other side, in the same words for every probe."""

import errno
import socket


class WrongAnswerError(Exception):
    """The other side answered, but not what it had to. Its text becomes the answer's ``error``."""


_BY_ERRNO = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset",
    errno.EPIPE: "connection reset",
    errno.ECONNABORTED: "connection reset",
    errno.EHOSTUNREACH: "no route to the host",
    errno.ENETUNREACH: "no route to the network",
    errno.ETIMEDOUT: "connection timed out",
}
_BY_TEXT = {
    "connection refused": "connection refused",
    "connection reset": "connection reset",
    "broken pipe": "connection reset",
    "no route to host": "no route to the host",
    "network is unreachable": "no route to the network",
    "name or service not known": "the name does not resolve",
    "temporary failure in name resolution": "the name does not resolve",
    "no address associated with hostname": "the name does not resolve",
    "failed to resolve": "the name does not resolve",
}

CLOSED = "the connection was closed without an answer"


def network_failure(error: BaseException) -> str | None:
    """What happened to the connection, from an error or those that it came from; None when none is of the network.

    ``connection refused``, ``connection reset``, ``no route to the host``, ``the name does not resolve``...
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return "the name does not resolve"
        if isinstance(cause, OSError) and cause.errno in _BY_ERRNO:
            return _BY_ERRNO[cause.errno]
        cause = cause.__cause__ or cause.__context__
    return network_failure_in(str(error))


def network_failure_in(text: str) -> str | None:
    """The same, from the text of a library that keeps no error number."""
    lowered = text.lower()
    return next((words for pattern, words in _BY_TEXT.items() if pattern in lowered), None)
