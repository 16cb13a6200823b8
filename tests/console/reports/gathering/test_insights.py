"""pipeline.console.reports.gathering.insights: correlations and kept forecasts of one version each, as of a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.analysis.builds.marts import current_marts
from pipeline.analysis.correlation.questions import Question
from pipeline.analysis.forecast.result import to_json
from pipeline.analysis.forecast.store import Forecasts
from pipeline.analysis.reports.definitions.definition import Correlation, Forecast, Period
from pipeline.analysis.reports.document import Facts, Heading
from pipeline.aws import Cloud
from pipeline.console.app import App
from pipeline.console.reports.gathering.insights import MEASURES
from pipeline.console.reports.told import Gathered
from pipeline.lake.analysis_keys import QUESTIONS
from pipeline.lake.bucket import Lake
from pipeline.lake.forecast_keys import forecast_key
from pipeline.lake.model_keys import CURRENT_MARTS
from tests.support.lakes.insights import lives
from tests.support.lakes.marts import publish_mart, publish_wellness
from tests.support.reports.desk import (
    NOW,
    TODAY,
    again,
    app_of,
    charts,
    gathered,
    report,
    same_bytes,
    states,
    tables,
    texts,
)

DAY = TODAY - timedelta(days=1)
FEW = {"akari": 120, "kenji": 60}
FOCUS = Forecast(measure="focus_minutes")


@pytest.fixture
def app(cloud: Cloud, lake: Lake, tmp_path: Path) -> App:
    return app_of(cloud, lake, tmp_path)


@pytest.fixture
def days(lake: Lake) -> Lake:
    """Two people's days, published."""
    publish(lake, FEW)
    return lake


def publish(lake: Lake, people: dict[str, int], run_id: str = "build-1", day: date = DAY) -> None:
    publish_wellness(lake, list(lives(TODAY, people)), day, run_id)


def facts(of: Gathered) -> Sequence[Any]:
    return [value for part in of.document.parts if isinstance(part, Facts) for _, value in part.rows]


def ask(app: App, *wanted: Question) -> None:
    app.insights.questions.save(wanted, app.insights.questions.current())


def test_one_person_is_asked_by_name_first(app: App, days: Lake) -> None:
    made = gathered(app, report(Correlation(), person="akari"))
    assert not made.failed
    assert [part.text for part in made.document.parts if isinstance(part, Heading)][1:] == ["質問", "探索"]
    assert texts(made)[0].startswith("対象: akari。")
    assert any("よく眠った日は、集中度も高い？" in text and "一緒に動いた" in text for text in texts(made))


def test_everybody_is_asked_where_the_report_names_nobody(app: App, days: Lake) -> None:
    assert texts(gathered(app, report(Correlation())))[0].startswith("対象: 全員。")


def test_no_day_after_the_period_is_looked_at(app: App, days: Lake) -> None:
    past = Period(kind="fixed", first=date(2026, 10, 1), last=date(2026, 10, 31))
    made = gathered(app, report(Correlation(), person="akari", period=past))
    assert "2026-10-31" in texts(made)[0] and "2026-11" not in texts(made)[0]
    assert dict(made.asked[0].parameters)["today"] == "2026-11-01"


def test_a_period_that_is_not_over_ends_yesterday(app: App, days: Lake) -> None:
    ahead = Period(kind="fixed", first=date(2026, 11, 1), last=date(2026, 12, 31))
    made = gathered(app, report(Correlation(), person="akari", period=ahead))
    assert dict(made.asked[0].parameters)["today"] == TODAY.isoformat()


def test_figures_stand_with_their_build_their_version_and_their_sql(app: App, days: Lake) -> None:
    made = gathered(app, report(Correlation(), person="akari"))
    current = current_marts(days)
    assert current
    assert {"build-1", DAY, current.marts[0].version_id} <= set(facts(made))
    assert "mart_daily_wellness" in made.asked[0].sql
    assert {pin.key for pin in made.pins} >= {CURRENT_MARTS, current.marts[0].key}


