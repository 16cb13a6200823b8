"""pipeline.export.allocator: what an export leaves of the process's memory."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import resource, threading
from pipeline.export.allocator import keep_flat
keep = keep_flat() if %s else None
def work():
    for _ in range(3):
        rows = [bytes(4000) for _ in range(5000)]
        del rows
for _ in range(6):
    threads = [threading.Thread(target=work) for _ in range(1)]
    for t in threads: t.start()
    for t in threads: t.join()
print(keep, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="mallopt belongs to glibc")
def test_the_allocator_is_told_once_and_takes_it() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM % True], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == "True"
