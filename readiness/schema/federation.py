"""Apollo Federation's directives and types, as its subgraph specification defines them, version by version.

Source: https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec and
its neighbour ``directives`` (Federation 2.0 to 2.14), and for Federation 1 the same specification in its first version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from readiness.schema.model import TypeRef
from readiness.schema.values import ABSENT, Absent, Value

Version = tuple[int, int]

LATEST: Version = (2, 14)
INTERFACE_KEYS_SINCE: Version = (2, 3)

_ACCESS_LOCATIONS = frozenset({"FIELD_DEFINITION", "OBJECT", "INTERFACE", "SCALAR", "ENUM"})
_NAMED_LOCATIONS = frozenset(
    {
        "FIELD_DEFINITION",
        "OBJECT",
        "INTERFACE",
        "UNION",
        "ARGUMENT_DEFINITION",
        "SCALAR",
        "ENUM",
        "ENUM_VALUE",
        "INPUT_OBJECT",
        "INPUT_FIELD_DEFINITION",
    }
)

FIELD_SET = "FieldSet"
"""The scalar of ``fields`` arguments: a selection in a string."""


@dataclass(frozen=True)
class FederationArgument:
    """An argument of one of federation's directives: its type, and its default."""

    type: TypeRef
    default: Value | Absent = ABSENT

    @property
    def is_required(self) -> bool:
        return self.type.is_required and self.default is ABSENT


@dataclass(frozen=True)
class FederationDirective:
    """One of federation's directives, and since when there is it."""

    since: Version
    locations: frozenset[str]
    arguments: Mapping[str, FederationArgument] = field(default_factory=dict)
    repeatable: bool = False


def _ref(text: str) -> TypeRef:
    """A type as it is written, such as ``[[String!]!]!``."""
    if text.endswith("!"):
        inner = _ref(text[:-1])
        return TypeRef(inner.name, ("!", *inner.wrappers))
    if text.startswith("["):
        inner = _ref(text[1:-1])
        return TypeRef(inner.name, ("[]", *inner.wrappers))
    return TypeRef(text)


def _on(*locations: str) -> frozenset[str]:
    return frozenset(locations)


_FIELDS = {"fields": FederationArgument(_ref("FieldSet!"))}

DIRECTIVES: Mapping[str, FederationDirective] = {
    "key": FederationDirective(
        (2, 0), _on("OBJECT", "INTERFACE"), {**_FIELDS, "resolvable": FederationArgument(_ref("Boolean"), True)}, True
    ),
    "requires": FederationDirective((2, 0), _on("FIELD_DEFINITION"), _FIELDS),
    "provides": FederationDirective((2, 0), _on("FIELD_DEFINITION"), _FIELDS),
    "external": FederationDirective(
        (2, 0), _on("OBJECT", "FIELD_DEFINITION"), {"reason": FederationArgument(_ref("String"))}
    ),
    "extends": FederationDirective((2, 0), _on("OBJECT", "INTERFACE")),
    "shareable": FederationDirective((2, 0), _on("OBJECT", "FIELD_DEFINITION"), repeatable=True),
    "inaccessible": FederationDirective((2, 0), _NAMED_LOCATIONS),
    "tag": FederationDirective(
        (2, 0), _NAMED_LOCATIONS | {"SCHEMA"}, {"name": FederationArgument(_ref("String!"))}, repeatable=True
    ),
    "override": FederationDirective(
        (2, 0),
        _on("FIELD_DEFINITION"),
        {"from": FederationArgument(_ref("String!")), "label": FederationArgument(_ref("String"))},
    ),
    "composeDirective": FederationDirective(
        # Nullable in the reference composer and in the library that NestJS and Apollo Server print from.
        (2, 1),
        _on("SCHEMA"),
        {"name": FederationArgument(_ref("String"))},
        repeatable=True,
    ),
    "interfaceObject": FederationDirective((2, 3), _on("OBJECT")),
    "authenticated": FederationDirective((2, 5), _ACCESS_LOCATIONS),
    "requiresScopes": FederationDirective(
        (2, 5), _ACCESS_LOCATIONS, {"scopes": FederationArgument(_ref("[[federation__Scope!]!]!"))}
    ),
    "policy": FederationDirective(
        (2, 6), _ACCESS_LOCATIONS, {"policies": FederationArgument(_ref("[[federation__Policy!]!]!"))}
    ),
    "context": FederationDirective(
        (2, 8), _on("INTERFACE", "OBJECT", "UNION"), {"name": FederationArgument(_ref("String!"))}, repeatable=True
    ),
    "fromContext": FederationDirective(
        (2, 8), _on("ARGUMENT_DEFINITION"), {"field": FederationArgument(_ref("federation__ContextFieldValue"))}
    ),
    "cost": FederationDirective(
        (2, 9),
        _on("ARGUMENT_DEFINITION", "ENUM", "FIELD_DEFINITION", "INPUT_FIELD_DEFINITION", "OBJECT", "SCALAR"),
        {"weight": FederationArgument(_ref("Int!"))},
    ),
    "listSize": FederationDirective(
        (2, 9),
        _on("FIELD_DEFINITION"),
        {
            "assumedSize": FederationArgument(_ref("Int")),
            "slicingArguments": FederationArgument(_ref("[String!]")),
            "sizedFields": FederationArgument(_ref("[String!]")),
            "requireOneSlicingArgument": FederationArgument(_ref("Boolean"), True),
        },
    ),
    "cacheTag": FederationDirective(
        (2, 12),
        _on("INTERFACE", "OBJECT", "FIELD_DEFINITION"),
        {"format": FederationArgument(_ref("String!"))},
        repeatable=True,
    ),
}

FEDERATION_1_DIRECTIVES = frozenset({"key", "requires", "provides", "external", "extends", "tag", "inaccessible"})
"""``@tag`` and ``@inaccessible`` came late, and only some Federation 1 libraries know them."""

FEDERATION_1_MARKS = frozenset({"key", "requires", "provides", "extends"})
"""Their use makes a schema without ``@link`` one of Federation 1. ``@external``, ``@tag`` and ``@inaccessible`` alone
do not: they say nothing without one of these, and other tools have directives of the same names."""

TYPES: Mapping[str, Version] = {
    FIELD_SET: (2, 0),
    "Scope": (2, 5),
    "Policy": (2, 6),
    "ContextFieldValue": (2, 8),
}
"""Scalars that can be imported, and since when."""

SERVICE_TYPES = frozenset({"_Any", "_Entity", "_Service", "_FieldSet"})
SERVICE_FIELDS = frozenset({"_entities", "_service"})

LINK_IDENTITY = "https://specs.apollo.dev/link"
LINK_VERSIONS = frozenset({(1, 0)})
APOLLO_SPECS = "https://specs.apollo.dev/"

SINGLE_DIRECTIVE_SPECS: Mapping[str, str] = {
    "https://specs.apollo.dev/tag": "tag",
    "https://specs.apollo.dev/inaccessible": "inaccessible",
}
"""Specifications of one directive each, which federation has taken in under the same name."""


def is_known_version(version: Version) -> bool:
    """Whether a version of Federation 2 has been published."""
    return (2, 0) <= version <= LATEST
