"""An error that ended a thread of a process that lives on is told from one that was caught and logged."""

import json

import pytest

from readiness.diagnosis.reading import read
from readiness.diagnosis.request import uncaught_cause
from readiness.diagnosis.wording import lines_of
from readiness.model.evidence import ContainerState, NodeEvidence
from readiness.model.finding import Cause, Confidence
from tests.unit.graphs import backing, graph_of, service

THREAD = """\
consumer joined the group
Exception in thread consumer:
Traceback (most recent call last):
  File "/usr/lib/python3.11/threading.py", line 1038, in _bootstrap_inner
    self.run()
  File "/app/shop/consumer.py", line 90, in run
    total = event["total"]
KeyError: 'total'
GET /health/ready 200
"""
CAUGHT = """\
ERROR:shop.consumer:the order could not be read, it is tried again
Traceback (most recent call last):
  File "/app/shop/consumer.py", line 90, in run
    total = event["total"]
KeyError: 'total'
"""


def cause_of(log: str) -> Cause | None:
    graph = graph_of(backing("kafka"), service("shop", "kafka"))
    return uncaught_cause(NodeEvidence("shop", ContainerState("running"), log=log), graph, {})


def test_what_ended_a_thread_is_the_cause() -> None:
    cause = cause_of(THREAD)
    assert cause is not None
    assert (cause.cls, cause.node, cause.confidence) == ("app_exception", "shop", Confidence.LIKELY)
    assert any("KeyError: 'total'" in line for line in cause.evidence)


@pytest.mark.parametrize("log", ["", "consumer joined the group\n", CAUGHT])
def test_what_was_caught_ended_nothing(log: str) -> None:
    assert cause_of(log) is None


CANCELLED = """\
WARNING:shop:no connection to stock:8443, attempt 3
Traceback (most recent call last):
  File "/app/shop/stock.py", line 9, in connect
    raise error
socket.gaierror: [Errno -2] Name or service not known
ERROR:uvicorn.error:Traceback (most recent call last):
  File "/app/uvicorn/lifespan/on.py", line 99, in main
    await getter
asyncio.exceptions.CancelledError
Traceback (most recent call last):
  File "/app/shop/main.py", line 3, in <module>
    raise ConnectionError("no connection to stock:8443 after 3 attempts")
ConnectionError: no connection to stock:8443 after 3 attempts
"""


def test_that_a_task_was_cancelled_is_never_why_the_process_ended() -> None:
    reading = read(CANCELLED, ended=True)
    assert reading is not None
    assert reading.match.signature.cause == "dependency_name_unresolved"


LOST_ITS_TASK = """\
Traceback (most recent call last):
  File "/app/shop/licence.py", line 9, in renew
    until = licence["expires"]
KeyError: 'expires'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/uvicorn/lifespan/on.py", line 99, in main
    await getter
asyncio.exceptions.CancelledError
"""


def test_what_cancelled_a_task_is_told_in_its_place_also_where_a_logger_has_it_all_in_one_line() -> None:
    line = json.dumps({"level": "error", "logger": "uvicorn.error", "service": "shop", "msg": LOST_ITS_TASK})
    reading = read(line, ended=False)
    assert reading is not None
    assert reading.match.groups["msg"] == "KeyError: 'expires'"
    assert lines_of(reading) == ("log line 1: KeyError: 'expires'",)
    assert [str(link) for link in reading.entry.chain] == ["asyncio.exceptions.CancelledError", "KeyError: 'expires'"]


IGNORED = """\
Traceback (most recent call last):
  File "/usr/lib/python3.11/socket.py", line 608, in socketpair
    a, b = _socket.socketpair(family, type, proto)
OSError: [Errno 24] Too many open files
Exception ignored in: <function BaseEventLoop.__del__ at 0x7fb8ac985a80>
Traceback (most recent call last):
  File "/usr/lib/python3.11/asyncio/base_events.py", line 694, in __del__
    self.close()
AttributeError: '_UnixSelectorEventLoop' object has no attribute '_ssock'
sys:1: RuntimeWarning: coroutine 'serve' was never awaited
"""


def test_what_was_ignored_in_a_finalizer_ended_nothing() -> None:
    reading = read(IGNORED, ended=True)
    assert reading is not None
    assert reading.match.signature.cause == "resource_limit"
