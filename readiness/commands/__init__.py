"""Commands of ``python -m readiness`` that have sub-commands of their own, one module each."""
