"""What a Compose file may ask for that our runtime does not do: refused by name, never dropped in silence.

The keys of a service are of four kinds. HONOURED ones are mapped to the model. REPLACED ones are about the
developer's host or about convenience: leaving them out changes nothing that a promise is about, or isolation replaces
them on purpose. Rights over the host are withheld, and told as a finding (``compose_rights``). Every other key that
says something is refused; for those that are seen in the wild REASONS says why and what to do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from readiness.model.errors import UnsupportedByRuntime
from readiness.sources.compose_rights import is_of_the_host


def _keys(text: str) -> frozenset[str]:
    return frozenset(text.split())


HONOURED = _keys(
    """
    build cap_add cap_drop command configs cpu_period cpu_quota cpus depends_on deploy entrypoint environment
    expose extra_hosts healthcheck hostname image init labels links mem_limit networks pids_limit platform ports
    read_only restart scale secrets security_opt shm_size stop_grace_period stop_signal sysctls tmpfs ulimits
    user volumes working_dir
    """
)

REPLACED = _keys(
    """
    annotations attach blkio_config container_name cpu_count cpu_percent cpu_rt_period cpu_rt_runtime cpu_shares
    cpuset develop env_file label_file logging mem_reservation mem_swappiness memswap_limit oom_score_adj
    profiles pull_policy
    """
)
"""``container_name`` stays resolvable as an alias; ``cpu_shares``, ``cpuset`` and their like are about one host."""

_SHARED_NAMESPACE = "it shares another container's namespace"
_HARDWARE = "it needs hardware of the host"
_DNS = "names are resolved by the run's own network"
_ELSEWHERE = "move the service to a profile that is off"
_OVERRIDE = "remove it, or set it in compose.override.yaml"
_TERMINAL = "containers run without a terminal or an open input, as they do in production"

REASONS: Mapping[str, tuple[str, str]] = {
    "network_mode": (_SHARED_NAMESPACE, "remove it: all nodes share the run's network and find each other by name"),
    "pid": (_SHARED_NAMESPACE, "remove it"),
    "ipc": (_SHARED_NAMESPACE, "remove it; shm_size gives more shared memory"),
    "uts": (_SHARED_NAMESPACE, "remove it"),
    "userns_mode": (_SHARED_NAMESPACE, "remove it"),
    "cgroup": (_SHARED_NAMESPACE, "remove it"),
    "cgroup_parent": ("it places the container below a group of the host", "remove it"),
    "devices": (_HARDWARE, _ELSEWHERE),
    "device_cgroup_rules": (_HARDWARE, "remove it"),
    "gpus": (_HARDWARE, _ELSEWHERE),
    "runtime": ("it needs a runtime that the engine may not have", "remove it"),
    "dns": (_DNS, "remove it, or use extra_hosts"),
    "dns_search": (_DNS, "remove it and write names out"),
    "dns_opt": (_DNS, "remove it"),
    "domainname": (_DNS, "remove it, or use a network alias"),
    "mac_address": ("fixed addresses keep two runs from living side by side", "remove it"),
    "external_links": ("it reaches a container outside the graph", "declare that container as a service"),
    "volumes_from": ("volumes are shared by name", "name the shared volume in both services"),
    "tty": (_TERMINAL, _OVERRIDE),
    "stdin_open": (_TERMINAL, _OVERRIDE),
    "post_start": ("hooks are run by Compose, not by the engine", "make it a service that runs to its end"),
    "pre_stop": ("hooks are run by Compose, not by the engine", "let the process handle its stop signal"),
    "provider": ("it is not a container", "declare a container that plays its part"),
    "models": ("models are served by Docker Desktop, not by the engine", "declare a container that serves the model"),
    "group_add": ("groups of the host are not known in the container", "give the user its group in the image"),
}  # fmt: skip

ALLOWED_VALUES: Mapping[str, tuple[str, ...]] = {
    "ipc": ("private", "shareable"),
    "cgroup": ("private",),
    "runtime": ("runc", "io.containerd.runc.v2"),
}
"""Values of refused keys that say what holds anyway."""

BUILD_HONOURED = _keys(
    """
    args cache_from cache_to context dockerfile extra_hosts isolation labels network no_cache platforms
    provenance pull sbom shm_size tags target ulimits
    """
)
BUILD_REASONS: Mapping[str, tuple[str, str]] = {
    "secrets": (
        "a build that needs a secret cannot be repeated without it",
        "build the image beforehand and name it with image",
    ),
    "ssh": (
        "a build that needs a key cannot be repeated without it",
        "build the image beforehand and name it with image",
    ),
    "privileged": ("it gives the build the rights of the host", "remove it"),
    "entitlements": ("it gives the build more rights than a build needs", "remove it"),
    "dockerfile_inline": ("a change of it would not be seen", "write it to a file and name that with dockerfile"),
    "additional_contexts": ("a change in them would not be seen", "build the image beforehand, or use one context"),
}

_UNKNOWN = (
    "this suite does not know it, and leaving it out could change what is judged",
    _OVERRIDE,
)


@dataclass(frozen=True)
class Refusal:
    """One thing that is refused: whose, which key with which value, why, and what to do."""

    node: str
    key: str
    why: str
    advice: str

    def __str__(self) -> str:
        return f"{self.node}: {self.key}: {self.why}; {self.advice}"


def says_nothing(value: Any) -> bool:
    """Whether a value is the default that Compose prints for what nobody asked for."""
    return value is None or value is False or value in ("", 0) or value == [] or value == {}


def refused_keys(node: str, service: Mapping[str, Any]) -> Iterator[Refusal]:
    """The keys of one service, and of its build, that are neither honoured nor replaced."""
    for key, value in service.items():
        if key in HONOURED or key in REPLACED or key.startswith("x-") or says_nothing(value):
            continue
        if value in ALLOWED_VALUES.get(key, ()) or is_of_the_host(key, value):
            continue
        why, advice = REASONS.get(key, _UNKNOWN)
        yield Refusal(node, f"{key} {value}" if isinstance(value, str) else key, why, advice)
    for key, value in (service.get("build") or {}).items():
        if key in BUILD_HONOURED or key.startswith("x-") or says_nothing(value):
            continue
        why, advice = BUILD_REASONS.get(key, _UNKNOWN)
        yield Refusal(node, f"build.{key}", why, advice)


def refuse(file: str, refusals: list[Refusal]) -> None:
    """:raises UnsupportedByRuntime: there is something to refuse; the text names all of it."""
    if refusals:
        told = "\n".join(f"  {refusal}" for refusal in dict.fromkeys(refusals))
        raise UnsupportedByRuntime(f"{file} asks for what this suite refuses:\n{told}")
