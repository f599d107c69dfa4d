"""One run of one graph on one engine, from the sweep before it to the clean-up after it."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from readiness.model.contract import Contract
from readiness.model.errors import EngineLost, ImageUnavailable, NotRecorded
from readiness.model.events import Noted, RunStarted
from readiness.model.graph import Graph
from readiness.runtime.docker.cleanup import Removed, remove_run, sweep
from readiness.runtime.docker.engine import connect, engine_errors
from readiness.runtime.docker.events import Recorder
from readiness.runtime.docker.images import ComposeProject, resolve
from readiness.runtime.docker.runtime import DockerRuntime, Ports
from readiness.runtime.docker.samples import Sampler
from readiness.runtime.docker.watcher import Watcher
from readiness.runtime.journal import Journal
from readiness.runtime.start import Explain, Start

_LAST_CHANCE_S = 5


class DockerRun:
    """Owns everything that a run makes. Whoever opens it has to close it; if he cannot, the watcher does.

    :raises NoEngine: no engine answers.
    """

    def __init__(self, graph: Graph, run: str, journal: Journal, folder: Path, *, kept: bool) -> None:
        self.run = run
        self.kept = kept
        self._graph = graph
        self._journal = journal
        self._folder = folder
        client = connect()
        self._docker = client.client
        self.runtime = DockerRuntime(client, graph, run)
        # The watcher before anything is made, so that nothing can be left behind.
        self._watcher = None if kept else Watcher(run, folder)
        self._recorder: Recorder | None = None
        self._sampler: Sampler | None = None

    def start(self, contract: Contract, compose: ComposeProject, ports: Ports, explain: Explain) -> None:
        """Images, networks, volumes, containers: until each node is ready or has failed, all of it told in the journal.

        :raises EngineLost: the engine stopped answering.
        """
        self._journal.append(RunStarted(run=self.run, graph=self._graph.name, nodes=tuple(self._graph.nodes)))
        with engine_errors():
            for orphan in sweep(self._docker):
                for left in self._folder.parent.glob(f"readiness-{orphan}-*"):
                    shutil.rmtree(left, ignore_errors=True)
                self._journal.append(Noted(message=f"removed what run {orphan} had left behind"))
            unavailable = resolve(self._docker, self._graph, compose, self._journal.append)
            self.runtime.pin_images()
            self._recorder = Recorder(self._docker, self.run, self._journal)
            self.runtime.prepare(ports, kept=self.kept)
        starting = Start(self._graph, contract, self.runtime, self._journal, explain)
        starting.run(unavailable)
        self._sampler = Sampler(self._docker, self.runtime.container_ids, self._journal)

    def close(self) -> Removed | None:
        """Stop recording, and remove what was made unless it is to be kept. Goes on after a step that fails.

        :raises EngineLost: the engine no longer answers; the watcher goes on trying.
        """
        if self.kept:
            self._stop_following()
            return None
        return self.discard()

    def discard(self) -> Removed:
        """Stop recording, and remove what was made, whether or not it was to be kept.

        :raises EngineLost: the engine no longer answers; a watcher, where there is one, goes on trying.
        """
        self._stop_following()
        removed = self._remove()
        if not removed.failed:
            shutil.rmtree(self._folder, ignore_errors=True)
            if self._watcher is not None:
                self._watcher.release()
        return removed

    def _stop_following(self) -> None:
        self._journal.interrupt()
        for follower in (self._sampler, self._recorder):
            if follower is not None:
                follower.close()

    def _remove(self) -> Removed:
        try:
            self._journal.demand_whole()
        except NotRecorded:
            pass  # the engine is there, and what was made on it goes
        except EngineLost:
            # It gets one more chance, a short one; the watcher has more patience.
            self._docker.api.timeout = _LAST_CHANCE_S
        try:
            with engine_errors():
                return remove_run(self._docker, self.run)
        except EngineLost as error:
            raise EngineLost(
                f"{error}. What run {self.run} made on it is still there: it is removed as soon as the engine answers "
                f"again, by the next run at the latest, or by `python -m readiness down {self.run}`"
            ) from None


def build_images(graph: Graph, compose: ComposeProject, journal: Journal) -> Mapping[str, ImageUnavailable]:
    """See to it that every image of a graph is on the engine, without starting anything.

    :raises NoEngine: no engine answers.
    """
    return resolve(connect().client, graph, compose, journal.append)
