"""A contract's defaults hold for whoever does not say otherwise, and unknown keys are refused."""

import pytest
from pydantic import BaseModel, ValidationError

from readiness.model import contract as module
from readiness.model.contract import Contract, Defaults, HealthPaths, ImagePromise, ServicePromise
from tests.unit.graphs import contract_of

BUDGETS = tuple(Defaults.model_fields)


@pytest.mark.parametrize("budget", BUDGETS)
def test_a_budget_that_a_service_leaves_out_is_the_default(budget: str) -> None:
    contract = contract_of({"auth": {}}, defaults={budget: "1234ms"})
    assert getattr(contract.promise("auth"), budget) == 1.234
    assert getattr(contract.promise("not-in-the-contract"), budget) == 1.234


@pytest.mark.parametrize("budget", BUDGETS)
def test_a_budget_that_a_service_names_is_its_own(budget: str) -> None:
    contract = contract_of({"auth": {budget: "7s"}}, defaults={budget: "1s"})
    assert getattr(contract.promise("auth"), budget) == 7
    assert getattr(contract.promise("other"), budget) == 1


def test_every_default_can_be_said_by_a_service_too() -> None:
    assert set(BUDGETS) <= set(ServicePromise.model_fields)


def test_an_empty_contract_has_the_defaults_that_are_documented() -> None:
    promise = Contract().promise("anyone")
    assert {name: getattr(promise, name) for name in BUDGETS} == {
        "ready_within": 30,
        "answers_within": 0.05,
        "notices_within": 5,
        "recovers_within": 20,
        "stops_within": 10,
    }
    assert promise.health == HealthPaths(overall="/health", ready="/health/ready", live="/health/live")
    assert promise.image == ImagePromise(at_most="400MB", user="non-root")
    assert promise.port is None
    assert Contract().graph.compose == "compose.yaml"


def test_filling_in_defaults_keeps_all_else_that_a_service_says() -> None:
    promise = contract_of({"auth": {"port": 3001, "uses": {"redis": "cache"}}}).promise("auth")
    assert promise.port == 3001
    assert promise.uses == {"redis": "cache"}


MODELS = [
    value
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, BaseModel) and value is not BaseModel
]


@pytest.mark.parametrize("model", MODELS, ids=[model.__name__ for model in MODELS])
def test_no_part_of_the_contract_takes_an_unknown_key_or_can_be_changed(model: type[BaseModel]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        model.model_validate({"surprise": 1})
    assert model.model_config["frozen"]


@pytest.mark.parametrize("port", [0, -1, 65536, "http"])
def test_a_port_is_a_port(port: object) -> None:
    with pytest.raises(ValidationError):
        contract_of({"auth": {"port": port}})


@pytest.mark.parametrize("path", ["health", "", "http://localhost/health"])
def test_a_path_begins_with_a_slash(path: str) -> None:
    with pytest.raises(ValidationError):
        contract_of({"auth": {"health": {"ready": path}}})


def test_a_waiver_needs_a_reason() -> None:
    waiver = {"criterion": "image.size", "service": "auth", "until": "2099-01-01", "reason": ""}
    with pytest.raises(ValidationError):
        contract_of(waivers=[waiver])
