"""Keeps the process's memory flat while pages of objects come and go in several threads.

glibc gives each thread an arena of its own and keeps what was freed there; pages would pile up once a thread.
"""

from __future__ import annotations

import ctypes
import functools

# malloc.h, glibc; "man 3 mallopt".
_MMAP_THRESHOLD, _TRIM_THRESHOLD, _ARENA_MAX = -3, -1, -8
LARGE_BYTES = 256 * 1024


@functools.cache
def keep_flat() -> bool:
    """One arena for all threads, and large blocks given back at once; False where the C library is another one."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    wanted = ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, LARGE_BYTES), (_TRIM_THRESHOLD, LARGE_BYTES))
    return all(mallopt(option, value) == 1 for option, value in wanted)
