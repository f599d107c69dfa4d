"""A catalogue of mutations of a schema, each with the class and the coordinate of the one change that it makes.

A mutation is a function that takes the text of one definition, and gives the text that it makes of it, where in the
definition the change is to be told, and its class.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from readiness.schema import ChangeClass

B, D, S = ChangeClass.BREAKING, ChangeClass.DANGEROUS, ChangeClass.SAFE
_COPIES = 6
"""Definitions of each kind: so many mutations of that kind can be made side by side without meeting."""
_HEAD = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: [
  "@key", "@shareable", "@inaccessible", "@tag", "@override", "@external", "@requiresScopes", "@authenticated"
])
interface Node { id: ID! }
directive @own(level: Int = 1) on OBJECT | FIELD_DEFINITION
"""


@dataclass(frozen=True)
class Done:
    """What a mutation did: the one change that has to be told."""

    coordinate: str
    cls: ChangeClass


Mutate = Callable[[str, random.Random], tuple[str, str, ChangeClass]]


@dataclass(frozen=True)
class Mutation:
    """A mutation of one definition whose name begins with ``of``."""

    of: str
    apply: Mutate
    is_addition: bool = False

    @property
    def name(self) -> str:
        return self.apply.__name__


CATALOGUE: list[Mutation] = []


def _of(kind: str, *, addition: bool = False) -> Callable[[Mutate], Mutate]:
    def register(apply: Mutate) -> Mutate:
        CATALOGUE.append(Mutation(kind, apply, addition))
        return apply

    return register


def definitions() -> dict[str, str]:
    """A federated schema with several types of every kind, all in use: name of a type to its definition."""
    uses = (f"entity{i}(by: Input{i}, kind: Kind{i}): Entity{i} union{i}: Union{i}" for i in range(_COPIES))
    found = {"Query": f"type Query {{ {' '.join(uses)} }}"}
    for i in range(_COPIES):
        found |= {
            f"Entity{i}": f'"An entity." type Entity{i} implements Node @key(fields: "id") @key(fields: "code") {{\n'
            "id: ID! code: String!\nname: String\ntotal(first: Int! = 10, after: String, of: ID!): Float!\n"
            f"next: Entity{(i + 1) % _COPIES}\nkind: Kind{i}!\n}}",
            f"Member{i}": f"type Member{i} {{ a: Int b: Int }}",
            f"Value{i}": f"type Value{i} @shareable {{ amount: Float! currency: String! }}",
            f"Kind{i}": f"enum Kind{i} {{ ONE TWO THREE }}",
            f"Input{i}": f"input Input{i} {{ text: String size: Int = 5 must: Boolean! }}",
            f"Union{i}": f"union Union{i} = Entity{i} | Member{i}",
        }
    return found


def written(parts: dict[str, str]) -> str:
    """The schema of these definitions."""
    return _HEAD + "\n".join(parts.values())


def mutated(mutations: list[Mutation], chance: random.Random) -> tuple[str, list[Done]]:
    """The schema with these mutations, each made to a definition of its own, and what has to be told of it."""
    parts = definitions()
    free = list(parts)
    chance.shuffle(free)
    done = []
    for mutation in mutations:
        name = next(each for each in free if each.startswith(mutation.of))
        free.remove(name)
        text, place, cls = mutation.apply(parts[name], chance)
        assert text != parts[name]
        parts[name] = text
        done.append(Done(f"{name}{place}", cls))
    return written(parts), done


def fitting(mutations: list[Mutation]) -> list[Mutation]:
    """As many of the mutations as there are definitions for."""
    left = {mutation.of: _COPIES for mutation in CATALOGUE}
    chosen = []
    for mutation in mutations:
        if left[mutation.of] > 0:
            left[mutation.of] -= 1
            chosen.append(mutation)
    return chosen


def _applied(text: str, directive: str) -> str:
    """A directive more at the type."""
    return text.replace(" {", f" {directive} {{", 1)


