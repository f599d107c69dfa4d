"""``python -m readiness diagnose``: what it prints, and how it ends."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from readiness.cli import main
from tests.unit.diagnosis.test_recorded_logs import EXPECTED, recorded

KEYS = {"class", "node", "dependency", "confidence", "evidence", "advice", "summary"}
REFUSED = (
    "Error: connect ECONNREFUSED {0}\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)\n\n"
    "Node.js v20.11.0\n"
)
TYPE_ERROR = (
    "TypeError: Cannot read properties of undefined (reading 'map')\n    at main (/app/main.js:3:9)\n\nNode.js v20\n"
)
MISSING = "Traceback (most recent call last):\n  File \"/app/main.py\", line 3, in <module>\nKeyError: 'JWT_SECRET'\n"
COMPOSE = """
services:
  gateway: {image: shop/gateway, depends_on: [auth]}
  auth: {image: shop/auth, environment: {CACHE: "redis://:s3cretpass@store:6379/0"}}
  store: {image: "redis:7"}
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command in a folder of the given files: names of logs and options, then content by name."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str, **files: str | bytes) -> tuple[int, str, str]:
        for name, content in files.items():
            file = tmp_path / name.replace("__", "-").replace("_", ".")
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        code = main(["diagnose", *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


@pytest.fixture
def diagnosed(run: Run) -> Callable[..., dict[str, Any]]:
    """Runs the command for programs and reads what it prints."""

    def read(*arguments: str, **files: str | bytes) -> dict[str, Any]:
        code, out, err = run(*arguments, "--format=json", **files)
        assert (code, err) == (0, "")
        told: dict[str, Any] = json.loads(out)
        return told

    return read


def state(name: str, status: str, exit_code: int = 0, **more: Any) -> dict[str, Any]:
    """A container of Compose, as ``docker inspect`` prints it."""
    restarts = more.pop("restarts", 0)
    return {
        "Name": f"/shop-{name}-1",
        "RestartCount": restarts,
        "State": {"Status": status, "ExitCode": exit_code, **more},
        "Config": {"Image": f"shop/{name}", "Labels": {"com.docker.compose.service": name}},
    }


def inspection(*states: Mapping[str, Any]) -> str:
    return json.dumps(states)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_log_alone_gives_its_class_and_the_promised_shape(
    name: str, diagnosed: Callable[..., dict[str, Any]]
) -> None:
    told = diagnosed("auth.log", auth_log=recorded(name))
    assert set(told) == KEYS
    assert (told["class"], told["node"]) == (EXPECTED[name][0], "auth")
    assert told["confidence"] in ("sure", "likely")
    assert told["evidence"]
    assert not [line for line in told["evidence"] if line.startswith("status")], "nobody told the state"


def test_a_log_that_breaks_off_is_not_sure(diagnosed: Callable[..., dict[str, Any]]) -> None:
    line = "[ioredis] Unhandled error event: Error: connect ECONNREFUSED 172.18.0.4:6379\n"
    told = diagnosed("auth.log", auth_log=f"{line}INFO trying again\n")
    assert (told["class"], told["dependency"], told["confidence"]) == ("dependency_unreachable", "redis", "likely")


def test_a_log_that_says_nothing_is_unknown_with_what_to_do(diagnosed: Callable[..., dict[str, Any]]) -> None:
    told = diagnosed("auth.log", auth_log="INFO started\nINFO GET /health 200\n")
    assert (told["class"], told["confidence"], len(told["evidence"])) == ("unknown", "unknown", 2)
    assert "--state" in told["advice"]
    told = diagnosed("auth.log", auth_log="\n \n")
    assert (told["class"], told["summary"], told["evidence"]) == ("unknown", "the log of auth is empty", [])


def test_the_same_crash_over_and_over_is_the_cause_although_a_new_life_began(
    diagnosed: Callable[..., dict[str, Any]],
) -> None:
    started = "".join(f"INFO module {number} loaded\n" for number in range(10))
    told = diagnosed("auth.log", auth_log=(started + MISSING) * 3 + started)
    assert (told["class"], told["confidence"]) == ("config_invalid", "sure")


FILES = ("auth.log", "auth-1.txt", "shop-auth-1.log", "shop_auth_1.log", "auth-5d9c7b8c9d-x2x9z.log", "AUTH.LOG.1")


@pytest.mark.parametrize("name", FILES)
def test_the_name_of_the_file_tells_whose_it_is(name: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / name).write_text(MISSING)
    code, out, _ = run(name, "--compose=compose.yaml", "--format=json", compose_yaml=COMPOSE)
    assert (code, json.loads(out)["node"]) == (0, "auth")


def test_the_only_container_that_was_inspected_is_the_only_logs(diagnosed: Callable[..., dict[str, Any]]) -> None:
    inspected = inspection(state("auth", "exited", 1))
    arguments = ("log.txt", "--state=s.json", "--compose=compose.yaml")
    told = diagnosed(*arguments, log_txt=MISSING, s_json=inspected, compose_yaml=COMPOSE)
    assert told["node"] == "auth"
    assert "status exited, last exit code 1" in told["evidence"]


CALL_THEMSELVES = {
    "a logger": '{"level":50,"name":"auth","msg":"KeyError: \'JWT_SECRET\'"}\n',
    "npm": f"> @shop/auth@1.0.0 start\n> node main.js\n{MISSING}",
}


@pytest.mark.parametrize("log", CALL_THEMSELVES.values(), ids=CALL_THEMSELVES)
def test_a_program_that_calls_itself_like_a_node_is_that_node(
    log: str, diagnosed: Callable[..., dict[str, Any]]
) -> None:
    assert diagnosed("log.txt", "--compose=compose.yaml", log_txt=log, compose_yaml=COMPOSE)["node"] == "auth"


def test_standard_input_is_a_log(diagnosed: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MISSING.encode())))
    told = diagnosed("-")
    assert (told["class"], told["node"]) == ("config_invalid", "stdin")


