"""The difference of two schemas by this project: two files in, the number of changes out."""

import sys
from pathlib import Path

from readiness.schema import compare, parse_both
from readiness.schema.parser import Document

old, later = (Document(Path(file).read_bytes(), file) for file in sys.argv[1:])
print(len(compare(*parse_both(old, later))))
