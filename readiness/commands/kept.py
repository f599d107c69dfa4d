"""Finding a service in a graph that was left running (``python -m readiness up``, ``pytest -m readiness --keep``)."""

import tempfile
from pathlib import Path

from readiness.model.errors import ReadinessError
from readiness.runtime.docker.cleanup import KnownRun, known_runs
from readiness.runtime.docker.engine import connect, engine_errors
from readiness.session import attach, is_started


class NotFound(ReadinessError):
    """There is no such run, service or subgraph; the text says which there are."""


def subgraph_url(service: str, run: str | None = None) -> str:
    """Where a service of a kept graph answers to GraphQL.

    :param run: which graph; without it the only one that runs the service.
    :raises NotFound: no graph was left running, several run the service, or it serves no subgraph.
    :raises EngineError: the engine does not answer.
    """
    client = connect().client
    with engine_errors():
        known = known_runs(client)
    platform = attach(_folder(_chosen(known, service, run).run))
    promise = platform.contract.promise(service).graphql
    if promise is None:
        named = [name for name, each in platform.contract.services.items() if each.graphql]
        raise NotFound(f"the contract names no subgraph of {service}; it names: {', '.join(named) or 'none'}")
    return platform.service(service).url(promise.path)


def _chosen(known: tuple[KnownRun, ...], service: str, run: str | None) -> KnownRun:
    if run is not None:
        for each in known:
            if each.run == run and service in each.nodes:
                return each
        raise NotFound(
            f"no run {run} with a {service} on this engine; `python -m readiness list` tells which there are"
        )
    having = [each for each in known if each.kept and service in each.nodes]
    if not having:
        raise NotFound(
            f"no graph with a {service} was left running: start one with `python -m readiness up`, or give --url"
        )
    if len(having) > 1:
        raise NotFound(f"{service} runs in {', '.join(each.run for each in having)}: choose one with --run")
    return having[0]


def _folder(run: str) -> Path:
    """The folder of a run's files (:func:`readiness.session.new_run_folder`)."""
    for folder in Path(tempfile.gettempdir()).glob(f"readiness-{run}-*"):
        if is_started(folder):
            return folder
    raise NotFound(f"the files of run {run} are gone from {tempfile.gettempdir()}: give --url instead")
