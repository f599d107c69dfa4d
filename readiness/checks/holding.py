"""Whether a service holds a connection, where one look may fall between two connections."""

import time
from collections.abc import Callable, Hashable, Set

_AGAIN_WITHIN_S = 10.0
_BETWEEN_LOOKS_S = 0.2


def holds(look: Callable[[], Set[Hashable]]) -> bool:
    """Whether there is a connection at the first look, or else one that lasts from one look to the next.

    A client that changes from its bootstrap broker to another, or whose server is busy, has none for a moment. One that
    connects for each question shows connections too, and never the same one twice.

    :param look: the connections that are established now, each by what tells it from all others.
    """
    ends = time.monotonic() + _AGAIN_WITHIN_S
    seen = look()
    if seen:
        return True
    while time.monotonic() < ends:
        time.sleep(_BETWEEN_LOOKS_S)
        before, seen = seen, look()
        if seen & before:
            return True
    return False
