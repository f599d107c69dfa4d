"""Images: their size, their user, and what should not be in them."""

from collections.abc import Callable

from fixtures.criteria import P2, P3, criterion
from readiness.checks.hygiene import (
    CACHE_WORTH_TELLING_BYTES,
    instruction_of,
    is_pinned,
    is_root,
    package_caches,
    secrets_in,
)
from readiness.checks.standing import demand_ready
from readiness.diagnosis.promises import BrokenPromise
from readiness.model import subjects
from readiness.model.criterion import Subject
from readiness.model.finding import Unmet
from readiness.model.units import format_size
from readiness.platform import Platform
from readiness.runtime.protocol import ContainerFacts, ImageFacts

_DEADLINE_S = 5.0

Measure = Callable[[str, object], None]


@criterion("image.size", P2, each=subjects.services, cause=BrokenPromise.IMAGE_TOO_LARGE)
def test_image_is_within_its_budget(
    subject: Subject, image: ImageFacts, platform: Platform, record_property: Measure
) -> None:
    """The image is within its budget; if not, the fattest layer is named."""
    budget = platform.contract.promise(subject.node).image.at_most
    record_property("measured", ("size_bytes", image.size_bytes))
    if image.size_bytes > budget:
        fattest = max(image.layers, key=lambda layer: layer.size_bytes)
        instruction = platform.redactor.redact(instruction_of(fattest))
        raise Unmet(
            f"{image.name} has {format_size(image.size_bytes)}, promised {format_size(budget)}",
            evidence=(f"its fattest layer has {format_size(fattest.size_bytes)}: {instruction[:200]}",),
            advice="Build in one stage and copy only what runs into the last one; leave build tools and caches behind.",
        )


@criterion("image.non_root", P2, each=subjects.lasting_nodes, cause=BrokenPromise.RUNS_AS_ROOT)
def test_nothing_runs_as_root(
    subject: Subject, image: ImageFacts, container: ContainerFacts, platform: Platform
) -> None:
    """Image, container and the processes themselves have a user other than root."""
    demand_ready(platform, subject.node)
    if platform.contract.promise(subject.node).image.user == "any":
        return
    declared = container.user or image.user
    uids = platform.runtime.process_uids(subject.node)
    assert 0 not in uids, f"a process runs as uid 0; the declared user is {declared or 'not set'!r}"
    assert not is_root(declared), f"the declared user is {declared or 'not set'!r}"


@criterion("image.pinned", P3, each=subjects.nodes, cause=BrokenPromise.IMAGE_UNPINNED)
def test_image_is_pinned(subject: Subject, platform: Platform) -> None:
    """The image has a tag other than `latest`, or a digest."""
    node = platform.graph[subject.node]
    pinned = is_pinned(node.image, built=node.build is not None)
    assert pinned, f"{node.image} is not pinned: another image may be meant tomorrow"


@criterion("image.layers", P3, each=subjects.services, cause=BrokenPromise.IMAGE_WASTEFUL)
def test_image_holds_no_package_cache(subject: Subject, image: ImageFacts, platform: Platform) -> None:
    """What a package manager downloaded does not stay in the image."""
    users = platform.runtime.execute(subject.node, ("cat", "/etc/passwd"), _DEADLINE_S)
    caches = package_caches(users.output if users.exit_code == 0 else "")
    sizes = {folder: platform.runtime.folder_bytes(subject.node, folder) for folder in caches}
    found = [
        f"{caches[folder]}: {format_size(size)} in {folder}"
        for folder, size in sizes.items()
        if size > CACHE_WORTH_TELLING_BYTES
    ]
    assert not found, f"{image.name} keeps {'; '.join(found)}"


@criterion("image.secrets", P3, each=subjects.nodes, cause=BrokenPromise.SECRET_IN_IMAGE)
def test_image_holds_no_secret(image: ImageFacts) -> None:
    """No secret stands in the image's environment or history."""
    found = secrets_in(image)
    assert not found, f"the image holds secrets: {', '.join(found)}"
