"""What a subgraph's schema promises: its model, its difference from another revision, and whether it is valid.

Everything here is pure: texts and answers come in, typed results go out. Asking a running service is the task of
:mod:`readiness.probes.graphql`.
"""

from readiness.schema.change import Change, ChangeClass, worst
from readiness.schema.difference import compare
from readiness.schema.model import Subgraph
from readiness.schema.parser import parse, parse_both
from readiness.schema.validity import validate
from readiness.schema.validity.violation import Violation

__all__ = [
    "Change",
    "ChangeClass",
    "Subgraph",
    "Violation",
    "compare",
    "parse",
    "parse_both",
    "validate",
    "worst",
]
