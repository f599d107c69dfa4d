"""What the contract refers to must be there: services, nodes of the right role, topics, criteria, snapshots."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from readiness.model.contract import Contract, Flow
from readiness.model.errors import ContractError
from readiness.model.graph import Graph, Role
from readiness.sources.contract import read_contract_with_lines
from readiness.sources.images import is_well_known, role_of_image
from readiness.sources.lines import PathInFile, describe_path
from readiness.sources.mistakes import did_you_mean

_VARIABLE = re.compile(r"\$\{?(\w+)")
# Files that may use a variable as well.
_OTHER_FILES = re.compile(r"^\s*(?:include|extends)\s*:", re.MULTILINE)

Mistake = tuple[PathInFile, str]


def check_references(contract: Contract, graph: Graph, criteria: Collection[str], contract_path: Path) -> None:
    """Hold every name in the contract against what is there.

    :param contract: the completed contract.
    :param criteria: the names of all criteria that the suite knows.
    :param contract_path: the file that the contract was read from: it has the lines, and snapshots are relative to it.
    :raises ContractError: something does not exist; the text lists all of it with its lines.
    """
    found = [
        *_free_ports(contract, graph),
        *_services(contract, graph),
        *_uses(contract, graph),
        *_flows(contract, graph),
        *_tokens(contract, graph),
        *_waivers(contract, graph, criteria),
        *_snapshots(contract, contract_path.parent),
    ]
    if found:
        _, lines = read_contract_with_lines(contract_path)
        told = sorted(
            {(lines.line(path), f"{lines.where(*path)}: {describe_path(path)}: {text}") for path, text in found}
        )
        raise ContractError("\n".join(text for _, text in told))


def _free_ports(contract: Contract, graph: Graph) -> Iterator[Mistake]:
    """A port is chosen in vain for a variable that the Compose file does not have."""
    if not contract.graph.free_ports:
        return
    text = graph.source.read_text(encoding="utf-8", errors="replace")
    if _OTHER_FILES.search(text):
        return
    used = sorted(set(_VARIABLE.findall(text)))
    for index, name in enumerate(contract.graph.free_ports):
        if name not in used:
            yield (
                ("graph", "free_ports", index),
                f"{graph.source.name} does not use ${{{name}}}{did_you_mean(name, used)}",
            )


def _services(contract: Contract, graph: Graph) -> Iterator[Mistake]:
    for name in contract.services:
        yield from _known_node(("services", name), name, graph)


def _uses(contract: Contract, graph: Graph) -> Iterator[Mistake]:
    claims: dict[str, tuple[str, Role]] = {}
    for service, promise in contract.services.items():
        for role, node in promise.uses.items():
            path: PathInFile = ("services", service, "uses", role.value)
            yield from _known_node(path, node, graph)
            if node not in graph.nodes:
                continue
            other = graph[node]
            told = role_of_image(other, graph.name)
            first, claimed = claims.setdefault(node, (service, role))
            if node == service:
                yield path, f"{service} cannot use itself"
            elif told not in (None, role) and is_well_known(other):
                yield path, f"{node} is no {role}: its image {other.image} is {told}"
            elif claimed is not role:
                yield path, f"{node} is used as {role} here and as {claimed} by {first}"
            elif other.role is not role:
                yield path, f"{node} is a job that runs to its end; it cannot be used as {role}"


def _flows(contract: Contract, graph: Graph) -> Iterator[Mistake]:
    for index, flow in enumerate(contract.flows):
        place: PathInFile = ("flows", index)
        for key, name in (("producer", flow.producer), ("consumer", flow.consumer)):
            yield from _known_node((*place, key), name, graph)
        for key, request in (("cause", flow.cause), ("effect", flow.effect)):
            yield from _known_node((*place, key, "service"), request.service, graph)
        yield from _topic(place, flow, contract)


def _topic(place: PathInFile, flow: Flow, contract: Contract) -> Iterator[Mistake]:
    for name, verb in ((flow.producer, "produces"), (flow.consumer, "consumes")):
        promise = contract.services.get(name)
        if promise is None:
            continue
        topics = promise.kafka.produces if verb == "produces" else promise.kafka.consumes
        if flow.topic not in topics:
            hint = did_you_mean(flow.topic, topics)
            yield (*place, "topic"), f"{flow.topic} is not among what services.{name}.kafka.{verb} lists{hint}"


def _tokens(contract: Contract, graph: Graph) -> Iterator[Mistake]:
    tokens = contract.tokens
    if tokens is None:
        return
    yield from _known_node(("tokens", "issuer"), tokens.issuer, graph)
    yield from _known_node(("tokens", "login", "service"), tokens.login.service, graph)
    for key, requests in (("prepare", tokens.prepare), ("guarded", tokens.guarded)):
        for index, request in enumerate(requests):
            yield from _known_node(("tokens", key, index, "service"), request.service, graph)


def _waivers(contract: Contract, graph: Graph, criteria: Collection[str]) -> Iterator[Mistake]:
    for index, waiver in enumerate(contract.waivers):
        if waiver.criterion not in criteria:
            hint = did_you_mean(waiver.criterion, sorted(criteria))
            yield ("waivers", index, "criterion"), f"there is no criterion {waiver.criterion!r}{hint}"
        # A criterion that judges the platform as a whole has it as its subject.
        if waiver.service != graph.name:
            yield from _known_node(("waivers", index, "service"), waiver.service, graph)


def _snapshots(contract: Contract, folder: Path) -> Iterator[Mistake]:
    for name, promise in contract.services.items():
        if promise.graphql is not None and not (folder / promise.graphql.snapshot).is_file():
            yield (
                ("services", name, "graphql", "snapshot"),
                f"there is no file {promise.graphql.snapshot} (relative to the contract)",
            )


def _known_node(path: PathInFile, name: str, graph: Graph) -> Iterator[Mistake]:
    if name not in graph.nodes:
        hint = did_you_mean(name, list(graph.nodes)) or f"; it has {', '.join(graph.nodes)}"
        yield path, f"{graph.source.name} has no service {name!r}{hint}"
