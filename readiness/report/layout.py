"""The few shapes that the terminal's report is made of, on top of Rich."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True)
class Flow:
    """Short parts in a row, divided by a separator; a line breaks only between two parts."""

    parts: Sequence[Text]
    separator: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        line: list[Text] = []
        for part in self.parts:
            if line and self._joined([*line, part]).cell_len > options.max_width:
                yield self._joined(line)
                line = []
            line.append(part)
        yield self._joined(line)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        widest_part = max((part.cell_len for part in self.parts), default=0)
        return Measurement(widest_part, self._joined(self.parts).cell_len).clamp(max_width=options.max_width)

    def _joined(self, parts: Sequence[Text]) -> Text:
        joined = Text(overflow="fold")
        for part in parts:
            joined.append_text(self.separator if joined else Text()).append_text(part)
        return joined


def hanging(sign: Text, body: RenderableType) -> RenderableType:
    """A body beside its sign: what does not fit on a line goes on below the body's beginning."""
    table = columns()
    table.add_row(sign, body)
    return table


def columns(gap: int = 2, count: int = 2, style: str = "") -> Table:
    """A table without lines, whose last column takes what width is left and wraps."""
    table = Table.grid(padding=(0, gap, 0, 0))
    for _ in range(count - 1):
        table.add_column(no_wrap=True, style=style)
    table.add_column(overflow="fold")
    return table


def left_and_right(left: RenderableType, right: RenderableType) -> RenderableType:
    """Two texts on one line, at its two ends."""
    table = Table.grid(expand=True)
    table.add_column()
    table.add_column(justify="right")
    table.add_row(left, right)
    return table