@pytest.mark.parametrize("person", ["nobody", "a'; DROP", '"', "x" * 200])
def test_a_person_who_is_not_in_the_mart_is_told(app: App, days: Lake, person: str) -> None:
    assert states(gathered(app, report(Correlation(), person=person))) == ["insights_no_days"]


@pytest.mark.parametrize("block", [Correlation(), FOCUS], ids=["correlation", "forecast"])
def test_before_anything_is_published_the_block_fails(app: App, lake: Lake, block: Any) -> None:
    publish_mart(lake, "mart_other", [TODAY])
    made = gathered(app, report(block, person="akari"))
    assert states(made)[0] in {"insights_no_mart", "report_no_forecast"}


def test_a_mart_of_old_tables_is_told(app: App, lake: Lake) -> None:
    publish(lake, FEW, day=date(2026, 11, 20))
    told = texts(gathered(app, report(Correlation(), person="akari")))
    assert "「mart_daily_wellness」の記録が古くなっています: 2026-11-20のテーブルで止まっています。" in told


def test_questions_that_nobody_can_read_are_told_and_those_of_the_console_asked(app: App, days: Lake) -> None:
    days.s3.put_object(Bucket=days.bucket, Key=QUESTIONS, Body=b"{}")
    made = gathered(app, report(Correlation(), person="akari"))
    assert not made.failed
    assert "質問の設定を読み取れないため、最初からある質問で調べました。" in texts(made)


def test_made_again_it_asks_the_questions_of_then_of_the_days_of_then(app: App, days: Lake) -> None:
    ask(app, Question("sleep_focus", "sleep_hours", "focus", 0))
    wanted = report(Correlation(), person="akari")
    first = gathered(app, wanted)
    ask(app, Question("steps_mood", "steps", "mood", 0), Question("fatigue_focus", "fatigue", "focus", 0))
    publish(days, {"akari": 40}, "build-2")
    newer, second = gathered(app, wanted), again(app, wanted, first)
    assert len(tables(first)[0].rows) == 1 and len(tables(newer)[0].rows) == 2
    assert second == first and same_bytes(first, second)


def test_made_again_in_a_process_that_has_kept_nothing_it_is_the_same(
    app: App, days: Lake, cloud: Cloud, tmp_path: Path
) -> None:
    app.insights.forecasts.foresee(["akari"])
    wanted = report(Correlation(), FOCUS, Forecast(measure="good_focus"), person="akari")
    first = gathered(app, wanted)
    publish(days, {"akari": 40}, "build-2")
    assert again(app_of(cloud, days, tmp_path / "other"), wanted, first) == first


def test_a_mart_s_version_that_is_gone_is_named(app: App, days: Lake) -> None:
    wanted = report(Correlation(), person="akari")
    first = gathered(app, wanted)
    current = current_marts(days)
    assert current
    file = current.marts[0]
    days.s3.delete_object(Bucket=days.bucket, Key=file.key, VersionId=str(file.version_id))
    second = again(app, wanted, first)
    assert states(second) == ["report_version_gone"]
    assert file.key in second.failed[0].error.facts["resource"]


@pytest.mark.parametrize("measure", [one for one in MEASURES if not one.startswith("growth")])
def test_what_is_kept_of_a_measure_is_told(app: App, days: Lake, measure: str) -> None:
    app.insights.forecasts.foresee(["akari"])
    made = gathered(app, report(Forecast(measure=measure), person="akari"))
    assert not made.failed and texts(made)
    assert any(pin.key.startswith("metadata/forecasts/akari/") for pin in made.pins)
    assert made.asked[0].parameters


def test_what_came_is_drawn_beside_what_comes(app: App, days: Lake) -> None:
    app.insights.forecasts.foresee(["akari"])
    (drawn,) = charts(gathered(app, report(FOCUS, person="akari")))
    assert drawn.x[-1] == TODAY + timedelta(days=13) and len(drawn.x) == 74


def test_how_the_exports_grow_needs_no_person(app: App, days: Lake) -> None:
    app.insights.forecasts.foresee(["akari"])
    made = gathered(app, report(Forecast(measure="growth_records"), Forecast(measure="growth_bytes")))
    assert not made.failed and any("増え方はまだ出せません" in text for text in texts(made))


