"""``python -m readiness schema``: compare two schemas, check one, fetch the one that a service serves.

diff OLD NEW                           what changed, and whom it hurts
check FILE                             is it a valid subgraph on its own
pull   --service NAME | --url URL      the SDL that is served now

A file may be ``-``: standard input. Exit code 0: no change or none that fails, valid, fetched; 1: a change as bad as
``--fail-on`` or worse, invalid; 2: it could not be told, with the reason on standard error.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from readiness.checks.snapshot import save
from readiness.checks.subgraph import served_sdl
from readiness.commands import schema_output
from readiness.commands.kept import subgraph_url
from readiness.commands.output import write
from readiness.commands.schema_output import Format
from readiness.model.errors import InputError, SchemaError
from readiness.schema import ChangeClass, Subgraph, Violation, compare, parse, parse_both, validate, worst
from readiness.schema.difference.policies import Policy, removal_after_deprecation
from readiness.schema.parser import Document
from readiness.schema.text import MAX_BYTES, BeyondLimits
from readiness.schema.validity import graphql, linking
from readiness.schema.validity.graphql import CODE as INVALID_GRAPHQL

_DONE, _WRONG = 0, 1
_STANDARD_INPUT = "-"
_PULL_DEADLINE_S = 10.0
_MEANINGLESS = (linking.federation_version_unknown, graphql.input_needs_itself)
"""Rules without which a comparison would say nothing certain: directives of unknown meaning, inputs without a value."""


class Unreadable(InputError):
    """A file cannot be read, or not be written."""


def mount(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``schema`` and its sub-commands to the command line."""
    text = "compare, check and fetch GraphQL subgraph schemas"
    of_schema = commands.add_parser("schema", help=text, description=text).add_subparsers(
        required=True, metavar="COMMAND"
    )
    formatted = argparse.ArgumentParser(add_help=False)
    formatted.add_argument(
        "--format",
        type=Format,
        choices=list(Format),
        default=Format.TEXT,
        help="text for people, json for programs, github for annotations of a workflow (default: %(default)s)",
    )
    _mount_diff(of_schema, formatted)
    _mount_check(of_schema, formatted)
    _mount_pull(of_schema)


def _mount_diff(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", formatted: argparse.ArgumentParser
) -> None:
    text = "what changed from one schema to another, and whom it hurts"
    diff = commands.add_parser("diff", help=text, description=text, parents=[formatted])
    diff.add_argument("old", metavar="OLD", help="a file of SDL, or - for standard input")
    diff.add_argument("new", metavar="NEW", help="a file of SDL, or - for standard input")
    diff.add_argument(
        "--fail-on",
        choices=["breaking", "dangerous", "safe"],
        default="breaking",
        help="exit with 1 from this class on (default: %(default)s)",
    )
    diff.add_argument(
        "--allow-removal-after-deprecation",
        action="store_true",
        help="removing what was deprecated before is dangerous, not breaking",
    )
    diff.add_argument("--all", action="store_true", help="list safe changes too, in text and in annotations")
    diff.set_defaults(run=_diff)


def _mount_check(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", formatted: argparse.ArgumentParser
) -> None:
    text = "whether a schema is a valid subgraph on its own"
    check = commands.add_parser("check", help=text, description=text, parents=[formatted])
    check.add_argument("file", metavar="FILE", help="a file of SDL, or - for standard input")
    check.set_defaults(run=_check)


def _mount_pull(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "the SDL that a running subgraph serves"
    pull = commands.add_parser("pull", help=text, description=text)
    source = pull.add_mutually_exclusive_group(required=True)
    source.add_argument("--service", metavar="NAME", help="a service of a graph that was left running")
    source.add_argument("--url", help="where any subgraph answers to queries")
    pull.add_argument("--run", metavar="RUN", dest="of_run", help="which graph, where several are left running")
    pull.add_argument("--header", metavar="NAME:VALUE", action="append", default=[], help="may be given several times")
    pull.add_argument("--output", type=Path, metavar="FILE", help="write it there instead of standard output")
    pull.set_defaults(run=_pull)


def _diff(given: argparse.Namespace) -> int:
    if given.old == given.new == _STANDARD_INPUT:
        raise Unreadable("only one of the two schemas can come from standard input")
    documents = [Document(_read(file), _name(file)) for file in (given.old, given.new)]
    old, new = schemas = parse_both(*documents)
    for document, schema in zip(documents, schemas, strict=True):
        _demand_meaning(schema, document.name)
    policies: Sequence[Policy] = [removal_after_deprecation] if given.allow_removal_after_deprecation else []
    changes = compare(old, new, policies=policies)
    write(schema_output.of_changes(given.format, changes, (old, new), file=_name(given.new), with_safe=given.all))
    return _WRONG if worst(changes) >= ChangeClass[given.fail_on.upper()] else _DONE


def _demand_meaning(schema: Subgraph, name: str) -> None:
    """:raises SchemaError: a comparison could not be certain of anything in it."""
    for violation in (fault for rule in _MEANINGLESS for fault in rule(schema)):
        raise SchemaError(f"{name}:{violation.line}:1: {violation.message}", violation.line, 1)


def _check(given: argparse.Namespace) -> int:
    violations = _violations(_read(given.file), _name(given.file))
    write(schema_output.of_violations(given.format, violations, file=_name(given.file)))
    return _WRONG if violations else _DONE


def _violations(document: bytes, name: str) -> tuple[Violation, ...]:
    """A document that is no GraphQL breaks a rule too, unless it is only too large for us to tell."""
    try:
        return validate(parse(document, name))
    except BeyondLimits:
        raise
    except SchemaError as error:
        place = f"{name}:{error.line}:{error.column}: "
        message = f"column {error.column}: {str(error).removeprefix(place)}"
        return (Violation(INVALID_GRAPHQL, "schema", error.line or 1, message),)


def _pull(given: argparse.Namespace) -> int:
    url = given.url if given.url is not None else subgraph_url(given.service, given.of_run)
    sdl = served_sdl(url, _headers(given.header), _PULL_DEADLINE_S)
    parse(sdl, given.service or "answer")
    text = sdl if sdl.endswith("\n") else sdl + "\n"
    if given.output is None:
        write(text)
    else:
        save(text, given.output)
        print(f"the schema of {url} was written to {given.output}", file=sys.stderr)
    return _DONE


def _headers(given: Sequence[str]) -> dict[str, str]:
    headers = {}
    for each in given:
        name, colon, value = each.partition(":")
        if not colon or not name.strip() or not each.isascii() or not each.isprintable():
            raise InputError(f"--header {each!r} is not NAME:VALUE")
        headers[name.strip()] = value.strip()
    return headers


def _name(file: str) -> str:
    return "stdin" if file == _STANDARD_INPUT else file


def _read(file: str) -> bytes:
    """At most one byte more than a schema may have, whatever the file is.

    :raises Unreadable: it is not there, or not ours to read.
    """
    try:
        if file == _STANDARD_INPUT:
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(file).open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise Unreadable(f"{file}: {getattr(error, 'strerror', None) or error}") from error
