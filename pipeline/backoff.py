"""How long to wait before the next attempt: full jitter under a ceiling that doubles. Pure.

Whoever waits brings its own random generator and its own sleep.
"""

from __future__ import annotations

import random

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 20.0


def backoff_seconds(attempt: int, rng: random.Random) -> float:
    """Full jitter: a random wait up to a ceiling that doubles. Source: AWS Architecture Blog, "Exponential Backoff
    And Jitter"."""
    return rng.uniform(0, min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**attempt))
