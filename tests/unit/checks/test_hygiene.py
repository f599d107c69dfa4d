"""What should not be in an image, and what a container should not be allowed."""

from dataclasses import replace
from typing import Any

import pytest

from readiness.checks.hygiene import excess_privileges, instruction_of, is_pinned, is_root, package_caches, secrets_in
from readiness.model.graph import Kind, Privileges
from readiness.runtime.protocol import Layer
from tests.unit.graphs import service
from tests.unit.runtime.fake_runtime import FACTS, IMAGE

AUTH = service("auth")


@pytest.mark.parametrize(
    ("user", "root"),
    [
        ("", True),
        ("root", True),
        ("0", True),
        ("0:0", True),
        ("root:app", True),
        ("1000", False),
        ("1000:0", False),
        ("app", False),
        ("rooty", False),
    ],
)
def test_root_is_recognised_by_name_number_and_silence(user: str, root: bool) -> None:
    assert is_root(user) is root


@pytest.mark.parametrize(
    ("image", "pinned"),
    [
        ("redis", False),
        ("redis:latest", False),
        ("redis:7.4", True),
        ("registry.example:5000/team/auth", False),
        ("registry.example:5000/team/auth:latest", False),
        ("registry.example:5000/team/auth:1.2", True),
        ("redis@sha256:0123", True),
        ("redis:latest@sha256:0123", True),
    ],
)
def test_an_image_is_pinned_by_a_digest_or_a_tag_that_stays(image: str, pinned: bool) -> None:
    assert is_pinned(image, built=False) is pinned


@pytest.mark.parametrize(
    ("image", "pinned"), [("demo-auth", True), ("demo-auth:1.0", True), ("demo-auth:latest", False)]
)
def test_an_image_that_is_built_here_needs_no_tag(image: str, pinned: bool) -> None:
    assert is_pinned(image, built=True) is pinned


@pytest.mark.parametrize(
    "entry",
    [
        "JWT_SECRET=abc",
        "DATABASE_URL=postgresql://app:hunter22@db:5432/app",
        "DB_PASSWORD=x",
        "github_token=y",
        "STRIPE_API_KEY=z",
        "CREDENTIALS=q",
        "X=ghp_" + "a" * 36,
    ],
)
def test_a_secret_in_the_environment_is_told_by_name_and_its_value_is_not_repeated(entry: str) -> None:
    name, _, value = entry.partition("=")
    (told,) = secrets_in(replace(IMAGE, environment=("PATH=/bin", entry)))
    assert told == f"ENV {name}"
    assert value not in told


@pytest.mark.parametrize(
    "entry",
    [
        "JWT_SECRET=",
        "DATABASE_URL=postgresql://app@db/app",
        "URL=http://a:$PW@b",
        "PASSWORD_FILE=/run/secrets/db",
        "TOKENIZERS_PARALLELISM=false",
        "GPG_KEY=A035C8C1",
    ],
)
def test_what_only_sounds_like_a_secret_is_none(entry: str) -> None:
    assert secrets_in(replace(IMAGE, environment=(entry,))) == ()


@pytest.mark.parametrize(
    ("instruction", "told"),
    [
        ("ENV DB_PASSWORD=hunter2", "DB_PASSWORD in the history"),
        ("/bin/sh -c #(nop)  ENV API_KEY=abc", "API_KEY in the history"),
        ("ARG NPM_TOKEN=abc", "NPM_TOKEN in the history"),
        ("RUN |2 VERSION=1 NPM_TOKEN=abc /bin/sh -c npm ci # buildkit", "NPM_TOKEN in the history"),
        ("RUN git clone https://ci:hunter22@git.example/a.git", "a password in a URL in the history"),
        ("RUN echo '-----BEGIN RSA PRIVATE KEY-----'", "a key in the history"),
        ("RUN aws configure AKIAABCDEFGHIJKLMNOP", "a key in the history"),
    ],
)
def test_a_secret_in_the_history_is_told_once(instruction: str, told: str) -> None:
    layer = Layer(instruction, 0)
    assert secrets_in(replace(IMAGE, layers=(layer, layer))) == (told,)


