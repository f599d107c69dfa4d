"""Registers options and fixtures; nothing else."""

pytest_plugins = [
    "fixtures.options",
    "fixtures.criteria",
    "fixtures.graph",
    "fixtures.subjects",
    "fixtures.schema_update",
    "fixtures.outcomes",
    "fixtures.verdict",
]
