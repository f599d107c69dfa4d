"""From evidence to cause: pure, no input or output.

``diagnose`` explains one node, ``health_cause`` a health answer that is not well, and ``attribute`` tells from whose
failure the others follow. Classes are in ``causes``; what a text means is data in ``signatures/``; the rules are in
``reading`` (a log), ``state`` (exit codes, loops), ``addresses``, ``settings`` and ``place`` (host and port to node),
``listening`` (sockets), ``ending`` (a process that ended), ``running`` and ``healthcheck`` (one that runs), ``circles``
(who waits for whom), ``explain`` (a text to a cause) and ``client`` (the client's own side). ``diagnose`` asks them in
turn.
"""

from readiness.diagnosis.attribute import attribute
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.diagnose import diagnose
from readiness.diagnosis.health import health_cause

__all__ = ["CauseClass", "attribute", "diagnose", "health_cause"]
