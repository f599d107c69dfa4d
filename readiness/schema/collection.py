"""Python's collection of circular garbage, put off while large models are made or gone through."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """No search for circles of garbage in this block: a model has none, and going through all of it again and again
    takes a third of the time of reading 5,000 types, and more the larger the schema is."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