def test_the_compose_file_tells_which_node_an_address_is(diagnosed: Callable[..., dict[str, Any]]) -> None:
    told = diagnosed("auth.log", "--compose=compose.yaml", auth_log=REFUSED.format("store:6379"), compose_yaml=COMPOSE)
    assert (told["class"], told["node"], told["dependency"]) == ("dependency_unreachable", "auth", "store")
    assert any("CACHE" in line for line in told["evidence"])
    told = diagnosed("auth.log", "--compose=compose.yaml", auth_log=REFUSED.format("127.0.0.1:6379"))
    assert told["dependency"] == "store"
    assert "inside a container is auth itself" in told["summary"]


def test_the_state_tells_what_no_log_does(diagnosed: Callable[..., dict[str, Any]]) -> None:
    quiet = "INFO started\n"
    told = diagnosed(
        "auth.log", "--state=s.json", auth_log=quiet, s_json=inspection(state("auth", "exited", 137, OOMKilled=True))
    )
    assert (told["class"], told["confidence"]) == ("container_oom", "sure")
    told = diagnosed("auth.log", "--state=s.json", s_json=inspection(state("auth", "exited", 137)))
    assert told["class"] == "killed_sigkill"
    told = diagnosed("auth.log", "--state=s.json", s_json=json.dumps({"Status": "exited", "ExitCode": 139}))
    assert (told["class"], told["node"]) == ("native_crash", "auth")
    check = {"Status": "unhealthy", "Log": [{"ExitCode": 127, "Output": "/bin/sh: 1: curl: not found"}]}
    told = diagnosed("--state=s.json", s_json=inspection(state("auth", "running", Health=check)))
    assert (told["class"], told["node"]) == ("healthcheck_broken", "auth")


def test_a_container_in_a_loop_is_read_by_the_lives_before(diagnosed: Callable[..., dict[str, Any]]) -> None:
    told = diagnosed(
        "auth.log", "--state=s.json", auth_log=MISSING * 2, s_json=inspection(state("auth", "running", restarts=7))
    )
    assert told["class"] == "config_invalid"
    assert any(line.startswith("restart loop: 7 exits") for line in told["evidence"])


