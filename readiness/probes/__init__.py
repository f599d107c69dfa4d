"""Questions to running nodes. A probe asks one thing and returns a typed answer.

What the other side does (it refuses, resets, hangs, drips, talks another protocol, never ends) is part of the answer
and never an exception. A deadline is the total time of a probe, name resolution and clean-up included, not the time
between two bytes. Probes are plain functions of serialisable arguments and may be called from any thread that has no
running event loop.

A container engine's port proxy accepts connections for a container that runs, whether anything listens in it or not:
what would be "connection refused" inside the graph then reads "the connection was closed" or "connection reset" here.
"""
