"""Sources from the App to the lake: started as people do, run by the deployed zip, seen like every other run."""

from __future__ import annotations

import json
import time
from datetime import date
from decimal import Decimal

import pytest

from pipeline.console.app import App
from pipeline.console.wiring import build_app
from pipeline.embedded.sample.items import items as sample_items
from pipeline.errors import DataInvalid, NotFound
from pipeline.runs.history import shown_status
from pipeline.runs.run import Run, Started
from pipeline.sources.config import SourceEntry
from tests.cli.test_main import pipeline

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 20)


@pytest.fixture(scope="module")
def app() -> App:
    names = {name: "source-runs" for name in ("S3_BUCKET_NAME", "DYNAMODB_TABLE_NAME", "LAMBDA_EXPORT_FUNCTION")}
    return build_app(names)


@pytest.fixture(scope="module")
def weather(app: App) -> Run:
    return ended(app, app.board.start(entry(app, "weather"), FIRST, LAST))


@pytest.fixture(scope="module")
def health(app: App) -> Run:
    return ended(app, app.board.start(entry(app, "google-health"), FIRST, LAST))


def entry(app: App, name: str) -> SourceEntry:
    found = app.board.config().entry(name)
    assert found is not None
    return found


def ended(app: App, started: Started) -> Run:
    for _ in range(600):
        run = app.run(started.run_id, started.day)
        if run and shown_status(run, app.now()) != "running":
            return run
        time.sleep(0.1)
    raise AssertionError(f"{started.run_id} never ended")


def test_a_backfill_of_weather_has_every_day(weather: Run) -> None:
    assert (weather.status, weather.records, weather.trigger) == ("succeeded", 20, "backfill")
    assert dict(weather.day_states) == {"got": 20, "partial": 0, "missing": 0, "failed": 0}


def test_its_document_is_previewed_like_a_tables(app: App, weather: Run) -> None:
    preview = app.documents.preview(weather, 3)
    assert [row["date"] for row in preview.rows] == ["2026-10-01", "2026-10-02", "2026-10-03"]
    assert preview.rows[0]["place_name"] == "東京"
    assert preview.metadata["record_count"] == 20


def test_it_is_downloaded_and_compared_like_a_tables(app: App, weather: Run) -> None:
    later = ended(app, app.board.start(entry(app, "weather"), FIRST, LAST))
    assert json.loads(app.documents.raw(later))["export_metadata"]["table_name"] == "weather"
    assert app.documents.csv(later).decode("utf-8-sig").startswith("date,")
    found = app.documents.diff(weather, later)
    assert (found.empty, found.same_count) == (True, 20)


def test_only_the_days_that_both_runs_asked_for_are_compared(app: App, weather: Run) -> None:
    later = ended(app, app.board.start(entry(app, "weather"), date(2026, 10, 16), date(2026, 10, 25)))
    found = app.documents.diff(weather, later)
    assert (found.empty, found.same_count) == (True, 5)


def test_health_agrees_with_the_samples_conditions(app: App, health: Run) -> None:
    """What the demo's provider says of a night is what the table's CONDITION record of that day says."""
    # As the sample is then: of today it would not go back to these days for ever.
    items = {item["SK"]: item for item in sample_items(LAST) if item["PK"] == "USER#akari"}
    compared = 0
    for record in app.documents.records(health):
        condition = items.get(f"CONDITION#{record['date']}")
        if condition and condition["sleep_hours"] is not None and record["sleep_hours"] is not None:
            compared += 1
            assert abs(Decimal(str(record["sleep_hours"])) - Decimal(str(condition["sleep_hours"]))) < Decimal("0.06")
    assert compared >= 5


def test_the_history_holds_runs_of_sources_beside_the_tables(app: App, weather: Run, health: Run) -> None:
    assert {"weather", "google-health", "source-runs"} <= {run.table for run in app.history().runs}


def test_check_is_clean_over_all_sources(app: App, weather: Run, health: Run) -> None:
    report = app.check(read_data=True)
    assert report.findings == ()
    assert report.documents >= 8


def test_the_calendar_and_the_newest_records_are_those_of_the_runs(app: App, health: Run) -> None:
    days = app.board.calendar(entry(app, "google-health"), FIRST, LAST).days
    assert {known.state for known in days.values()} == {"got"}
    assert {known.run_id for known in days.values()} == {health.run_id}


def test_no_token_is_in_the_lake_or_the_log(app: App, health: Run) -> None:
    accounts = app.sources.registry.accounts
    token = accounts.access("akari")
    held = [found.key for found in app.lake.list_after("", "") if token.encode() in app.lake.read_bytes(found.key)]
    group = f"/aws/lambda/{app.settings.function}"
    events = app.cloud.logs.filter_log_events(logGroupName=group)["events"]
    assert held == []
    assert [event for event in events if token in event["message"]] == []


def test_a_range_in_the_future_is_refused_before_anything_starts(app: App) -> None:
    with pytest.raises(DataInvalid, match="in the future"):
        app.board.start(entry(app, "weather"), FIRST, date(2999, 1, 1))


def test_an_unknown_source_is_named_with_those_that_there_are(demo: dict[str, str]) -> None:
    done = pipeline("run", "tides", **demo)
    assert done.returncode == 1
    assert "E014" in done.stderr and "weather, google-health" in done.stderr


@pytest.mark.parametrize("name", ["weather", "google-health"])
def test_the_command_fetches_a_range_and_prints_the_contract_body(name: str, demo: dict[str, str]) -> None:
    done = pipeline("run", name, "--from", "2026-10-11", "--to", "2026-10-31", "--json", **demo)
    body = json.loads(done.stdout)
    assert done.returncode == 0
    assert (body["source"], body["from"], body["to"], body["itemCount"]) == (name, "2026-10-11", "2026-10-31", 21)
    assert body["days"] == {"got": 21, "partial": 0, "missing": 0, "failed": 0}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("run", "weather", "--from", "2026-13-01"), 2, "is no day"),
        (("run", "weather", "--to", "2026-10-01"), 2, "--to needs --from"),
        (("run", "weather", "--from", "1900-01-01"), 2, "where this source begins"),
    ],
)
def test_a_wrong_range_is_told(demo: dict[str, str], arguments: tuple[str, ...], code: int, said: str) -> None:
    done = pipeline(*arguments, **demo)
    assert (done.returncode, said in done.stderr) == (code, True)


def test_a_missing_source_is_not_found(app: App) -> None:
    with pytest.raises(NotFound):
        app.sources.find("tides")
