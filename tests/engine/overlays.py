"""The reference platform with something changed, and platforms that are smaller."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.engine.suite import PLATFORM

Change = Callable[[dict[str, Any]], None]


def reference(folder: Path, *, compose: Change | None = None, contract: Change | None = None) -> Path:
    """The reference platform with its Compose file and contract changed, in this folder. Returns the contract's path.

    Builds go on in the original folder, so that images that are here already are found.
    """
    composed, promised = read(PLATFORM / "compose.yaml"), read(PLATFORM / "readiness.yaml")
    for service in composed["services"].values():
        service["build"]["context"] = str(PLATFORM)
    for name in ("finance", "master-data"):
        promised["services"][name]["graphql"]["snapshot"] = str(PLATFORM.parents[1] / "schemas" / f"{name}.graphql")
    if compose is not None:
        compose(composed)
    if contract is not None:
        contract(promised)
    write(folder / "compose.yaml", composed)
    return write(folder / "readiness.yaml", promised)


def small(folder: Path, services: dict[str, Any], contract: dict[str, Any] | None = None) -> Path:
    """A platform of these services alone. Returns the contract's path."""
    write(folder / "compose.yaml", {"name": "small", "services": services})
    return write(folder / "readiness.yaml", {"graph": {"compose": "compose.yaml"}, **(contract or {})})


REDIS: dict[str, Any] = {
    "image": "reference-platform/redis:1.0.0",
    "environment": {"REDIS_PASSWORD": "only-for-this-test"},
    "tmpfs": ["/tmp"],
    "restart": "unless-stopped",
}


def read(path: Path) -> dict[str, Any]:
    """A YAML file as plain data."""
    # Plain data and no round trip: anchors are resolved, so that a change of one service changes no other.
    loaded: dict[str, Any] = _copied(YAML(typ="safe").load(path))
    return loaded


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(entry) for key, entry in value.items()}
    return [_copied(entry) for entry in value] if isinstance(value, list) else value


def write(path: Path, content: dict[str, Any]) -> Path:
    """Data as a YAML file. Returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        YAML().dump(content, file)
    return path
