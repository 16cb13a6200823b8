"""A source looks back: what was synced late comes in by itself and is counted; what stands still is left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.console.wiring import wire
from pipeline.errors import DataInvalid, ExternalApiDown
from pipeline.function.events import success_body
from pipeline.jsonlog import JsonLog
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.request import ExportResult, FetchRequest
from pipeline.runs.run import Run
from pipeline.sources.calendar import SourceDays
from pipeline.sources.config import SourceEntry
from pipeline.sources.kinds import GOOGLE_HEALTH, KINDS, LOOK_BACK, WEATHER, Kind
from tests.conftest import Clock
from tests.support.sources.tides import Lab, lab_of

# The clock of the tests stands at 2024-02-01 12:00 UTC.
TODAY = date(2024, 2, 1)


@pytest.fixture
def lab(lake: Lake, ledger: Ledger, leases: Leases, clock: Clock) -> Lab:
    return lab_of(lake, ledger, leases, clock)


def looking_back(lab: Lab, days: int, run_id: str = "r1", left: float = 900.0, hop: int = 0) -> Run:
    """What the daily run does of a source that looks so many days back."""
    fetcher = replace(lab.fetcher, look_back=lambda name: days)
    request = FetchRequest(run_id, "tides", trigger="schedule", hop=hop)
    return fetcher.run(request, JsonLog("f", "req", lab.lines.append), lambda: left).run


def versions(lab: Lab) -> dict[date, str | None]:
    days = SourceDays(lab.fetcher.lake).load("tides", date(2023, 1, 1), TODAY).days
    return {day: entry.version_id for day, entry in days.items()}


@pytest.mark.parametrize("days", [1, 7, 35])
def test_a_run_without_a_range_asks_for_today_and_so_many_days_before(lab: Lab, days: int) -> None:
    run = looking_back(lab, days)
    assert (run.first_day, run.last_day) == (TODAY - timedelta(days=days), TODAY)
    assert lab.source.asked == [TODAY - timedelta(days=back) for back in range(days, -1, -1)]


def test_it_looks_no_further_back_than_the_source_reaches(lab: Lab) -> None:
    lab.source.reach = TODAY - timedelta(days=3)
    assert looking_back(lab, 35).first_day == lab.source.reach


def test_a_day_that_was_synced_late_is_rewritten_alone_and_counted(lab: Lab) -> None:
    late = TODAY - timedelta(days=20)
    lab.source.values[late] = 1
    looking_back(lab, 21)
    before = versions(lab)
    lab.source.values[late] = 8412
    run = looking_back(lab, 21, "r2")
    after = versions(lab)
    assert {day for day in after if after[day] != before[day]} == {late}
    assert (run.updated_days, dict(run.day_states)["got"]) == (1, 22)
    assert lab.records(keys.daily_key("tides", late))[0]["height_m"] == 8412


def test_what_says_the_same_is_neither_written_nor_counted(lab: Lab) -> None:
    looking_back(lab, 10)
    before = versions(lab)
    run = looking_back(lab, 10, "r2")
    assert (versions(lab), run.updated_days) == (before, 0)


def test_a_day_that_is_new_is_no_change(lab: Lab) -> None:
    lab.source.values[TODAY] = None
    looking_back(lab, 7)
    lab.source.values[TODAY] = 5
    assert looking_back(lab, 7, "r2").updated_days == 0


def test_an_update_is_counted_by_its_run_only(lab: Lab) -> None:
    looking_back(lab, 7)
    lab.source.values[TODAY] = 99
    assert looking_back(lab, 7, "r2").updated_days == 1
    assert looking_back(lab, 7, "r3").updated_days == 0


def test_a_run_that_was_stopped_counts_what_it_had_updated_before(lab: Lab, clock: Clock) -> None:
    looking_back(lab, 7)
    lab.source.values |= {TODAY - timedelta(days=7): 70, TODAY: 71}
    lab.source.faults[TODAY] = ExternalApiDown("down", provider="tides")
    with pytest.raises(ExternalApiDown):
        looking_back(lab, 7, "r2")
    lab.source.faults.clear()
    clock.tick(60)
    assert looking_back(lab, 7, "r2").updated_days == 2


def test_a_day_that_keeps_its_older_document_is_not_updated(lab: Lab) -> None:
    looking_back(lab, 7)
    lab.source.values[TODAY] = None
    assert looking_back(lab, 7, "r2").updated_days == 0


def test_the_response_and_the_log_tell_the_count(lab: Lab) -> None:
    looking_back(lab, 7)
    lab.source.values[TODAY] = 99
    run = looking_back(lab, 7, "r2")
    assert success_body(ExportResult(run, "s3://x", 1))["updated"] == 1
    assert any('"updated":1' in line.replace(" ", "") for line in lab.lines)


@pytest.fixture
def app(cloud: Cloud, lake: Lake) -> App:
    settings = replace(Settings.from_env({}), backend="aws", bucket=lake.bucket, table=lake.bucket)
    return wire(settings, cloud)


def added(app: App, kind: Kind) -> SourceEntry:
    entry = app.board.add(app.board.config(), kind.name).entry(kind.name)
    assert entry
    return entry


@pytest.mark.parametrize(("kind", "days"), [(GOOGLE_HEALTH, 35), (GOOGLE_HEALTH, 1), (WEATHER, 7), (WEATHER, 14)])
def test_it_is_set_by_a_person_and_the_runs_of_the_source_follow(app: App, kind: Kind, days: int) -> None:
    entry = added(app, kind)
    app.board.set_look_back(app.board.config(), entry, days)
    assert app.sources.fetcher.look_back(kind.name) == days
    (change, *_) = app.board.config().changes
    assert change.edit and (change.edit.kind, change.edit.days) == ("look_back", str(days))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.has_days], ids=lambda kind: kind.name)
def test_where_nobody_has_set_it_it_is_a_week(app: App, kind: Kind) -> None:
    added(app, kind)
    assert app.sources.fetcher.look_back(kind.name) == 7


@pytest.mark.parametrize("days", [0, 36, -7, True, 7.0, "7", None, [7]])
def test_a_number_that_is_none_is_refused_by_its_name_and_nothing_is_written(app: App, days: Any) -> None:
    entry = added(app, GOOGLE_HEALTH)
    with pytest.raises(DataInvalid) as error:
        app.board.set_look_back(app.board.config(), entry, days)
    assert (error.value.state, error.value.facts["field"], error.value.is_mistake) == ("look_back", LOOK_BACK, True)
    assert app.board.config().entry(entry.name) == entry


def test_weather_looks_back_at_least_as_far_as_its_archive_is_behind(app: App) -> None:
    entry = added(app, WEATHER)
    with pytest.raises(DataInvalid, match="looks 7 to 35 days back"):
        app.board.set_look_back(app.board.config(), entry, 6)


def test_a_number_that_was_written_by_hand_and_is_none_fails_the_run_by_its_name(app: App) -> None:
    entry = added(app, GOOGLE_HEALTH)
    config = app.board.config()
    by_hand = config.with_entry(entry.with_options(**{LOOK_BACK: "many"}))
    raw = {"version": 1, "sources": [one.to_json() for one in by_hand.sources]}
    app.lake.write_json(keys.SOURCES, raw, config.etag)
    with pytest.raises(DataInvalid) as error:
        app.sources.fetcher.look_back(entry.name)
    assert error.value.state == "look_back"
