"""A container's log, read as a structure: it knows nothing of causes.

``entries`` joins what belongs together, with the help of ``prefixes`` (what others put before each line), ``records``
(JSON and ``logfmt``), ``times``, ``traces`` and ``frames``; ``lives`` keeps the newest of several lives of a container.
"""
