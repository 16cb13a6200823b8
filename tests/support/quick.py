"""What is quick in tests: the SDK's models are read once a process, and nobody waits before trying again.

That something is tried again is what tests look at; how long that takes is an argument, or the SDK's own matter.
"""

from __future__ import annotations

import random
from functools import cache, partial

import botocore.session
from botocore.loaders import create_loader
from botocore.retries import standard
from hypothesis import settings

# Of a property test in every run; ten times as many with -m soak.
EXAMPLES = 100


def examples(number: int) -> int:
    """How many a property test that is not as quick as others tries: this number, ten times as many with -m soak."""
    return number * settings().max_examples // EXAMPLES


class NoWait(random.Random):
    """A generator by which a backoff with full jitter never waits."""

    def uniform(self, a: float, b: float) -> float:
        return 0.0


def make_quick() -> None:
    """For this process, from now on: a client costs 8 ms instead of 50, five throttled attempts none instead of 7 s."""
    botocore.session.create_loader = cache(create_loader)
    standard.ExponentialBackoff = partial(standard.ExponentialBackoff, max_backoff=0)  # type: ignore[assignment,misc]
