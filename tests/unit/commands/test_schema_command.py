"""``python -m readiness schema``: what it prints, and how it ends."""

import io
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from readiness.cli import main

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])\n'
OLD = LINK + 'type Account @key(fields: "id") { id: ID! name: String! }\ntype Query { account(id: ID!): Account }\n'
BREAKS = OLD.replace("name: String!", "name: String")
RISKS = OLD.replace("account(id: ID!)", "account(id: ID!, at: Int)")
ADDS = OLD.replace("name: String!", "name: String! more: Int")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a sub-command on texts, each of which becomes a file, and options, which begin with ``--``."""

    def command(name: str, *given: str | bytes) -> tuple[int, str, str]:
        arguments = []
        for number, each in enumerate(given):
            if isinstance(each, str) and each.startswith("--"):
                arguments.append(each)
                continue
            file = tmp_path / f"{number}.graphql"
            file.write_bytes(each if isinstance(each, bytes) else each.encode())
            arguments.append(str(file))
        code = main(["schema", name, *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


@pytest.mark.parametrize(
    ("new", "fail_on", "code"),
    [
        (OLD, "safe", 0),
        (ADDS, "breaking", 0),
        (ADDS, "safe", 1),
        (RISKS, "breaking", 0),
        (RISKS, "dangerous", 1),
        (BREAKS, "breaking", 1),
        (BREAKS, "dangerous", 1),
    ],
)
def test_the_exit_code_says_whether_a_change_is_as_bad_as_asked_for(
    run: Run, new: str, fail_on: str, code: int
) -> None:
    assert run("diff", OLD, new, f"--fail-on={fail_on}")[0] == code


def test_the_difference_as_json_has_the_promised_shape(run: Run) -> None:
    code, out, err = run("diff", OLD, BREAKS, "--format=json")
    assert (code, err) == (1, "")
    message = "Account.name is String instead of String!; clients may get null where they never did"
    change = {"kind": "FIELD_TYPE_CHANGED", "coordinate": "Account.name", "class": "BREAKING", "message": message}
    assert json.loads(out) == {"worst": "BREAKING", "changes": [change]}
    assert json.loads(run("diff", OLD, OLD, "--format=json")[1]) == {"worst": "NONE", "changes": []}


def test_the_difference_as_text_is_grouped_by_type_the_worst_first(run: Run) -> None:
    new = RISKS.replace(' @key(fields: "id")', "").replace("name: String!", "name: String more: Int")
    _, out, _ = run("diff", OLD, new)
    lines = out.splitlines()
    assert lines[0] == "Account"
    assert [line.split()[0] for line in lines[1:3]] == ["BREAKING", "BREAKING"]
    assert lines[3] == "Query"
    assert lines[4].startswith("  DANGEROUS  Query.account(at:)")
    assert lines[5:] == ["2 breaking, 1 dangerous, 1 safe (not shown: --all)"]
    assert "  SAFE       Account.more was added" in run("diff", OLD, new, "--all")[1].splitlines()


def test_the_difference_as_annotations_names_file_and_line(run: Run, tmp_path: Path) -> None:
    _, out, _ = run("diff", OLD, BREAKS.replace(" { id", "\n{ id\n"), "--format=github")
    assert out.startswith(
        f"::error file={tmp_path / '1.graphql'},line=4,title=FIELD_TYPE_CHANGED::BREAKING Account.name"
    )


def test_what_an_annotation_is_made_of_cannot_end_it(run: Run) -> None:
    risky = OLD.replace("id: ID!)", 'id: ID!, text: String = "100%\\n::error::x")')
    _, out, _ = run("diff", OLD.replace("id: ID!)", "id: ID!, text: String)"), risky, "--format=github")
    assert len(out.splitlines()) == 2
    assert "100%25" in out


def test_removal_after_deprecation_can_be_allowed(run: Run) -> None:
    old = OLD.replace("name: String!", "name: String! old: Int @deprecated")
    assert run("diff", old, OLD)[0] == 1
    assert run("diff", old, OLD, "--allow-removal-after-deprecation")[0] == 0


def test_a_valid_and_an_invalid_schema_as_json_have_the_promised_shape(run: Run) -> None:
    code, out, _ = run("check", OLD, "--format=json")
    assert (code, json.loads(out)) == (0, {"valid": True, "errors": []})
    code, out, _ = run("check", OLD.replace('"id"', '"no"'), "--format=json")
    told = json.loads(out)
    assert (code, told["valid"]) == (1, False)
    assert [(e["code"], e["coordinate"], e["line"]) for e in told["errors"]] == [("KEY_INVALID_FIELDS", "Account", 2)]
    assert all(set(each) == {"code", "coordinate", "line", "message"} for each in told["errors"])


@pytest.mark.parametrize("text", ["type A {", "<html>", "", "type A { a: Int }\ntype A { a: Int }", b"type A { \xff }"])
def test_what_is_no_graphql_is_invalid_under_graphqls_code(run: Run, text: str | bytes) -> None:
    code, out, _ = run("check", text, "--format=json")
    told = json.loads(out)
    assert (code, told["valid"], [each["code"] for each in told["errors"]]) == (1, False, ["INVALID_GRAPHQL"])


def test_an_invalid_schema_as_text_and_as_annotation_has_its_line(run: Run, tmp_path: Path) -> None:
    wrong, file = OLD.replace('"id"', '"no"'), tmp_path / "0.graphql"
    assert run("check", wrong)[1].startswith(f"{file}:2: KEY_INVALID_FIELDS Account: ")
    assert run("check", wrong, "--format=github")[1].startswith(
        f"::error file={file},line=2,title=KEY_INVALID_FIELDS::"
    )
    assert run("check", OLD)[1] == f"{file} is valid\n"


CANNOT_TELL = {
    "not GraphQL": ("<html><body>", "1:1:"),
    "half a file": ("type A { a: Int }\ntype B { b: [Int", "2:17:"),
    "UTF-16": ("type A { a: Int }".encode("utf-16"), "1:1:"),
    "Latin-1": (b"type A { a: Int # \xe9\n}", "1:19:"),
    "deep": ("type A { a: " + "[" * 100_000 + "Int" + "]" * 100_000 + " }", "1:76:"),
    "large": (b"#" * 50_000_000, "1:1:"),
    "circular inputs": ("input A { b: B! }\ninput B { a: A! } type Query { a(b: A): Int }", "1:1:"),
    "defined twice": ("type A { a: Int }\ntype A { b: Int }", "2:1:"),
    "an unknown version": (OLD.replace("v2.3", "v9.9"), "1:1:"),
    "empty": ("", "1:1:"),
}


@pytest.mark.parametrize(("document", "place"), CANNOT_TELL.values(), ids=CANNOT_TELL)
def test_what_cannot_be_compared_is_one_message_with_its_place(run: Run, document: str | bytes, place: str) -> None:
    for given in ((document, OLD), (OLD, document)):
        code, out, err = run("diff", *given)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert f".graphql:{place} " in err


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "check", str(tmp_path / "no.graphql")]) == 2
    assert main(["schema", "check", str(tmp_path)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"{tmp_path / 'no.graphql'}: No such file or directory",
        f"{tmp_path}: Is a directory",
    ]


def test_one_schema_can_come_from_standard_input_but_not_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new.graphql"
    file.write_text(BREAKS)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(OLD.encode())))
    assert main(["schema", "diff", "-", str(file)]) == 1
    assert main(["schema", "diff", "-", "-"]) == 2
    assert "only one" in capsys.readouterr().err


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "large.graphql"
    file.write_text("type Query { a: Missing }\n" + "\n".join(f"type T{i} {{ a: Missing }}" for i in range(3000)))
    command = f"{sys.executable} -m readiness schema check {file} | head -1"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    assert "INVALID_GRAPHQL" in ended.stdout


@contextmanager
def answering(body: bytes, media_type: str = "application/json", status: int = 200) -> Iterator[str]:
    """A server that answers everything alike. Gives its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.send_header("content-type", media_type)
            self.end_headers()
            try:
                for _ in range(40):
                    self.wfile.write(body)
                    if len(body) < 1_000_000:
                        break
            except OSError:
                return

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/graphql"
        server.shutdown()


