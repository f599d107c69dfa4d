"""The labels by which everything that a run creates is known, and nothing else is touched."""

RUN = "readiness.run"
NODE = "readiness.node"
OWNER_PID = "readiness.owner-pid"
OWNER_STARTED = "readiness.owner-started"
KEPT = "readiness.kept"
SOURCE_DIGEST = "readiness.source-digest"
"""On an image that we had built: the digest of what it was built from."""
