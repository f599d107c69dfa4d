"""What a platform is and promises, read from its own files: the contract and the Compose file.

>>> contract, graph = load(Path("readiness.yaml"))
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from readiness.model.contract import Contract
from readiness.model.graph import Graph
from readiness.sources.compose import read_graph
from readiness.sources.contract import read_contract
from readiness.sources.inference import classify, complete

__all__ = ["load", "placeholder_ports"]

_FIRST_PLACEHOLDER = 1024


def load(contract_path: Path, variables: Mapping[str, str] = MappingProxyType({})) -> tuple[Contract, Graph]:
    """The contract with what it leaves out filled in, and the graph that its Compose file declares.

    :param variables: what ``${...}`` in the Compose file is filled with, over the process's environment.
    :raises ContractError: the contract is missing or wrong.
    :raises ComposeError: the Compose file cannot be read; CircularDependencies where a circle is the reason.
    :raises UnsupportedByRuntime: the Compose file asks for what the runtime refuses.
    """
    contract = read_contract(contract_path)
    graph = classify(contract, read_graph(contract, contract_path.resolve().parent, variables))
    return complete(contract, graph), graph


def placeholder_ports(contract_path: Path) -> dict[str, str]:
    """Some port for each of the contract's ``free_ports``: enough to read the graph without starting it.

    :raises ContractError: the contract is missing or wrong.
    """
    names = read_contract(contract_path).graph.free_ports
    return {name: str(_FIRST_PLACEHOLDER + i) for i, name in enumerate(names)}
