"""The base of all images, `debian:bookworm-slim`: here already, pulled, or made from Debian's packages.

The engine is spoken to by its API, since it may run elsewhere and Docker's client may be missing.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import docker
import docker.errors
import requests.exceptions

REPOSITORY = "debian"
TAG = "bookworm-slim"
SUITE = "bookworm"

_API_TIMEOUT_S = 120
_PULL_SILENCE_S = 10
"""A pull that works reports its progress several times a second; one that is silent for so long reaches no registry."""
_BOOTSTRAP_TIMEOUT_S = 600
_LAST_LINES = 15

# As in Debian's own slim images: no documentation (but the copyright files stay), no manual pages, no translations.
# It holds for the packages that later images install, too.
_LEFT_OUT = (
    "/usr/share/doc/*",
    "/usr/share/man/*",
    "/usr/share/info/*",
    "/usr/share/groff/*",
    "/usr/share/lintian/*",
    "/usr/share/locale/*",
)
_KEPT = "/usr/share/doc/*/copyright"

# Machine names of the kernel, and what Debian and the engine call them.
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def fail(message: str) -> NoReturn:
    """End set-up with one message."""
    print(f"setup: {message}", file=sys.stderr)
    sys.exit(1)


def is_here(client: docker.DockerClient, name: str) -> bool:
    """Whether the engine has the image."""
    try:
        client.images.get(name)
    except docker.errors.ImageNotFound:
        return False
    return True


def pull(repository: str, tag: str) -> str | None:
    """Pull the image; None when that worked, else the reason in one line."""
    client = docker.from_env(timeout=_PULL_SILENCE_S)
    try:
        client.images.pull(repository, tag=tag)
    except (docker.errors.APIError, requests.exceptions.RequestException) as error:
        return str(error).strip().splitlines()[0]
    finally:
        client.close()
    return None


def architecture(client: docker.DockerClient) -> str:
    """The engine's architecture, which must be this machine's: packages of another one cannot be unpacked here."""
    engine = str(client.version()["Arch"])
    machine = _ARCHITECTURES.get(os.uname().machine, os.uname().machine)
    if engine != machine:
        fail(f"the engine is {engine}, this machine {machine}: load {REPOSITORY}:{TAG} into the engine by hand")
    return engine


def ensure_mmdebstrap() -> None:
    """Install mmdebstrap by apt if it is missing."""
    if shutil.which("mmdebstrap"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        fail(f"no registry has {REPOSITORY}:{TAG}, and making it needs mmdebstrap. As root: apt-get install mmdebstrap")
    # Debian's keys are not on an Ubuntu by themselves.
    run(
        ["bash", "-c", "source setup/common.sh; apt_install mmdebstrap debian-archive-keyring"],
        environment=dict(os.environ),
        what="mmdebstrap could not be installed",
    )


def bootstrap_command(architecture: str, target: Path) -> list[str]:
    """The call of mmdebstrap that writes the image's file system as a tar archive.

    Without a mirror it takes Debian's own, with updates and security for a stable suite, and writes them down inside.
    """
    exclude = [f"--dpkgopt=path-exclude={pattern}" for pattern in _LEFT_OUT]
    return [
        "mmdebstrap",
        "--variant=minbase",
        # Merged from the start: otherwise the package usrmerge does it, and brings 50 MB of Perl along.
        "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
        "--include=usr-is-merged",
        f"--architectures={architecture}",
        *exclude,
        f"--dpkgopt=path-include={_KEPT}",
        '--aptopt=Acquire::Languages "none"',
        '--aptopt=Apt::AutoRemove::SuggestsImportant "false"',
        '--customize-hook=rm -rf "$1"/var/log/* "$1"/var/cache/ldconfig "$1"/var/cache/debconf/*-old',
        SUITE,
        str(target),
    ]


def run(command: Sequence[str], *, environment: dict[str, str], what: str) -> None:
    """Run a command quietly; its last lines are shown when it fails."""
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_BOOTSTRAP_TIMEOUT_S,
    )
    if done.returncode != 0:
        print("\n".join((done.stdout + done.stderr).splitlines()[-_LAST_LINES:]), file=sys.stderr)
        fail(f"{what} (exit status {done.returncode}); its last lines are above")


def bootstrap(client: docker.DockerClient, repository: str, tag: str) -> None:
    """Make the image from Debian's packages and import it. The archive is complete before the engine sees it."""
    engine_architecture = architecture(client)
    ensure_mmdebstrap()
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "image.tar")
        run(
            bootstrap_command(engine_architecture, archive),
            # The host's locale does not exist in there.
            environment={**os.environ, "LC_ALL": "C.UTF-8"},
            what=f"{repository}:{tag} could not be made",
        )
        client.api.import_image_from_file(str(archive), repository=repository, tag=tag, changes=['CMD ["bash"]'])


def ensure(repository: str, tag: str) -> None:
    """See to it that the engine has the image."""
    client = docker.from_env(timeout=_API_TIMEOUT_S)
    name = f"{repository}:{tag}"
    if is_here(client, name):
        return
    begun = time.monotonic()
    print(f"pulling {name}...", end="", flush=True, file=sys.stderr)
    reason = pull(repository, tag)
    print(f" {'done' if reason is None else 'no registry answers'}, {time.monotonic() - begun:.0f} s", file=sys.stderr)
    if reason is not None:
        begun = time.monotonic()
        print(f"making {name} from Debian's packages...", end="", flush=True, file=sys.stderr)
        bootstrap(client, repository, tag)
        print(f" {time.monotonic() - begun:.0f} s", file=sys.stderr)


def main() -> int:
    """Ensure the base image; errors of the engine become one line."""
    try:
        ensure(REPOSITORY, TAG)
    # OSError: the errors of requests are some.
    except (docker.errors.DockerException, OSError, subprocess.TimeoutExpired) as error:
        fail(f"{REPOSITORY}:{TAG} could not be had: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
