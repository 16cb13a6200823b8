"""Forecasts in the lake: written once, predictions first, and one that nobody can read hides no other."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars
import pytest

from pipeline.analysis.forecast.outlook import all_ahead
from pipeline.analysis.forecast.result import Forecast
from pipeline.analysis.forecast.run import Occasion, foreseen
from pipeline.analysis.forecast.store import Forecasts
from pipeline.errors import SchemaMismatch
from pipeline.lake import forecast_keys
from pipeline.lake.bucket import Conflict, Lake
from tests.analysis.forecast.worlds import noise, series

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
LIFE = series(noise(90, np.random.default_rng(1)))
ROWS = all_ahead(LIFE)


def made(day: int, run: str = "run-1", person: str = "u1") -> Forecast:
    occasion = Occasion(person, run, datetime(2026, 11, day, 3, tzinfo=UTC), ())
    return foreseen(occasion, LIFE, [])[0]


def test_a_forecast_is_read_as_it_was_saved_with_its_predictions(lake: Lake) -> None:
    saved = Forecasts(lake).save(made(30), ROWS)
    assert saved.predictions and saved.predictions.version_id and saved.predictions.rows == len(ROWS)
    assert Forecasts(lake).load("u1", "minutes", LAST, "run-1") == saved
    table = polars.read_parquet(io.BytesIO(lake.read_bytes(saved.predictions.key)))
    assert table.height == len(ROWS)


def test_a_forecast_without_days_has_no_predictions(lake: Lake) -> None:
    assert Forecasts(lake).save(made(30)).predictions is None


def test_a_forecast_is_written_once(lake: Lake) -> None:
    Forecasts(lake).save(made(30), ROWS)
    before = lake.head(forecast_keys.predictions_key("u1", "minutes", LAST, "run-1"))
    with pytest.raises(Conflict):
        Forecasts(lake).save(made(30), ROWS[:14])
    assert lake.head(forecast_keys.predictions_key("u1", "minutes", LAST, "run-1")) == before


def test_none_is_none(lake: Lake) -> None:
    assert Forecasts(lake).load("u1", "minutes", LAST, "run-1") is None
    assert Forecasts(lake).newest("u1", "minutes", FIRST, LAST) is None
    assert Forecasts(lake).kept("u1", "minutes", FIRST, LAST).forecasts == ()


def test_days_are_listed_in_order_and_people_apart(lake: Lake) -> None:
    for one in (made(12), made(3), made(12, "run-2"), made(7, person="u1/../u2"), made(9, person="u")):
        Forecasts(lake).save(one, ROWS)
    assert Forecasts(lake).listed("u1", "minutes", FIRST, date(2026, 11, 12)) == (
        (date(2026, 11, 3), "run-1"),
        (date(2026, 11, 12), "run-1"),
        (date(2026, 11, 12), "run-2"),
    )
    assert Forecasts(lake).listed("u1", "minutes", date(2026, 11, 4), date(2026, 11, 11)) == ()
    assert len(Forecasts(lake).listed("u1/../u2", "minutes", FIRST, LAST)) == 1


def test_one_that_nobody_can_read_is_told_and_hides_no_other(lake: Lake) -> None:
    good = Forecasts(lake).save(made(12), ROWS)
    key = forecast_keys.forecast_key("u1", "minutes", date(2026, 11, 13), "run-9")
    lake.write_json(key, {"forecast": 7}, None)
    kept = Forecasts(lake).kept("u1", "minutes", FIRST, LAST)
    assert kept.forecasts == (good,) and kept.unread == (key,)
    assert Forecasts(lake).newest("u1", "minutes", FIRST, LAST) == good


def test_a_record_that_was_copied_to_another_address_is_refused(lake: Lake) -> None:
    Forecasts(lake).save(made(12), ROWS)
    stored = lake.read_json(forecast_keys.forecast_key("u1", "minutes", date(2026, 11, 12), "run-1"))
    assert stored
    lake.write_json(forecast_keys.forecast_key("u2", "minutes", date(2026, 11, 12), "run-1"), stored[0], None)
    with pytest.raises(SchemaMismatch, match="another forecast"):
        Forecasts(lake).load("u2", "minutes", date(2026, 11, 12), "run-1")


def test_what_was_kept_is_scored_by_the_next_run(lake: Lake) -> None:
    values = noise(120, np.random.default_rng(1))
    for day in range(90, 120, 3):
        at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=day - 90)
        Forecasts(lake).save(foreseen(Occasion("u1", "run", at, ()), series(values[:day]), [])[0])
    before = Forecasts(lake).kept("u1", "minutes", FIRST, LAST).forecasts
    next_one, _ = foreseen(Occasion("u1", "run-2", datetime(2026, 11, 30, tzinfo=UTC), ()), series(values), before)
    assert next_one.earlier and next_one.earlier.outlooks == 9