def test_what_a_healthy_container_complains_of_is_no_more_than_a_guess(
    diagnosed: Callable[..., dict[str, Any]],
) -> None:
    inspected = inspection(state("auth", "running", Health={"Status": "healthy", "Log": []}))
    told = diagnosed("auth.log", "--state=s.json", auth_log=REFUSED.format("store:6379"), s_json=inspected)
    assert told["confidence"] == "unknown"


def test_of_several_logs_the_root_is_the_object_and_each_log_has_its_own(
    diagnosed: Callable[..., dict[str, Any]],
) -> None:
    told = diagnosed("gateway.log", "auth.log", gateway_log=REFUSED.format("auth:3000"), auth_log=TYPE_ERROR)
    assert set(told) == KEYS | {"causes"}
    assert (told["class"], told["node"]) == ("app_exception", "auth")
    of, keys = [each["of"] for each in told["causes"]], {key for each in told["causes"] for key in each}
    assert (of, keys) == (["gateway", "auth"], KEYS | {"of", "log", "blocked_by"})
    assert [each["blocked_by"] for each in told["causes"]] == ["auth", None]
    assert told["causes"][0]["log"] == "gateway.log"


def test_what_is_down_goes_before_what_merely_complains(diagnosed: Callable[..., dict[str, Any]]) -> None:
    complains = "ERROR payment declined\nCardError: declined\n    at pay (/app/pay.js:1:1)\nINFO POST /pay 402\n" * 3
    told = diagnosed("shop.log", "auth.log", shop_log=complains, auth_log=TYPE_ERROR)
    assert (told["class"], told["node"]) == ("app_exception", "auth")


def test_what_else_is_on_the_engine_is_not_accused(diagnosed: Callable[..., dict[str, Any]]) -> None:
    theirs = state("their-db", "exited", 137)
    theirs["Config"]["Labels"]["com.docker.compose.project"] = "theirs"
    ours = state("auth", "running")
    ours["Config"]["Labels"]["com.docker.compose.project"] = "shop"
    log = "Error: connect ECONNREFUSED 10.0.0.7:7000\nINFO next\n"
    told = diagnosed("auth.log", "--state=s.json", auth_log=log, s_json=inspection(theirs, ours))
    assert (told["class"], told["node"], "causes" in told) == ("dependency_unreachable", "auth", False)
    others = [state("migrate-1", "exited", 0), state("old", "exited", 0), state("gone", "exited", 139)]
    told = diagnosed("auth.log", "--state=s.json", auth_log=log, s_json=inspection(*others, state("auth", "running")))
    assert (told["class"], told["node"]) == ("dependency_unreachable", "auth")
    assert [each["of"] for each in told["causes"]] == ["auth", "gone"]


def test_containers_of_which_none_failed_are_told_as_that(run: Run) -> None:
    healthy = {"Status": "healthy", "Log": []}
    inspected = inspection(state("auth", "running", Health=healthy), state("store", "running"))
    code, out, _ = run("--state=s.json", "--format=json", s_json=inspected)
    told = json.loads(out)
    assert (code, told["class"], [each["class"] for each in told["causes"]]) == (0, "unknown", ["unknown"] * 2)
    code, out, _ = run("--state=s.json", s_json=inspected)
    assert (code, out.splitlines()[0]) == (0, "auth runs, and nothing that was seen of it fails")
    assert out.splitlines()[-1] == "nothing failing was seen of store"
    code, out, _ = run("--state=s.json", "--format=json", s_json=inspection(state("auth", "exited", 0)))
    assert json.loads(out)["class"] == "exited_clean"


def test_a_dead_dependency_without_a_log_is_the_root(diagnosed: Callable[..., dict[str, Any]]) -> None:
    inspected = inspection(state("auth", "exited", 1), state("store", "exited", 137, OOMKilled=True))
    told = diagnosed("auth.log", "--state=s.json", auth_log=REFUSED.format("store:6379"), s_json=inspected)
    assert (told["class"], told["node"]) == ("container_oom", "store")
    assert [(each["of"], each["log"], each["blocked_by"]) for each in told["causes"]] == [
        ("auth", "auth.log", "store"),
        ("store", None, None),
    ]


