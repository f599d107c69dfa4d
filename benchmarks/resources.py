"""Runs a command; prints its wall and processor time in seconds, and its peak of resident memory in KiB (Linux)."""

import resource
import subprocess
import sys
import time

begun = time.monotonic()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
took_s = time.monotonic() - begun
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(took_s, used.ru_utime + used.ru_stime, used.ru_maxrss)
sys.exit(code)