@_of("Entity")
def field_removed(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return re.sub(r"next: \w+\n", "", text), ".next", B


@_of("Entity", addition=True)
def field_added(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("\nname", "\nmore(a: Int!): [Int!]!\nname"), ".more", S


@_of("Entity")
def field_becomes_nullable(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("): Float!", "): Float"), ".total", B


@_of("Entity")
def field_becomes_required(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("name: String", "name: String!"), ".name", S


@_of("Entity")
def field_of_another_type(text: str, chance: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("name: String", f"name: {chance.choice(('Int', '[String]', 'Boolean!'))}"), ".name", B


@_of("Entity")
def field_deprecated(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("name: String", 'name: String @deprecated(reason: "x")'), ".name", S


@_of("Entity")
def field_external(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("name: String", "name: String @external"), ".name", B


@_of("Entity")
def field_overridden(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("name: String", 'name: String @override(from: "other")'), ".name", D


@_of("Entity")
def field_guarded(text: str, chance: random.Random) -> tuple[str, str, ChangeClass]:
    guard = chance.choice(("@authenticated", '@requiresScopes(scopes: [["a"]])'))
    return text.replace("name: String", f"name: String {guard}"), ".name", B


@_of("Entity")
def argument_removed(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("first: Int! = 10, ", ""), ".total(first:)", B


@_of("Entity")
def required_argument_added(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("(first", "(more: Int!, first"), ".total(more:)", B


@_of("Entity", addition=True)
def optional_argument_added(text: str, chance: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("(first", f"({chance.choice(('more: Int', 'more: Int! = 1'))}, first"), ".total(more:)", D


@_of("Entity")
def argument_becomes_required(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("after: String", "after: String!"), ".total(after:)", B


@_of("Entity")
def argument_becomes_optional(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("of: ID!", "of: ID"), ".total(of:)", S


@_of("Entity")
def default_changed(text: str, chance: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("= 10", f"= {chance.randint(11, 99)}"), ".total(first:)", D


@_of("Entity")
def default_of_a_required_argument_removed(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace(" = 10", ""), ".total(first:)", B


@_of("Entity")
def interface_removed(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace(" implements Node", ""), "", B


@_of("Entity")
def key_removed(text: str, chance: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace(f'@key(fields: "{chance.choice(("id", "code"))}")', ""), "", B


@_of("Entity")
def key_replaced(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace('"code"', '"code name"'), "", B


@_of("Entity", addition=True)
def key_added(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return _applied(text, '@key(fields: "name")'), "", S


@_of("Entity")
def key_no_longer_resolvable(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace('"code"', '"code", resolvable: false'), "", B


@_of("Entity")
def hidden(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return _applied(text, "@inaccessible"), "", B


@_of("Entity")
def tagged(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return _applied(text, '@tag(name: "public")'), "", D


@_of("Entity")
def own_directive_applied(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return _applied(text, "@own(level: 2)"), " @own", D


@_of("Entity")
def described_otherwise(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("An entity.", "Something else."), "", S


@_of("Value")
def sharing_removed(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace(" @shareable", ""), "", B


@_of("Value", addition=True)
def field_added_to_a_shared_value(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("amount", "more: Int amount"), ".more", D


@_of("Value")
def field_removed_from_a_shared_value(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("currency: String!", ""), ".currency", B


@_of("Member")
def type_removed(_text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return "", "", B


@_of("Kind")
def enum_value_removed(text: str, chance: random.Random) -> tuple[str, str, ChangeClass]:
    gone = chance.choice(("ONE", "TWO", "THREE"))
    return text.replace(f" {gone}", ""), f".{gone}", B


@_of("Kind", addition=True)
def enum_value_added(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    """Sent and got, and not known to be shared."""
    return text.replace("ONE", "MORE ONE"), ".MORE", D


@_of("Input")
def input_field_removed(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("text: String", ""), ".text", B


@_of("Input")
def required_input_field_added(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("text", "more: Int! text"), ".more", B


@_of("Input", addition=True)
def optional_input_field_added(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("text", "more: Int text"), ".more", D


@_of("Input")
def input_field_becomes_required(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("text: String", "text: String!"), ".text", B


@_of("Input")
def input_field_becomes_optional(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return text.replace("must: Boolean!", "must: Boolean"), ".must", S


@_of("Input")
def input_takes_exactly_one(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return _applied(text, "@oneOf"), "", B


@_of("Union")
def union_member_removed(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return re.sub(r" \| Member\d", "", text), "", B


@_of("Union", addition=True)
def union_member_added(text: str, _: random.Random) -> tuple[str, str, ChangeClass]:
    return f"{text} | Query", "", D
