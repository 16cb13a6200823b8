"""Answers in place of the right ones, for the tests: a provider is told how often to give them, and where.

Safe to use from several threads.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug import Response


@dataclass
class _Fault:
    status: int
    headers: Mapping[str, str]
    body: bytes
    times: int
    path: str


class Faults:
    """What was ordered, oldest first."""

    def __init__(self) -> None:
        self._ordered: list[_Fault] = []
        self._lock = threading.Lock()

    def order(self, answer: tuple[int, Mapping[str, str] | None, bytes], times: int, path: str = "") -> None:
        """Give the next ``times`` requests whose path holds ``path`` this status, headers and body."""
        status, headers, body = answer
        with self._lock:
            self._ordered.append(_Fault(status, headers or {}, body, times, path))

    def take(self, path: str) -> Response | None:
        """The answer that was ordered for this request; None for the right one."""
        with self._lock:
            fault = next((f for f in self._ordered if f.times > 0 and f.path in path), None)
            if fault is None:
                return None
            fault.times -= 1
        return Response(fault.body, fault.status, dict(fault.headers))
