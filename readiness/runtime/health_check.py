"""The engine's own HEALTHCHECK: what it asks, and whether it can pass at all."""

import re

from readiness.model.units import format_duration
from readiness.runtime.protocol import CheckTimes, ContainerFacts, ImageFacts, Runtime

_DEADLINE_S = 15.0
_NOTICES_WITHIN_S = 300.0
"""The engine's defaults notice a hang within 180 s."""
_CHECKS_NOTHING = ("true", "/bin/true", "/usr/bin/true", ":", "exit 0", "exit", "echo ok")
_URL_PATH = re.compile(
    r"(?:https?://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|(?<=//)\$\{?\w+\}?)"
    r"(?::(?P<port>[\w${}:-]+))?(?P<path>/[^\s\"'|;)]*)"
)
_TOOL_MISSING = re.compile(
    r"executable file not found|exec: .*no such file or directory|sh: (?:(?:line )?\d+: )?\S+: (?:command )?not found",
    re.IGNORECASE,
)


def declared_check(container: ContainerFacts, image: ImageFacts) -> tuple[str, ...]:
    """The check in force, in the engine's form (``CMD ...``, ``CMD-SHELL ...``); () when there is none."""
    check = container.healthcheck or image.healthcheck
    return () if check in ((), ("NONE",)) else check


def served_path(check: tuple[str, ...], port: int | None = None) -> str | None:
    """The HTTP path that the check asks, where its text shows one and no other port than this one."""
    match = _URL_PATH.search(" ".join(check))
    if match is None:
        return None
    asked = match["port"] or ""
    return match["path"] if port is None or not asked.isdigit() or int(asked) == port else None


def checks_nothing(check: tuple[str, ...]) -> bool:
    """Whether the check passes whatever is the case."""
    return " ".join(check[1:]).strip() in _CHECKS_NOTHING


def slow_to_notice(times: CheckTimes) -> str:
    """What is wrong with the check's times, or "": they must not let a hang go unseen."""
    notices_s = times.retries * (times.interval_s + times.timeout_s)
    if notices_s <= _NOTICES_WITHIN_S:
        return ""
    return (
        f"a hang is called unhealthy after {format_duration(notices_s)} only: {times.retries} retries, every "
        f"{format_duration(times.interval_s)}, each given {format_duration(times.timeout_s)} (timeout)"
    )


def broken_check(runtime: Runtime, node: str, check: tuple[str, ...], deadline_s: float = _DEADLINE_S) -> str:
    """Run the check once, now, in the container. What is wrong with it, or "" when it passes.

    So nobody waits for the engine's interval, which is 30 s where nothing else is said.
    """
    form, *words = check
    command = ("/bin/sh", "-c", words[0]) if form == "CMD-SHELL" else tuple(words)
    ran = runtime.execute(node, command, deadline_s)
    if ran.exit_code == 0:
        return ""
    if ran.exit_code in (126, 127) or _TOOL_MISSING.search(ran.output):
        return f"its tool is not in the image: {ran.output.strip()[:300]}"
    return f"exit code {ran.exit_code}: {ran.output.strip()[:300]}"
