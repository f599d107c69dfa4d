"""Whether events go their way again after the broker was lost: the group has its member back, and flows their effect.

A service may call itself ready again and have lost its subscription. Only what worked before the loss is asked for
again: what did not is told by a finding of its own.
"""

import re
import time
from dataclasses import replace
from pathlib import Path

from readiness.checks.flows import demand_effect
from readiness.checks.groups import await_group, group_cause
from readiness.checks.requests import NoToken, obtain_token
from readiness.diagnosis.promises import BROKEN_PROMISES, BrokenPromise
from readiness.model.contract import Flow
from readiness.model.finding import BeyondReach, Cause, Unmet
from readiness.platform import Backing, Platform, Service

_LOST = frozenset({BrokenPromise.EVENT_LOST.value, BrokenPromise.CONSUMER_GROUP.value})


def note_group(platform: Platform, service: str) -> None:
    """Remember that the service's group worked before anything was lost."""
    _mark(platform, f"group-{service}").touch()


def note_flow(platform: Platform, flow: Flow) -> None:
    """Remember that the flow had its effect before anything was lost."""
    _mark(platform, f"flow-{flow.topic}-{flow.producer}-{flow.consumer}").touch()


def demand_events_again(platform: Platform, service: Service, broker: Backing) -> None:
    """What the service consumes has to reach it again within its ``recovers_within``.

    :raises Unmet: it does not, with the side that did not come back.
    :raises Blocked: a backing service cannot be used.
    """
    within_s = _patience_s(service)
    if service.promise.kafka.group is not None and _mark(platform, f"group-{service.name}").exists():
        seen = await_group(platform, service, broker, within_s)
        if seen.faults:
            cause = _no_reconnection(group_cause(seen, service.name, broker.name))
            raise Unmet(f"after {broker.name} had come back: {'; '.join(seen.faults)}", cause)
    flows = [flow for flow in platform.contract.flows if flow.consumer == service.name and _worked(platform, flow)]
    if not flows:
        return
    try:
        token = _new_token(platform)
    except NoToken as refused:
        raise BeyondReach(f"events need a token, and after the loss none is issued: {refused}") from refused
    for flow in flows:
        _demand_again(platform, flow, within_s, token, broker)


def _patience_s(service: Service) -> float:
    return service.promise.recovers_within or 0.0


def _worked(platform: Platform, flow: Flow) -> bool:
    return _mark(platform, f"flow-{flow.topic}-{flow.producer}-{flow.consumer}").exists()


def _new_token(platform: Platform) -> str | None:
    """A token of its own: what was issued before may have gone with a store that was lost meanwhile.

    :raises NoToken: none is issued.
    """
    if platform.contract.tokens is None:
        return None
    return obtain_token(platform, {"id": f"{platform.run}-{time.monotonic_ns()}"}).token


def _demand_again(platform: Platform, flow: Flow, within_s: float, token: str | None, broker: Backing) -> None:
    patient = flow.model_copy(update={"within": max(flow.within, within_s)})
    try:
        demand_effect(platform, patient, token)
    except Unmet as lost:
        cause = lost.cause
        if cause is not None and cause.cls in _LOST:
            cause = _no_reconnection(cause)
        raise Unmet(f"after {broker.name} had come back {lost.summary}", cause, lost.evidence) from lost


def _no_reconnection(cause: Cause) -> Cause:
    promise = BrokenPromise.NO_RECONNECTION
    return replace(cause, cls=promise.value, advice=BROKEN_PROMISES[promise].advice)


def _mark(platform: Platform, name: str) -> Path:
    return platform.run_folder / f"worked-{re.sub(r'[^A-Za-z0-9._-]', '_', name)}"
