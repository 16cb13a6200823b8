"""pages.insights.forecast.earlier under AppTest, and the pairs that it draws: what was foreseen beside what came."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pages.insights.forecast.pairs import pairs
from pipeline.analysis.forecast.earlier import Earlier
from pipeline.analysis.forecast.outlook import Outlook, outlook
from pipeline.analysis.forecast.result import Forecast
from pipeline.analysis.forecast.run import Occasion
from pipeline.analysis.forecast.store import Forecasts
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.insights.forecast.conftest import (
    keep_earlier,
    minutes,
    occasion,
    opened,
    publish_days,
    series,
    today,
)
from tests.pages.models.conftest import cards, tables

AGO = tuple(range(45, 0, -3))


@pytest.mark.parametrize("language", LANGUAGES)
def test_earlier_forecasts_are_scored_with_how_many_there_were(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    days, words = minutes(140), Words(language)
    current = publish_days(lake, days)
    keep_earlier(lake, current, days, AGO)
    told = Earlier("steady", 14, days=150, covered=0.82, error=21.5, excess=0.04, low=-0.1, high=0.18)
    ahead = outlook(series(days))
    Forecasts(lake).save(occasion(current, "run-0").forecast("focus_minutes", outlook=ahead, earlier=told))
    page = opened(language)
    assert not page.exception and cards(page) == []
    shown = texts(page)
    error = words("foreseen.value.focus_minutes", n="21.5")
    assert words("foreseen.earlier.inside", outlooks=14, days=150, share="82%", error=error) in shown
    assert words("foreseen.earlier.steady") in shown
    bounds = words("foreseen.interval", low="\u221210%", high="+18%")
    assert words("foreseen.earlier.excess", excess="+4%", interval=bounds, outlooks=14) in shown
    assert len(page.get("plotly_chart")) == 2


def test_what_the_chart_counts_is_what_its_table_holds(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    days, words = minutes(140), Words("ja")
    current = publish_days(lake, days)
    keep_earlier(lake, current, days, AGO)
    page = opened()
    held = words("foreseen.earlier.held")
    (rows,) = [table for table in tables(page) if held in table[0]]
    inside = sum(row[held] == words("foreseen.earlier.held_yes") for row in rows)
    assert len(rows) == 45
    assert words("foreseen.earlier.chart", days=45, banded=45, inside=inside) in texts(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_drift_is_told(on_aws: pytest.MonkeyPatch, lake: Lake, language: str) -> None:
    days, words = minutes(140), Words(language)
    current = publish_days(lake, days)
    told = Earlier("drifting", 20, days=200, covered=0.5, error=60.0, excess=0.8, low=0.4, high=1.2)
    made = occasion(current).forecast("focus_minutes", outlook=outlook(series(days)), earlier=told)
    Forecasts(lake).save(made)
    assert words("foreseen.earlier.drifting") in texts(opened(language))


def test_where_nothing_has_come_yet_that_is_said(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    days = minutes(60)
    current = publish_days(lake, days)
    Forecasts(lake).save(occasion(current).forecast("focus_minutes", outlook=outlook(series(days))))
    assert Words("ja")("foreseen.earlier.none") in texts(opened())


def test_earlier_forecasts_without_a_band_say_so(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    days, words = minutes(50), Words("ja")
    current = publish_days(lake, days)
    told = Earlier("not_yet", 2, error=30.0)
    Forecasts(lake).save(occasion(current).forecast("focus_minutes", outlook=outlook(series(days)), earlier=told))
    shown = texts(opened())
    assert words("foreseen.earlier.no_band", outlooks=2, error="30.0分") in shown
    assert words("foreseen.earlier.not_yet", outlooks=2, least=8) in shown


def test_of_a_day_that_was_foreseen_twice_the_newer_forecast_counts() -> None:
    days = minutes(100)
    old = outlook(series(days[:-9], end=today() - timedelta(days=9)))
    new = outlook(series(days[:-4], end=today() - timedelta(days=4)))
    made = [_made(one) for one in (new, old)]
    found = pairs(made, series(days))
    assert [one.end for one in found] == [old.end] * 5 + [new.end] * 4
    assert [one.came for one in found] == days[-9:]


def test_a_day_without_a_record_is_no_pair_and_one_without_a_band_is_neither_in_nor_out() -> None:
    days: list[float | None] = [*minutes(100)]
    days[-2] = None
    ahead = outlook(series(days[:-4], end=today() - timedelta(days=4)))
    bare = replace(ahead, days=tuple(replace(one, low=None, high=None) for one in ahead.days))
    found = pairs([_made(bare)], series(days))
    assert [one.ahead.day for one in found] == [today() - timedelta(days=back) for back in (4, 3, 1)]
    assert {one.held for one in found} == {None}


def _made(ahead: Outlook) -> Forecast:
    return Occasion("akari", "run-1", datetime(2026, 11, 30, tzinfo=UTC), ()).forecast("focus_minutes", outlook=ahead)
