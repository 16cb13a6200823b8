"""pages.insights.forecast.charts: a band is drawn only where there was one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pages.insights.forecast import charts
from pages.insights.forecast.pairs import Pair
from pipeline.analysis.forecast.outlook import outlook
from pipeline.words.catalogue import Words
from tests.pages.insights.forecast.conftest import minutes, series


def test_a_stretch_of_days_without_a_band_parts_the_band_in_two() -> None:
    ahead = outlook(series(minutes(140)))
    days = [replace(one, low=None, high=None) if 4 <= at < 8 else one for at, one in enumerate(ahead.days)]
    band = _band([Pair(ahead.end, one, one.value) for one in days])
    there = [one.day for one in days[:4]], [one.day for one in days[8:]]
    assert band.fill == "toself"
    assert list(band.x) == [*_around(there[0]), None, *_around(there[1]), None]


def test_the_band_goes_along_its_high_ends_and_back_along_the_low_ones() -> None:
    ahead = outlook(series(minutes(140)))
    band = _band([Pair(ahead.end, one, one.value) for one in ahead.days])
    assert list(band.y) == [*(one.high for one in ahead.days), *(one.low for one in reversed(ahead.days)), None]


def _around(days: list[Any]) -> list[Any]:
    return [*days, *reversed(days)]


def _band(compared: list[Pair]) -> Any:
    words = Words("ja")
    drawn = charts.earlier(charts.Look(words, "focus_minutes"), compared)
    (band,) = [trace for trace in drawn.data if trace.name == words("foreseen.fan.range")]
    return band
