"""The run of forecasts that goes on in this process, and how the last one ended: what a page follows.

A plain object of the process; safe to use from several threads.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

from pipeline.console.insights.told_forecasts import Ended, Going


@dataclass
class Progress:
    """One run at a time: begun, told, ended."""

    _going: Going | None = None
    _ended: Ended | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def going(self) -> Going | None:
        """The run that goes on here."""
        with self._lock:
            return self._going

    @property
    def ended(self) -> Ended | None:
        """How the last one ended; None while one goes on."""
        with self._lock:
            return None if self._going else self._ended

    def begin(self, run_id: str) -> Going:
        """It goes on from now on."""
        with self._lock:
            self._going = Going(run_id, 0)
            return self._going

    def tell(self, done: int, people: int) -> Going:
        """How far it is."""
        with self._lock:
            self._going = replace(self._going or Going(""), done=done, people=people)
            return self._going

    def end(self, ended: Ended) -> None:
        """It is over."""
        with self._lock:
            self._going, self._ended = None, ended