@pytest.mark.parametrize(
    "instruction",
    [
        "ARG NPM_TOKEN",
        "ENV PASSWORD=$FROM_BUILD",
        "RUN pip install token-bucket",
        "RUN |1 NPM_TOKEN= /bin/sh -c true",
        "RUN curl https://u:$P@h/x",
    ],
)
def test_an_argument_without_a_value_is_no_secret(instruction: str) -> None:
    assert secrets_in(replace(IMAGE, layers=(Layer(instruction, 0),))) == ()


def test_a_container_without_more_than_it_needs_has_no_excess() -> None:
    assert excess_privileges(FACTS, AUTH) == ()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"privileged": True}, "it is privileged"),
        ({"cap_drop": ("NET_RAW",)}, "capabilities are not dropped"),
        ({"cap_drop": ()}, "capabilities are not dropped"),
        ({"security_opt": ()}, "new privileges are not forbidden"),
        ({"security_opt": ("no-new-privileges:false",)}, "new privileges are not forbidden"),
        ({"binds": ("/var/run/docker.sock:/sock",)}, "the engine's socket is mounted"),
        ({"host_namespaces": ("NetworkMode",)}, "it shares the host's namespace (NetworkMode)"),
        ({"cap_add": ("NET_ADMIN",)}, "it is given the capability NET_ADMIN"),
        ({"security_opt": ("no-new-privileges", "seccomp=unconfined")}, "system calls are not confined"),
    ],
)
def test_each_excess_is_told_by_itself(changed: dict[str, Any], told: str) -> None:
    (fault,) = excess_privileges(replace(FACTS, **changed), AUTH)
    assert fault.startswith(told)


@pytest.mark.parametrize(
    "changed",
    [
        {"cap_drop": ("all",)},
        {"cap_drop": ("CAP_ALL",)},
        {"security_opt": ("no-new-privileges",)},
        {"cap_add": ("CAP_SETUID", "net_bind_service")},
    ],
)
def test_other_spellings_of_the_same_count(changed: dict[str, Any]) -> None:
    assert excess_privileges(replace(FACTS, **changed), AUTH) == ()


def test_a_root_file_system_has_to_be_read_only_where_it_is_declared_so() -> None:
    declared = replace(AUTH, privileges=Privileges(read_only=True))
    assert excess_privileges(FACTS, declared) == ("the root file system is declared read-only and is not",)
    assert excess_privileges(replace(FACTS, read_only=True), declared) == ()


def test_rights_that_no_run_grants_are_told_of_a_job_too() -> None:
    asks = replace(AUTH, privileges=Privileges(withheld=("it is privileged",)))
    assert excess_privileges(FACTS, asks) == ("it is privileged",)
    job = replace(asks, kind=Kind.JOB)
    assert excess_privileges(replace(FACTS, cap_drop=(), security_opt=()), job) == ("it is privileged",)


def test_caches_are_looked_for_in_the_homes_of_the_image_s_users() -> None:
    passwd = (
        "root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\nwww:x:33:33:www:/var/www:/bin/false\n"
    )
    caches = package_caches(passwd)
    assert caches["/home/node/.npm/_cacache"] == "npm cache"
    assert {"/root/.cache/pip", "/var/lib/apt/lists"} <= set(caches)
    assert not any(folder.startswith("/var/www") for folder in caches)
    assert set(package_caches("no passwd")) < set(caches)


def test_an_instruction_is_told_without_the_values_of_build_arguments() -> None:
    layer = Layer("RUN |2 VERSION=1 NPM_TOKEN=abc /bin/sh -c npm ci # buildkit", 1)
    assert instruction_of(layer) == "RUN /bin/sh -c npm ci # buildkit"
    assert instruction_of(Layer("COPY /app /app # buildkit", 1)) == "COPY /app /app # buildkit"
