"""pipeline.console.insights.daily: people's days of one version of the mart, an operator's."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipeline.access import Person, Role
from pipeline.analysis.models.kept import Kept
from pipeline.analysis.query.engines import Engines
from pipeline.console.audit import Actor, Audit
from pipeline.console.insights.daily import FRESH_DAYS, MOST_LISTED, Daily
from pipeline.console.queries import Queries
from pipeline.errors import Forbidden, NotFound, SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.tables.manifest import Manifests
from tests.analysis.query.days import engine
from tests.support.lakes.marts import publish_wellness

# 01:00 of the 28th in Tokyo.
NOW = datetime(2026, 11, 27, 16, tzinfo=UTC)
TODAY = date(2026, 11, 28)
Of = Callable[..., Daily]


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def daily(lake: Lake, tmp_path: Path, lines: list[str]) -> Of:
    def of(role: Role | None = "operator", now: datetime = NOW) -> Daily:
        person = Person("p@example.com", verified=True, role=role)
        actor = Actor(lambda: person, Audit(lines.append, lambda: now))
        engines = Engines({"server": engine(lake, tmp_path)})
        return Daily(Queries(Manifests(lake), engines, lambda: now, actor), Kept())

    return of


def row(person: str, back: int, **cells: Any) -> dict[str, Any]:
    return {"user_id": person, "day": TODAY - timedelta(days=back), **cells}


def test_a_person_s_days_are_those_that_are_over_where_they_are(lake: Lake, daily: Of) -> None:
    publish_wellness(lake, [row("a", back, focus=float(back)) for back in range(-1, 4)])
    frame = daily().frame("a")
    assert frame.days == tuple(TODAY - timedelta(days=back) for back in (3, 2, 1))
    assert frame.column("focus").tolist() == [3.0, 2.0, 1.0]


def test_people_stand_in_the_order_of_their_days(lake: Lake, daily: Of) -> None:
    publish_wellness(lake, [*(row("b", back) for back in (1, 2)), row("c", 1), row("a", 1), row("a", 0)])
    assert [(one.person, one.days) for one in daily().people()] == [("b", 2), ("a", 1), ("c", 1)]


def test_everybody_s_frames_are_the_same_as_each_one_s(lake: Lake, daily: Of) -> None:
    publish_wellness(lake, [row(who, back, mood=3.0 + back) for who in ("a", 'b\'s "x"') for back in range(1, 9)])
    together = daily().everybody()
    assert list(together) == ["a", 'b\'s "x"']
    for person, frame in together.items():
        np.testing.assert_array_equal(frame.values, daily().frame(person).values)


def test_one_person_s_forecast_takes_no_day_from_another(lake: Lake, daily: Of) -> None:
    kinds = {"a": "measured", "b": "forecast"}
    every = [row(who, back, weather_kind=kinds[who], pressure_change_hpa=1.0) for back in range(1, 5) for who in kinds]
    publish_wellness(lake, every)
    counts = {who: frame.counts["pressure_change_hpa"] for who, frame in daily().everybody().items()}
    assert counts == {"a": 4, "b": 0}


def test_a_version_is_read_once_and_a_new_one_anew(lake: Lake, daily: Of, lines: list[str]) -> None:
    publish_wellness(lake, [row("a", 1, focus=5.0)])
    asked = daily()
    for _ in range(3):
        asked.frame("a")
    assert len(lines) == 1
    publish_wellness(lake, [row("a", 1, focus=7.0)], run_id="build-2")
    assert asked.frame("a").column("focus").tolist() == [7.0]


def test_the_audit_log_tells_that_days_were_read_and_not_whose(lake: Lake, daily: Of, lines: list[str]) -> None:
    publish_wellness(lake, [row("akari", 1)])
    daily().frame("akari")
    [line] = map(json.loads, lines)
    assert (line["action"], line["outcome"]) == ("query", "done")
    assert "mart_daily_wellness" in line["detail"] and "akari" not in json.dumps(line)


@pytest.mark.parametrize("role", [None, "viewer"])
def test_they_are_nobody_s_but_an_operator_s(lake: Lake, daily: Of, role: Role | None) -> None:
    publish_wellness(lake, [row("a", 1)])
    for read in (lambda one: one.version(), lambda one: one.people(), lambda one: one.frame("a")):
        with pytest.raises(Forbidden):
            read(daily(role))


def test_without_a_mart_it_is_said(daily: Of) -> None:
    with pytest.raises(NotFound) as refused:
        daily().people()
    assert refused.value.state == "insights_no_mart"


def test_a_person_without_days_is_said(lake: Lake, daily: Of) -> None:
    publish_wellness(lake, [row("a", 1)])
    with pytest.raises(NotFound) as refused:
        daily().frame("nobody")
    assert refused.value.state == "insights_no_days"


def test_people_beyond_those_listed_are_counted(lake: Lake, daily: Of) -> None:
    publish_wellness(lake, [row(f"p{number}", 1) for number in range(MOST_LISTED + 500)])
    assert (len(daily().people()), daily().number()) == (MOST_LISTED, MOST_LISTED + 500)


@pytest.mark.parametrize(("behind", "old"), [(0, 0), (FRESH_DAYS, 0), (FRESH_DAYS + 1, 1)])
def test_a_mart_is_old_beyond_two_days(lake: Lake, daily: Of, behind: int, old: int) -> None:
    publish_wellness(lake, [row("a", 1)], tables_day=NOW.date() - timedelta(days=behind))
    assert daily().version().old == old


@pytest.mark.parametrize("hostile", ["", None])
def test_rows_of_nobody_hide_nobody_else(lake: Lake, daily: Of, hostile: str | None) -> None:
    publish_wellness(lake, [row("a", 1), {**row("a", 2), "user_id": hostile}])
    assert [one.person for one in daily().people()] == list(daily().everybody()) == ["a"]


def test_days_that_python_cannot_hold_are_left_out(lake: Lake, daily: Of) -> None:
    days = pa.array([-(2**31) + 2, -900_000, 2**31 - 2, (TODAY - date(1970, 1, 1)).days - 1], pa.int32())
    publish_wellness(lake, [row("a", 1)] * 4, otherwise={"day": days.cast(pa.date32())})
    assert [one.first for one in daily().people()] == [TODAY - timedelta(days=1)]
    assert len(daily().everybody()["a"].days) == 1


def test_days_that_are_moments_are_days(lake: Lake, daily: Of) -> None:
    days = pa.array([datetime(2026, 11, 27, 3), datetime(2026, 11, 26, 3)])  # noqa: DTZ001 - as a build would write it
    publish_wellness(lake, [row("a", 1)] * 2, otherwise={"day": days})
    assert [(one.first.day, one.last.day) for one in daily().people()] == [(26, 27)]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([[1.0], [2.0]]), 0),
        (pa.array([{"a": 1}, {"a": 2}]), 0),
        (pa.array(["x", "nan"]), 0),
        (pa.array([True, False]), 0),
        (pa.array([float("inf"), 1e308]), 0),
        (pa.array([1, 2], pa.uint16()), 2),
        (pa.array([1, 2], pa.decimal128(38, 0)), 2),
    ],
    ids=["list", "struct", "text", "truth", "infinite", "unsigned", "decimal"],
)
def test_a_column_of_another_type_gives_numbers_or_none(lake: Lake, daily: Of, column: pa.Array, expected: int) -> None:
    publish_wellness(lake, [row("a", 1), row("a", 2)], otherwise={"focus": column})
    assert daily().frame("a").counts["focus"] == expected


@pytest.mark.parametrize(
    "otherwise",
    [{"rain_mm": None}, {"weather_kind": None}, {"day": pa.array(["yesterday"])}, {"user_id": pa.array([7])}],
)
def test_a_mart_that_the_sql_does_not_fit_is_told_as_such(lake: Lake, daily: Of, otherwise: dict[str, Any]) -> None:
    publish_wellness(lake, [row("a", 1)], otherwise=otherwise)
    with pytest.raises(SchemaMismatch) as caught:
        daily().everybody()
    assert caught.value.state == "insights_columns"


HOSTILE = (
    "**a**",
    "<b>x</b>",
    "a\nb",
    "\u202eabc",
    "😀",
    "x" * 200,
    "everybody",
    "#exports",
    "%2e",
    "..",
    "1",
    "' or 1=1 --",
)


def test_whatever_somebody_s_id_is_their_days_are_theirs(lake: Lake, daily: Of) -> None:
    publish_wellness(lake, [row(who, 1, focus=float(at)) for at, who in enumerate(HOSTILE)])
    assert {one.person for one in daily().people()} == set(HOSTILE) == set(daily().everybody())
    assert [daily().frame(who).column("focus").tolist() for who in HOSTILE] == [[float(at)] for at in range(12)]
