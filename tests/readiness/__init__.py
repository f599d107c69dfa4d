"""The product: what ``pytest -m readiness`` runs. One module a concern, one function a criterion."""
