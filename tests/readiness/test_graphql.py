"""The GraphQL subgraph: held to its snapshot, valid on its own, and served as it is written."""

import pytest

from fixtures.criteria import P1, P2, criterion
from readiness.model import subjects
from readiness.model.finding import BeyondReach, Unmet
from readiness.platform import Platform, Service
from readiness.requests import Issued, is_accepted, send
from readiness.schema import ChangeClass, Subgraph, compare, parse, validate
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


@pytest.fixture
def served(service: Service, login: object) -> Subgraph:
    """The schema that the running subgraph serves. A router fetches it without a user, so no token is needed."""
    promise = service.promise.graphql
    assert promise is not None
    headers = {"Authorization": f"Bearer {login.token}"} if isinstance(login, Issued) else {}
    return RunningSubgraph(service.name, service.url(promise.path), promise, headers).schema()


@criterion("graphql.snapshot", P1, each=subjects.subgraphs, cause="schema_drift")
def test_schema_does_not_drift(service: Service, served: Subgraph, platform: Platform) -> None:
    """The SDL that is served has no breaking change against the saved one."""
    assert service.promise.graphql is not None
    saved = platform.folder / service.promise.graphql.snapshot
    changes = compare(parse(saved.read_bytes(), saved.name), served)
    breaking = [change for change in changes if change.cls is ChangeClass.BREAKING]
    others = len(changes) - len(breaking)
    if breaking:
        raise Unmet(
            f"{len(breaking)} breaking change(s) against {saved.name}: {', '.join(c.coordinate for c in breaking)}",
            evidence=tuple(str(change) for change in breaking),
            advice="Undo the change, or agree on it with those who compose and query this schema and save the new SDL.",
        )
    if others:
        platform.note(f"{others} change(s) against {saved.name}, none breaking: {', '.join(map(str, changes))}")


@criterion("graphql.valid", P1, each=subjects.subgraphs, cause="schema_invalid")
def test_schema_is_a_valid_subgraph(served: Subgraph) -> None:
    """The SDL is a valid Federation subgraph on its own."""
    violations = validate(served)
    assert not violations, "\n".join((f"{len(violations)} rule(s) are broken: {violations[0]}", *map(str, violations)))


@criterion("graphql.serves", P1, each=subjects.subgraphs, cause="schema_not_served")
def test_what_is_served_is_what_the_schema_says(subgraph: RunningSubgraph, served: Subgraph) -> None:
    """Introspection and SDL tell the same, and one generated query for each root field answers without errors."""
    differences = introspection_faults(subgraph, served) if subgraph.promise.introspection else ()
    _check(Asked(differences, (), 0))
    _check(ask_root_fields(subgraph, served))


@criterion("graphql.entities", P1, each=subjects.subgraphs, cause="entity_unresolved")
def test_every_key_of_every_entity_resolves(subgraph: RunningSubgraph, served: Subgraph) -> None:
    """Every `@key` resolves through `_entities`, in order, with null for what does not exist."""
    _check(ask_entities(subgraph, served))


@criterion("graphql.guarded", P2, each=subjects.subgraphs, cause="subgraph_unguarded")
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
