"""Every name in the contract is held against what is there; loading puts all sources together."""

from pathlib import Path

import pytest

from readiness.model.contract import Contract
from readiness.model.errors import ContractError
from readiness.model.graph import Graph, Kind, Role
from readiness.sources import load
from readiness.sources.validation import check_references

COMPOSE = """
name: shop
services:
  db: {image: "postgres:16", environment: {POSTGRES_PASSWORD: pw}}
  cache: {image: acme/cache}
  finance:
    image: acme/finance
    environment: {DATABASE_URL: "postgresql://u:p@db/finance"}
    ports: ["3014:3014"]
  workflow: {image: acme/workflow, expose: [3011]}
"""

CRITERIA = ("image.size", "image.pinned", "health.ready")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    return tmp_path


def loaded(folder: Path, text: str) -> tuple[Contract, Graph, Path]:
    file = folder / "readiness.yaml"
    file.write_text(text)
    return *load(file), file


def test_the_smallest_contract_is_completed(folder: Path) -> None:
    contract, graph, file = loaded(folder, "graph: {compose: compose.yaml}\n")
    check_references(contract, graph, CRITERIA, file)
    assert [(node.name, node.kind) for node in graph] == [
        ("db", Kind.BACKING), ("cache", Kind.SERVICE), ("finance", Kind.SERVICE), ("workflow", Kind.SERVICE),
    ]  # fmt: skip
    assert contract.services["finance"].port == 3014
    assert contract.services["finance"].uses == {Role.POSTGRES: "db"}
    assert contract.services["workflow"].port == 3011
    assert contract.services["db"].port == 5432


def test_everything_that_is_not_there_is_told_with_its_line(folder: Path) -> None:
    contract, graph, file = loaded(
        folder,
        """services:
  finanse: {port: 1}
  finance:
    uses: {postgres: dbb, redis: db}
    kafka: {produces: [journal.posted]}
    graphql: {snapshot: schemas/none.graphql}
  workflow:
    uses: {redis: cache}
    kafka: {consumes: [journal.posted]}
flows:
  - topic: journal.post
    producer: finance
    consumer: workflow
    cause: {service: finance, path: /a}
    effect: {service: work, path: /b}
tokens:
  issuer: nobody
  login: {service: finance, path: /l}
  guarded: [{service: flow, path: /g}]
waivers:
  - {criterion: image.sise, service: finance, until: 2026-12-31, reason: x}
""",
    )
    with pytest.raises(ContractError) as caught:
        check_references(contract, graph, CRITERIA, file)
    known = "it has db, cache, finance, workflow"
    assert str(caught.value).splitlines() == [
        "readiness.yaml:2: services.finanse: compose.yaml has no service 'finanse'; did you mean 'finance'?",
        "readiness.yaml:4: services.finance.uses.postgres: compose.yaml has no service 'dbb'; did you mean 'db'?",
        "readiness.yaml:4: services.finance.uses.redis: db is no redis: its image postgres:16 is postgres",
        "readiness.yaml:6: services.finance.graphql.snapshot: there is no file schemas/none.graphql "
        "(relative to the contract)",
        "readiness.yaml:11: flows[0].topic: journal.post is not among what services.finance.kafka.produces lists; "
        "did you mean 'journal.posted'?",
        "readiness.yaml:11: flows[0].topic: journal.post is not among what services.workflow.kafka.consumes lists; "
        "did you mean 'journal.posted'?",
        "readiness.yaml:15: flows[0].effect.service: compose.yaml has no service 'work'; did you mean 'workflow'?",
        f"readiness.yaml:17: tokens.issuer: compose.yaml has no service 'nobody'; {known}",
        "readiness.yaml:19: tokens.guarded[0].service: compose.yaml has no service 'flow'; did you mean 'workflow'?",
        "readiness.yaml:21: waivers[0].criterion: there is no criterion 'image.sise'; did you mean 'image.size'?",
    ]


def test_a_promise_of_the_whole_platform_is_waived_by_its_name(folder: Path) -> None:
    text = "waivers:\n  - {criterion: image.size, service: %s, until: 2026-12-31, reason: x}\n"
    contract, graph, file = loaded(folder, "graph: {compose: compose.yaml}\n")
    contract, graph, file = loaded(folder, text % graph.name)
    check_references(contract, graph, CRITERIA, file)
    contract, graph, file = loaded(folder, text % "nobody")
    with pytest.raises(ContractError, match="has no service 'nobody'"):
        check_references(contract, graph, CRITERIA, file)


def test_one_node_cannot_play_two_roles(folder: Path) -> None:
    text = "services:\n  finance: {uses: {redis: cache}}\n  workflow: {uses: {kafka: cache}}\n"
    contract, graph, file = loaded(folder, text)
    with pytest.raises(ContractError, match=r"3: .*cache is used as kafka here and as redis by finance"):
        check_references(contract, graph, CRITERIA, file)


def test_a_snapshot_is_relative_to_the_contract(folder: Path) -> None:
    (folder / "contracts").mkdir()
    (folder / "contracts" / "finance.graphql").write_text("type Query { a: Int }")
    file = folder / "contracts" / "readiness.yaml"
    file.write_text("graph: {compose: ../compose.yaml}\nservices: {finance: {graphql: {snapshot: finance.graphql}}}\n")
    contract, graph = load(file)
    check_references(contract, graph, CRITERIA, file)
    assert graph.source == folder / "compose.yaml"


def test_a_free_port_of_which_the_compose_file_has_no_variable_is_told(folder: Path) -> None:
    (folder / "compose.yaml").write_text(COMPOSE.replace('"3014:3014"', '"${FINANCE_PORT:-3014}:3014"'))
    text = "graph: {compose: compose.yaml, free_ports: [FINANCE_PORT]}\n"
    contract, graph, file = loaded(folder, text)
    check_references(contract, graph, CRITERIA, file)
    contract, graph, file = loaded(folder, text.replace("FINANCE_PORT", "FINANC_PORT"))
    with pytest.raises(
        ContractError, match=r"compose\.yaml does not use \$\{FINANC_PORT\}; did you mean 'FINANCE_PORT'"
    ):
        check_references(contract, graph, CRITERIA, file)
