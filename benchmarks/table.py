"""The results as tables for people."""

from rich.console import Console
from rich.table import Table

from benchmarks.model import Machine, Results, Section, Series
from readiness.model.units import format_duration, format_size

_NAME_WIDTH = 39


def show(results: Results, console: Console) -> None:
    """Print the machine and a table for each section."""
    console.print(_described(results.machine), style="dim")
    for section in results.sections:
        console.print()
        console.print(_table(section))


def _table(section: Section) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(section.title, header_style="bold", min_width=_NAME_WIDTH)
    for title in ("n", "median", "fastest", "slowest", "of ours", "limit"):
        table.add_column(title, justify="right", no_wrap=True)
    with_memory = any(series.peak_bytes for series in section.series)
    if with_memory:
        table.add_column("memory", justify="right", no_wrap=True)
    for series in section.series:
        ratio = section.ratio(series)
        table.add_row(
            series.name,
            str(len(series.seconds)),
            *(format_duration(seconds) for seconds in (series.median_s, min(series.seconds), max(series.seconds))),
            f"{ratio:.2f} x" if ratio is not None else "",
            _limit(series),
            *([format_size(int(series.median_bytes)) if series.peak_bytes else ""] if with_memory else []),
        )
    return table


def _limit(series: Series) -> str:
    if series.limit_s is None:
        return ""
    text = f"< {format_duration(series.limit_s)}"
    return text if series.within_limit else f"[red]{text} missed[/red]"


def _described(machine: Machine) -> str:
    return (
        f"{machine.processors} x {machine.processor}, {format_size(machine.memory_bytes)}, {machine.system}, "
        f"kernel {machine.kernel}, Python {machine.python}, engine {machine.engine}, Compose {machine.compose}; "
        f"load {machine.load_before:.1f} before, {machine.load_after:.1f} after"
    )
