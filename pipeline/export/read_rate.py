"""How hard an export leans on the table: a read-capacity budget over all segments, and fewer segments when throttled.

Time comes in as arguments; waiting is never longer than the time that is left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

QUIET_SECONDS = 30.0


class ReadBudget:
    """A token bucket of read capacity units: what was spent beyond the rate is waited for before the next page."""

    def __init__(self, units_per_second: float | None, clock: Callable[[], float]) -> None:
        self._rate = units_per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._free_at = clock()
        self.spent = 0.0

    def spend(self, units: float) -> None:
        """Take note of what a page has cost."""
        with self._lock:
            self.spent += units
            if self._rate:
                self._free_at = max(self._free_at, self._clock()) + units / self._rate

    def wait_seconds(self) -> float:
        """How long the next page has to wait; at most one second's worth of units may be ahead."""
        if not self._rate:
            return 0.0
        with self._lock:
            return max(0.0, self._free_at - self._clock() - 1.0)


class Gate:
    """How many segments may read at once: halved by a throttle, one more after each quiet half minute."""

    def __init__(self, segments: int, clock: Callable[[], float]) -> None:
        self._most = segments
        self._open = segments
        self._inside = 0
        self._clock = clock
        self._changed_at = clock()
        self._condition = threading.Condition()
        self.throttles = 0

    def enter(self, timeout: float) -> bool:
        """Wait for a place; False when none came free in time."""
        with self._condition:
            free = self._condition.wait_for(self._has_place, timeout)
            self._inside += free
            return free

    def leave(self) -> None:
        """Give the place back."""
        with self._condition:
            self._inside -= 1
            self._condition.notify()

    def throttled(self, times: int = 1) -> None:
        """The table pushed back: half as many segments go on."""
        with self._condition:
            self.throttles += times
            self._open = max(1, self._open // 2)
            self._changed_at = self._clock()

    def _has_place(self) -> bool:
        if self._open < self._most and self._clock() - self._changed_at > QUIET_SECONDS:
            self._open += 1
            self._changed_at = self._clock()
        return self._inside < self._open
