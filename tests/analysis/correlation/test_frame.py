"""correlation.frame and cells: a complete calendar by the day in the key, and why a value is missing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pytest

from pipeline.analysis.correlation.cells import Missing
from pipeline.analysis.correlation.frame import MOST_DAYS, MOST_MEASURES, Frame, frame_of, frame_sql, frames
from pipeline.analysis.correlation.measures import Measure, measures
from pipeline.analysis.query.parameters import bound
from pipeline.errors import DataInvalid, NotFound, PipelineError
from pipeline.words.catalogue import Words

TODAY = date(2026, 11, 30)
START = date(2026, 11, 1)


def row(day: int, **cells: Any) -> dict[str, Any]:
    return {"user_id": "akari", "day": START + timedelta(days=day), "weather_kind": "archive", **cells}


def framed(*rows: dict[str, Any]) -> Frame:
    return frame_of("akari", rows, TODAY)


def test_no_day_of_the_calendar_is_left_out() -> None:
    frame = framed(row(5, steps=9), row(0, steps=3))
    assert frame.days == tuple(START + timedelta(days=at) for at in range(6))
    assert frame.column("steps").tolist()[::5] == [3.0, 9.0]
    assert set(frame.missing("steps").values()) == {Missing.NO_ROW}


def test_today_and_later_days_are_left_out_and_counted() -> None:
    frame = framed(row(0, steps=1), row(29, steps=2), row(30, steps=3))
    assert (len(frame.days), frame.left_out.unfinished) == (1, 2)


def test_days_before_three_years_are_left_out_and_counted() -> None:
    frame = framed(row(0, steps=1), row(-MOST_DAYS, steps=2), row(-12_000, steps=3))
    assert (len(frame.days), frame.left_out.older) == (1, 2)


@pytest.mark.parametrize("day", [START, START.isoformat(), datetime(2026, 11, 1, 23, 59), "2026-11-01T23:59:00+09:00"])
def test_the_day_is_what_the_row_says_whatever_its_form(day: object) -> None:
    assert framed({**row(0), "day": day}).first == START


def test_a_forecast_is_no_measurement_and_no_change_is_told_since_one() -> None:
    weather = {"rain_mm": 1.0, "pressure_change_hpa": 2.0}
    frame = framed(row(0, **weather), row(1, **weather, weather_kind="forecast"), row(2, **weather))
    assert frame.missing("rain_mm") == {START + timedelta(days=1): Missing.FORECAST}
    assert list(frame.missing("pressure_change_hpa").values()) == [Missing.FORECAST, Missing.FORECAST]


def test_weather_that_is_a_forecast_only_leaves_no_weather() -> None:
    frame = framed(*(row(day, rain_mm=1.0, weather_kind="forecast") for day in range(9)))
    assert frame.counts["rain_mm"] == 0
    assert set(frame.missing("rain_mm").values()) == {Missing.FORECAST}


def test_the_beginning_the_end_and_the_gaps_of_a_measure_are_told_apart() -> None:
    frame = framed(row(0), row(1, steps=1), row(2), row(3, steps=2), row(4))
    wanted = [Missing.BEFORE_FIRST, Missing.NOT_RECORDED, Missing.AFTER_LAST]
    assert list(frame.missing("steps").values()) == wanted
    assert set(frame.missing("mood").values()) == {Missing.NEVER}


@pytest.mark.parametrize("cell", ["7", True, float("nan"), float("inf"), 10**400, Decimal("sNaN"), [1]])
def test_what_is_no_number_is_missing_as_unreadable(cell: object) -> None:
    frame = framed(row(0, steps=cell), row(1, steps=1))
    assert frame.missing("steps") == {START: Missing.UNREADABLE}


def test_numbers_of_every_type_are_read() -> None:
    frame = framed(row(0, steps=1), row(1, steps=Decimal("2.5")), row(2, steps=-3.5))
    assert frame.column("steps").tolist() == [1.0, 2.5, -3.5]


def test_a_row_that_stands_twice_counts_once_and_is_told() -> None:
    frame = framed(row(0, steps=1), row(0, steps=1))
    assert (len(frame.days), frame.left_out.repeated) == (1, 1)


def test_a_row_that_stands_twice_with_no_number_in_it_says_the_same() -> None:
    frame = framed(row(0, steps=float("nan")), row(0, steps=float("nan")))
    assert frame.left_out.repeated == 1


@pytest.mark.parametrize("figure", [1e308, -1e308, Decimal("9" * 38)])
def test_figures_that_no_sum_can_hold_are_no_measurements(figure: object) -> None:
    assert framed(row(0, steps=figure), row(1, steps=1e9)).counts["steps"] == 1


def test_a_day_with_two_different_rows_is_an_error_that_names_it() -> None:
    with pytest.raises(DataInvalid) as caught:
        framed(row(0, steps=1), row(0, steps=2))
    assert (caught.value.state, caught.value.facts["insights_day"]) == ("insights_day_twice", "2026-11-01")


@pytest.mark.parametrize("wrong", [{"day": None}, {"day": "yesterday"}, {"user_id": None}, {"user_id": ""}])
def test_a_row_without_day_or_person_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(DataInvalid) as caught:
        frames([{**row(0), **wrong}], TODAY)
    assert caught.value.state == "insights_row"


@pytest.mark.parametrize("rows", [[], [row(29)], [row(-2_000)]])
def test_nobody_s_finished_day_is_an_error(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(NotFound) as caught:
        framed(*rows)
    assert caught.value.state == "insights_no_days"
    assert frames(rows, TODAY) == {}


def test_of_four_hundred_measures_the_first_are_looked_at_and_the_others_named() -> None:
    wanted = [Measure(f"m{number}", "driver", "x", "x") for number in range(400)]
    frame = frame_of("akari", [row(0, m0=1.0)], TODAY, wanted)
    assert len(frame.measures) == MOST_MEASURES
    assert frame.left_out.measures == tuple(f"m{number}" for number in range(MOST_MEASURES, 400))


def test_each_person_has_a_frame_of_their_own_by_id_whatever_they_are_called() -> None:
    rows = [row(0, name="Akari"), row(1, name="Akari Sato"), {**row(3), "user_id": "ren"}]
    assert {person: len(frame.days) for person, frame in frames(rows, TODAY).items()} == {"akari": 2, "ren": 1}


def test_a_period_is_cut_out_with_its_reasons() -> None:
    frame = framed(row(0), row(1, steps=1), row(2), row(3, steps=2)).between(date(2020, 1, 1), START + timedelta(2))
    assert list(frame.missing("steps").values()) == [Missing.BEFORE_FIRST, Missing.NOT_RECORDED]
    assert frame.between(START + timedelta(1), START + timedelta(9)).first == START + timedelta(1)


def test_a_period_without_a_day_is_an_error() -> None:
    with pytest.raises(NotFound):
        framed(row(0)).between(TODAY, TODAY)


def selected(rows: list[dict[str, Any]], **values: str) -> list[dict[str, Any]]:
    """What the shown SQL gives of a mart with these rows."""
    sql, parameters = bound(frame_sql(), values)
    columns = ["user_id text", "day date", "weather_kind text", *(f"{name} double" for name in measures())]
    with duckdb.connect() as connection:
        connection.execute(f"create table mart_daily_wellness ({', '.join(columns)})")
        filled = f"insert into mart_daily_wellness values ({', '.join('?' * len(columns))})"  # noqa: S608 - marks only
        connection.executemany(filled, [[one.get(column.split()[0]) for column in columns] for one in rows])
        done = connection.execute(sql, parameters)
        names = [column[0] for column in done.description or ()]
        return [dict(zip(names, cells, strict=True)) for cells in done.fetchall()]


def test_the_sql_that_is_shown_gives_the_frame() -> None:
    rows = [row(day, steps=float(day), rain_mm=2.0, pressure_change_hpa=1.0) for day in range(20)]
    rows[4]["weather_kind"] = "forecast"
    table = selected(rows, person="akari", **{"from": "2026-11-03"}, today="2026-11-15")
    shown, own = frame_of("akari", table, date(2026, 11, 15)), frame_of("akari", rows[2:14], date(2026, 11, 15))
    np.testing.assert_array_equal(shown.values, own.values)
    np.testing.assert_array_equal(shown.why, own.why)
    assert (shown.counts["rain_mm"], shown.counts["pressure_change_hpa"]) == (11, 10)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("situation", ["no_days", "day_twice", "row", "questions", "columns"])
def test_every_error_has_words_of_its_own(language: str, situation: str) -> None:
    words = Words(language)
    general = words.error(DataInvalid("x"))
    assert all(mine != other for mine, other in zip(words.error(_of(situation)), general, strict=True))


def _of(situation: str) -> PipelineError:
    return DataInvalid("x", situation=f"insights_{situation}")
