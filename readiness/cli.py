"""``python -m readiness``: what the test run does, for people at a shell.

images [--contract FILE]    build or pull what the platform's images need
check  [--contract FILE]    read the contract and the Compose file, and tell what is wrong in them
up     [--contract FILE]    start the platform and leave it running
list                        what runs have left on this engine, and where it answers
down   RUN ... | --all      remove what runs have left
schema diff | check | pull  compare, check and fetch GraphQL subgraph schemas
diagnose LOG ...            the cause of a failure, from anybody's logs
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from readiness.commands import diagnose, schema
from readiness.model.contract import Contract
from readiness.model.errors import ReadinessError
from readiness.model.graph import Graph
from readiness.report.builds import BuildLines
from readiness.report.following import Following
from readiness.report.progress import progress_on
from readiness.runtime.docker.cleanup import KnownRun, known_runs, remove_run
from readiness.runtime.docker.engine import connect, engine_errors
from readiness.runtime.docker.run import build_images
from readiness.runtime.journal import Journal
from readiness.session import Session, compose_project, new_run_folder, remove_run_folders
from readiness.sources import load, placeholder_ports
from readiness.sources.validation import check_references

_DONE, _WRONG, _COULD_NOT_TELL = 0, 1, 2
_DEFAULT_CONTRACT = Path("fixtures/platform/readiness.yaml")


def main(arguments: Sequence[str]) -> int:
    """Run one command. Returns the exit code: 0 done, 1 it found something wrong, 2 it could not tell."""
    given = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = given.run
    try:
        return command(given)
    except ReadinessError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
    return _COULD_NOT_TELL


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m readiness", description="Readiness of a platform of services.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    of_contract = argparse.ArgumentParser(add_help=False)
    of_contract.add_argument("--contract", type=Path, default=_DEFAULT_CONTRACT, help="default: %(default)s")
    for run, parents, text in (
        (_images, [of_contract], "build or pull what the platform's images need"),
        (_check, [of_contract], "read the contract and the Compose file, and tell what is wrong in them"),
        (_up, [of_contract], "start the platform and leave it running"),
        (_list, [], "what runs have left on this engine, and where it answers"),
    ):
        command = commands.add_parser(run.__name__.lstrip("_"), help=text, description=text, parents=parents)
        command.set_defaults(run=run)
    schema.mount(commands)
    diagnose.mount(commands)
    down = commands.add_parser("down", help="remove what runs have left")
    chosen = down.add_mutually_exclusive_group(required=True)
    chosen.add_argument("runs", nargs="*", default=[], metavar="RUN")
    chosen.add_argument("--all", action="store_true", help="every run that has something on this engine")
    down.set_defaults(run=_down)
    return parser


def _images(given: argparse.Namespace) -> int:
    contract, graph = _load(given.contract)
    with _journal() as journal, Following(journal, BuildLines(sys.stdout)):
        failed = build_images(graph, compose_project(contract, given.contract.parent, {}), journal)
    for error in failed.values():
        print(error, file=sys.stderr)
    return _WRONG if failed else _DONE


def _check(given: argparse.Namespace) -> int:
    contract, graph = _load(given.contract)
    check_references(contract, graph, {waiver.criterion for waiver in contract.waivers}, given.contract)
    print(f"{given.contract}: {len(contract.services)} promises about {len(graph)} containers of {graph.name}")
    return _DONE


def _up(given: argparse.Namespace) -> int:
    session = Session(given.contract, new_run_folder(), kept=True)
    try:
        with Following(session.journal, progress_on(sys.stdout)):
            platform = session.start()
    except BaseException:
        # A graph that is not wholly there is of no use to anybody.
        session.discard()
        raise
    failures = [failure for node in platform.graph if (failure := platform.failure(node.name)) is not None]
    session.close()
    for failure in failures:
        print(f"{failure.node}: {failure.message}: {failure.summary}", file=sys.stderr)
    print(f"run {session.run} goes on: `python -m readiness list` tells where, `... down {session.run}` removes it")
    return _WRONG if failures else _DONE


def _list(_given: argparse.Namespace) -> int:
    client = connect().client
    with engine_errors():
        for known in known_runs(client):
            print(f"{known.run}  {_whose(known)}")
            for container in client.containers.list(all=True, filters={"name": f"readiness-{known.run}-"}):
                ports = {port: bound[0]["HostPort"] for port, bound in container.ports.items() if bound}
                reached = ", ".join(f"{port} at 127.0.0.1:{host}" for port, host in ports.items())
                print(f"  {container.labels.get('readiness.node', '?'):<16} {container.status:<10} {reached}")
    return _DONE


def _whose(known: KnownRun) -> str:
    if known.kept:
        return "kept"
    return "in use" if known.owner_alive else "left behind"


def _down(given: argparse.Namespace) -> int:
    client = connect().client
    with engine_errors():
        known = [run.run for run in known_runs(client)]
        unknown = [run for run in given.runs if run not in known]
        left: list[str] = []
        for run in known if given.all else [run for run in given.runs if run in known]:
            removed = remove_run(client, run)
            remove_run_folders(run)
            counts = f"{removed.containers} containers, {removed.networks} networks, {removed.volumes} volumes"
            print(f"{run}: {counts} removed")
            left += [f"{run}: not removed: {failure}" for failure in removed.failed]
    for run in unknown:
        print(f"{run}: no such run on this engine; `python -m readiness list` tells which there are", file=sys.stderr)
    for failure in left:
        print(failure, file=sys.stderr)
    return _WRONG if unknown or left else _DONE


def _load(path: Path) -> tuple[Contract, Graph]:
    return load(path, placeholder_ports(path))


@contextmanager
def _journal() -> Iterator[Journal]:
    with TemporaryDirectory(prefix="readiness-images-") as folder:
        journal = Journal(Path(folder) / "events.jsonl")
        yield journal
        journal.close()
