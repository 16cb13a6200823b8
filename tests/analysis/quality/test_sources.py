"""pipeline.analysis.quality.sources: what calendars say of sources that are late, or have refused fields."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.analysis.quality.facts import SourceFacts
from pipeline.analysis.quality.sources import Told, told
from pipeline.aws import Cloud
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.run import RunError
from pipeline.sources.calendar import Calendar, DayEntry, SourceDays
from pipeline.sources.config import SourceEntry
from tests.analysis.quality.world import World, usual, world
from tests.analysis.quality.world import told as found
from tests.conftest import Clock
from tests.support.tables.workshop import DAY

PLACE = {
    "place_id": "geonames-1850147",
    "name": "東京",
    "latitude": 35.69,
    "longitude": 139.69,
    "timezone": "Asia/Tokyo",
}


@pytest.fixture
def here(cloud: Cloud, lake: Lake, clock: Clock, tmp_path: Path) -> World:
    made = world(cloud, lake, clock, tmp_path)
    configs = made.inspection.sources.configs
    seen = configs.load()
    weather = SourceEntry("weather", "weather", options={"places": [PLACE]})
    off = replace(weather, name="air-quality", kind="air-quality", enabled=False)
    configs.change(seen, seen.with_entry(weather).with_entry(off), "p", "add them")
    return made


def fetched(here: World, at: datetime, *days: date, refused: int = 0) -> None:
    entry = DayEntry("got", "r1", at, 1, 9, "sum", refused=refused)
    entries = dict.fromkeys(days, entry)
    SourceDays(here.lake).save(Calendar("weather", entries, {}), entries)


def looked(here: World) -> Told:
    return told(here.lake, here.inspection.sources, DAY, here.clock())


def test_a_source_that_was_never_fetched_is_not_late_and_one_that_only_failed_is(here: World) -> None:
    assert looked(here).facts == (SourceFacts("weather", False, None, 0),)
    days = {DAY: DayEntry("failed", "r1", here.clock(), error=RunError("E006", "down"))}
    SourceDays(here.lake).save(Calendar("weather", days, {}), days)
    assert looked(here).facts == (SourceFacts("weather", True, None, 0),)


@pytest.mark.parametrize(("hours", "late"), [(35, False), (37, True)])
def test_a_source_is_late_after_a_day_and_a_half(here: World, hours: int, late: bool) -> None:
    fetched(here, here.clock() - timedelta(hours=hours), DAY - timedelta(days=1))
    assert looked(here).facts == (SourceFacts("weather", late, DAY - timedelta(days=1), 0),)


def test_refused_fields_of_the_last_week_are_counted(here: World) -> None:
    fetched(here, here.clock(), DAY, DAY - timedelta(days=6), DAY - timedelta(days=7), refused=2)
    assert looked(here).facts == (SourceFacts("weather", False, DAY, 4),)


def test_a_calendar_that_is_none_is_named_and_nothing_is_said_of_sources(here: World) -> None:
    key = keys.source_days_key("weather", DAY.year)
    here.lake.write_json(key, [], None)
    assert looked(here) == Told(None, (key,))
    here.export(usual())
    result = here.look()
    assert found(result) == {("unreadable", key)} and {"late_source", "refused_fields"} <= result.skipped


def test_a_list_of_sources_that_is_none_is_named(here: World) -> None:
    here.lake.s3.put_object(Bucket=here.lake.bucket, Key=keys.SOURCES, Body=b"{")
    assert looked(here) == Told(None, (keys.SOURCES,))


def test_a_late_source_and_refused_fields_are_findings_of_the_day(here: World) -> None:
    fetched(here, here.clock() - timedelta(days=3), DAY - timedelta(days=3), refused=2)
    here.export(usual())
    assert found(here.look()) == {("late_source", "weather"), ("refused_fields", "weather")}
