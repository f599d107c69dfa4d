"""``@link``: which specifications a schema uses, and what their elements are called in it.

Source: the link specification, https://specs.apollo.dev/link/v1.0.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from readiness.schema import federation
from readiness.schema.model import FEDERATION_IDENTITY, Applied, Flavour, Link, Spec
from readiness.schema.values import ObjectValue, Value

GRAPHQL_DIRECTIVES = frozenset({"deprecated", "specifiedBy", "oneOf", "skip", "include", "defer", "stream"})
_VERSION = re.compile(r"v(\d{1,6})\.(\d{1,6})")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LINK_URL = re.compile(re.escape(federation.LINK_IDENTITY) + r"(?:/v\d+\.\d+)?/?")


@dataclass(frozen=True)
class Names:
    """What the names of directives and types in one document mean."""

    flavour: Flavour
    links: tuple[Link, ...]
    link_name: str
    imported: Mapping[str, tuple[Spec, str]]
    """Directives by the names that the document has for them."""
    own: frozenset[str]
    """Directives that the document defines."""
    machinery: frozenset[str]
    """Types of federation and link by the names that the document has for them."""
    namespaces: frozenset[str]
    """Prefixes of what belongs to Apollo's specifications."""

    def directive(self, written: str) -> tuple[Spec, str]:
        """The specification of a directive and its name there."""
        if written in GRAPHQL_DIRECTIVES:
            return Spec.GRAPHQL, written
        if written in self.imported:
            return self.imported[written]
        if self.is_unimported(written):
            return Spec.FEDERATION, written
        return Spec.OWN, written

    def is_unimported(self, written: str) -> bool:
        """Applied as one of federation's, in a schema that does not import it by this name and has none of its own."""
        return (
            self.flavour is Flavour.FEDERATION_2
            and written in federation.DIRECTIVES
            and written not in self.imported
            and written not in self.own
        )

    def is_machinery_type(self, name: str) -> bool:
        if self.flavour is Flavour.PLAIN:
            return False
        prefix, separator, _ = name.partition("__")
        return name in self.machinery or bool(separator and prefix in self.namespaces)


def resolve(
    schema_directives: Iterable[Applied], own: frozenset[str], has_federation_1_marks: Callable[[], bool]
) -> Names:
    """The names of a document whose ``schema`` element carries these directives, links among them."""
    applied = tuple(schema_directives)
    link_name = _name_of_link(applied)
    links = tuple(_link(each) for each in applied if each.written == link_name)
    imported: dict[str, tuple[Spec, str]] = {}
    if links:
        imported[link_name] = (Spec.LINK, "link")
    for link in links:
        imported.update(_directives_of(link))
    federated = any(link.identity == FEDERATION_IDENTITY for link in links)
    if federated:
        flavour = Flavour.FEDERATION_2
    elif has_federation_1_marks():
        flavour = Flavour.FEDERATION_1
        imported.update({name: (Spec.FEDERATION, name) for name in federation.FEDERATION_1_DIRECTIVES})
    else:
        flavour = Flavour.PLAIN
    apollo = [link for link in links if link.identity.startswith(federation.APOLLO_SPECS)]
    types = {local for link in apollo for name, local in link.imports if not name.startswith("@")}
    return Names(
        flavour=flavour,
        links=links,
        link_name=link_name,
        imported=imported,
        own=own,
        machinery=federation.SERVICE_TYPES | types,
        namespaces=frozenset({link.namespace for link in apollo} | {"link", "core"}),
    )


def _name_of_link(applied: Iterable[Applied]) -> str:
    """The name of ``@link`` itself: it can be linked under another one."""
    for each in applied:
        url = each.arguments.get("url")
        if isinstance(url, str) and _LINK_URL.fullmatch(url):
            alias = each.arguments.get("as")
            name = alias if isinstance(alias, str) else "link"
            if each.written == name:
                return name
    return "link"


def _link(applied: Applied) -> Link:
    faults: list[str] = []
    url = applied.arguments.get("url")
    if not isinstance(url, str):
        faults.append("@link has no url")
        url = ""
    identity, name, version = split_url(url)
    alias = applied.arguments.get("as")
    if alias is not None and not (isinstance(alias, str) and _NAME.fullmatch(alias)):
        faults.append("`as` is not a name")
        alias = None
    imports, import_faults = _imports(applied.arguments.get("import"))
    return Link(
        url=url,
        identity=identity,
        name=name,
        version=version,
        namespace=alias if isinstance(alias, str) else name,
        imports=imports,
        line=applied.line,
        faults=(*faults, *import_faults),
    )


def split_url(url: str) -> tuple[str, str, tuple[int, int] | None]:
    """Identity, name and version of a specification's URL. Without a version at its end, all of it is the identity."""
    path = url.rstrip("/")
    head, _, last = path.rpartition("/")
    match = _VERSION.fullmatch(last)
    if match is None:
        # ".../federation/not-a-version": still recognisably about federation, with a version that cannot be read.
        if head == FEDERATION_IDENTITY:
            return head, "federation", None
        return path, last if _NAME.fullmatch(last) else "", None
    name = head.rpartition("/")[2]
    return head, name if _NAME.fullmatch(name) else "", (int(match[1]), int(match[2]))


def _imports(value: Value) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    items = value if isinstance(value, tuple) else () if value is None else (value,)
    imports: list[tuple[str, str]] = []
    faults: list[str] = []
    for item in items:
        name: Value = item
        local: Value = item
        if isinstance(item, ObjectValue):
            fields = dict(item.fields)
            name = fields.get("name")
            local = fields.get("as", name)
        if not (isinstance(name, str) and isinstance(local, str)):
            faults.append("an import is neither a name nor {name:, as:}")
        elif not (_NAME.fullmatch(name.removeprefix("@")) and _NAME.fullmatch(local.removeprefix("@"))):
            faults.append(f"the import {name!r} is not a name")
        elif name.startswith("@") != local.startswith("@"):
            faults.append(f"{name} is imported as {local}: a directive stays a directive, with its @")
        else:
            imports.append((name, local))
    return tuple(imports), faults


def _directives_of(link: Link) -> dict[str, tuple[Spec, str]]:
    """The directives that a link brings, by the names that they have here."""
    if link.identity == FEDERATION_IDENTITY:
        known = {f"{link.namespace}__{name}": (Spec.FEDERATION, name) for name in federation.DIRECTIVES}
        imports = {
            local.removeprefix("@"): (Spec.FEDERATION, name.removeprefix("@"))
            for name, local in link.imports
            if name.removeprefix("@") in federation.DIRECTIVES and name.startswith("@")
        }
        return known | imports
    single = federation.SINGLE_DIRECTIVE_SPECS.get(link.identity)
    if single is not None:
        aliases = dict(link.imports)
        return {aliases.get(f"@{single}", link.namespace).removeprefix("@"): (Spec.FEDERATION, single)}
    return {}
