"""``docker compose config --format json`` -> :class:`readiness.model.graph.Graph`. Nothing is run here.

What is only about order on the developer's host is replaced on purpose: the project's name, ``container_name`` (kept
as a network alias), names, addresses and options of networks (``internal`` included, since nothing could be asked
from outside), host addresses and host ports (the engine chooses; ``Port.host_port`` keeps what the file asks for).
"""

import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from readiness.model.errors import ComposeError
from readiness.model.graph import (
    Build,
    Condition,
    Dependency,
    Graph,
    HealthCheck,
    Kind,
    Limits,
    Node,
    Port,
    Privileges,
    RestartPolicy,
)
from readiness.sources.compose_mounts import Surroundings, read_mounts
from readiness.sources.compose_refusals import REASONS, Refusal, refuse, refused_keys, says_nothing
from readiness.sources.compose_rights import is_capability_over_the_host, rights_over_the_host
from readiness.sources.values import duration_s, size_bytes

_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_REMOTE_CONTEXTS = ("http://", "https://", "git://", "ssh://", "git@", "github.com/")
_ATTACHMENT_KEYS = frozenset(("aliases", "priority", "gw_priority", "interface_name"))
_DEPLOY_KEYS = frozenset(("endpoint_mode", "labels", "mode", "placement", "replicas", "resources", "restart_policy"))
_DEPLOY_KEYS_OF_SWARM = frozenset(("rollback_config", "update_config"))


def graph_from_config(
    config: Mapping[str, Any], source: Path, folders: Sequence[Path], order: Sequence[str] = ()
) -> Graph:
    """The graph that a resolved Compose configuration declares; every node's kind is a service until it is inferred.

    :param source: the Compose file, absolute.
    :param folders: the folders that files may be mounted from.
    :param order: the services in the order of the file; those that it does not name follow.
    :raises UnsupportedByRuntime: the file asks for what the runtime refuses; the text names all of it.
    :raises ComposeError: a value is not what Compose is known to print.
    """
    services: Mapping[str, Any] = config.get("services") or {}
    around = Surroundings(tuple(folders), *(config.get(what) or {} for what in ("volumes", "secrets", "configs")))
    refusals = list(_refused_networks(config))
    nodes: dict[str, Node] = {}
    for name in _in_order(services, order):
        service = services[name]
        with _understood(source, name):
            mounts, refused_mounts = read_mounts(name, service, around)
            refusals += [*refused_keys(name, service), *_refused_values(name, service), *refused_mounts]
            nodes[name] = _node(name, _among_the_others(service, config), config["name"], mounts)
    refuse(source.name, refusals)
    return Graph(config["name"], _with_links(nodes, services), source)


def declared_from_config(config: Mapping[str, Any], source: Path, order: Sequence[str] = ()) -> Graph:
    """The graph of a file that is only read, and not run: nothing is refused, what is mounted is left out.

    :param config: as Compose resolves it, or in its form.
    :raises ComposeError: a value is not what Compose is known to print.
    """
    services: Mapping[str, Any] = config.get("services") or {}
    nodes: dict[str, Node] = {}
    for name in _in_order(services, order):
        with _understood(source, name):
            nodes[name] = _node(name, services[name], config["name"], ())
    return Graph(config["name"], _with_links(nodes, services), source)


def _in_order(services: Mapping[str, Any], order: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*(name for name in order if name in services), *services)))


@contextmanager
def _understood(source: Path, name: str) -> Iterator[None]:
    """:raises ComposeError: a value of this service is not what Compose is known to print."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ComposeError(f"{source.name}: services.{name}: not understood: {error}") from error


def _among_the_others(service: Mapping[str, Any], config: Mapping[str, Any]) -> Mapping[str, Any]:
    """A service that wants the host's network runs on all networks of the graph: it may want to reach anyone there."""
    if service.get("network_mode") != "host":
        return service
    networks = dict.fromkeys(config.get("networks") or {"default": None})
    return {**service, "networks": networks}