SERVER = (
    "2026-11-28 09:00:00.000 UTC [1] LOG:  database system is ready to accept connections\n"
    '2026-11-28 09:00:05.000 UTC [33] FATAL:  password authentication failed for user "app"\n'
)


def test_a_server_that_turns_a_client_down_has_not_failed(diagnosed: Callable[..., dict[str, Any]]) -> None:
    told = diagnosed("db.log", db_log=SERVER)
    assert (told["class"], told["confidence"]) == ("dependency_auth_failed", "likely")
    assert told["summary"] == "db turns down what a client of it asks for (dependency_auth_failed)"
    told = diagnosed("auth.log", "db.log", auth_log=REFUSED.format("db:5432"), db_log=SERVER)
    assert (told["class"], told["node"], told["dependency"]) == ("dependency_unreachable", "auth", "db")
    assert [each["blocked_by"] for each in told["causes"]] == [None, None]


def test_containers_that_wait_for_each_other_are_a_circle(diagnosed: Callable[..., dict[str, Any]]) -> None:
    waits = "{condition: service_healthy}"
    compose = f"services: {{a: {{image: a, depends_on: {{b: {waits}}}}}, b: {{image: b, depends_on: {{a: {waits}}}}}}}"
    inspected = inspection(state("a", "created"), state("b", "created"))
    told = diagnosed("--state=s.json", "--compose=compose.yaml", s_json=inspected, compose_yaml=compose)
    assert told["class"] == "waiting_circle"


def test_what_waits_for_a_dead_dependency_is_blocked_by_it(diagnosed: Callable[..., dict[str, Any]]) -> None:
    auth = state("auth", "created")
    auth["Config"]["Labels"]["com.docker.compose.depends_on"] = "store:service_healthy:false"
    told = diagnosed("--state=s.json", s_json=inspection(auth, state("store", "exited", 139)))
    assert (told["class"], told["node"]) == ("native_crash", "store")
    assert {each["of"]: each["blocked_by"] for each in told["causes"]} == {"auth": "store", "store": None}


def test_an_address_that_was_inspected_is_its_containers(diagnosed: Callable[..., dict[str, Any]]) -> None:
    store = state("store", "exited", 139)
    store["NetworkSettings"] = {"Networks": {"shop_default": {"IPAddress": "172.18.0.9"}}}
    inspected = inspection(state("auth", "exited", 1), store)
    told = diagnosed("auth.log", "--state=s.json", auth_log=REFUSED.format("172.18.0.9:7000"), s_json=inspected)
    assert (told["class"], told["node"]) == ("native_crash", "store")


def test_a_name_in_a_url_is_told_from_the_address_that_it_had(diagnosed: Callable[..., dict[str, Any]]) -> None:
    failed = "FetchError: request to http://auth:3000/graphql failed, reason: connect ECONNREFUSED 172.18.0.9:3000\n"
    told = diagnosed("gateway.log", "auth.log", gateway_log=failed, auth_log=MISSING)
    assert (told["class"], told["node"]) == ("config_invalid", "auth")
    assert told["causes"][0]["blocked_by"] == "auth"


def test_a_log_of_compose_is_taken_apart_and_evidence_has_the_lines_of_the_file(
    diagnosed: Callable[..., dict[str, Any]],
) -> None:
    rows = [f"gateway-1  | {line}" for line in REFUSED.format("auth:3000").splitlines()]
    rows += [f"auth-1     | {line}" for line in MISSING.splitlines()]
    told = diagnosed("all.log", all_log="\n".join([*rows, "auth-1 exited with code 1"]))
    assert (told["class"], told["node"]) == ("config_invalid", "auth")
    assert "status exited, last exit code 1" in told["evidence"], "Compose said so"
    assert any(line.startswith("log line 7: ") for line in told["evidence"]), told["evidence"]
    assert [each["of"] for each in told["causes"]] == ["gateway", "auth"]


def test_two_logs_of_one_node_are_both_told(diagnosed: Callable[..., dict[str, Any]]) -> None:
    told = diagnosed(
        "auth.log", "shop-auth-1.log", "--compose=compose.yaml", auth_log=MISSING, shop__auth__1_log=MISSING,
        compose_yaml=COMPOSE,
    )  # fmt: skip
    assert [each["of"] for each in told["causes"]] == ["auth", "shop-auth-1"]


