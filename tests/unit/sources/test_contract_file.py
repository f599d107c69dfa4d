"""``readiness.yaml`` is read safely, and every mistake in it is told with its line."""

from pathlib import Path

import pytest

from readiness.model.contract import Contract
from readiness.model.errors import ContractError
from readiness.model.graph import Role
from readiness.sources.contract import read_contract
from readiness.sources.lines import MAX_BYTES


def contract(folder: Path, text: str | bytes) -> Contract:
    file = folder / "readiness.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_contract(file)


def mistakes(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(ContractError) as caught:
        contract(folder, text)
    return str(caught.value).splitlines()


def test_units_roles_and_aliases_are_understood(tmp_path: Path) -> None:
    read = contract(
        tmp_path,
        """
defaults: {answers_within: 80ms}
services:
  finance:
    port: 3014
    uses: {postgres: db}
    image: {at_most: 1.2GB}
flows:
  - topic: t
    producer: finance
    consumer: auth
    cause: {service: finance, method: POST, path: /a, json: {on: yes, n: 1}}
    effect: {service: auth, path: /b}
waivers: [{criterion: image.size, service: finance, until: 2026-12-31, reason: soon}]
""",
    )
    assert read.defaults.answers_within == 0.08
    assert read.services["finance"].uses == {Role.POSTGRES: "db"}
    assert read.services["finance"].image.at_most == 1_200_000_000
    assert read.flows[0].cause.json_body == {"on": "yes", "n": 1}
    assert read.waivers[0].until.year == 2026


def test_a_service_with_nothing_after_it_leaves_everything_to_inference(tmp_path: Path) -> None:
    assert contract(tmp_path, "services:\n  auth:\n").services["auth"].port is None


def test_anchors_and_merge_keys_save_repetition(tmp_path: Path) -> None:
    read = contract(
        tmp_path, "services:\n  a: &a {port: 1, stops_within: 3s}\n  b: {<<: *a, port: 2}\n  c: {<<: [{port: 9}, *a]}\n"
    )
    assert [read.services[name].port for name in "abc"] == [1, 2, 9]
    assert read.services["c"].stops_within == 3.0


def test_every_mistake_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    told = mistakes(
        tmp_path,
        """graph:
  compse: x
services:
  finance:
    image:
      at_most: 400
    uses: {postgress: db}
    kafka: {produces: a.b}
flows:
  - {topic: a, producer: a, consumer: b, effect: {service: a, path: x}, cause: {service: a, path: /x, jsn: 1}}
waivers: [{criterion: a, service: b, until: 2026-02-30, reason: ""}]
""",
    )
    assert told == [
        "readiness.yaml:2: graph.compse: unknown key 'compse'; did you mean 'compose'?",
        "readiness.yaml:6: services.finance.image.at_most: expected a size with its unit, "
        "such as 400MB, 1.2GB or 512MiB, not 400",
        "readiness.yaml:7: services.finance.uses.postgress: expected 'postgres', 'redis' or 'kafka', "
        "not 'postgress'; did you mean 'postgres'?",
        "readiness.yaml:8: services.finance.kafka.produces: expected a list, not 'a.b'",
        "readiness.yaml:10: flows[0].cause.jsn: unknown key 'jsn'; did you mean 'json'?",
        "readiness.yaml:10: flows[0].effect.path: expected a path that starts with /, not 'x'",
        "readiness.yaml:11: waivers[0].reason: expected a text that says something, not ''",
        "readiness.yaml:11: waivers[0].until: expected a date such as 2026-12-31, not '2026-02-30'",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("services: {a: {port: x}}", "services.a.port: expected a whole number, not 'x'"),
        ("services: {a: {port: 0}}", "services.a.port: expected a number of at least 1, not 0"),
        ("services: {a: {port: 99999}}", "services.a.port: expected a number of at most 65535, not 99999"),
        ("services: {a: 3}", "services.a: expected a mapping (key: value), not 3"),
        ("services: [a]", "services: expected a mapping (key: value), not a list"),
        ("tokens: {issuer: a}", "tokens: 'login' is missing"),
        ("defaults:", "defaults: expected a mapping (key: value), not nothing"),
        ("services: {a: {prot: 3}}", "unknown key 'prot'; did you mean 'port'?"),
        ("graph: {qqqq: 3}", "unknown key 'qqqq'; known here: compose, profiles, env_file, free_ports"),
    ],
)
def test_a_wrong_value_is_told_with_what_was_expected(tmp_path: Path, text: str, expected: str) -> None:
    (told,) = mistakes(tmp_path, text)
    assert told.startswith("readiness.yaml:1: ")
    assert expected in told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "readiness.yaml: the file is empty"),
        ("# nothing\n", "readiness.yaml: the file is empty"),
        ("- a\n", "readiness.yaml:1: expected a mapping (graph:, services:, ...), not a list"),
        ("graph: [1\nb: 2", "readiness.yaml:2: this is not YAML: expected ',' or ']'"),
        ("a: 'x", "readiness.yaml:1: this is not YAML: found unexpected end of stream"),
        ("a: *nobody", "readiness.yaml:1: this is not YAML: found undefined alias 'nobody'"),
        ("a: 1\n---\nb: 2", "readiness.yaml:2: this is not YAML: but found another document"),
        ("a: \x00", "readiness.yaml: this is not YAML"),
        (b"a: 1\nb: \xff\xfe", "readiness.yaml:2: this is not text in UTF-8"),
        ("services:\n  a: {}\n  b: {}\n  a: {}\n", "readiness.yaml:4: services.a is given twice, first in line 2"),
        ("? [1, 2]\n: 3\n", "readiness.yaml:1: expected a name as key"),
        (
            "a: !!python/object:os.system x",
            "readiness.yaml:1: the tag tag:yaml.org,2002:python/object:os.system is not",
        ),
        ("<<: 3", "readiness.yaml:1: << takes a mapping"),
        ("a: " + "[" * 100_000, "readiness.yaml:1: nested more than 40 levels deep"),
        ("a: &a [*a]", "readiness.yaml:1: aliases unfold to more than"),
        ("a: " + "x" * MAX_BYTES, "readiness.yaml: the file is larger than 256 KiB"),
    ],
)
def test_a_file_that_is_no_contract_ends_in_one_clear_message(tmp_path: Path, text: str | bytes, expected: str) -> None:
    assert mistakes(tmp_path, text)[0].startswith(expected)


def test_aliases_of_aliases_do_not_unfold_into_a_billion_values(tmp_path: Path) -> None:
    levels = "\n".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]" for n in range(1, 12))
    assert "aliases unfold to more than" in mistakes(tmp_path, f"x0: &x0 [lol]\n{levels}")[0]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert contract(tmp_path, b"\xef\xbb\xbfgraph: {compose: c.yaml}").graph.compose == "c.yaml"


def test_a_missing_contract_shows_the_smallest_one(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"there is no such contract(.|\n)*services:\n  my-service:"):
        read_contract(tmp_path / "readiness.yaml")


def test_a_folder_is_no_contract(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="this is a folder"):
        read_contract(tmp_path)
