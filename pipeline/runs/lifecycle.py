"""The life of a run, the same for every job: who may run it, until when, and who goes on.

What the work is comes from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

HAND_OVER_SECONDS = 60.0
WAIT_FOR_TWIN_SECONDS = 2.0
Remaining = Callable[[], float]
CarryOn = Callable[[dict[str, Any]], None]
