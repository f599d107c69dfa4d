"""A failure whose trace runs through a migration is the migration's, whatever kind of error it is."""

import re
from dataclasses import replace

from readiness.diagnosis.catalogue import SPECIFIC, Signature
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.matching import Match
from readiness.diagnosis.reading import Reading

# A file of the application's own migrations, by the folders that the tools use by default.
_FILE = re.compile(
    r"(?P<path>[\w./\\@ -]*?(?:[/\\]migrations?|alembic[/\\]versions|[/\\]db[/\\]migrate)[/\\](?:[\w.-]+[/\\])*"
    r"(?P<name>[\w.-]+?)\.(?:[cm]?[jt]s|py|rb|php))(?=[:\"',)\s]|$)"
)
_LIBRARY = re.compile(r"node_modules|site-packages|dist-packages|[/\\]gems[/\\]|[/\\]vendor[/\\]|\.pnpm|node:internal")
# Frames of the tools that apply migrations: what they call is a migration.
_APPLIES = re.compile(
    r"\bMigrationExecutor\.(?:execute|undo)\w*\b|\bat \w*QueryRunner\.createInd(?:ex|ices)|"
    r"\bUmzug\.|knex[/\\]lib[/\\]migrations[/\\]|"
    r"@mikro-orm[/\\]migrations|alembic[/\\]runtime[/\\]migration\.py|django[/\\]db[/\\]migrations[/\\]executor\.py|"
    r"active_record[/\\]migration\.rb|Illuminate[/\\]Database[/\\]Migrations"
)
# Errors of code, which stand before any SQL is sent.
_OF_CODE = re.compile(
    r"^(?:builtins\.)?(?:Type|Reference|Syntax|Range|Attribute|Name|Import|ModuleNotFound|Key|Index|NoMethod|Argument|"
    r"UnboundLocal|NotImplemented)Error\b"
)
# What says only that something failed: a migration says more.
_GENERAL = frozenset({CauseClass.APP_EXCEPTION, CauseClass.DB_QUERY_FAILED, CauseClass.UNHANDLED_REJECTION})

_USES = "The migration uses {obj}, which no migration before it has made: correct its name, or the order."

_NOTHING = re.compile("$^")
_FAILED = Signature(
    id="migration",
    pattern=(_NOTHING,),
    cause=CauseClass.MIGRATION_FAILED,
    sample="",
    priority=SPECIFIC,
    dependency="database",
    advice="Correct or revert the migration {name}; starting again cannot help.",
)
_CODE_BUG = Signature(
    id="migration_code",
    pattern=(_NOTHING,),
    cause=CauseClass.MIGRATION_CODE_BUG,
    sample="",
    priority=SPECIFIC,
    advice="Correct the code of the migration {name}; it fails before any SQL is sent.",
)


def as_migration(reading: Reading) -> Reading:
    """The reading as the failure of a migration where its trace shows one, else as it is."""
    match, entry = reading.match, reading.entry
    if match.signature.cause not in {*_GENERAL, CauseClass.SCHEMA_MISSING}:
        return reading
    texts = [each.text for each in (entry, reading.reported_by) if each is not None]
    name = next((name for text in texts if (name := _own_file(text))), "")
    if not name and not any(_APPLIES.search(text) for text in texts):
        return reading
    if match.signature.cause is CauseClass.SCHEMA_MISSING:
        # The class stands; but nobody forgot to run the migrations.
        return replace(reading, match=replace(match, signature=match.signature.model_copy(update={"advice": _USES})))
    links = entry.chain or (reading.reported_by.chain if reading.reported_by else ())
    is_bug = any(_OF_CODE.match(link.kind) for link in links)
    groups = {"msg": match.groups.get("msg", match.line)} | ({"name": name} if name else {})
    signature = _CODE_BUG if is_bug else _FAILED
    role = match.role or signature.dependency
    return replace(reading, match=Match(signature, match.line, match.depth, groups, None if is_bug else role))


def _own_file(text: str) -> str:
    """The name of the application's migration in a trace's frames; "" where only libraries are in it."""
    for line in text.splitlines():
        match = _FILE.search(line)
        if match and not _LIBRARY.search(line) and _is_frame(line):
            return match["name"]
    return ""


def _is_frame(line: str) -> bool:
    return bool(re.search(r"^\s+at |^\s*File \"|:\d+(?::\d+)?\)?$|:\d+:in |\(\d+\): ", line))
