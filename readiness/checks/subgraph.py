"""A running subgraph: its schema as it serves it, and whether it answers as that schema promises."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from readiness.model.contract import GraphQL
from readiness.model.errors import ReadinessError
from readiness.probes import graphql
from readiness.probes.graphql import GraphQLAnswer, GraphQLFault
from readiness.schema import Subgraph, parse
from readiness.schema.introspection import agreement, service_faults
from readiness.schema.nesting import nested_query
from readiness.schema.queries import KeyPlan, NotGenerable, RootQuery, key_plans, root_queries
from readiness.schema.representations import Representation, absent, faults, read

_DEADLINE_S = 5.0
_BEYOND_DEPTH = 5
"""How much deeper than the promised limit a query is nested that has to be refused."""
_HUGE_FIELDS = 20_000
"""Fields of a query that has to be refused for its size (some 300 kB)."""
_BATCH = 200
"""Operations in one request, each of them small, that have to be refused together: clients batch ten or so."""
_NO_SUCH_ENTITY = "query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }"


class NotServed(ReadinessError):
    """The service does not give its SDL."""


def served_sdl(url: str, headers: Mapping[str, str], deadline_s: float = _DEADLINE_S) -> str:
    """What a subgraph answers to ``_service { sdl }``, as it is written.

    :raises NotServed: something else came: no answer, no GraphQL, an error, too much.
    """
    served = graphql.fetch_sdl(url, headers, deadline_s)
    if served.error:
        raise NotServed(f"{url} does not serve its SDL: {served.error}")
    return served.sdl


@dataclass(frozen=True)
class RunningSubgraph:
    """A subgraph at its address, with the headers that its guarded fields want."""

    name: str
    url: str
    promise: GraphQL
    headers: Mapping[str, str]

    def sdl(self) -> str:
        """What ``_service { sdl }`` serves, as it is written.

        :raises NotServed: something else came.
        """
        return served_sdl(self.url, self.headers)

    def schema(self) -> Subgraph:
        """What ``_service { sdl }`` serves.

        :raises NotServed: something else came.
        :raises SchemaError: it is not GraphQL.
        """
        return parse(self.sdl(), self.name)

    def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> GraphQLAnswer:
        return graphql.execute(self.url, query, variables, self.headers, _DEADLINE_S)

    def representations(self, plan: KeyPlan) -> tuple[Representation, ...]:
        """Keys of entities that exist, read out of the answers of queries that lead to them."""
        for source in plan.sources:
            answer = self.ask(source.query.text, source.query.variables)
            found = read(plan, source, answer.data)
            if found:
                return found
        return ()


@dataclass(frozen=True)
class Asked:
    """What a series of generated requests showed."""

    faults: tuple[str, ...]
    beyond_reach: tuple[str, ...]
    """What could not be asked, and why."""
    count: int


def introspection_faults(running: RunningSubgraph, schema: Subgraph) -> tuple[str, ...]:
    """Where introspection and SDL tell different things. Nothing is compared where it is closed and may be."""
    answer = graphql.introspect(running.url, running.headers, _DEADLINE_S)
    if running.promise.introspection is None and _is_closed(answer):
        return ()
    if not answer.ok or answer.data is None:
        return (f"introspection is not answered: {answer.problem}",)
    return (*agreement(schema, answer.data), *service_faults(schema, answer.data))


def _is_closed(answer: GraphQLAnswer) -> bool:
    """Whether introspection is refused on purpose: Apollo's, Yoga's and graphql-core's words all name it."""
    return bool(answer.errors) and all("introspection" in error.message.lower() for error in answer.errors)


def ask_root_fields(running: RunningSubgraph, schema: Subgraph) -> Asked:
    """One generated query for each root query field; each has to answer without an error."""
    told: list[str] = []
    beyond: list[str] = []
    queries = root_queries(schema, running.promise.arguments, _examples(running, schema))
    for query in queries:
        if isinstance(query, NotGenerable):
            beyond.append(f"Query.{query.name}: {query.reason}")
            continue
        answer = running.ask(query.text, query.variables)
        if answer.errors and not answer.error and query.guessed:
            what = f"values made up for {', '.join(query.guessed)} are refused, give some in the contract"
            beyond.append(f"Query.{query.name}: {what}: {answer.problem}")
        elif answer.problem:
            told.append(f"Query.{query.name}: {answer.problem}")
    return Asked(tuple(told), tuple(beyond), len(queries) - len(beyond))


