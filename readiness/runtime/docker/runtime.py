"""A graph of containers on a Docker engine, made through Testcontainers' client."""

import os
import re
import signal
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import docker.errors
from docker.models.containers import Container
from testcontainers.core.docker_client import DockerClient

from readiness.model.address import Address
from readiness.model.errors import EngineLost, NodeError, PortInUse, StartRefused
from readiness.model.evidence import ContainerState
from readiness.model.graph import Graph, MountKind
from readiness.runtime.docker import labels
from readiness.runtime.docker.cleanup import owner_labels
from readiness.runtime.docker.containers import create_arguments, files_archive, volume_key
from readiness.runtime.docker.engine import engine_errors
from readiness.runtime.docker.inspection import container_facts, container_state, image_facts
from readiness.runtime.docker.samples import cpu_time_s
from readiness.runtime.protocol import LOG_LINES, ContainerFacts, Executed, ImageFacts

_LOOPBACK = "127.0.0.1"
_OF_RUNC = re.compile(r"^.*unable to start container process: ", re.DOTALL)
"""What the engine and its helpers put before the reason of the last of them."""
_OF_BINDING = re.compile(r"^.*?(?=Bind for )", re.DOTALL)
_PORT_TAKEN = ("port is already allocated", "address already in use")
_LOG_LIMIT_BYTES = 1_000_000
_FOLDER_LIMIT_BYTES = 100_000_000


@dataclass(frozen=True)
class Ports:
    """The container ports that the suite asks of each node, and the host ports that were chosen beforehand."""

    asked: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    fixed: frozenset[int] = frozenset()


