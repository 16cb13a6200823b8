"""A forecast as it is kept: read as it was written, the same bytes everywhere, and refused where it is none."""

from __future__ import annotations

import hashlib
import io
import math
import random
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import orjson
import polars
import pytest

from pipeline.analysis.forecast.completion import Task, completion
from pipeline.analysis.forecast.growth import RECORDS, growth
from pipeline.analysis.forecast.morning import morning, morning_frame
from pipeline.analysis.forecast.outlook import Ahead, all_ahead
from pipeline.analysis.forecast.result import DataVersion, Forecast, code_hash, parquet, parsed, to_json
from pipeline.analysis.forecast.run import Occasion, foreseen
from pipeline.analysis.forecast.series import TARGETS, Floats, Series, series_of
from pipeline.errors import SchemaMismatch
from tests.analysis.forecast.worlds import MONDAY
from tests.support.places import TESTS

GOLDEN = TESTS / "golden" / "forecast.json"
AT = datetime(2026, 11, 30, 3, tzinfo=UTC)
MART = DataVersion("marts/mart_daily_wellness/dt=2026-11-29/r.parquet", "v1", "abc=")
OCCASION = Occasion("u1", "20261130T030000Z-00000001", AT, (MART,), seed=7)


def minutes(days: int) -> Floats:
    """Days by Python's own generator, whose numbers no version of a library changes."""
    drawn = random.Random(7)  # noqa: S311
    values = [150 + 40 * math.sin(day * 0.9) + 60 * drawn.random() for day in range(days)]
    return np.array([value if day % 11 else math.nan for day, value in enumerate(values)])


def life(days: int = 200) -> Series:
    dates = [MONDAY + timedelta(days=at) for at in range(days)]
    return series_of(TARGETS["focus_minutes"], dates, minutes(days).tolist(), MONDAY + timedelta(days=days))


@cache
def forecast() -> tuple[Forecast, tuple[Ahead, ...]]:
    before = [foreseen(OCCASION, life(day), [])[0] for day in range(150, 200, 3)]
    return foreseen(OCCASION, life(), before)


def others() -> list[Forecast]:
    tasks = [Task(60, 30 + 10 * one, True) for one in range(10)] + [Task(60, 0, False)] * 5
    focus = minutes(200) / 30
    days = [MONDAY + timedelta(days=at) for at in range(60)]
    grown = growth(RECORDS, days, [800 + 2.5 * at for at in range(60)], MONDAY + timedelta(days=60))
    return [
        OCCASION.forecast("good_focus", morning=morning(morning_frame(MONDAY, focus, {"sleep": minutes(200)}, {}))),
        OCCASION.forecast("completion", completion=completion(tasks, np.full(56, 60.0), date(2026, 11, 30), 7)),
        OCCASION.forecast("records", growth=grown),
    ]


def shown(made: Forecast) -> Any:
    """As it is kept, the code's hash left out, which changes with every line of it."""
    return to_json(replace(made, code="code"))


def test_the_stored_form_is_the_same_on_every_machine_and_python() -> None:
    """After a wanted change: ``python -m tests.analysis.forecast.test_result``."""
    assert orjson.loads(GOLDEN.read_bytes()) == [shown(one) for one in (forecast()[0], *others())]


def test_the_same_input_gives_the_same_bytes() -> None:
    one, other = forecast(), forecast.__wrapped__()
    assert orjson.dumps(to_json(one[0])) == orjson.dumps(to_json(other[0]))
    assert parquet(one[1]) == parquet(other[1])


@pytest.mark.parametrize("made", [forecast()[0], *others()], ids=lambda made: made.target)
def test_a_forecast_is_read_as_it_was_written(made: Forecast) -> None:
    assert parsed(orjson.loads(orjson.dumps(to_json(made))), "key") == made