def test_no_secret_is_printed(run: Run) -> None:
    log = (
        "connecting to postgres://app:hunter2secret@db:5432/app with s3cretpass\n"
        'Error: password authentication failed for user "app" token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc '
        "password=swordfish99 s3cretpass\n"
    )
    for form in ("text", "json"):
        code, out, _ = run("auth.log", "--compose=compose.yaml", f"--format={form}", auth_log=log, compose_yaml=COMPOSE)
        assert code == 0
        assert "***" in out
        assert not [secret for secret in ("hunter2", "s3cretpass", "swordfish", "eyJ") if secret in out]


def test_no_secret_of_a_container_that_the_compose_file_lacks_is_printed(run: Run) -> None:
    other = state("other", "exited", 1)
    other["Config"]["Env"] = ["API_TOKEN=abcdef-uvwxyz"]
    code, out, _ = run(
        "auth.log", "--compose=compose.yaml", "--state=s.json",
        auth_log="INFO calling other with abcdef-uvwxyz\n", compose_yaml=COMPOSE, s_json=inspection(other),
    )  # fmt: skip
    assert code == 0
    assert "abcdef" not in out


def test_the_text_tells_a_person_what_to_do(run: Run) -> None:
    code, out, _ = run("gateway.log", "auth.log", gateway_log=REFUSED.format("auth:3000"), auth_log=MISSING)
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "auth: missing or malformed setting: JWT_SECRET"
    assert [line.split()[0] for line in lines[1:4]] == ["cause", "node", "evidence"]
    assert "  blocks   gateway" in lines
    assert lines[-1] == "  more     docs/causes.md#config_invalid"


def test_the_text_holds_no_control_sequences(run: Run) -> None:
    _, out, _ = run(
        "auth.log", auth_log="\x1b]0;title\x07\x1b[31mERROR\x1b[0m \u202eevil\x9b2J\n" + MISSING + "\x1b[2J"
    )
    assert not set(out) & {"\x1b", "\x9b", "\x07", "\u202e"}


WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "nothing": ((), "at least one LOG"),
    "no such file": (("no.log",), "no.log: No such file"),
    "a folder": (("..",), "Is a directory"),
    "a binary file": (("core.log",), "core.log: it is no text"),
    "a state that is none": (("auth.log", "--state=auth.log"), "auth.log: it is no JSON"),
    "a state that is not there": (("auth.log", "--state=no.json"), "no.json: No such file"),
    "a Compose file that is none": (("auth.log", "--compose=auth.log"), "auth.log"),
    "a Compose file that is not there": (("auth.log", "--compose=no.yaml"), "no.yaml does not exist"),
    "standard input twice": (("-", "--state=-"), "only one of the files"),
    "a state of nobody": (("auth.log", "other.log", "--state=bare.json"), "does not say whose"),
}


@pytest.mark.parametrize(("arguments", "told"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_read_is_one_message(arguments: tuple[str, ...], told: str, run: Run) -> None:
    files: dict[str, str | bytes] = {"auth_log": MISSING, "other_log": "", "core_log": bytes(range(256)) * 50}
    code, out, err = run(*arguments, **files, bare_json='{"Status": "exited", "ExitCode": 1}')
    assert (code, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1, "one message and no trace"


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "auth.log").write_text(MISSING)
    command = f"{sys.executable} -m readiness diagnose {tmp_path / 'auth.log'} | head -1"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert ended.stderr == ""


def test_no_engine_is_asked(tmp_path: Path) -> None:
    (tmp_path / "auth.log").write_text(MISSING)
    arguments = [sys.executable, "-m", "readiness", "diagnose", str(tmp_path / "auth.log"), "--format=json"]
    environment = {"DOCKER_HOST": "tcp://127.0.0.1:1", "PATH": "/nowhere"}
    ended = subprocess.run(arguments, capture_output=True, text=True, check=False, env=environment)
    assert (ended.returncode, json.loads(ended.stdout)["class"]) == (0, "config_invalid")
