"""pipeline.console.analysis.watcher: forecasts without a person, once for each version of people's days."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.console.analysis.watcher import Rhythm, Watcher
from pipeline.console.app import App
from pipeline.console.insights.foreseeing.running import LEASE
from pipeline.console.wiring import wire
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from tests.conftest import Clock
from tests.console.insights.foreseeing.world import NOW, life
from tests.support.lakes.marts import publish_mart, publish_wellness
from tests.support.tables.workshop import TABLE


class Console:
    """A console on a lake, whose watcher is asked to look; ``lines`` are its audit's."""

    def __init__(self, cloud: Cloud, lake: Lake, clock: Clock, folder: Path) -> None:
        environ = {"S3_BUCKET_NAME": lake.bucket, "DYNAMODB_TABLE_NAME": TABLE, "PIPELINE_QUERY_CACHE": str(folder)}
        environ |= {"PIPELINE_BUILD_AFTER_TABLES": "off", "PIPELINE_BACKEND": "aws"}
        app = replace(wire(Settings.from_env(environ), cloud), now=clock, leases=Leases(lake, clock))
        self.lake, self.clock, self.lines = lake, clock, list[str]()
        self.app: App = app.for_person(app.actor.who, self.lines.append)
        self.watcher = Watcher(lambda: self.app, Rhythm(0.02))

    def look(self) -> None:
        self.clock.tick(60)
        self.watcher.look()

    def moods(self) -> int:
        return len(self.app.insights.forecasts.kept("a", "mood").forecasts)


@pytest.fixture
def make(cloud: Cloud, lake: Lake, clock: Clock, tmp_path: Path) -> Callable[[], Console]:
    clock.time = NOW
    return lambda: Console(cloud, lake, clock, tmp_path)


@pytest.fixture
def console(make: Callable[[], Console]) -> Console:
    return make()


def test_newly_published_days_are_foreseen_once_in_the_schedule_s_name(console: Console) -> None:
    publish_wellness(console.lake, life("a", 30))
    for _ in range(3):
        console.look()
    assert console.moods() == 1
    told = [one for one in map(json.loads, console.lines) if one["action"] == "insights"]
    assert [(one["who"], one["outcome"]) for one in told] == [("schedule", "done")]


def test_the_next_version_is_foreseen_too(console: Console) -> None:
    publish_wellness(console.lake, life("a", 30))
    console.look()
    publish_wellness(console.lake, life("a", 31), run_id="build-2")
    console.look()
    assert console.moods() == 2


def test_of_two_consoles_one_foresees(make: Callable[[], Console]) -> None:
    consoles = make(), make()
    publish_wellness(consoles[0].lake, life("a", 30))
    for console in (*consoles, *consoles):
        console.look()
    assert consoles[0].moods() == 1


def test_while_another_run_goes_on_this_one_waits_for_its_turn(console: Console) -> None:
    publish_wellness(console.lake, life("a", 30))
    held = console.app.leases.take(LEASE, "other", NOW.date())
    console.look()
    assert console.moods() == 0
    console.app.leases.release(held)
    console.look()
    assert console.moods() == 1


def test_without_people_s_days_nothing_is_foreseen(console: Console) -> None:
    publish_mart(console.lake, "mart_of_something", [NOW.date()])
    console.look()
    assert console.lines == []


def test_of_real_days_no_past_is_made_up(console: Console) -> None:
    publish_wellness(console.lake, life("a", 60))
    console.look()
    assert console.moods() == 1


def _denied(params: dict[str, Any], **told: object) -> tuple[Any, Any] | None:
    """What S3 answers to a writing under somebody's name."""
    if "metadata/forecasts/" not in params["url_path"]:
        return None
    return SimpleNamespace(status_code=403), {
        "Error": {"Code": "AccessDenied", "Message": "no"},
        "ResponseMetadata": {},
    }


@pytest.fixture
def refused(console: Console) -> Iterator[Console]:
    """A console whose forecasts may not be written; the client is every test's."""
    events, hook = console.app.lake.s3.meta.events, "before-call.s3.PutObject"
    publish_wellness(console.lake, life("sumire", 30))
    events.register(hook, _denied)
    yield console
    events.unregister(hook, _denied)


def test_the_log_names_nobody_whose_forecast_cannot_be_kept(refused: Console, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING", "pipeline"):
        refused.look()
    (told,) = [one.getMessage() for one in caplog.records if "forecasts" in one.getMessage()]
    assert "s3:PutObject" in told and "sumire" not in told and "sumire" not in "".join(refused.lines)


def test_forecasts_that_fail_each_time_are_tried_less_and_less_often(refused: Console) -> None:
    for _ in range(20):
        refused.look()
    tried = [one for one in map(json.loads, refused.lines) if one["action"] == "insights"]
    assert {one["outcome"] for one in tried} == {"failed"} and len(tried) == 4
