"""Images: here already, pulled, or built by Compose. What they were built from is remembered in a label."""

import hashlib
import json
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import docker
import docker.errors
import requests.exceptions
from docker.utils.build import exclude_paths

from readiness.model.errors import ImageUnavailable
from readiness.model.events import Event, ImageBuilding, ImageReady
from readiness.model.graph import Build, Graph, Node
from readiness.runtime.docker import labels
from readiness.runtime.docker.engine import engine_errors

_BUILD_DEADLINE_S = 1800
_PULL_DEADLINE_S = 600
_LAST_LINES = 15
_WARNING = re.compile(r'time="[^"]*" level=warning ')
"""A line of Compose's own, such as the one that says that it would rather build with a plug-in that is not there."""
_SOLVING = re.compile(
    r"^(?:failed to solve: )?(?:rpc error: code = \w+ desc = )?(?:failed to solve with frontend [\w.]+: )?"
)
"""What BuildKit puts before its reason."""


@dataclass(frozen=True)
class ComposeProject:
    """How Compose is called for a graph: the program, and what it has to be told to see the same file."""

    command: tuple[str, ...]
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


def resolve(
    client: docker.DockerClient, graph: Graph, compose: ComposeProject, tell: Callable[[Event], None]
) -> dict[str, ImageUnavailable]:
    """See to it that every node's image is on the engine. Returns the nodes for which that failed, with why."""
    begun = time.monotonic()
    digests = {node.name: _digest(node) for node in graph if node.build}
    missing = [node for node in graph if not _is_here(client, node, digests.get(node.name))]
    names = {node.name for node in missing}
    for node in graph:
        if node.name not in names:
            tell(ImageReady(node=node.name, image=node.image, how="here", took_s=time.monotonic() - begun))
    builders = {node.image: node.name for node in graph if node.build}
    to_build = [node for node in missing if node.build]
    others = [node for node in missing if not node.build]
    failed = _build_all(to_build, digests, compose, tell)
    for node in others:
        builder = builders.get(node.image)
        if builder in failed:
            told = f"the image {node.image} is built for {builder}, and cannot be built"
            failed[node.name] = ImageUnavailable(node.name, told)
        elif builder is not None:
            tell(ImageReady(node=node.name, image=node.image, how="built", took_s=time.monotonic() - begun))
    return failed | _pull_all(client, [node for node in others if node.image not in builders], tell)


def _is_here(client: docker.DockerClient, node: Node, digest: str | None) -> bool:
    with engine_errors():
        try:
            image = client.images.get(node.image)
        except docker.errors.ImageNotFound:
            return False
    return digest is None or image.labels.get(labels.SOURCE_DIGEST) == digest


def _digest(node: Node) -> str:
    """Of all that the build reads: the context less what .dockerignore leaves out, Dockerfile and arguments."""
    build = node.build
    assert build is not None
    digest = hashlib.sha256()
    digest.update(json.dumps([build.dockerfile, build.target, dict(build.args)], sort_keys=True).encode())
    dockerfile = build.context / build.dockerfile
    digest.update(dockerfile.read_bytes() if dockerfile.is_file() else b"missing")
    for path in sorted(_context_files(build)):
        file = build.context / path
        digest.update(f"\0{path}\0{file.lstat().st_mode & 0o111:o}\0".encode())
        digest.update(str(file.readlink()).encode() if file.is_symlink() else file.read_bytes())
    return digest.hexdigest()


def _context_files(build: Build) -> list[str]:
    # An ignore file of the Dockerfile's own stands above the context's, as in BuildKit.
    own = build.context / f"{build.dockerfile}.dockerignore"
    ignore = own if own.is_file() else build.context / ".dockerignore"
    patterns = ignore.read_text().splitlines() if ignore.is_file() else []
    chosen = [line.strip() for line in patterns if line.strip() and not line.lstrip().startswith("#")]
    if not build.context.is_dir():
        return []
    found: set[str] = exclude_paths(str(build.context), chosen, build.dockerfile)
    # Files and links only: a pipe or a socket has no content that could be read to its end.
    return [path for path in found if (build.context / path).is_symlink() or (build.context / path).is_file()]


