"""What correlations cost: 60 measures, 1,095 days, 8 lags, a tenth of the days missing; and a person's whole page.

``python -m tests.benchmarks.insights`` prints medians of nine in CPU seconds; one thread, whatever the machine has.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

# Before numpy is imported: its threads would be counted several times.
for library in ("OPENBLAS", "MKL", "OMP"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402

from pipeline.analysis.correlation.answer import of_people, of_person  # noqa: E402
from pipeline.analysis.correlation.wander import correlations, studied  # noqa: E402
from tests.analysis.correlation import worlds  # noqa: E402

MEASURES, DAYS, LAGS, ROUNDS = 60, 1_095, 8, 9
PEOPLE = 20


def median(work: Callable[[], object]) -> float:
    """CPU seconds of one round."""
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def main() -> None:
    random = np.random.default_rng(1)
    # A third of them wander, so that both ways are gone.
    values = worlds.carried(random, DAYS, [1.0, 0.5, 0.0] * (MEASURES // 3))
    values[random.random(values.shape) < 0.1] = np.nan
    page = worlds.page(random, DAYS)
    people = {f"p{at}": worlds.page(random, DAYS) for at in range(PEOPLE)}
    print(f"{MEASURES} x {DAYS} x {LAGS} lags: {median(lambda: correlations(studied(values, 0), range(LAGS))):.3f} s")
    print(f"a page of one person, {DAYS} days: {median(lambda: of_person(page)):.3f} s")
    print(f"a page of {PEOPLE} people: {median(lambda: of_people(people)):.3f} s")


if __name__ == "__main__":
    main()
