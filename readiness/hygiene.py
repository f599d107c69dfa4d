"""What should not be in an image, and what a container should not be allowed. Pure rules over what the engine tells."""

import re

from readiness.model.graph import Node
from readiness.runtime.protocol import ContainerFacts, ImageFacts

_SECRET_NAME = re.compile(
    r"(PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_KEY|API_?KEY|ACCESS_KEY|CREDENTIALS?)$", re.IGNORECASE
)
_SECRET_VALUE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b")
_SECRET_IN_HISTORY = re.compile(
    r"\b(?:ENV|ARG)\s+(?P<name>\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY)\w*)[=\s]+(?P<value>[^\s$]\S*)",
    re.IGNORECASE,
)
_ROOT = ("", "0", "root")
_SOCKETS = ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock")
# A package manager's instruction, and the words of the same layer that show that it cleaned up behind itself.
_CACHES = (
    (
        re.compile(r"\bapt(?:-get)? (?:-\S+ )*install\b"),
        re.compile(r"/var/lib/apt/lists|--mount=type=cache[^ ]*/apt"),
        "apt lists (DKL-DI-0005)",
    ),
    (re.compile(r"\bapk (?:-\S+ )*add\b"), re.compile(r"--no-cache|/var/cache/apk"), "apk cache (DL3018)"),
    (
        re.compile(r"\b(?:yum|dnf|microdnf) (?:-\S+ )*install\b"),
        re.compile(r"clean all|--mount=type=cache"),
        "yum or dnf cache (DL3032)",
    ),
    (
        re.compile(r"\bpip3? (?:-\S+ )*install\b"),
        re.compile(r"--no-cache-dir|PIP_NO_CACHE_DIR|--mount=type=cache"),
        "pip cache (DL3042)",
    ),
    (re.compile(r"\bnpm (?:ci|install|i)\b"), re.compile(r"npm cache clean|\.npm|--mount=type=cache"), "npm cache"),
    (re.compile(r"\byarn install\b"), re.compile(r"yarn cache clean|--mount=type=cache"), "yarn cache (DL3060)"),
)
_SMALL_BYTES = 1_000_000
"""A layer smaller than this holds no cache worth telling."""


def is_root(user: str) -> bool:
    """Whether a declared user (``user[:group]``) is root, or nobody said otherwise (CIS-DI-0001)."""
    return user.partition(":")[0] in _ROOT


def is_pinned(image: str) -> bool:
    """Whether an image is named by a digest, or by a tag other than ``latest`` (DL3006, DL3007)."""
    if "@sha256:" in image:
        return True
    tag = image.rpartition("/")[2].partition(":")[2]
    return tag not in ("", "latest")


def caches_left(image: ImageFacts) -> tuple[str, ...]:
    """Layers whose instruction installs packages and leaves the package manager's cache behind."""
    return tuple(
        f"{what}: {layer.created_by[:160]}"
        for layer in image.layers
        for instruction, cleaned, what in _CACHES
        if layer.size_bytes > _SMALL_BYTES
        and instruction.search(layer.created_by)
        and not cleaned.search(layer.created_by)
    )


def secrets_in(image: ImageFacts) -> tuple[str, ...]:
    """Where secrets stand in an image's environment or history (CIS-DI-0010). Names only: the values are not repeated."""
    found = []
    for entry in image.environment:
        name, _, value = entry.partition("=")
        if value and (_SECRET_NAME.search(name) or _SECRET_VALUE.search(value)):
            found.append(f"ENV {name}")
    for layer in image.layers:
        match = _SECRET_IN_HISTORY.search(layer.created_by)
        if match:
            found.append(f"{match['name']} in the history")
        elif _SECRET_VALUE.search(layer.created_by):
            found.append("a key in the history")
    return tuple(dict.fromkeys(found))


def excess_privileges(container: ContainerFacts, declared: Node) -> tuple[str, ...]:
    """What a container may do beyond what it needs (CIS Docker Benchmark, section 5)."""
    faults = []
    if container.privileged:
        faults.append("it is privileged")
    if not {"ALL", "CAP_ALL"} & {name.upper() for name in container.cap_drop}:
        faults.append("capabilities are not dropped (cap_drop: [ALL])")
    if not any(
        option.startswith("no-new-privileges") and not option.endswith("false") for option in container.security_opt
    ):
        faults.append("new privileges are not forbidden (security_opt: [no-new-privileges:true])")
    faults += [
        f"the engine's socket is mounted ({bind})" for bind in container.binds if any(s in bind for s in _SOCKETS)
    ]
    faults += [f"it shares the host's namespace ({name})" for name in container.host_namespaces]
    if declared.privileges.read_only and not container.read_only:
        faults.append("the root file system is declared read-only and is not")
    return tuple(faults)
