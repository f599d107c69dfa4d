"""YAML read safely: plain data, and the line on which each part of it stands.

The file is input from outside, so everything is bounded: its size, how deep it nests, and how far aliases unfold.
Only the types of YAML's core schema are made, nothing is constructed by a tag. Keys given twice are mistakes: the
last one does not win.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_BYTES = 256 * 1024
"""Some hundred times a usual contract; the pure Python parser needs about a second for it."""
MAX_DEPTH = 40
MAX_NODES = 50_000
"""Counted after aliases are unfolded, so that a few lines of aliases cannot stand for a billion nodes."""

_MERGE = "tag:yaml.org,2002:merge"
_SCALARS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null"))
_TIMESTAMP = "tag:yaml.org,2002:timestamp"

PathInFile = tuple[str | int, ...]


class YamlMistake(Exception):
    """The text is not the YAML that it should be. The message names file and line."""


@dataclass(frozen=True)
class Lines:
    """The line on which each part of a YAML file stands, by the keys and indices that lead to it."""

    file: str
    table: Mapping[PathInFile, int]

    def line(self, path: PathInFile) -> int:
        """The line (from 1) of this part, or of the nearest part around it that is there."""
        while path and path not in self.table:
            path = path[:-1]
        return self.table.get(path, 1)

    def where(self, *path: str | int) -> str:
        """``readiness.yaml:12`` for this part, or for the nearest part around it that is there."""
        return f"{self.file}:{self.line(path)}"


def read_yaml(path: Path) -> tuple[Any, Lines]:
    """The data of a YAML file and the lines of its parts; ``None`` for a file without content.

    :raises OSError: the file cannot be read.
    :raises YamlMistake: it is too large, no UTF-8 text, no YAML, nested too deeply, or it gives a key twice.
    """
    text = _read_text(path)
    node = _parse(text, path.name)
    if node is None:
        return None, Lines(path.name, {})
    builder = _Builder(path.name)
    return builder.build(node, (), 0), Lines(path.name, builder.table)


def describe_path(path: PathInFile) -> str:
    """``services.finance.kafka.produces[0]``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def _read_text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise YamlMistake(
            f"{path.name}: the file is larger than {MAX_BYTES // 1024} KiB; a file of this kind has some hundred lines"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise YamlMistake(f"{path.name}:{line}: this is not text in UTF-8; save the file in that encoding") from error


def _parse(text: str, name: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    try:
        _refuse_depth(yaml, text, name)
        node: Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        context = f" ({error.context})" if error.context else ""
        raise YamlMistake(f"{name}{line}: this is not YAML: {error.problem}{context}") from error
    except YAMLError as error:
        raise YamlMistake(f"{name}: this is not YAML: {str(error).splitlines()[0]}") from error
    return node


def _refuse_depth(yaml: YAML, text: str, name: str) -> None:
    """Events come one by one, without recursion, so that a hostile text is refused before it can exhaust the stack."""
    depth = 0
    for event in yaml.parse(text):
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise YamlMistake(f"{name}:{event.start_mark.line + 1}: nested more than {MAX_DEPTH} levels deep")


@dataclass
class _Builder:
    """Makes plain data of YAML nodes and notes where each part stands."""

    file: str
    table: dict[PathInFile, int] = field(default_factory=dict)
    nodes: int = 0
    scalars: SafeConstructor = field(default_factory=lambda: YAML(typ="safe", pure=True).constructor)

    def build(self, node: Node, path: PathInFile, depth: int) -> Any:
        self.nodes += 1
        line: int = node.start_mark.line + 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise YamlMistake(
                f"{self.file}:{line}: aliases unfold to more than {MAX_NODES} values or {MAX_DEPTH} levels"
            )
        self.table.setdefault(path, line)
        if isinstance(node, MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*path, index), depth + 1) for index, item in enumerate(node.value)]
        return self._scalar(node, line)

    def _mapping(self, node: MappingNode, path: PathInFile, depth: int) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.tag == _MERGE:
                merged = {**self._merge(value, path, depth, line), **merged}
                continue
            if not isinstance(key, ScalarNode):
                raise YamlMistake(f"{self.file}:{line}: expected a name as key, not a list or a mapping")
            name: str = key.value
            if name in own:
                first = self.table[(*path, name)]
                raise YamlMistake(
                    f"{self.file}:{line}: {describe_path((*path, name))} is given twice, first in line {first}"
                )
            self.table[(*path, name)] = line
            own[name] = self.build(value, (*path, name), depth + 1)
        return {**merged, **own}

    def _merge(self, node: Node, path: PathInFile, depth: int, line: int) -> dict[str, Any]:
        """What ``<<`` brings in: of several mappings the first one wins (YAML's merge key)."""
        sources = node.value if isinstance(node, SequenceNode) else [node]
        merged: dict[str, Any] = {}
        for source in sources:
            if not isinstance(source, MappingNode):
                raise YamlMistake(f"{self.file}:{line}: << takes a mapping or a list of mappings")
            own_lines = _Builder(self.file, nodes=self.nodes, scalars=self.scalars)
            merged = {**own_lines.build(source, path, depth + 1), **merged}
            self.nodes = own_lines.nodes
            for place, place_line in own_lines.table.items():
                self.table.setdefault(place, place_line)
        return merged

    def _scalar(self, node: Node, line: int) -> Any:
        if node.tag == _TIMESTAMP:
            return node.value  # as text: whoever reads it knows which dates are real
        if node.tag not in _SCALARS:
            raise YamlMistake(f"{self.file}:{line}: the tag {node.tag} is not known here; write plain values")
        try:
            return self.scalars.construct_object(node)
        except (YAMLError, ValueError) as error:
            raise YamlMistake(f"{self.file}:{line}: {node.value!r} is not a value that YAML knows") from error