def _node(name: str, service: Mapping[str, Any], project: str, mounts: tuple[Any, ...]) -> Node:
    return Node(
        name=name,
        kind=Kind.SERVICE,
        image=service.get("image") or f"{project}-{name}",  # the name that Compose gives to an image that it builds
        build=_build(service.get("build")),
        entrypoint=_words(service.get("entrypoint")),
        command=_words(service.get("command")),
        working_dir=service.get("working_dir"),
        hostname=service.get("hostname"),
        # A variable without a value is taken from the shell; null means that the shell has none either.
        environment={key: str(value) for key, value in (service.get("environment") or {}).items() if value is not None},
        labels=dict(service.get("labels") or {}),
        ports=tuple(_ports(service)),
        expose=tuple(_exposed(service)),
        mounts=mounts,
        networks=_networks(service),
        depends_on=_dependencies(service),
        healthcheck=_healthcheck(service.get("healthcheck")),
        restart=_restart(service),
        limits=_limits(service),
        privileges=Privileges(
            user=service.get("user"),
            read_only=bool(service.get("read_only")),
            cap_add=tuple(name for name in service.get("cap_add") or () if not is_capability_over_the_host(name)),
            cap_drop=tuple(service.get("cap_drop") or ()),
            security_opt=tuple(service.get("security_opt") or ()),
            withheld=rights_over_the_host(service),
        ),
        stop_signal=service.get("stop_signal"),
        stop_grace_s=duration_s(service["stop_grace_period"])
        if service.get("stop_grace_period")
        else Node.stop_grace_s,
        init=bool(service.get("init")),
        shm_size_bytes=size_bytes(service["shm_size"]) if service.get("shm_size") else None,
        ulimits={key: _ulimit(value) for key, value in (service.get("ulimits") or {}).items()},
        sysctls={key: str(value) for key, value in (service.get("sysctls") or {}).items()},
        extra_hosts=tuple(_host_entry(text) for text in service.get("extra_hosts") or ()),
    )


def _words(value: list[str] | None) -> tuple[str, ...] | None:
    """``null`` keeps what the image says; an empty list clears it."""
    return None if value is None else tuple(value)


def _build(build: Mapping[str, Any] | None) -> Build | None:
    if build is None:
        return None
    arguments = {key: str(value) for key, value in (build.get("args") or {}).items() if value is not None}
    return Build(Path(build["context"]), build.get("dockerfile") or "Dockerfile", build.get("target"), arguments)


def _ports(service: Mapping[str, Any]) -> Iterator[Port]:
    for port in service.get("ports") or ():
        published = str(port.get("published") or "")
        # A range (8000-9000) lets the engine choose, and so do we.
        yield Port(int(port["target"]), int(published) if published.isdigit() and published != "0" else None,
                   port.get("protocol") or "tcp")  # fmt: skip


def _exposed(service: Mapping[str, Any]) -> Iterator[int]:
    for text in service.get("expose") or ():
        numbers, _, protocol = str(text).partition("/")
        if protocol in ("", "tcp"):
            first, _, last = numbers.partition("-")
            yield from range(int(first), int(last or first) + 1)


