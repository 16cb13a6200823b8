"""Draws of the sample: by name, person and day, carried over without a first day."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import correlation, fmean, stdev

import pytest

from pipeline.embedded.sample.draws import SEED, carried, rng, wave

FIRST = date(2024, 2, 1)


def series(keep: float, days: int = 1500) -> list[float]:
    return [carried(SEED, "name", "user", FIRST + timedelta(days=passed), keep) for passed in range(days)]


def test_the_same_parts_draw_the_same_and_others_do_not() -> None:
    drawn = [rng(SEED, *parts).random() for parts in (("a", FIRST), ("a", FIRST), ("b", FIRST), ("a", "other"))]
    assert drawn[0] == drawn[1] and len(set(drawn)) == 3


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.6])
def test_a_day_keeps_so_much_of_the_day_before(keep: float) -> None:
    found = series(keep)
    assert correlation(found[1:], found[:-1]) == pytest.approx(keep, abs=0.08)
    assert fmean(found) == pytest.approx(0, abs=0.15) and stdev(found) == pytest.approx(1, abs=0.08)


def test_more_carry_over_than_is_remembered_is_refused() -> None:
    with pytest.raises(ValueError, match="not 0.9"):
        carried(SEED, "name", "user", FIRST, 0.9)


def test_the_wave_stays_within_its_bounds_for_ever() -> None:
    heights = [wave(date(year, month, 1)) for year in range(2000, 2100) for month in range(1, 13)]
    assert min(heights) == pytest.approx(-1, abs=0.01) and max(heights) == pytest.approx(1, abs=0.01)