def test_numbers_have_six_digits_throughout() -> None:
    def walked(value: Any) -> list[float]:
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return [value] if isinstance(value, float) else [number for one in inside for number in walked(one)]

    numbers = [number for made in (forecast()[0], *others()) for number in walked(to_json(made))]
    assert len(numbers) > 100 and [number for number in numbers if float(f"{number:.6g}") != number] == []


def test_it_says_what_it_was_made_of() -> None:
    made, rows = forecast()
    assert made.data == (MART,) and made.seed == 7 and made.day == date(2026, 11, 30)
    assert made.code == code_hash() and len(made.code) == len(hashlib.sha256().hexdigest())
    assert made.earlier and made.earlier.outlooks == 16 and made.earlier.drift != "not_yet" and rows


def test_predictions_are_a_table_with_a_row_a_candidate_and_day() -> None:
    rows = all_ahead(life())
    table = polars.read_parquet(io.BytesIO(parquet(rows)))
    assert table.columns == ["candidate", "used", "horizon", "day", "value", "low", "high", "baseline"]
    assert table.height == len(rows) == 98 and table["used"].sum() == 14
    assert table["day"][0] == rows[0].ahead.day and table["value"].to_list() == [row.ahead.value for row in rows]


def test_predictions_without_rows_are_a_table_without_rows() -> None:
    assert polars.read_parquet(io.BytesIO(parquet(()))).height == 0


@pytest.mark.parametrize(
    "spoiled",
    [
        {"version": 2},
        {"day": "yesterday"},
        {"outlook": {"verdict": "great"}},
        {"person": None},
        {"data": 7},
    ],
)
def test_what_is_no_forecast_is_named(spoiled: dict[str, Any]) -> None:
    with pytest.raises(SchemaMismatch, match="the/key is no forecast"):
        parsed({**to_json(forecast()[0]), **spoiled}, "the/key")


FORGED = (None, "NaN", "1e400", -1, 1e308, -1e308, 10**30, "9999-12-31T23:59:59Z", "0001-01-01", "9999-12-31")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to every value of a stored form; of a list to its first two."""
    if isinstance(value, dict | list):
        inside = value.items() if isinstance(value, dict) else list(enumerate(value))[:2]
        return [place for name, one in inside for place in places(one, (*path, name))]
    return [path]


def forged(raw: Any, path: tuple[Any, ...], value: Any) -> Any:
    copied = orjson.loads(orjson.dumps(raw))
    at = copied
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    return copied


@pytest.mark.parametrize("made", [forecast()[0], *others()], ids=lambda made: made.target)
def test_what_is_read_holds_figures_counts_and_days_that_can_be_used(made: Forecast) -> None:
    raw = to_json(made)
    for path in places(raw):
        for value in FORGED:
            with suppress(SchemaMismatch):
                found = values(asdict(parsed(forged(raw, path, value), "key")))
                assert all(abs(one) <= 1e15 for one in found if isinstance(one, float | int)), (path, value)
                assert all(1900 <= one.year < 9000 for one in found if isinstance(one, date)), (path, value)


def values(form: Any) -> list[Any]:
    inside = form.values() if isinstance(form, dict) else form if isinstance(form, list | tuple) else None
    return [form] if inside is None else [value for one in inside for value in values(one)]


@pytest.mark.parametrize("moment", ["2026-11-29T03:00:00Z", "2026-11-30T03:00:00", "2026-11-30T12:00:00+09:00"])
def test_a_moment_that_is_not_of_its_day_in_utc_is_refused(moment: str) -> None:
    with pytest.raises(SchemaMismatch):
        parsed({**to_json(forecast()[0]), "made_at": moment}, "key")


@pytest.mark.parametrize("raw", [None, [], "x", {}])
def test_what_is_nothing_of_the_kind_is_named(raw: Any) -> None:
    with pytest.raises(SchemaMismatch, match="the/key"):
        parsed(raw, "the/key")


if __name__ == "__main__":
    GOLDEN.write_bytes(orjson.dumps([shown(one) for one in (forecast()[0], *others())], option=orjson.OPT_INDENT_2))
