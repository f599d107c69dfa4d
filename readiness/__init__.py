"""Contract and readiness checks for a platform of services in containers.

The core knows no pytest; only :mod:`readiness.runtime.docker` knows Docker. See ``docs/architecture.md``.
"""

__version__ = "0.1.0"
