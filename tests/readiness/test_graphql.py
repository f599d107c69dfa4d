"""The GraphQL subgraph: held to its snapshot, valid on its own, and served as it is written."""

import secrets
import time
from contextlib import suppress

import pytest

from fixtures.criteria import NIGHTLY, P1, P2, criterion
from fixtures.schema_update import ACCEPT_BREAKING, Snapshot
from readiness.checks.refusal import demand_accepted, dependency_cause
from readiness.checks.requests import Issued, send
from readiness.checks.standing import demand_ready
from readiness.checks.subgraph import (
    Asked,
    NotServed,
    RunningSubgraph,
    ask_entities,
    ask_root_fields,
    guard_faults,
    introspection_faults,
    served_sdl,
)
from readiness.checks.token_use import demand_takes_tokens
from readiness.composition import NodeMissing
from readiness.composition.blame import broken, changes_behind
from readiness.diagnosis.promises import BrokenPromise
from readiness.model import subjects
from readiness.model.errors import SchemaError
from readiness.model.finding import BeyondReach, Blocked, Cause, Unmet
from readiness.platform import Platform, Service
from readiness.schema import Subgraph, parse, validate


@pytest.fixture
def served_sdls(platform: Platform) -> dict[str, str]:
    """The SDL of every subgraph of the platform, as each is served now."""
    sdls = {}
    for name, promise in platform.contract.services.items():
        if promise.graphql is not None:
            demand_ready(platform, name)
            try:
                sdls[name] = served_sdl(platform.service(name).url(promise.graphql.path), {})
                parse(sdls[name], name)
            except (NotServed, SchemaError) as error:
                raise Blocked(by=f"graphql.snapshot[{name}]") from error
    return sdls


@pytest.fixture
def saved_sdls(platform: Platform) -> dict[str, str]:
    """The SDL of every subgraph of the platform, as far as one is saved that can be read."""
    sdls = {}
    for name, promise in platform.contract.services.items():
        if promise.graphql is not None:
            with suppress(OSError, UnicodeDecodeError):
                sdls[name] = (platform.folder / promise.graphql.snapshot).read_text(encoding="utf-8")
    return sdls


@pytest.fixture
def subgraph(service: Service, platform: Platform, issued: Issued | None) -> RunningSubgraph:
    """The running subgraph, with the data that the contract prepares for it."""
    promise = service.promise.graphql
    assert promise is not None
    token = issued.token if issued else None
    # An id of this check alone: what is made with it may have to be unique.
    variables = {"id": f"{platform.run}-{secrets.token_hex(3)}"}
    if token is not None:
        for name in dict.fromkeys((service.name, *(request.service for request in promise.prepare))):
            demand_takes_tokens(platform, name, token)
    for request in promise.prepare:
        since = time.time()
        answer = send(platform, request, variables, token if request.authenticated else None)
        demand_accepted(platform, request, answer, since, "the contract's request that prepares data is not accepted")
    return RunningSubgraph(
        service.name, service.url(promise.path), promise, {"Authorization": f"Bearer {token}"} if token else {}
    )


@criterion("graphql.snapshot", P1, each=subjects.subgraphs, cause=BrokenPromise.SCHEMA_DRIFT)
def test_schema_does_not_drift(snapshot: Snapshot, served: Subgraph, sdl: str) -> None:
    """The SDL that is served has no breaking change against the saved one."""
    drift = snapshot.drift_to(served)
    if not snapshot.accept(drift, sdl):
        raise Unmet(
            f"{len(drift.breaking)} breaking change(s) against {snapshot.path.name}: "
            f"{', '.join(change.coordinate for change in drift.breaking)}",
            evidence=tuple(map(str, drift.breaking)),
            advice="Undo the change, or agree on it with those who compose and query this schema and save the new SDL: "
            f"`{ACCEPT_BREAKING}`.",
        )


@criterion("graphql.valid", P1, each=subjects.subgraphs, cause=BrokenPromise.SCHEMA_INVALID)
def test_schema_is_a_valid_subgraph(served: Subgraph) -> None:
    """The SDL is a valid Federation subgraph on its own."""
    violations = validate(served)
    assert not violations, "\n".join((f"{len(violations)} rule(s) are broken: {violations[0]}", *map(str, violations)))


@criterion("graphql.serves", P1, each=subjects.subgraphs, cause=BrokenPromise.SCHEMA_NOT_SERVED)
def test_what_is_served_is_what_the_schema_says(
    subgraph: RunningSubgraph, served: Subgraph, platform: Platform
) -> None:
    """Introspection and SDL tell the same, and one generated query for each root field answers without errors."""
    differences = () if subgraph.promise.introspection is False else introspection_faults(subgraph, served)
    _check(Asked(differences, (), 0))
    _check_answers(platform, subgraph, ask_root_fields(subgraph, served))


@criterion("graphql.entities", P1, each=subjects.subgraphs, cause=BrokenPromise.ENTITY_UNRESOLVED)
def test_every_key_of_every_entity_resolves(subgraph: RunningSubgraph, served: Subgraph, platform: Platform) -> None:
    """Every `@key` resolves through `_entities`, in order, with null for what does not exist."""
    _check_answers(platform, subgraph, ask_entities(subgraph, served))


@criterion("graphql.guarded", P2, each=subjects.subgraphs, cause=BrokenPromise.SUBGRAPH_UNGUARDED)
def test_the_subgraph_is_guarded(
    service: Service, subgraph: RunningSubgraph, served: Subgraph, platform: Platform
) -> None:
    """Mistakes are errors, depth and size have a limit, and what wants a token is not answered without one."""
    tokens = platform.contract.tokens
    wants_token = tokens is not None and any(request.service == service.name for request in tokens.guarded)
    faults = tuple(guard_faults(subgraph, served, wants_token=wants_token))
    assert not faults, "\n".join(faults)


@criterion("graphql.composes", P1, NIGHTLY, each=subjects.subgraphs, cause=BrokenPromise.COMPOSITION_BROKEN)
def test_the_subgraphs_compose(service: Service, served_sdls: dict[str, str], saved_sdls: dict[str, str]) -> None:
    """It composes with the other subgraphs."""
    try:
        found = broken(served_sdls, saved_sdls)
    except NodeMissing as error:
        raise BeyondReach(f"nothing can be composed here: {error}") from error
    if found is None:
        return
    if found.accused and service.name not in found.accused:
        raise Blocked(by=f"graphql.composes[{found.accused[0]}]")
    raise Unmet(
        found.summary(service.name),
        evidence=(*map(str, found.errors), *changes_behind(found, service.name, served_sdls, saved_sdls)),
    )


def _check_answers(platform: Platform, subgraph: RunningSubgraph, asked: Asked) -> None:
    """A resolver that fails by its database is not what is wrong with a subgraph."""
    _check(asked, dependency_cause(platform, subgraph.name, asked.faults) if asked.faults else None)


def _check(asked: Asked, cause: Cause | None = None) -> None:
    if asked.faults:
        first, *others = asked.faults
        raise Unmet(first if not others else f"{first} (and {len(others)} more)", cause, evidence=tuple(others))
    if asked.beyond_reach:
        raise BeyondReach("; ".join(asked.beyond_reach))
