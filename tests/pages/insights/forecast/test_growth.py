"""pages.insights.forecast.growth under AppTest: what a day adds, two weeks ahead, and when a bound is reached."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from pages.insights.forecast.growth import reached, round_above
from pipeline.analysis.forecast import growth
from pipeline.analysis.forecast.growth import Growth
from pipeline.analysis.forecast.run import Occasion
from pipeline.analysis.forecast.store import Forecasts
from pipeline.console.insights.forecasts import BYTES, EXPORTS, RECORDS
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import a_run, record, texts
from tests.pages.insights.forecast.conftest import minutes, opened, publish_days
from tests.pages.models.conftest import cards

NOW: Final = datetime.now(UTC)


def grown(kind: growth.Target, days: int, a_day: float, first: float = 1000.0) -> Growth:
    dates = [NOW.date() - timedelta(days=days - at) for at in range(days)]
    return growth.growth(kind, dates, [first + a_day * at for at in range(days)], NOW.date())


def keep_growth(lake: Lake, days: int = 60, a_day: float = 10.0) -> None:
    publish_days(lake, minutes(20))
    occasion = Occasion(EXPORTS, "run-1", NOW, ())
    store = Forecasts(lake)
    store.save(occasion.forecast(RECORDS, growth=grown(growth.RECORDS, days, a_day)))
    store.save(occasion.forecast(BYTES, growth=grown(growth.BYTES, days, a_day * 2**20)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_growth_is_told_with_its_interval_two_weeks_ahead_and_by_a_bound(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    keep_growth(lake)
    page, words = opened(language, target="growth"), Words(language)
    assert not page.exception and cards(page) == []
    shown = texts(page)
    change = words("foreseen.value.records", n="+10")
    assert change in shown and "+10 MB" in shown
    # 1,590 on the last day, ten more a day.
    assert words("foreseen.value.records", n="1,730") in shown
    reached_on = NOW.date() + timedelta(days=(10_000 - 1_590) // 10)
    assert f"{reached_on:%Y/%m/%d}" in shown and len(page.get("plotly_chart")) == 2


def test_another_bound_is_reached_on_another_day(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    keep_growth(lake)
    page = opened(target="growth")
    page.number_input(key="forecast_bound_records").set_value(2_590).run()
    assert not page.exception
    assert f"{NOW.date() + timedelta(days=100):%Y/%m/%d}" in texts(page)


def test_too_few_exports_say_how_many_there_are(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    keep_growth(lake, days=5)
    page, words = opened(target="growth"), Words("ja")
    assert not page.exception and words("foreseen.growth.no_rate", observed=5) in texts(page)


def test_everybody_s_page_has_the_exports_too(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    keep_growth(lake)
    record(lake, a_run("export-1", records=1600))
    page = opened()
    page.selectbox(key="person").select("").run()
    assert not page.exception and "+10件" in texts(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bound_that_is_not_reached_says_so(language: str) -> None:
    words = Words(language)
    flat = grown(growth.RECORDS, 60, 0.0)
    bound = words("foreseen.value.records", n="5,000")
    assert reached(words, "records", flat, 5000) == words("foreseen.growth.never", bound=bound, observed=60)
    few = grown(growth.RECORDS, 5, 1.0)
    assert reached(words, "records", few, 5000) == words("foreseen.growth.unknown", bound=bound, observed=5)


def test_a_bound_that_only_the_fastest_growth_reaches_says_when() -> None:
    slow = Growth(grown(growth.RECORDS, 60, 1.0).outlook, per_day=-0.1, slowest=-5.0, fastest=10.0, level=1000.0)
    told = reached(Words("en"), "records", slow, 2000)
    assert f"{slow.outlook.end + timedelta(days=100):%Y/%m/%d}" in told and "not reached within ten years" in told


@pytest.mark.parametrize(("level", "bound"), [(0.0, 1), (9.0, 10), (1590.0, 10_000), (10_000.0, 100_000)])
def test_a_bound_begins_above_what_there_is(level: float, bound: int) -> None:
    assert round_above(level) == bound
