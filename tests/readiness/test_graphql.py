"""The GraphQL subgraph: held to its snapshot, valid on its own, and served as it is written."""

import pytest

from fixtures.criteria import P1, P2, criterion
from fixtures.schema_update import ACCEPT_BREAKING, Snapshot
from readiness.diagnosis.promises import BrokenPromise
from readiness.model import subjects
from readiness.model.finding import BeyondReach, Unmet
from readiness.platform import Platform, Service
from readiness.requests import Issued, is_accepted, send
from readiness.schema import Subgraph, validate
from readiness.subgraph import (
    Asked,
    RunningSubgraph,
    ask_entities,
    ask_root_fields,
    guard_faults,
    introspection_faults,
)


@pytest.fixture
def subgraph(service: Service, platform: Platform, issued: Issued | None) -> RunningSubgraph:
    """The running subgraph, with the data that the contract prepares for it."""
    promise = service.promise.graphql
    assert promise is not None
    token = issued.token if issued else None
    for request in promise.prepare:
        answer = send(platform, request, {"id": platform.run}, token if request.authenticated else None)
        assert is_accepted(answer), f"the contract's request that prepares data is not accepted: {answer}"
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
def test_what_is_served_is_what_the_schema_says(subgraph: RunningSubgraph, served: Subgraph) -> None:
    """Introspection and SDL tell the same, and one generated query for each root field answers without errors."""
    differences = introspection_faults(subgraph, served) if subgraph.promise.introspection else ()
    _check(Asked(differences, (), 0))
    _check(ask_root_fields(subgraph, served))


@criterion("graphql.entities", P1, each=subjects.subgraphs, cause=BrokenPromise.ENTITY_UNRESOLVED)
def test_every_key_of_every_entity_resolves(subgraph: RunningSubgraph, served: Subgraph) -> None:
    """Every `@key` resolves through `_entities`, in order, with null for what does not exist."""
    _check(ask_entities(subgraph, served))


@criterion("graphql.guarded", P2, each=subjects.subgraphs, cause=BrokenPromise.SUBGRAPH_UNGUARDED)
def test_the_subgraph_is_guarded(
    service: Service, subgraph: RunningSubgraph, served: Subgraph, platform: Platform
) -> None:
    """Mistakes are errors, depth and size have a limit, and what wants a token is not answered without one."""
    tokens = platform.contract.tokens
    wants_token = tokens is not None and any(request.service == service.name for request in tokens.guarded)
    faults = tuple(guard_faults(subgraph, served, wants_token=wants_token))
    assert not faults, "\n".join(faults)


def _check(asked: Asked) -> None:
    if asked.faults:
        first, *others = asked.faults
        raise Unmet(first if not others else f"{first} (and {len(others)} more)", evidence=tuple(others))
    if asked.beyond_reach:
        raise BeyondReach("; ".join(asked.beyond_reach))