def _examples(running: RunningSubgraph, schema: Subgraph) -> dict[str, dict[str, Any]]:
    """Values by type and field, from entities that exist: for required arguments that are named like a key's field."""
    examples: dict[str, dict[str, Any]] = {}
    for plan in key_plans(schema, running.promise.arguments):
        if isinstance(plan, KeyPlan):
            for found in running.representations(plan)[:1]:
                examples.setdefault(plan.entity, {}).update(found)
    return examples


def ask_entities(running: RunningSubgraph, schema: Subgraph) -> Asked:
    """One ``_entities`` request for each key of each entity: in order, null for what does not exist."""
    told: list[str] = []
    beyond: list[str] = []
    plans = key_plans(schema, running.promise.arguments)
    for plan in plans:
        if isinstance(plan, NotGenerable):
            beyond.append(f"{plan.name}: {plan.reason}")
            continue
        found = running.representations(plan)
        if not found:
            beyond.append(f'{plan.entity} by "{plan.key}": no query leads to an entity that exists')
            continue
        told += _entity_faults(running, plan, found)
    return Asked(tuple(told), tuple(beyond), len(plans) - len(beyond))


def _entity_faults(running: RunningSubgraph, plan: KeyPlan, found: tuple[Representation, ...]) -> Iterator[str]:
    # Backwards, so that an answer in the order of the table shows; the one that does not exist between the others.
    first, *others = reversed(found)
    asked = [first, absent(first), *others]
    answer = running.ask(plan.text, {"representations": asked})
    if answer.problem:
        yield f'{plan.entity} by "{plan.key}": {answer.problem}'
    else:
        yield from faults(plan, asked, answer.data, absent_at=frozenset({1}))


def guard_faults(running: RunningSubgraph, schema: Subgraph, *, wants_token: bool) -> Iterator[str]:
    """What the subgraph lets through that it should not."""
    yield from _unnoticed_mistake(running, schema)
    yield from _unlimited(running, schema)
    if running.promise.introspection is False and graphql.introspect(running.url, running.headers, _DEADLINE_S).ok:
        yield "introspection is open, although the contract wants it closed"
    if wants_token:
        yield from _open_to_all(running, schema)


def _unnoticed_mistake(running: RunningSubgraph, schema: Subgraph) -> Iterator[str]:
    answer = running.ask("{ __noSuchField }")
    # A query that is refused as a whole reaches no resolver; a representation of nothing does.
    errors = (*answer.errors, *(_errors_of_a_resolver(running) if key_plans(schema, {}) else ()))
    if answer.error:
        yield f"a query with a mistake is not answered as GraphQL: {answer.error}"
    elif not answer.errors:
        yield "a query of a field that does not exist is answered without an error"
    elif any(fault.has_stack for fault in errors):
        yield "its errors show a stack trace to whoever asks"


def _errors_of_a_resolver(running: RunningSubgraph) -> tuple[GraphQLFault, ...]:
    return running.ask(_NO_SUCH_ENTITY, {"representations": [{"__typename": "NoSuchEntity"}]}).errors


def _unlimited(running: RunningSubgraph, schema: Subgraph) -> Iterator[str]:
    depth = running.promise.max_depth + _BEYOND_DEPTH
    nested = nested_query(schema, depth, running.promise.arguments)
    if nested is not None and running.ask(nested.text, nested.variables).ok:
        yield f"a query nested {depth} deep is answered, promised is a limit of {running.promise.max_depth}"
    huge = "{ " + " ".join(f"f{i}: __typename" for i in range(_HUGE_FIELDS)) + " }"
    answer = running.ask(huge)
    if answer.ok:
        yield f"a query of {_HUGE_FIELDS} fields ({len(huge) // 1000} kB) is answered"
    elif answer.status == 0:
        yield f"a query of {len(huge) // 1000} kB is neither answered nor refused: {answer.problem}"
    if graphql.answered_of_batch(running.url, "{ __typename }", _BATCH, running.headers, _DEADLINE_S) == _BATCH:
        yield f"a batch of {_BATCH} operations in one request is answered"


def _open_to_all(running: RunningSubgraph, schema: Subgraph) -> Iterator[str]:
    for query in root_queries(schema, running.promise.arguments):
        if isinstance(query, RootQuery):
            answer = graphql.execute(running.url, query.text, query.variables, {}, _DEADLINE_S)
            if answer.ok:
                yield f"Query.{query.name} is answered without a token"
