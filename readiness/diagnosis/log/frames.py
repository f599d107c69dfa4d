"""Where an exception was thrown, by the innermost frame of its trace: in the program's own code or in a library."""

import re

from readiness.diagnosis.log.traces import Link

_PYTHON = re.compile(r'^\s+File "(?P<path>[^"\n]+)", line \d+', re.MULTILINE)
_NODE = re.compile(r"^\s+at (?:[^\n]*\()?(?:file://)?(?P<path>/?[\w.@~/\\-][^():\n]*):\d+:\d+\)?\s*$", re.MULTILINE)
_OF_A_LIBRARY = re.compile(
    r"(?:^|/)(?:node_modules|site-packages|dist-packages|gems|vendor)/|/lib/python\d|^node:|^<|^internal/|"
    r"^\w+\.js$|/\.(?:yarn|pnpm)/|\.pnp\b"
)


def is_thrown_by_the_program(text: str, link: Link) -> bool:
    """Whether the innermost frame of one exception lies in a file that is no library's and no runtime's.

    Python and Node only: the frames of the others name packages, and whose they are cannot be seen.
    """
    trace = text[link.start : link.end]
    frames = [match["path"] for match in _PYTHON.finditer(trace)][-1:]
    if not frames:
        frames = [match["path"] for match in _NODE.finditer(trace)][:1]
    return bool(frames) and not _OF_A_LIBRARY.search(frames[0])
