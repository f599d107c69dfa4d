"""An exception that no signature knows is likely the program's own fault only where its kind or its place says so."""

import pytest

from readiness.model.finding import Confidence
from tests.unit.diagnosis.diagnosis_scene import diagnosed, exited


def python(path: str, told: str) -> str:
    frames = ("/app/main.py", path)
    trace = "".join(f'  File "{frame}", line 9, in f\n' for frame in frames)
    return f"Traceback (most recent call last):\n{trace}{told}"


def node(path: str, told: str) -> str:
    head = "/app/dist/main.js:3\n    throw x;\n    ^\n\n"
    return (
        f"{head}{told}\n    at f ({path}:9:11)\n    at Object.<anonymous> (/app/dist/main.js:3:1)\n\nNode.js v18.19.0"
    )


LIKELY = (
    python("/app/rules.py", "RuntimeError: two rules contradict each other"),
    python("/opt/venv/lib/python3.11/site-packages/lib/f.py", "AttributeError: 'list' object has no attribute 'items'"),
    node("/app/dist/rules.js", "Error: two rules contradict each other"),
    node("/app/node_modules/lib/f.js", "TypeError: rule.apply is not a function"),
    'Exception in thread "main" java.lang.NullPointerException: x\n\tat org.lib.F.f(F.java:9)',
)
ANYBODYS = (
    python("/opt/venv/lib/python3.11/site-packages/lib/f.py", "lib.RuleError: two rules contradict each other"),
    python("/app/rules.py", "RuntimeError: the rules' database is of another version"),
    node("/app/node_modules/lib/f.js", "RuleError: two rules contradict each other"),
    node("/app/dist/rules.js", "SyntaxError: Unexpected token E in JSON at position 0"),
    'Exception in thread "main" org.lib.RuleException: two rules contradict each other\n\tat org.lib.F.f(F.java:9)',
)


@pytest.mark.parametrize("log", LIKELY)
def test_what_the_language_or_the_own_code_throws_is_likely_an_own_fault(log: str) -> None:
    cause = diagnosed(exited("auth", log))
    assert (cause.cls, cause.confidence) == ("app_exception", Confidence.LIKELY)


@pytest.mark.parametrize("log", ANYBODYS)
def test_what_a_library_throws_or_speaks_of_something_else_may_be_anything(log: str) -> None:
    cause = diagnosed(exited("auth", log))
    assert (cause.cls, cause.confidence) == ("app_exception", Confidence.UNKNOWN)