@pytest.mark.parametrize(
    ("measure", "person", "state"),
    [
        ("height", "akari", "report_measure"),
        ("completion_0", "akari", "report_measure"),
        ("focus_minutes", "", "report_no_person"),
        ("focus_minutes", "akari", "report_no_forecast"),
        ("focus_minutes", "nobody", "report_no_forecast"),
        ("focus_minutes", "#exports", "forecasts_person"),
        ("focus_minutes", "x" * 101, "forecasts_person"),
    ],
)
def test_what_cannot_be_foreseen_is_told(app: App, days: Lake, measure: str, person: str, state: str) -> None:
    assert states(gathered(app, report(Forecast(measure=measure), person=person))) == [state]


def test_a_measure_that_is_none_is_answered_with_those_that_are(app: App, days: Lake) -> None:
    (failed,) = gathered(app, report(Forecast(measure="height"), person="akari")).failed
    assert failed.error.facts["expected"] == ", ".join(MEASURES)


def test_a_forecast_that_nobody_can_read_is_passed_over(app: App, days: Lake) -> None:
    app.insights.forecasts.foresee(["akari"])
    later = forecast_key("akari", "focus_minutes", NOW.date(), "zzz")
    days.s3.put_object(Bucket=days.bucket, Key=later, Body=b"{}")
    assert not gathered(app, report(FOCUS, person="akari")).failed


def test_a_forecast_of_a_later_moment_is_none_of_the_report_s(app: App, days: Lake) -> None:
    app.insights.forecasts.foresee(["akari"])
    made = app.insights.forecasts.newest("akari").targets["focus_minutes"]
    later = replace(made, run_id="zzz", made_at=NOW + timedelta(minutes=5))
    days.write_json(forecast_key("akari", "focus_minutes", later.day, "zzz"), to_json(later), None)
    pins = gathered(app, report(FOCUS, person="akari")).pins
    assert any(made.run_id in pin.key for pin in pins)


def test_an_earlier_day_s_forecast_says_so(app: App, days: Lake) -> None:
    earlier = replace(app, now=lambda: NOW - timedelta(days=3))
    earlier.insights.forecasts.foresee(["akari"])
    told = texts(gathered(app, report(FOCUS, person="akari")))
    assert "この予測は2026-11-27に作られたものです。" in told


def test_newer_records_than_the_forecast_s_are_told(app: App, days: Lake) -> None:
    app.insights.forecasts.foresee(["akari"])
    publish(days, FEW, "build-2")
    assert "この予測のあとに、記録が新しくなっています。" in texts(gathered(app, report(FOCUS, person="akari")))


def test_made_again_it_tells_the_forecast_of_then(app: App, days: Lake) -> None:
    wanted = report(FOCUS, person="akari")
    replace(app, now=lambda: NOW - timedelta(days=2)).insights.forecasts.foresee(["akari"])
    first = gathered(app, wanted)
    app.insights.forecasts.foresee(["akari"], anew=True)
    newer, second = gathered(app, wanted), again(app, wanted, first)
    assert newer.document != first.document
    assert second == first and same_bytes(first, second)


def test_a_forecast_that_is_gone_is_named(app: App, days: Lake) -> None:
    app.insights.forecasts.foresee(["akari"])
    wanted = report(FOCUS, person="akari")
    first = gathered(app, wanted)
    kept = next(pin for pin in first.pins if pin.key.startswith("metadata/forecasts/"))
    days.s3.delete_object(Bucket=days.bucket, Key=kept.key, VersionId=str(kept.version_id))
    second = again(app, wanted, first)
    assert states(second) == ["report_version_gone"] and kept.key in second.failed[0].error.facts["resource"]


def test_nothing_is_foreseen_by_a_report(app: App, days: Lake) -> None:
    gathered(app, report(FOCUS, Correlation(), person="akari"))
    assert Forecasts(days).listed("akari", "focus_minutes", TODAY - timedelta(days=90), TODAY) == ()
