"""Whether subgraphs compose into one supergraph, by ``@theguild/federation-composition`` under Node.

No composer exists for Python, and the rules of composition are too many to be written a second time.
"""

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness.composition.packages import NodeMissing, installed, node
from readiness.model.errors import ReadinessError

__all__ = ["CompositionError", "NodeMissing", "NotComposed", "compose"]

_FOLDER = Path(__file__).parent
_DEADLINE_S = 60
_MAX_SDL_BYTES = 32_000_000
_LAST_CHARACTERS = 500

# `[name] ...` before a message, `subgraph "name"` and `subgraphs "name" and "other"` in it.
_PREFIX = re.compile(r"\[([^\]]+)\] ")
_SUBGRAPHS = re.compile(r'subgraphs? ("[^"]+"(?:(?:, | and |, and )"[^"]+")*)')
_QUOTED = re.compile(r'"([^"]+)"')
_COORDINATE = re.compile(r'(?<!fields: )"(@?[A-Za-z_]\w*(?:\.\w+)?(?:\(\w+:\))?)"')


class NotComposed(ReadinessError):
    """The composer did not come to an answer."""


@dataclass(frozen=True)
class CompositionError:
    """Why subgraphs do not compose."""

    code: str
    """The composer's own, such as ``INVALID_FIELD_SHARING``."""
    message: str
    subgraphs: frozenset[str]
    """The subgraphs that the message names; empty where it names none."""

    @property
    def coordinates(self) -> tuple[str, ...]:
        """What the message says it is about, as far as it puts that between quotation marks."""
        named = _COORDINATE.findall(self.message)
        return tuple(dict.fromkeys(each for each in named if each not in self.subgraphs))

    def __str__(self) -> str:
        return f"{self.code}: {' '.join(self.message.split())}"


def compose(sdls: Mapping[str, str]) -> tuple[CompositionError, ...]:
    """What keeps subgraphs, each an SDL by its name, from being composed; nothing when they compose.

    :raises NodeMissing: the composer cannot be had here.
    :raises NotComposed: it failed, or was not done within a minute.
    """
    answer = _asked(json.dumps([{"name": name, "sdl": sdl} for name, sdl in sdls.items()]))
    errors = answer.get("errors")
    if not isinstance(errors, list) or (not errors and not answer.get("supergraph")):
        raise NotComposed("the composer gave neither errors nor a supergraph")
    return tuple(_error(each, frozenset(sdls)) for each in errors)


def _asked(request: str) -> dict[str, Any]:
    command = [node(), str(installed(_FOLDER) / "composer.mjs")]
    if len(request) > _MAX_SDL_BYTES:
        raise NotComposed(f"the schemas have more than {_MAX_SDL_BYTES:,} bytes together")
    try:
        ran = subprocess.run(command, input=request.encode(), capture_output=True, timeout=_DEADLINE_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise NotComposed(f"the composer was not done within {_DEADLINE_S} s") from error
    if ran.returncode != 0:
        said = ran.stderr.decode(errors="replace").strip()
        raise NotComposed(f"the composer ended with {ran.returncode}: {said[-_LAST_CHARACTERS:]}")
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


def _error(told: Mapping[str, str], names: frozenset[str]) -> CompositionError:
    message = told["message"]
    prefix = _PREFIX.match(message)
    named = {name for group in _SUBGRAPHS.findall(message) for name in _QUOTED.findall(group)}
    if prefix is not None:
        named.add(prefix[1])
    return CompositionError(told["code"], message, names & named)
