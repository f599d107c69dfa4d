"""``python -m readiness diagnose``: anybody's logs to their cause.

LOG...           what containers wrote; ``-`` is standard input, and a log of several containers is taken apart
--state FILE     what ``docker inspect CONTAINER...`` printed: exit codes, memory, health logs, restarts
--compose FILE   the Compose file: which host and port is which node

No engine is asked. Exit code 0: the diagnosis was printed, ``unknown`` included; 2: something given cannot be read,
with the reason on standard error.
"""

import argparse
from pathlib import Path

from readiness.commands import diagnosis_output
from readiness.commands.captures import Capture, captures
from readiness.commands.log_files import STANDARD_INPUT, read_log_file
from readiness.commands.output import write
from readiness.commands.post_mortem import post_mortem
from readiness.commands.remains import gather
from readiness.model.errors import InputError
from readiness.runtime.docker.inspect_output import Inspected, NotInspected, read_inspected
from readiness.sources.compose import read_declared

_DONE = 0


def mount(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``diagnose`` to the command line."""
    text = "the cause of a failure, from anybody's logs"
    command = commands.add_parser("diagnose", help=text, description=text)
    command.add_argument("logs", nargs="*", metavar="LOG", help="what a container wrote, or - for standard input")
    command.add_argument("--state", metavar="FILE", help="what `docker inspect CONTAINER...` printed")
    command.add_argument("--compose", type=Path, metavar="FILE", help="the Compose file of the containers")
    command.add_argument(
        "--format",
        choices=["text", "json"],
        default="text",
        help="text for people, json for programs (default: %(default)s)",
    )
    command.set_defaults(run=_diagnose)


def _diagnose(given: argparse.Namespace) -> int:
    if not given.logs and given.state is None:
        raise InputError("give at least one LOG, or - for standard input, or a --state")
    if [*given.logs, given.state].count(STANDARD_INPUT) > 1:
        raise InputError("only one of the files can come from standard input")
    declared = read_declared(given.compose) if given.compose is not None else None
    inspected = _inspected(given.state) if given.state is not None else ()
    captured = [pair for log in dict.fromkeys(given.logs) for pair in _captured(log)]
    diagnosed = post_mortem(gather(captured, inspected, declared))
    show = diagnosis_output.to_json if given.format == "json" else diagnosis_output.as_text
    write(show(diagnosed))
    return _DONE


def _captured(log: str) -> list[tuple[Capture, str]]:
    file = read_log_file(log)
    return [(capture, log) for capture in captures(file.text, file.first_line)]


def _inspected(file: str) -> tuple[Inspected, ...]:
    """:raises InputError: it cannot be read, or is not what an inspection prints."""
    try:
        return read_inspected(read_log_file(file).text)
    except NotInspected as error:
        raise NotInspected(f"{file}: {error}") from error
