"""What should not be in an image, and what a container should not be allowed. Pure rules over what the engine tells."""

import re

from readiness.model.graph import Kind, Node
from readiness.runtime.protocol import ContainerFacts, ImageFacts, Layer

_SECRET_NAME = re.compile(
    r"(PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_KEY|API_?KEY|ACCESS_KEY|CREDENTIALS?)$", re.IGNORECASE
)
_SECRET_VALUE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b")
_IN_A_NAME = r"\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY)\w*"
_SECRET_IN_HISTORY = re.compile(
    # The values of build arguments stand before the shell of each RUN: "RUN |2 VERSION=1 TOKEN=abc /bin/sh -c ...".
    rf"\b(?:ENV|ARG)\s+(?P<name>{_IN_A_NAME})[=\s]+[^\s$]|\|\d+ (?:\w+=\S* )*?(?P<argument>{_IN_A_NAME})=[^\s$]",
    re.IGNORECASE,
)
_ARGUMENTS = re.compile(r"\|\d+ (?:\w+=\S* )*")
_SECRET_IN_URL = re.compile(r"\b[a-zA-Z][\w+.-]*://[^\s/:@$]*:[^\s/@$]{4,}@")
_ROOT = ("", "0", "root")
_SOCKETS = ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock")
_ORDINARY_CAPABILITIES = (
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD"),
    *("NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
)
"""What may be added back (Kubernetes' Pod Security Standards, Baseline)."""
_PACKAGE_CACHES = {
    "/var/lib/apt/lists": "apt lists (DKL-DI-0005)",
    "/var/cache/apt/archives": "apt packages (DKL-DI-0005)",
    "/var/cache/apk": "apk cache (DL3018)",
    "/var/cache/yum": "yum cache (DL3032)",
    "/var/cache/dnf": "dnf cache (DL3040)",
    "/usr/local/share/.cache/yarn": "yarn cache (DL3060)",
}
"""Folders in which package managers keep what they downloaded. They are looked into: an image's history does not show
BuildKit's cache mounts, so that it would accuse those who use them."""
_PACKAGE_CACHES_AT_HOME = {
    ".cache/pip": "pip cache (DL3042)",
    ".cache/uv": "uv cache",
    ".cache/yarn": "yarn cache (DL3060)",
    ".npm/_cacache": "npm cache",
}
"""In the home of whoever built."""
_HOMES = ("/root", "/home/")
CACHE_WORTH_TELLING_BYTES = 1_000_000


def is_root(user: str) -> bool:
    """Whether a declared user (``user[:group]``) is root, or nobody said otherwise (CIS-DI-0001)."""
    return user.partition(":")[0] in _ROOT


def is_pinned(image: str, *, built: bool) -> bool:
    """Whether an image is named by a digest, or by a tag other than ``latest`` (DL3006, DL3007).

    One that is built here and has no tag is what its source makes it: nothing else can be meant tomorrow.
    """
    tag = image.rpartition("/")[2].partition(":")[2]
    return "@sha256:" in image or tag not in ("", "latest") or (built and tag == "")


def package_caches(passwd: str) -> dict[str, str]:
    """The folders in which package managers may have left something, with what each is.

    :param passwd: the image's /etc/passwd, for the homes of its users; empty where it cannot be read.
    """
    homes = [fields[5].rstrip("/") for line in passwd.splitlines() if len(fields := line.split(":")) == 7]
    ordinary = dict.fromkeys(("/root", *(home for home in homes if home.startswith(_HOMES))))
    at_home = {f"{home}/{folder}": what for home in ordinary for folder, what in _PACKAGE_CACHES_AT_HOME.items()}
    return {**_PACKAGE_CACHES, **at_home}


def secrets_in(image: ImageFacts) -> tuple[str, ...]:
    """Where secrets stand in an image's environment or history (CIS-DI-0010). Names only, no values."""
    found = []
    for entry in image.environment:
        name, _, value = entry.partition("=")
        if value and (_SECRET_NAME.search(name) or _SECRET_VALUE.search(value) or _SECRET_IN_URL.search(value)):
            found.append(f"ENV {name}")
    for layer in image.layers:
        match = _SECRET_IN_HISTORY.search(layer.created_by)
        if match:
            found.append(f"{match['name'] or match['argument']} in the history")
        elif _SECRET_VALUE.search(layer.created_by):
            found.append("a key in the history")
        elif _SECRET_IN_URL.search(layer.created_by):
            found.append("a password in a URL in the history")
    return tuple(dict.fromkeys(found))


def instruction_of(layer: Layer) -> str:
    """The instruction that made a layer, without the values of build arguments that stand before its shell."""
    return _ARGUMENTS.sub("", layer.created_by)


def excess_privileges(container: ContainerFacts, declared: Node) -> tuple[str, ...]:
    """What a container may do beyond what it needs (CIS Docker Benchmark, section 5).

    What it asks for and was not granted counts: where the file is run as it is written, it is granted. Of a job, which
    is gone soon, only the rights over the host count.
    """
    faults = list(declared.privileges.withheld)
    if declared.kind is Kind.JOB:
        return tuple(faults)
    if container.privileged:
        faults.append("it is privileged")
    if not {"ALL", "CAP_ALL"} & {name.upper() for name in container.cap_drop}:
        faults.append("capabilities are not dropped (cap_drop: [ALL])")
    if not any(
        option.startswith("no-new-privileges") and not option.endswith("false") for option in container.security_opt
    ):
        faults.append("new privileges are not forbidden (security_opt: [no-new-privileges:true])")
    faults += [f"it is given the capability {name} (cap_add)" for name in container.cap_add if not _is_ordinary(name)]
    faults += [
        f"system calls are not confined ({option})" for option in container.security_opt if _is_unconfined(option)
    ]
    faults += [
        f"the engine's socket is mounted ({bind})" for bind in container.binds if any(s in bind for s in _SOCKETS)
    ]
    faults += [f"it shares the host's namespace ({name})" for name in container.host_namespaces]
    if declared.privileges.read_only and not container.read_only:
        faults.append("the root file system is declared read-only and is not")
    return tuple(faults)


def _is_ordinary(capability: str) -> bool:
    return capability.upper().removeprefix("CAP_") in _ORDINARY_CAPABILITIES


def _is_unconfined(option: str) -> bool:
    return option.replace("=", ":") in ("seccomp:unconfined", "apparmor:unconfined", "systempaths:unconfined")