def _networks(service: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    named = [service["container_name"]] if service.get("container_name") else []
    return {
        network: tuple(dict.fromkeys([*((attachment or {}).get("aliases") or ()), *named]))
        for network, attachment in (service.get("networks") or {}).items()
    }


def _dependencies(service: Mapping[str, Any]) -> tuple[Dependency, ...]:
    declared = {
        name: Dependency(name, Condition(edge["condition"]), bool(edge.get("required", True)))
        for name, edge in (service.get("depends_on") or {}).items()
    }
    linked = (link.partition(":")[0] for link in service.get("links") or ())
    return tuple({**{name: Dependency(name) for name in linked}, **declared}.values())


def _healthcheck(check: Mapping[str, Any] | None) -> HealthCheck | None:
    """A check without a test keeps the image's test and changes its times."""
    if check is None:
        return None
    test = tuple(check.get("test") or ())
    if check.get("disable") or test == ("NONE",):
        return HealthCheck(("NONE",), disabled=True)
    interval, timeout, start_period = (
        duration_s(check[key]) if check.get(key) else None for key in ("interval", "timeout", "start_period")
    )
    return HealthCheck(test, interval, timeout, start_period, check.get("retries"))


def _restart(service: Mapping[str, Any]) -> RestartPolicy:
    """``restart`` wins over ``deploy.restart_policy``, whose conditions are ``none``, ``on-failure`` and ``any``."""
    name, _, retries = str(service.get("restart") or "").partition(":")
    if name:
        return RestartPolicy(name, int(retries or 0))
    policy = (service.get("deploy") or {}).get("restart_policy") or {}
    condition = str(policy.get("condition") or "")
    name = {"": "no", "none": "no", "any": "always"}.get(condition, condition)
    return RestartPolicy(name, int(policy.get("max_attempts") or 0) if name == "on-failure" else 0)


def _limits(service: Mapping[str, Any]) -> Limits:
    """``deploy.resources.limits`` wins over the older keys of the service, as it does in Compose."""
    limits = ((service.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    memory = limits.get("memory") or service.get("mem_limit")
    cpus = limits.get("cpus") or service.get("cpus")
    if not cpus and service.get("cpu_quota"):
        cpus = float(service["cpu_quota"]) / float(
            service.get("cpu_period") or 100_000
        )  # the kernel's default period, in µs
    pids = limits.get("pids") or service.get("pids_limit")
    return Limits(
        size_bytes(memory) if memory else None,
        float(cpus) if cpus else None,
        int(pids) if pids and int(pids) > 0 else None,
    )


def _ulimit(value: int | Mapping[str, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (int(value["soft"]), int(value["hard"]))


def _host_entry(text: str) -> str:
    """``host:address``, which the engine takes; newer versions of Compose print ``host=address``."""
    name, equals, address = text.partition("=")
    return f"{name}:{address}" if equals else text


def _with_links(nodes: Mapping[str, Node], services: Mapping[str, Any]) -> dict[str, Node]:
    """``links: [db:database]`` makes ``database`` another alias of ``db`` on the networks that both share."""
    aliases: dict[str, dict[str, list[str]]] = {}
    for name, service in services.items():
        for link in service.get("links") or ():
            target, _, alias = link.partition(":")
            if alias and target in nodes:
                for network in nodes[name].networks.keys() & nodes[target].networks.keys():
                    aliases.setdefault(target, {}).setdefault(network, []).append(alias)
    linked = dict(nodes)
    for target, added in aliases.items():
        networks = {
            network: tuple(dict.fromkeys([*present, *added.get(network, ())]))
            for network, present in nodes[target].networks.items()
        }
        linked[target] = replace(nodes[target], networks=networks)
    return linked


def _refused_networks(config: Mapping[str, Any]) -> Iterator[Refusal]:
    for name, network in (config.get("networks") or {}).items():
        if (network or {}).get("external"):
            yield Refusal(f"network {name}", "external", "it belongs to another project",
                          "declare it without external; the run makes its own")  # fmt: skip
        driver = (network or {}).get("driver")
        if driver not in (None, "", "default", "bridge"):
            yield Refusal(
                f"network {name}", f"driver {driver}", "this suite makes bridge networks", "remove the driver"
            )


def _refused_values(name: str, service: Mapping[str, Any]) -> Iterator[Refusal]:
    """Honoured keys whose value asks for more than is honoured."""
    yield from _refused_deployment(name, service)
    yield from _refused_attachments(name, service.get("networks") or {})
    context = str((service.get("build") or {}).get("context", ""))
    if context.startswith(_REMOTE_CONTEXTS):
        why = "a remote context may change between runs"
        yield Refusal(name, f"build.context {context}", why, "check it out, and name the folder")
    wanted = str(service.get("platform") or "")
    ours = f"linux/{_ARCHITECTURES.get(platform.machine().lower(), platform.machine())}"
    if wanted and wanted != ours and not wanted.startswith(f"{ours}/"):
        yield Refusal(name, f"platform {wanted}", f"this machine runs {ours}", "remove it, or run on such a machine")
    for option in service.get("security_opt") or ():
        if option.startswith("seccomp") and option[len("seccomp") + 1 :] not in ("unconfined", "builtin"):
            yield Refusal(name, f"security_opt {option}", "a profile is a file of the host", "remove it")


def _refused_deployment(name: str, service: Mapping[str, Any]) -> Iterator[Refusal]:
    deploy: Mapping[str, Any] = service.get("deploy") or {}
    copies = deploy.get("replicas", service.get("scale"))
    if copies is not None and copies != 1:
        why = "this suite judges one instance of each node"
        yield Refusal(name, f"replicas {copies}", why, "set it to 1 in the file that is judged")
    for key, value in deploy.items():
        if key not in _DEPLOY_KEYS | _DEPLOY_KEYS_OF_SWARM and not says_nothing(value):
            yield Refusal(name, f"deploy.{key}", "this suite does not know it", "remove it")
    if ((deploy.get("resources") or {}).get("reservations") or {}).get("devices"):
        yield Refusal(name, "deploy.resources.reservations.devices", *REASONS["devices"])


def _refused_attachments(name: str, networks: Mapping[str, Any]) -> Iterator[Refusal]:
    for network, attachment in networks.items():
        for key, value in (attachment or {}).items():
            if key not in _ATTACHMENT_KEYS and not says_nothing(value):
                why = "fixed addresses keep two runs from living side by side"
                yield Refusal(name, f"networks.{network}.{key}", why, "use the service's name instead")
