"""pages.insights.correlation.pair under AppTest: the answer first, what it rests on, and how to recompute it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.insights.correlation import overlay
from pipeline.analysis.correlation.cells import Missing
from pipeline.console.insights.daily import ZONE
from pipeline.console.insights.pairs import Absent
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import Words
from tests.console.insights.outsider import rows, world
from tests.pages.conftest import texts
from tests.support.lakes.marts import publish_wellness

HOSTILE = "<b>a</b>'[x](https://example.com)"
PAIR = "sleep_hours~focus~0"


def draw() -> None:
    from pages.insights import page  # noqa: PLC0415 - AppTest runs this function's source by itself

    page.render()


def opened(language: str = "en", pair: str = PAIR, **query: str) -> AppTest:
    page = AppTest.from_function(draw, default_timeout=60)
    for name, value in {"lang": language, "pair": pair, **query}.items():
        page.query_params[name] = value
    return page.run()


def days(person: str, seed: int = 1, length: int = 200) -> Iterator[dict[str, Any]]:
    """Sleep and focus go together; sleep is missing on three days."""
    sleep, noise = np.random.default_rng(seed).normal(size=(2, length))
    focus = sleep + 0.5 * noise
    sleep[[10, 11, 40]] = np.nan
    return rows(world(seed, length, sleep_hours=sleep, focus=focus), person, today=datetime.now(ZONE).date())


@pytest.fixture
def one(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    publish_wellness(lake, list(days(HOSTILE)))


@pytest.fixture
def six(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    people = [HOSTILE, *(f"p{at}" for at in range(5))]
    publish_wellness(lake, [row for at, who in enumerate(people) for row in days(who, at, 100 + at)])


def charts(page: AppTest) -> dict[str, dict[str, Any]]:
    """Every chart's figure by its alternative text."""
    return {chart.proto.alt or "": json.loads(chart.proto.spec) for chart in page.get("plotly_chart")}


def drawn(page: AppTest, word: str) -> dict[str, Any]:
    (found,) = [figure for alt, figure in charts(page).items() if word in alt]
    return found


def traces(figure: dict[str, Any]) -> dict[str, int]:
    return {trace.get("name", ""): len(trace["hovertext"]) for trace in figure["data"] if "hovertext" in trace}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_answer_comes_first_with_all_that_belongs_to_it(one: None, language: str) -> None:
    page, words = opened(language), Words(language)
    shown = texts(page)
    assert not page.exception and not page.error
    assert words("insights.question.sleep_focus") in shown and words("corr.moved.same_day") in shown
    for label in ("corr.r", "corr.interval", "corr.days", "corr.worth", "corr.corrected"):
        assert words(label) in shown.replace("\\", "")
    for sentence in ("corr.no_cause", "corr.share", "corr.worth_means"):
        assert words(sentence) in shown.replace("\\", "")


def test_the_scatter_shows_what_r_is_computed_from_or_the_values_without_a_line(one: None) -> None:
    page = opened()
    ranks = drawn(page, "Scatter")
    assert len(ranks["data"]) == 3 and "rank of residuals" in ranks["layout"]["xaxis"]["title"]["text"]
    (plane,) = page.radio
    plane.set_value("values").run()
    values = drawn(page, "Scatter")
    assert not page.exception and len(values["data"]) == 1 and traces(values) == {"a day": 197}
    assert values["layout"]["xaxis"]["title"]["text"] == "hours of sleep (hours)"
    assert page.query_params["part"] == ["values"] or page.query_params["part"] == "values"


def test_of_the_lags_those_that_hold_and_those_that_are_not_asked_differ_in_shape(one: None) -> None:
    figure = drawn(opened(), "7 days after")
    signs = {trace["name"]: trace["marker"]["symbol"] for trace in figure["data"]}
    assert signs[Words("en")("pair.lag.holds")] == "circle"
    assert signs[Words("en")("pair.lag.unasked")] == "diamond-open"
    assert sum(traces(figure).values()) == 11


def test_both_series_stand_over_one_time_axis_with_gaps(one: None) -> None:
    figure = drawn(opened(), "day by day")
    assert [trace["yaxis"] for trace in figure["data"]] == ["y", "y2"]
    assert figure["layout"]["xaxis"]["matches"] == "x2"
    assert all(trace["connectgaps"] is False for trace in figure["data"])