class DockerRuntime:
    """Implements :class:`readiness.runtime.protocol.Runtime` for one run on one engine."""

    def __init__(self, client: DockerClient, graph: Graph, run: str) -> None:
        self.client = client
        self.graph = graph
        self.run = run
        self._docker = client.client
        self._containers: dict[str, Container] = {}
        self._networks: dict[str, str] = {}
        self._volumes: dict[str, str] = {}
        self._images: dict[str, str] = {}
        self._ports = Ports()
        self._executors = ThreadPoolExecutor(max_workers=16, thread_name_prefix="exec")
        self._lost: EngineLost | None = None

    @contextmanager
    def _engine(self) -> Iterator[None]:
        """Whoever asks a lost engine again is told at once: one silence is waited for, not one for each question."""
        if self._lost is not None:
            raise self._lost
        try:
            with engine_errors():
                yield
        except EngineLost as error:
            self._lost = error
            raise

    # -- making and attaching ---------------------------------------------------------------------------------------

    def prepare(self, ports: "Ports", *, kept: bool) -> None:
        """Make the networks and volumes."""
        self._ports = ports
        marks = {labels.RUN: self.run, **owner_labels(kept)}
        with self._engine():
            for network in dict.fromkeys(name for node in self.graph for name in node.networks):
                self._networks[network] = self._name(network)
                self._docker.networks.create(self._networks[network], driver="bridge", labels=marks)
            for node in self.graph:
                for mount in node.mounts:
                    if mount.kind is MountKind.VOLUME and volume_key(node, mount) not in self._volumes:
                        self._make_volume(volume_key(node, mount))

    def _make_volume(self, key: str) -> None:
        self._volumes[key] = self._name(re.sub(r"[^\w.-]+", "-", key).strip("-"))
        self._docker.volumes.create(self._volumes[key], labels={labels.RUN: self.run})

    def pin_images(self) -> None:
        """Create from the images that the names mean now: another checkout may build under the same names meanwhile."""
        for node in self.graph:
            with self._engine(), suppress(docker.errors.ImageNotFound):
                self._images[node.name] = str(self._docker.images.get(node.image).id)

    def attach(self) -> None:
        """Take up the containers of a run that another process has made."""
        with self._engine():
            found = self._docker.containers.list(all=True, filters={"label": f"{labels.RUN}={self.run}"})
        self._containers = {container.labels[labels.NODE]: container for container in found}

    def _name(self, part: str) -> str:
        return f"readiness-{self.run}-{part}"

    @property
    def container_ids(self) -> Mapping[str, str]:
        """The engine's id of each node's container."""
        return {node: str(container.id) for node, container in self._containers.items()}

    # -- life -------------------------------------------------------------------------------------------------------

    def create(self, node: str) -> None:
        declared = self.graph[node]
        arguments = create_arguments(
            declared,
            run=self.run,
            name=self._name(node),
            ports=self._ports.asked.get(node, ()),
            fixed_ports=self._ports.fixed,
            volumes=self._volumes,
            networks=self._networks,
            api_version=self._docker.api.api_version,
        )
        with self._engine():
            try:
                container = self.client.create(self._images.get(node, declared.image), **arguments)
                for network in list(declared.networks)[1:]:
                    self._docker.networks.get(self._networks[network]).connect(
                        container, aliases=[node, *declared.networks[network]]
                    )
                files = files_archive(declared)
                if files is not None:
                    container.put_archive("/", files)
            except docker.errors.APIError as error:
                raise _refusal(node, error) from None
        self._containers[node] = container

    def start(self, node: str) -> None:
        with self._engine():
            try:
                self._containers[node].start()
            except docker.errors.APIError as error:
                raise _refusal(node, error) from None

    def stop(self, node: str, grace_s: float) -> None:
        with self._engine():
            self._containers[node].stop(timeout=max(1, round(grace_s)))

    def crash(self, node: str) -> str:
        pid = self.state(node).pid
        if pid and self._is_process_of(pid, node):
            os.kill(pid, signal.SIGKILL)
            return f"SIGKILL to process {pid} on the host"
        # Out of reach: the engine counts its own kill as a stop by hand and does not apply the restart policy.
        with self._engine():
            self._containers[node].kill()
            self._containers[node].start()
        return (
            "SIGKILL by the engine and a start by us: its processes are out of reach here, so the policy was not tried"
        )

    def _is_process_of(self, pid: int, node: str) -> bool:
        """Whether this pid here is really the container's: an engine may be remote or in another namespace."""
        try:
            return self._container_id(node) in Path(f"/proc/{pid}/cgroup").read_text() and os.geteuid() == 0
        except OSError:
            return False

    def _container_id(self, node: str) -> str:
        return str(self._containers[node].id)

    def pause(self, node: str) -> None:
        with self._engine():
            self._containers[node].pause()

    def unpause(self, node: str) -> None:
        with self._engine():
            self._containers[node].unpause()

    # -- looking ----------------------------------------------------------------------------------------------------

    def state(self, node: str) -> ContainerState:
        with self._engine():
            return container_state(self._docker.api.inspect_container(self._container_id(node)))

    def log(self, node: str, *, since: float | None = None, until: float | None = None) -> str:
        with self._engine():
            raw: bytes = self._containers[node].logs(since=since, until=until, tail=LOG_LINES)
        return raw[-_LOG_LIMIT_BYTES:].decode(errors="replace")

    def cpu_time_s(self, node: str) -> float | None:
        with self._engine():
            try:
                return cpu_time_s(self._docker.api.stats(self._container_id(node), stream=False, one_shot=True))
            except docker.errors.APIError:
                # It ended meanwhile.
                return None

    def address(self, node: str, port: int) -> Address | None:
        # Asked anew each time: the engine chooses another host port when a container starts again.
        with self._engine():
            network = self._docker.api.inspect_container(self._container_id(node))["NetworkSettings"]
        bindings = (network.get("Ports") or {}).get(f"{port}/tcp")
        return Address(_LOOPBACK, int(bindings[0]["HostPort"])) if bindings else None

    def execute(self, node: str, command: Sequence[str], deadline_s: float) -> Executed:
        future = self._executors.submit(self._containers[node].exec_run, list(command))
        with self._engine():
            try:
                exit_code, output = future.result(timeout=deadline_s)
            except FutureTimeout:
                return Executed(-1, f"{' '.join(command)} did not end within {deadline_s:g} s")
            except docker.errors.APIError as error:
                return Executed(-1, str(error.explanation or error))
        text = output if isinstance(output, bytes) else b"".join(output)
        return Executed(-1 if exit_code is None else exit_code, text[-_LOG_LIMIT_BYTES:].decode(errors="replace"))

    def image(self, node: str) -> ImageFacts:
        # By the id that the container was made from: the name may point to another image by now.
        with self._engine():
            image_id = self._docker.api.inspect_container(self._container_id(node))["Image"]
            image = self._docker.images.get(image_id)
            return image_facts(self.graph[node].image, image.attrs, image.history())

    def container(self, node: str) -> ContainerFacts:
        with self._engine():
            return container_facts(self._docker.api.inspect_container(self._container_id(node)))

    def folder_bytes(self, node: str, folder: str) -> int:
        # Through the engine and not by a command: the image may have no shell, and the process no right to look.
        with self._engine():
            try:
                archive, _ = self._containers[node].get_archive(folder)
            except docker.errors.NotFound:
                return 0
            size = 0
            for chunk in archive:
                size += len(chunk)
                if size > _FOLDER_LIMIT_BYTES:
                    break
            return size

    def process_uids(self, node: str) -> tuple[int, ...]:
        with self._engine():
            told = self._containers[node].top(ps_args="-eo pid,uid")
        column = [title.upper() for title in told["Titles"]].index("UID")
        return tuple(sorted({int(process[column]) for process in told["Processes"]}))


def _refusal(node: str, error: docker.errors.APIError) -> NodeError:
    reason = _OF_RUNC.sub("", str(error.explanation or error).strip()).removesuffix(": unknown")
    if any(text in reason for text in _PORT_TAKEN):
        return PortInUse(node, f"needs a host port that is taken: {_OF_BINDING.sub('', reason)}")
    return StartRefused(node, f"the engine does not start it: {reason}")
