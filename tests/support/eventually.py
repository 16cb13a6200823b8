"""Waiting for what another thread or process brings about."""

from __future__ import annotations

import threading
from collections.abc import Callable


def eventually(holds: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether it comes to hold in time."""
    never = threading.Event()
    for _ in range(int(seconds / 0.005)):
        if holds():
            return True
        never.wait(0.005)
    return False
