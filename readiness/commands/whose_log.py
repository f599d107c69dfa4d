"""Whose log it is: from the name of a file, or of a container, to a node."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath

from readiness.commands.captures import Capture
from readiness.commands.log_files import STANDARD_INPUT

# What people and tools put behind the name of what they save.
_ENDINGS = re.compile(r"(?:\.(?:logs?|txt|out|err|stderr|stdout|json|jsonl|ndjson|gz|\d+))+$", re.IGNORECASE)
_BEFORE = r"(?:^|[-_.])"
# The instance of Compose, or the replica set and the pod of Kubernetes.
_BEHIND = r"(?:[-_.]\d+|-[a-z0-9]{6,10}-[a-z0-9]{5})?"
_NOBODY = "stdin"
# A logger's field for the service, or what npm prints before it runs a script of a package.
_CALLS_ITSELF = (
    re.compile(r'"(?:service|service\.name|serviceName|app|application|name)"\s*:\s*"(?P<name>[\w.-]+)"'),
    re.compile(r"^> (?:@[\w.-]+/)?(?P<name>[\w.-]+)@\d\S* \S", re.MULTILINE),
)
_LOOKED_THROUGH = 64 * 1024


def node_of(capture: Capture, given: str, known: Mapping[str, str], only: str | None = None) -> str:
    """The node that a capture is of.

    :param given: the log as it was named on the command line.
    :param known: every known name of a node or of its container: the node.
    :param only: the one node that it can be of, where it does not say otherwise.
    """
    stem = _stem(given)
    found = next((node for name in (capture.name, stem) if name and (node := _known(name, known))), None)
    if found or capture.name:
        return found or capture.name or stem
    return only or _named_inside(capture.text, known) or stem


def _named_inside(text: str, known: Mapping[str, str]) -> str | None:
    """The one node that the program calls itself, in the fields of its log lines or in npm's first words."""
    newest = text[-_LOOKED_THROUGH:]
    said = {match["name"] for pattern in _CALLS_ITSELF for match in pattern.finditer(newest)}
    nodes = {known[name] for name in said if name in known}
    return nodes.pop() if len(nodes) == 1 else None


def distinct_names(nodes: Sequence[str], captured: Iterable[tuple[Capture, str]]) -> list[str]:
    """One name for each capture: where two are of one node, the second goes by its own name or by a number."""
    names: list[str] = []
    for node, (capture, given) in zip(nodes, captured, strict=True):
        choices = (node, capture.name or _stem(given), *(f"{node}#{number}" for number in range(2, len(nodes) + 2)))
        names.append(next(name for name in choices if name not in names))
    return names


def _stem(given: str) -> str:
    if given == STANDARD_INPUT:
        return _NOBODY
    name = PurePath(given).name
    return _ENDINGS.sub("", name) or name


def _known(name: str, known: Mapping[str, str]) -> str | None:
    """The known name itself, or the longest that the name ends with: ``auth`` in ``shop-auth-1``."""
    lowered = {each.lower(): node for each, node in known.items()}
    if name.lower() in lowered:
        return lowered[name.lower()]
    inside = [each for each in lowered if re.search(rf"{_BEFORE}{re.escape(each)}{_BEHIND}$", name.lower())]
    return lowered[max(inside, key=len)] if inside else None
