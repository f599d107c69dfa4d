"""``readiness.yaml`` -> :class:`readiness.model.contract.Contract`.

Every mistake of the file is told in one message, each with its line, so that nobody corrects a file one run at a
time.
"""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from readiness.model.contract import Contract
from readiness.model.errors import ContractError
from readiness.sources.lines import Lines, YamlMistake, read_yaml
from readiness.sources.mistakes import mistakes

SMALLEST = """\
graph:
  compose: compose.yaml    # the platform's own Compose file
services:
  my-service:              # a service of that file; what can be inferred may be left out
    port: 3000
"""
"""The smallest useful contract, shown where there is none."""


def read_contract(path: Path) -> Contract:
    """The contract as the file says it, before anything is inferred.

    :raises ContractError: the file is missing, unreadable or wrong; the text lists every mistake with its line.
    """
    return read_contract_with_lines(path)[0]


def read_contract_with_lines(path: Path) -> tuple[Contract, Lines]:
    """The contract and the line on which each part of it stands.

    :raises ContractError: see :func:`read_contract`.
    """
    data, lines = _read(path)
    if data is None:
        raise ContractError(f"{path.name}: the file is empty. The smallest contract is:\n\n{SMALLEST}")
    if not isinstance(data, dict):
        raise ContractError(
            f"{lines.where()}: expected a mapping (graph:, services:, ...), not {_kind(data)}. "
            f"The smallest contract is:\n\n{SMALLEST}"
        )
    try:
        return Contract.model_validate(_with_bare_services(data)), lines
    except ValidationError as error:
        raise ContractError("\n".join(mistakes(error, Contract, lines))) from error


def _read(path: Path) -> tuple[Any, Lines]:
    try:
        return read_yaml(path)
    except FileNotFoundError as error:
        raise ContractError(f"{path}: there is no such contract. The smallest one is:\n\n{SMALLEST}") from error
    except IsADirectoryError as error:
        raise ContractError(
            f"{path}: this is a folder; name the contract file in it, such as {path / 'readiness.yaml'}"
        ) from error
    except OSError as error:
        raise ContractError(f"{path}: cannot be read: {error.strerror}") from error
    except YamlMistake as error:
        raise ContractError(str(error)) from error


def _with_bare_services(data: dict[str, Any]) -> dict[str, Any]:
    """``finance:`` with nothing after it is a service of which everything is inferred."""
    services = data.get("services")
    if not isinstance(services, dict):
        return data
    return {**data, "services": {name: {} if promise is None else promise for name, promise in services.items()}}


def _kind(data: Any) -> str:
    return "a list" if isinstance(data, list) else "a single value"
