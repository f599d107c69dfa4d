"""Registers options and fixtures; nothing else."""

pytest_plugins = [
    "fixtures.options",
    "fixtures.criteria",
    "fixtures.graph",
    "fixtures.subjects",
    "fixtures.outcomes",
    "fixtures.verdict",
]
