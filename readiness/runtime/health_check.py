"""The engine's own HEALTHCHECK: what it asks, and whether it can pass at all."""

import re

from readiness.runtime.protocol import ContainerFacts, ImageFacts, Runtime

_DEADLINE_S = 15.0
_URL_PATH = re.compile(
    r"(?:https?://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|(?<=//)\$\{?\w+\}?)"
    r"(?::[\w${}:-]+)?(?P<path>/[^\s\"'|;)]*)"
)
_TOOL_MISSING = re.compile(
    r"executable file not found|exec: .*no such file or directory|sh: (?:(?:line )?\d+: )?\S+: (?:command )?not found",
    re.IGNORECASE,
)


def declared_check(container: ContainerFacts, image: ImageFacts) -> tuple[str, ...]:
    """The check in force, in the engine's form (``CMD ...``, ``CMD-SHELL ...``); () when there is none."""
    check = container.healthcheck or image.healthcheck
    return () if check in ((), ("NONE",)) else check


def served_path(check: tuple[str, ...]) -> str | None:
    """The HTTP path that the check asks, where its text shows one."""
    match = _URL_PATH.search(" ".join(check))
    return match["path"] if match else None


def broken_check(runtime: Runtime, node: str, check: tuple[str, ...]) -> str:
    """Run the check once, now, in the container. What is wrong with it, or "" when it passes.

    So nobody waits for the engine's interval, which is 30 s where nothing else is said.
    """
    form, *words = check
    command = ("/bin/sh", "-c", words[0]) if form == "CMD-SHELL" else tuple(words)
    ran = runtime.execute(node, command, _DEADLINE_S)
    if ran.exit_code == 0:
        return ""
    if ran.exit_code in (126, 127) or _TOOL_MISSING.search(ran.output):
        return f"its tool is not in the image: {ran.output.strip()[:300]}"
    return f"exit code {ran.exit_code}: {ran.output.strip()[:300]}"
