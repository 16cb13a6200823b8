"""A lock that is a file's: shared by those who use it, alone for whoever makes or drops it; between processes, too.

Source: flock(2). It ends with its process, however that ends.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from pipeline.analysis.query.pool import cancelled as given_up

_LOOK_SECONDS = 0.05


class FileLock:
    """The lock of one path; held from ``share`` or ``alone`` to the end of the ``with``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1

    def __enter__(self) -> FileLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()

    def share(self, cancelled: Callable[[], bool]) -> None:
        """Wait until nobody holds it alone. Raise TimedOut (``query_cancelled``)."""
        self._wait(False, cancelled)

    def alone(self, cancelled: Callable[[], bool]) -> None:
        """Wait until nobody else holds it. Raise TimedOut (``query_cancelled``). Between ``share`` and this somebody
        else may have held it alone."""
        # Two who share it and both want it alone would wait for each other.
        self._close()
        self._wait(True, cancelled)

    def alone_at_once(self) -> bool:
        """Whether it could be held alone without waiting."""
        return self._taken(alone=True)

    def _wait(self, alone: bool, cancelled: Callable[[], bool]) -> None:
        while not self._taken(alone):
            if cancelled():
                raise given_up()
            time.sleep(_LOOK_SECONDS)

    def _taken(self, alone: bool) -> bool:
        # Imported here: there is none on Windows, where everything but this engine runs.
        import fcntl  # noqa: PLC0415

        if self._file < 0:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if self._is_the_path_s():
            return True
        # It was dropped with what it was the lock of, while this waited for it.
        self._close()
        return False

    def _is_the_path_s(self) -> bool:
        try:
            there = os.stat(self._path)
        except FileNotFoundError:
            return False
        return os.fstat(self._file).st_ino == there.st_ino

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
