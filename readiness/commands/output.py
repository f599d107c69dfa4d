"""How every command prints: lines for people, JSON for programs, as UTF-8 on standard output."""

import io
import json
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress

from rich.console import Console
from rich.text import Text


def rendered(lines: Iterable[Text]) -> str:
    """One line each, however narrow the terminal; in colour where standard output is one that has them."""
    terminal = Console(file=sys.stdout)
    output = io.StringIO()
    console = Console(
        file=output,
        force_terminal=terminal.is_terminal,
        no_color=terminal.no_color,
        color_system="standard" if terminal.color_system else None,
    )
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False)
    return output.getvalue()


def as_json(content: Mapping[str, object]) -> str:
    """The content as a document of its own, one member a line."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def write(text: str) -> None:
    """To standard output, as UTF-8 whatever the locale is: it is GraphQL's encoding and JSON's."""
    with suppress(BrokenPipeError):  # whoever reads it has seen enough
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
