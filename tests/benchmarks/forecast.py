"""What the forecasts of a person cost: three targets and a morning, with back-test, bands and predictions' file.

``python -m tests.benchmarks.forecast [DAYS …]`` prints a line a length of life: CPU seconds, peak memory.
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import UTC, datetime

import numpy as np

from pipeline.analysis.forecast.morning import morning, morning_frame
from pipeline.analysis.forecast.result import parquet
from pipeline.analysis.forecast.run import Occasion, foreseen
from tests.analysis.forecast.worlds import MONDAY, carried, series

DAYS = (120, 365, 1095)
OCCASION = Occasion("u1", "run", datetime(2026, 11, 30, tzinfo=UTC), ())
ROUNDS = 5


def targets(days: int) -> float:
    """CPU seconds of three targets, the median of some rounds."""
    rng = np.random.default_rng(days)
    taken = []
    for _ in range(ROUNDS):
        lives = [series(carried(days, rng)) for _ in range(3)]
        start = time.process_time()
        for life in lives:
            parquet(foreseen(OCCASION, life, [])[1])
        taken.append(time.process_time() - start)
    return sorted(taken)[ROUNDS // 2]


def mornings(days: int) -> float:
    """CPU seconds of a morning's chance with ten variables."""
    rng = np.random.default_rng(days)
    known = {f"known_{number}": rng.normal(0, 1, days) for number in range(6)}
    past = {f"past_{number}": rng.normal(0, 1, days) for number in range(4)}
    start = time.process_time()
    morning(morning_frame(MONDAY, 6 + rng.normal(0, 1, days), known, past))
    return time.process_time() - start


def main(lengths: list[int]) -> None:
    """A line a length."""
    for days in lengths:
        told = f"{days:5} days: three targets {targets(days):.3f} CPU-s, a morning {mornings(days):.3f} CPU-s"
        print(told, f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


if __name__ == "__main__":
    main([int(days) for days in sys.argv[1:]] or list(DAYS))