def test_days_that_are_missing_are_told_with_their_reason(one: None) -> None:
    page = opened()
    (gap,) = next(table.value for table in page.dataframe if "Why" in table.value).to_dict("records")
    assert (gap["Measure"], gap["Days"], gap["Why"]) == ("hours of sleep", "3", "nothing was recorded")
    assert gap["Which"].count(",") == 1 and "–" in gap["Which"]
    assert "Days that have both values: 197 of 200." in texts(page)


def test_every_chart_has_its_table(one: None) -> None:
    page = opened()
    assert len(charts(page)) == 3 and all(charts(page))
    assert [len(table.value) for table in page.dataframe] == [197, 11, 200, 1]


def test_sql_and_script_are_shown_with_the_version_of_the_data(one: None) -> None:
    codes = [code.value for code in opened().code]
    sql, script, printed = codes[:3]
    assert "''" in sql and "from mart_daily_wellness" in sql and "{{" not in sql
    assert "QUESTION = ('sleep_hours', 'focus', 0)" in script and "corrected_p=" in printed
    assert "build-1" in codes and any(code.startswith("marts/mart_daily_wellness/") for code in codes)


def test_what_is_not_asked_is_no_finding(one: None) -> None:
    shown = texts(opened(pair="sleep_hours~focus~6"))
    assert Words("en")("pair.unasked_short") in shown and Words("en")("corr.moved.later", lag=6) not in shown


def test_of_too_few_days_the_days_are_shown_and_nothing_is_claimed(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    publish_wellness(lake, list(days("p", length=20 + 22))[:20])
    page = opened()
    assert not page.exception and not page.error
    assert Words("en")("pair.recipe.nothing") in texts(page) and Words("en")("corr.no_cause") not in texts(page)


def test_without_any_value_there_is_no_scatter(one: None) -> None:
    page = opened(pair="rem_sleep_hours~focus~0")
    assert not page.exception and not page.error
    assert Words("en")("pair.no_days") in texts(page)
    assert "never recorded" in str(page.dataframe[-1].value.to_dict("records"))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_of_everybody_there_is_a_dot_a_person_and_the_mean(six: None, language: str) -> None:
    page = opened(language, person="")
    (figure,) = charts(page).values()
    people, mean = figure["data"]
    assert not page.exception and not page.error
    assert (len(people["x"]), len(mean["x"])) == (6, 1)
    assert "&lt;b&gt;a&lt;/b&gt;'[x](https://exa…" in figure["layout"]["yaxis"]["ticktext"]
    assert HOSTILE in {row[Words(language)("corr.person")] for row in page.dataframe[0].value.to_dict("records")}


def test_a_person_chosen_leads_to_their_own_days(six: None) -> None:
    page = opened(person="")
    page.selectbox(key="pair-person").select(HOSTILE).run()
    page.button(key="open-pair-person").click().run()
    assert not page.exception and len(charts(page)) == 3
    assert page.query_params["person"] == HOSTILE and page.query_params["pair"] in (PAIR, [PAIR])


def test_of_weather_not_people_s_r_but_their_mean_day_is_compared(six: None) -> None:
    page = opened(pair="rain_mm~mood~0", person="")
    (figure,) = charts(page).values()
    assert f"<b>{Words('en')('pair.dots.mean_day')}</b>" in figure["layout"]["yaxis"]["ticktext"]
    assert Words("en")("corr.weather") in texts(page).replace("\\", "")


def test_exploration_is_never_said_to_lack_days_that_it_has(one: None) -> None:
    shown = texts(opened(pair="steps~focus~0")).replace("\\", "")
    assert Words("en")("corr.explored_means") in shown and Words("en")("corr.not_firm") not in shown


def test_days_that_are_missing_over_the_turn_of_a_year_tell_both_years() -> None:
    span = (date(2025, 12, 30), date(2026, 1, 2))
    gap = Absent("sleep_hours", Missing.NO_ROW, 4, (span, (date(2026, 3, 1), date(2026, 3, 1))))
    assert overlay.row_of(Words("en"), gap)["Which"] == "2025/12/30–2026/01/02, 2026/03/01"
