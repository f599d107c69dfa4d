"""A platform with one defect laid over it, as files in a folder of its own."""

import io
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import docker

from tests.detection.defect import Change, Defect
from tests.engine.overlays import read, write

_HERE = Path(__file__).parent
_IMAGES = "readiness-detection"
# Several graphs share the machine: how fast a health answer comes is not what is judged here.
_PATIENCE: dict[str, Any] = {"defaults": {"answers_within": "500ms"}}


@dataclass(frozen=True)
class Base:
    """A platform that is READY."""

    folder: Path
    services: tuple[str, ...]
    always: tuple[str, ...] = ()
    """Services that the others cannot be judged without: who issues the tokens."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What its services are given, so that a machine that is shared by several graphs does not tell on them."""


BASES: Mapping[str, Base] = {
    "reference": Base(
        _HERE.parents[1] / "fixtures" / "platform",
        ("auth", "master-data", "workflow", "rules-engine", "finance"),
        ("auth",),
        {"HEALTH_DEADLINE_S": "1.0", "KAFKA_METADATA_TIMEOUT_S": "0.9"},
    ),
    "nest": Base(_HERE / "platforms" / "nest", ("master-data",)),
}


@dataclass(frozen=True)
class Laid:
    """A platform that was laid out."""

    contract: Path
    images: tuple[str, ...]
    """Images that a run builds for it, and that have to go afterwards."""


def lay(name: str, defect: Defect, folder: Path) -> Laid:
    """The defect's platform in this folder.

    :raises ValueError: the defect does not fit the platform (any more).
    """
    base = BASES[defect.base]
    composed, promised = read(base.folder / "compose.yaml"), read(base.folder / "readiness.yaml")
    _at_home(composed, promised, base.folder)
    if defect.services is not None:
        _without(set(base.services) - {*defect.services, *base.always}, composed, promised)
    promised = merged(promised, _PATIENCE)
    changed = _changed_images(name, defect, composed, folder)
    _tag_images(defect, composed)
    _other_revisions(defect, promised, folder)
    for service in base.services:
        if service in composed["services"]:
            composed["services"][service]["environment"] |= base.environment
    environment = {"services": {node: {"environment": variables} for node, variables in defect.environment.items()}}
    composed = merged(merged(composed, environment), defect.compose)
    for path, content in defect.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    write(folder / "compose.yaml", composed)
    write(folder / "readiness.yaml", merged(promised, defect.contract))
    # Only what is named as ours: a patch may well name an image of the platform.
    names = (str(service.get("image", "")) for service in composed["services"].values())
    renamed = tuple(name for name in names if name.startswith(_IMAGES) and name not in changed)
    return Laid(folder / "readiness.yaml", (*changed, *renamed))


def merged(target: Any, patch: Any) -> Any:
    """RFC 7386: mappings are merged, null takes away, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def _at_home(composed: dict[str, Any], promised: dict[str, Any], home: Path) -> None:
    """What is relative to the base's folder stays there, so that images that are here already are found."""
    for service in composed["services"].values():
        if "build" in service:
            service["build"]["context"] = str((home / service["build"]["context"]).resolve())
    for promise in promised["services"].values():
        if "graphql" in promise:
            promise["graphql"]["snapshot"] = str((home / promise["graphql"]["snapshot"]).resolve())


def _without(dropped: set[str], composed: dict[str, Any], promised: dict[str, Any]) -> None:
    for name in dropped:
        composed["services"].pop(name, None)
        promised["services"].pop(name, None)
    for flow in list(promised.get("flows", ())):
        if {flow["producer"], flow["consumer"]} & dropped:
            promised["flows"].remove(flow)
    if "tokens" in promised:
        guarded = promised["tokens"]["guarded"]
        promised["tokens"]["guarded"] = [request for request in guarded if request["service"] not in dropped]


def _changed_images(name: str, defect: Defect, composed: dict[str, Any], folder: Path) -> tuple[str, ...]:
    """Make each changed node's image one of its own: built anew from a changed copy of its source, or on top of it."""
    images = []
    for node in sorted({*(change.service for change in defect.source), *defect.image}):
        service, changes = composed["services"][node], [change for change in defect.source if change.service == node]
        context = folder / f"image-{node}"
        if any(change.is_in_context for change in changes):
            _copy_context(Path(service["build"]["context"]), changes, context)
            build = {**service["build"], "context": str(context)}
        else:
            _on_top(service["image"], changes, defect.image.get(node, ""), context)
            build = {"context": str(context)}
        image = f"{_IMAGES}/{name.replace('/', '.')}.{node}:1"
        service |= {"image": image, "build": build}
        images.append(image)
    return tuple(images)


def _copy_context(original: Path, changes: Sequence[Change], context: Path) -> None:
    shutil.copytree(original, context, ignore=shutil.ignore_patterns("node_modules", "dist"))
    for change in changes:
        file = context / change.file
        file.write_text(_replaced(file.read_text(), change))


def _on_top(original: str, changes: Sequence[Change], further: str, context: Path) -> None:
    context.mkdir(parents=True)
    contents: dict[str, str] = {}
    for change in changes:
        contents[change.file] = _replaced(contents.get(change.file) or file_in(original, change.file), change)
    lines = [f"FROM {original}"]
    for number, (file, content) in enumerate(contents.items()):
        (context / f"changed-{number}").write_text(content)
        lines.append(f"COPY --chmod={_kept(original, file).mode:o} changed-{number} {file}")
    (context / "Dockerfile").write_text("\n".join([*lines, further]))


def _replaced(content: str, change: Change) -> str:
    if change.old not in content:
        raise ValueError(f"{change.file} of {change.service} has no {change.old!r}: the defect does not fit any more")
    return content.replace(change.old, change.new, 1)


def _tag_images(defect: Defect, composed: dict[str, Any]) -> None:
    """Give each named node's image its other name."""
    for node, name in defect.tagged.items():
        client = docker.from_env()
        client.images.get(composed["services"][node]["image"]).tag(name)
        client.close()
        composed["services"][node]["image"] = name
        del composed["services"][node]["build"]


def _other_revisions(defect: Defect, promised: dict[str, Any], folder: Path) -> None:
    """Save the schemas as they were before, beside the contract."""
    for change in defect.saved:
        promise = promised["services"][change.service]["graphql"]
        saved = Path(promise["snapshot"]).read_text()
        if change.old not in saved:
            raise ValueError(f"{promise['snapshot']} has no {change.old!r}: the defect does not fit any more")
        promise["snapshot"] = str(folder / f"{change.service}.graphql")
        Path(promise["snapshot"]).write_text(saved.replace(change.old, change.new, 1))


@dataclass(frozen=True)
class _Kept:
    """A file as an image holds it."""

    text: str
    mode: int


def file_in(image: str, path: str) -> str:
    """The text of a file in an image."""
    return _kept(image, path).text


@cache
def _kept(image: str, path: str) -> _Kept:
    client = docker.from_env()
    try:
        container = client.containers.create(image, command=["-"])
        try:
            chunks, _ = container.get_archive(path)
            with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
                member = archive.getmembers()[0]
                content = archive.extractfile(member)
                assert content is not None, f"{path} is no file"
                return _Kept(content.read().decode(), member.mode)
        finally:
            container.remove(force=True)
    finally:
        client.close()
