"""Measurements of the suite on the machine at hand, against peers in the same run: ``python -m benchmarks``."""
