"""What each child begins with: its limits, a stream that nothing else writes to, and that it ends with its parent.

Of the standard library alone: it is loaded before anything that the limits are to bind.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import threading
from typing import Any

_KILLED_WITH_PARENT = 1  # PR_SET_PDEATHSIG. Source: prctl(2)

_GRACE_SECONDS = 5


class Told:
    """The stream that the parent reads, a JSON object a line."""

    def __init__(self) -> None:
        # Never closed: its end is the process's own.
        self._out = os.dup(1)
        self._one_at_a_time = threading.Lock()
        # Whatever prints, prints nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def tell(self, **line: Any) -> None:
        """Write one line, whole."""
        body = memoryview(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        with self._one_at_a_time:
            while body:
                body = body[os.write(self._out, body) :]

    def fault(self, stage: str, error: BaseException | None) -> None:
        """Write what it came to nothing of."""
        self.tell(fault=stage, kind=type(error).__name__ if error else "", message=str(error or "")[:4000])


def begin(job: dict[str, Any]) -> Told:
    """Take the limits on and open the stream; ``job`` has ``limits``, ``parent`` (its process id), ``environment``,
    ``folder`` and ``library``."""
    _limit(job["limits"])
    _end_with(job["parent"])
    sys.path.append(job["library"])
    os.environ.update(job["environment"])
    os.chdir(job["folder"])
    return Told()


def _limit(limits: dict[str, int]) -> None:
    for name in ("AS", "CPU", "FSIZE", "CORE"):
        # At the hard limit of processor the kernel says no more than that it was killed.
        hard = limits[name] + (_GRACE_SECONDS if name == "CPU" else 0)
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limits[name], hard))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    # The parent's kill comes first; this one where there is no parent any more.
    signal.alarm(limits["seconds"])
    # A file beyond its limit is an error to be told, not a death.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    os.nice(10)


def _end_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_KILLED_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        # It was gone before that was asked for.
        os._exit(1)
