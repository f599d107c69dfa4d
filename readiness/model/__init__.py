"""Frozen data that every other part speaks in; no input or output."""