def _build_all(
    nodes: Sequence[Node], digests: Mapping[str, str], compose: ComposeProject, tell: Callable[[Event], None]
) -> dict[str, ImageUnavailable]:
    begun = time.monotonic()
    failed = {node.name: ImageUnavailable(node.name, missing) for node in nodes if (missing := _missing_source(node))}
    nodes = [node for node in nodes if node.name not in failed]
    if not nodes:
        return failed
    together = _compose_build([node.name for node in nodes], digests, compose, tell)
    for node in nodes:
        # Compose ends the whole build at the first failure: one by one, mostly from the cache, tells whose it was.
        output = (
            together if together is None or len(nodes) == 1 else _compose_build([node.name], digests, compose, tell)
        )
        if output is None:
            tell(ImageReady(node=node.name, image=node.image, how="built", took_s=time.monotonic() - begun))
        else:
            reason = _SOLVING.sub("", output.rpartition("\n")[2])
            failed[node.name] = ImageUnavailable(
                node.name, f"the image {node.image} cannot be built: {reason}\n{output}"
            )
    return failed


def _missing_source(node: Node) -> str:
    """What a build needs and is not there, or "". The builder would tell it by paths of its own."""
    assert node.build is not None
    context, dockerfile = node.build.context, node.build.context / node.build.dockerfile
    if not context.is_dir():
        return f"the image {node.image} cannot be built: its context {context} is not there"
    if not dockerfile.is_file():
        return f"the image {node.image} cannot be built: there is no {dockerfile}"
    return ""


def _compose_build(
    names: Sequence[str], digests: Mapping[str, str], compose: ComposeProject, tell: Callable[[Event], None]
) -> str | None:
    """Build the images of these services side by side. None when that worked, else the last lines of the output."""
    override = {"services": {name: {"build": {"labels": {labels.SOURCE_DIGEST: digests[name]}}} for name in names}}
    with tempfile.NamedTemporaryFile("w", prefix="readiness-", suffix=".json") as file:
        json.dump(override, file)
        file.flush()
        with subprocess.Popen(
            [*compose.command, *compose.arguments, "-f", file.name, "--progress", "plain", "build", *names],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={"DOCKER_BUILDKIT": "1", **compose.environment},
        ) as process:
            timer = threading.Timer(_BUILD_DEADLINE_S, process.kill)
            timer.start()
            try:
                output = _follow(process, names, tell)
            finally:
                timer.cancel()
                process.kill()
    return None if process.returncode == 0 else output


def _follow(process: "subprocess.Popen[str]", names: Sequence[str], tell: Callable[[Event], None]) -> str:
    assert process.stdout is not None
    lines: list[str] = []
    told = 0.0
    for line in process.stdout:
        if not line.strip() or _WARNING.match(line):
            continue
        lines = [*lines[-200:], line.rstrip()]
        if time.monotonic() - told > 0.5:
            told = time.monotonic()
            for name in names:
                tell(ImageBuilding(node=name, line=line.strip()[:200]))
    process.wait()
    return "\n".join(lines[-_LAST_LINES:])


def _pull_all(
    client: docker.DockerClient, nodes: Sequence[Node], tell: Callable[[Event], None]
) -> dict[str, ImageUnavailable]:
    if not nodes:
        return {}
    with ThreadPoolExecutor(max_workers=len(nodes)) as pool:
        outcomes = list(pool.map(lambda node: _pull(client, node, tell), nodes))
    return {node.name: error for node, error in zip(nodes, outcomes, strict=True) if error is not None}


def _pull(client: docker.DockerClient, node: Node, tell: Callable[[Event], None]) -> ImageUnavailable | None:
    begun = time.monotonic()
    repository, _, tag = (
        node.image.rpartition(":") if ":" in node.image.rpartition("/")[2] else (node.image, "", "latest")
    )
    try:
        for progress in client.api.pull(repository, tag=tag, stream=True, decode=True):
            tell(ImageBuilding(node=node.name, line=f"pulling {node.image}: {progress.get('status', '')}"))
            if "error" in progress:
                return ImageUnavailable(node.name, f"the image {node.image} cannot be pulled: {progress['error']}")
            if time.monotonic() - begun > _PULL_DEADLINE_S:
                return ImageUnavailable(node.name, f"the image {node.image} was not pulled in {_PULL_DEADLINE_S} s")
    except docker.errors.APIError as error:
        reason = str(error.explanation or error).strip().splitlines()[0]
        return ImageUnavailable(
            node.name,
            f"the image {node.image} is not on this machine and cannot be pulled: {reason}. "
            "Build or load it, or give its service a `build` in the Compose file.",
        )
    except requests.exceptions.RequestException as error:
        return ImageUnavailable(node.name, f"the image {node.image} cannot be pulled: {error}")
    tell(ImageReady(node=node.name, image=node.image, how="pulled", took_s=time.monotonic() - begun))
    return None
