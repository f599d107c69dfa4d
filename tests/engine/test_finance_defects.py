"""Finance, really built with one defect in its subgraph each: one finding, at the right coordinate."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.engine.overlays import reference
from tests.engine.suite import PLATFORM, Suite

pytestmark = pytest.mark.engine

_SERVICES = PLATFORM / "services"
_ACCOUNT_KEYS = 'keys=["id", "number"]'
_TRANSACTION_BY_ID = "await context.of(info).transaction_by_id.load(transaction_id)\n"
_IMAGE = "finance-with-a-defect:1"
_NOT_NEEDED = ("master-data", "workflow", "rules-engine")
_END_OF_SCHEMA = "    return Schema("


@dataclass(frozen=True)
class Defect:
    """A change of one source file of the service, and what must be found."""

    file: str
    """Below ``services/``; the source folders of a service and of its library lie side by side in the image."""
    old: str
    new: str
    criterion: str
    told: str
    """What the finding has to name."""


DEFECTS = {
    "key dropped": Defect("finance/src/finance/types.py", _ACCOUNT_KEYS, 'keys=["id"]', "graphql.snapshot", "Account"),
    "key not resolvable": Defect(
        "finance/src/finance/types.py",
        _ACCOUNT_KEYS,
        'keys=["id", Key(fields=FieldSet("number"), resolvable=False)]',
        "graphql.snapshot",
        "Account",
    ),
    "shareable dropped": Defect(
        "finance/src/finance/types.py",
        '@strawberry.federation.type(shareable=True, description="An amount',
        '@strawberry.federation.type(description="An amount',
        "graphql.snapshot",
        "Money",
    ),
    "field removed": Defect(
        "finance/src/finance/types.py",
        '@strawberry.field(description="Debit less credit of all its transactions.")',
        "# not a field any more",
        "graphql.snapshot",
        "Account.balance",
    ),
    "argument required": Defect(
        "finance/src/finance/schema.py",
        "async def journal_entries(self, info: Info[Any, Any], first: First = 20, offset: Offset = 0)",
        "async def journal_entries(self, info: Info[Any, Any], first: First, offset: Offset = 0)",
        "graphql.snapshot",
        "Query.journalEntries(first:)",
    ),
    "entities in another order": Defect(
        "finance/src/finance/context.py",
        "return [rows.get(value) for value in values]",
        "return [rows.get(value) for value in reversed(values)]",
        "graphql.entities",
        "Account",
    ),
    "entity is null": Defect(
        "finance/src/finance/types.py", _TRANSACTION_BY_ID, "None\n", "graphql.entities", "Transaction"
    ),
    "entity resolver fails": Defect(
        "finance/src/finance/types.py", _TRANSACTION_BY_ID, "1 / 0\n", "graphql.entities", "Transaction"
    ),
    "no entities at all": Defect(
        "chassis/src/chassis/graphql.py",
        'return [next(entities) if good else BadUserInputError("this names no entity of ours") for good in is_good]',
        "return [each for each in entities if each is None and is_good is None]",
        "graphql.entities",
        'Account by "id": 0 entities',
    ),
    "SDL is not what is executed": Defect(
        "finance/src/finance/schema.py",
        _END_OF_SCHEMA,
        "    import strawberry.federation.schema as printing\n"
        "    printed = printing.print_schema\n"
        "    printing.print_schema = lambda schema: printed(schema).replace(\n"
        '        "type LedgerSummary {", "type LedgerSummary {\\n  closedAccounts: Int"\n'
        "    )\n" + _END_OF_SCHEMA,
        "graphql.serves",
        "LedgerSummary.closedAccounts",
    ),
}


@pytest.fixture(scope="module", autouse=True)
def _image_removed() -> Iterator[None]:
    """What was built for these tests does not stay on the engine."""
    yield
    client = docker.from_env()
    client.images.remove(_IMAGE, force=True)
    client.close()


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=list(DEFECTS))
def test_a_defect_of_the_subgraph_is_one_finding_with_its_coordinate(defect: Defect, tmp_path: Path) -> None:
    contract = reference(tmp_path, compose=_built_with(defect, tmp_path / "image"), contract=_without_the_others)
    told = Suite(contract, tmp_path, "-k", "graphql").wait()
    assert told.exit_code == 1, told.output[-3000:]
    found = [(finding["criterion"], finding["subject"]) for finding in told.findings]
    assert found == [(defect.criterion, "finance")], told.output[-3000:]
    finding = told.findings[0]
    assert defect.told in " ".join((finding["summary"], *finding["evidence"]))


def test_a_change_that_breaks_the_composition_names_the_subgraph_and_the_change(tmp_path: Path) -> None:
    """Finance tells a customer's name, which is master-data's alone to tell: no snapshot of one subgraph shows that."""
    defect = Defect(
        "finance/src/finance/types.py",
        "class Customer:\n    id: ID\n",
        'class Customer:\n    id: ID\n    name: str = "a customer"\n',
        "graphql.composes",
        "Customer.name",
    )
    change = _built_with(defect, tmp_path / "image", without=())
    told = Suite(reference(tmp_path, compose=change), tmp_path, "-k", "compose", "--level", "nightly").wait()
    assert [(finding["criterion"], finding["subject"]) for finding in told.findings] == [(defect.criterion, "finance")]
    evidence = " ".join((told.findings[0]["summary"], *told.findings[0]["evidence"]))
    assert "INVALID_FIELD_SHARING" in evidence
    assert defect.told in evidence


def _built_with(
    defect: Defect, folder: Path, without: tuple[str, ...] = _NOT_NEEDED
) -> Callable[[dict[str, Any]], None]:
    """Finance's image with one file of it changed, in a graph without these services."""
    source = (_SERVICES / defect.file).read_text()
    assert defect.old in source, f"{defect.file} has changed: the defect does not fit any more"
    folder.mkdir()
    (folder / "changed.py").write_text(source.replace(defect.old, defect.new, 1))
    target = "/app/" + defect.file.partition("/src/")[2]
    (folder / "Dockerfile").write_text(f"FROM reference-platform/finance:1.0.0\nCOPY changed.py {target}\n")

    def change(compose: dict[str, Any]) -> None:
        for name in without:
            del compose["services"][name]
        compose["services"]["finance"] |= {"image": _IMAGE, "build": {"context": str(folder)}}

    return change


def _without_the_others(contract: dict[str, Any]) -> None:
    for name in _NOT_NEEDED:
        del contract["services"][name]
    del contract["flows"]
    guarded = contract["tokens"]["guarded"]
    contract["tokens"]["guarded"] = [request for request in guarded if request["service"] in ("auth", "finance")]
