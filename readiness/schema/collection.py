"""Python's collection of circular garbage, put off while large models are made or gone through."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """No search for circles of garbage in this block: a model has none, and looking through all of it over and over
    takes a third of the time in which 5,000 types are read, and more than all the rest with 50,000."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
