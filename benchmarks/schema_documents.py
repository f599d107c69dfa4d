"""Generated schemas of any size: a federated subgraph, and a later revision of it with known changes."""

import random
from collections.abc import Callable
from dataclasses import dataclass

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", '
    'import: ["@key", "@shareable", "@tag", "FieldSet"])\n'
)
_MACHINERY = (
    "directive @link(url: String!, as: String, import: [link__Import]) repeatable on SCHEMA\n"
    "directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE\n"
    "directive @shareable repeatable on OBJECT | FIELD_DEFINITION\n"
    "directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INPUT_FIELD_DEFINITION | ENUM_VALUE\n"
    "scalar link__Import\nscalar FieldSet\n"
)
"""Written out, so that peers which know nothing of federation accept the document too."""
_SEED = 5
_SCALARS = ("Int", "Float", "String", "Boolean", "ID")


@dataclass(frozen=True)
class Revisions:
    """Two revisions of one schema, and how many changes lie between them."""

    old: str
    new: str
    changes: int


def revisions(types: int, changes: int) -> Revisions:
    """A subgraph of so many types, 70 in 100 of them objects with 5 to 15 fields, and so many single changes to it."""
    chance = random.Random(_SEED)
    blocks = [_block(number, types, chance) for number in range(types)]
    later = list(blocks)
    # Only objects change, each of them once.
    for position in chance.sample([i for i, each in enumerate(blocks) if each.startswith('"""Object')], changes):
        later[position] = chance.choice(_CHANGES)(later[position])
    head = _LINK + _MACHINERY + _root(types)
    return Revisions(head + "\n".join(blocks), head + "\n".join(later), changes)


def _root(types: int) -> str:
    fields = (f"  object{i}(id: ID!, first: Int = 10): T{i}\n" for i in range(types) if _is_object(i))
    return "type Query {\n" + "".join(fields) + "}\n"


def _is_object(number: int) -> bool:
    return number % 10 < 7


def _block(number: int, types: int, chance: random.Random) -> str:
    if _is_object(number):
        return _object(number, types, chance)
    if number % 10 == 7:
        values = "".join(f"  VALUE_{i}\n" for i in range(chance.randint(3, 10)))
        return f"enum T{number} {{\n{values}}}\n"
    if number % 10 == 8:
        fields = "".join(f"  field{i}: {chance.choice(_SCALARS)} = null\n" for i in range(chance.randint(3, 10)))
        return f"input T{number} {{\n{fields}}}\n"
    # The object before it in the ten is one of its members.
    return f"union T{number} = T{number - 9} | T{number - 8}\n"


def _object(number: int, types: int, chance: random.Random) -> str:
    lines = [f'"""Object {number} of the generated schema."""', f'type T{number} @key(fields: "id") {{', "  id: ID!"]
    for i in range(chance.randint(5, 15)):
        if i % 4 == 3:
            lines.append(f'  "What field {i} is for."')
        lines.append(f"  field{i}{_arguments(chance)}: {_type(types, chance)}{_applied(chance)}")
    return "\n".join([*lines, "}\n"])


def _arguments(chance: random.Random) -> str:
    if chance.random() < 0.8:
        return ""
    return f'(first: Int! = {chance.randint(1, 50)}, filter: String = "a", at: [ID!])'


def _type(types: int, chance: random.Random) -> str:
    other = chance.randrange(types // 10) * 10 + chance.randrange(7)
    name = f"T{other}" if chance.random() < 0.3 else chance.choice(_SCALARS)
    return chance.choice(("{}", "{}!", "[{}!]!", "[{}]")).format(name)


def _applied(chance: random.Random) -> str:
    return chance.choice(("", "", "", "", "", "", ' @tag(name: "public")', ' @deprecated(reason: "gone soon")'))


_CHANGES: tuple[Callable[[str], str], ...] = (
    lambda block: block.replace("  id: ID!", "  id: ID!\n  added: Int"),
    lambda block: block.replace("  field0", "  renamed0", 1),
    lambda block: block.replace("  id: ID!", "  id: ID"),
    lambda block: block.replace(' @key(fields: "id")', ' @key(fields: "id") @tag(name: "new")'),
    lambda block: block.replace(" of the generated schema", ", described otherwise"),
)
