"""Who may import whom: each part of the core knows only what lies below it."""

from graphlib import TopologicalSorter

import pytest

from tests.unit.architecture.source_code import Module, imported_modules, modules

LAYERS = (
    ("model",),
    ("schema", "diagnosis", "sources", "probes"),
    ("runtime", "composition"),
    ("platform", "explanation"),
    ("checks", "experiments"),
    ("report", "session"),
    ("commands",),
    ("cli",),
    ("__main__",),
)
"""From the bottom up. Parts of one layer do not know each other."""
LAYER = {part: height for height, parts in enumerate(LAYERS) for part in parts}
DOCKER = "readiness.runtime.docker"
ENGINE_LIBRARIES = {"docker", "testcontainers"}
MAY_CHOOSE_THE_RUNTIME = {"session", "commands", "cli"}
"""Who makes a runtime has to name one; all others know it by its protocol."""

EVERY_MODULE = pytest.mark.parametrize("module", modules().values(), ids=list(modules()))


def top_level(module: Module) -> set[str]:
    return {name.partition(".")[0] for name in module.imports}


def test_every_part_has_its_layer() -> None:
    parts = {module.part for module in modules().values()} - {""}
    assert parts == set(LAYER), "a new part of the core needs a place in LAYERS"


@EVERY_MODULE
def test_a_module_imports_only_what_lies_below_its_part(module: Module) -> None:
    below = {part for part, height in LAYER.items() if height < LAYER.get(module.part, 0)}
    imported = {modules()[name].part for name in imported_modules(module)}
    assert imported - {module.part, ""} <= below


@EVERY_MODULE
def test_the_core_knows_no_pytest_and_nothing_above_it(module: Module) -> None:
    assert not top_level(module) & {"pytest", "_pytest", "pluggy", "xdist", "fixtures", "tests", "benchmarks"}


@EVERY_MODULE
def test_only_the_docker_runtime_knows_docker(module: Module) -> None:
    if not module.name.startswith(DOCKER):
        assert not top_level(module) & ENGINE_LIBRARIES


@EVERY_MODULE
def test_the_docker_runtime_is_named_only_by_who_makes_one(module: Module) -> None:
    if module.part not in MAY_CHOOSE_THE_RUNTIME and not module.name.startswith(DOCKER):
        assert not {name for name in imported_modules(module) if name.startswith(DOCKER)}


def test_no_modules_import_each_other_in_a_circle() -> None:
    TopologicalSorter({module.name: imported_modules(module) for module in modules().values()}).prepare()


@pytest.mark.parametrize("part", ["model", "diagnosis", "schema"])
def test_the_pure_parts_do_no_input_or_output(part: str) -> None:
    """They may read their own packaged data, but start nothing, connect to nothing and wait for nothing."""
    for module in modules().values():
        if module.part == part:
            assert not top_level(module) & {"socket", "subprocess", "threading", "asyncio", "httpx", "requests"}, module