def served(sdl: str) -> bytes:
    return json.dumps({"data": {"_service": {"sdl": sdl}}}).encode()


def test_a_served_schema_is_fetched_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(served(OLD)) as url:
        assert main(["schema", "pull", "--url", url]) == 0
        assert capsys.readouterr().out == OLD
        assert main(["schema", "pull", "--url", url, "--output", str(tmp_path / "saved.graphql")]) == 0
    assert (tmp_path / "saved.graphql").read_text() == OLD


@pytest.mark.parametrize(
    ("body", "media_type", "status", "text"),
    [
        (b"<html>", "text/html", 200, "text/html instead of JSON"),
        (b"<html>", "application/json", 200, "no JSON, although it says so"),
        (served("<html>Bad gateway</html>"), "application/json", 200, "answer:1:1: Unexpected character"),
        (served("type A {\n a: "), "application/json", 200, "answer:2:5: "),
        (b'{"errors": [{"message": "no"}]}', "application/json", 200, "no"),
        (b'{"data": {"_service": null}}', "application/json", 200, "no SDL"),
        (b"gone", "text/plain", 502, "HTTP 502"),
        (served("x" * 1_000_000), "application/json", 200, "longer than 32000000 bytes"),
        (served(OLD + "# \ud800"), "application/json", 200, "surrogate"),
    ],
)
def test_what_is_served_instead_of_a_schema_is_told(
    body: bytes, media_type: str, status: int, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(body, media_type, status) as url:
        assert main(["schema", "pull", "--url", url, "--output", str(tmp_path / "saved.graphql")]) == 2
    told = capsys.readouterr()
    assert text in told.err
    assert (told.out, told.err.count("\n"), list(tmp_path.iterdir())) == ("", 1, [])


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "ftp://x", "http://[", "http://a:99999/", "", "http://no.invalid"]
)
def test_an_address_where_nothing_answers_is_told(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "pull", "--url", url]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_header_that_is_none_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    for header in ("no colon", ":value", "a: b\nc: d"):
        assert main(["schema", "pull", "--url", "http://127.0.0.1:1/", "--header", header]) == 2
        assert "is not NAME:VALUE" in capsys.readouterr().err
