"""From evidence to cause: pure, no input or output.

``diagnose`` explains one node, ``health_cause`` a health answer that is not well, and ``attribute`` tells from whose
failure the others follow. Classes are in ``causes``; what a text means is data in ``signatures/``.

- A log: ``log/`` (lines to entries), ``matching`` (which signatures fit), ``reading`` (what decides), ``own_fault`` (an
  exception that nobody knows), ``lastwords``, ``attempts``, ``history`` (what came after, what a neighbour did
  meanwhile), ``migrations`` (traces through one).
- The state: ``state`` (exit codes, loops), ``ending`` (a process that ended), ``running``, ``healthcheck``,
  ``indicators`` (a health answer), ``progress`` (late or hanging), ``listening`` (sockets).
- The graph: ``addresses``, ``settings`` and ``place`` (host and port to node), ``brokers`` (Kafka's second address),
  ``waits`` and ``circles`` (who waits for whom), ``explain`` (a text to a cause), ``client`` (the client's own side),
  ``backing`` (what a backing service says of itself).
"""

from readiness.diagnosis.attribute import attribute
from readiness.diagnosis.causes import CauseClass
from readiness.diagnosis.diagnose import diagnose
from readiness.diagnosis.health import health_cause

__all__ = ["CauseClass", "attribute", "diagnose", "health_cause"]
