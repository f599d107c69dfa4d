"""The core's modules, as their source says what they import and define."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Module:
    """One module: its dotted name, where it lies, and its syntax tree."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def part(self) -> str:
        """The part of the core that it belongs to: the second word of its name."""
        return [*self.name.split("."), ""][1]

    @cached_property
    def imports(self) -> frozenset[str]:
        """Every module that it imports, also inside functions and for types only."""
        return frozenset(self._imports())

    def _imports(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.name}: imports are absolute"
                assert node.module is not None
                names = [f"{node.module}.{alias.name}" for alias in node.names]
                # `from package import module` needs the module, and nothing that the package itself defines.
                yield from (name if (ROOT / f"{name.replace('.', '/')}.py").exists() else node.module for name in names)


@cache
def modules() -> dict[str, Module]:
    """Every module of the core by its name."""
    found = {}
    for path in sorted((ROOT / "readiness").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = Module(name, path, ast.parse(path.read_text(encoding="utf-8")))
    return found


def imported_modules(module: Module) -> set[str]:
    """The modules of the core that a module imports."""
    return {name for name in module.imports if name in modules()} - {module.name}
