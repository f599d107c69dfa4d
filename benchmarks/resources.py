"""Runs a command, and prints the seconds that it took and the peak of its resident memory in KiB (Linux)."""

import resource
import subprocess
import sys
import time

begun = time.monotonic()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
