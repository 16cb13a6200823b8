"""pipeline.embedded.backfills: half a year of the demo's sources, by runs like any other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from werkzeug import Request, Response

from pipeline.aws import Cloud, Credentials
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.console.wiring import build_app
from pipeline.embedded import backend
from pipeline.embedded.backfills import RANGES, WEEKS, Backfills, Pace
from pipeline.embedded.local_server import LocalServer
from pipeline.embedded.odd_days import FAILED_DAYS_AGO, HEART_DAYS_AGO, PARTIAL_DAYS_AGO, STEPS_DAYS_AGO
from pipeline.embedded.sources import providers
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from pipeline.runs.start_once import START_SECONDS
from pipeline.sources.calendar import DayEntry, SourceDays
from pipeline.sources.status import board_standing
from tests.conftest import REGION, Clock
from tests.support.demo import NAMES
from tests.support.eventually import eventually

QUICK = Pace(begin=0.01, look=0.01, rest=0.0, unseen=0.2, longest=5.0)
DAYS = 7 * WEEKS


def test_the_ranges_are_the_whole_half_year_and_no_day_twice() -> None:
    days = [ago for first, last in RANGES for ago in range(first, last - 1, -1)]
    assert days == list(range(DAYS - 1, -1, -1))


@dataclass
class Demo:
    """A lake in front of a function that notes what it is sent; ``answers`` says what it leaves of a run: ``status`` of
    its entry, or nothing."""

    settings: Settings
    cloud: Cloud
    clock: Clock
    events: list[dict[str, Any]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    @property
    def lake(self) -> Lake:
        return Lake(self.cloud.s3, self.settings.bucket)

    def backfills(self) -> Backfills:
        return Backfills(lambda: {self.settings: self.cloud}, self.clock, QUICK)

    def answer(self, request: Request) -> Response:
        event = orjson.loads(request.get_data())
        self.events.append(event)
        status: Any = self.answers.pop(0) if self.answers else "succeeded"
        if status:
            at = self.clock()
            Ledger(self.lake).open(Run(event["runId"], event["source"], at.date(), at, at, status=status))
        else:
            # Longer than a second press joins the first.
            self.clock.tick(START_SECONDS + 1)
        return Response(status=202)

    def ranges(self) -> list[tuple[str, str, str]]:
        return [(event["source"], event["from"], event["to"]) for event in self.events]


@pytest.fixture
def demo(cloud: Cloud, bucket: str, clock: Clock) -> Iterator[Demo]:
    server = LocalServer(Request.application(lambda request: made.answer(request)), "function")
    settings = replace(Settings.from_env({}), bucket=bucket, table=bucket, function=bucket)
    made = Demo(settings, Cloud(REGION, cloud.endpoint_url, Credentials("testing", "testing"), server.url), clock)
    server.start()
    yield made
    server.close()
    as_ever()


def as_ever() -> None:
    """The providers are this process's: other tests find them without anything odd."""
    providers().google.alter, providers().open_meteo.lacking = None, {}


def test_each_range_of_each_source_is_asked_for_as_a_person_s_backfill(demo: Demo) -> None:
    demo.backfills().fill(demo.settings, demo.cloud)
    assert {event["trigger"] for event in demo.events} == {"backfill"}
    assert len({event["runId"] for event in demo.events}) == len(demo.events) == 2 * len(RANGES)
    assert demo.ranges()[:2] == [(name, "2023-08-04", "2023-09-23") for name in ("weather", "google-health")]
    assert demo.ranges()[-1] == ("google-health", "2024-01-02", "2024-02-01")


def test_one_is_started_when_the_one_before_has_ended_good_or_bad(demo: Demo) -> None:
    demo.answers = ["failed", "running"]
    filling = demo.backfills()
    filling.begin()
    assert eventually(lambda: len(demo.events) == 2)
    assert not eventually(lambda: len(demo.events) > 2, seconds=0.2)
    ledger = Ledger(demo.lake)
    entry = ledger.find(demo.events[1]["runId"], (demo.clock().date(),))
    assert entry
    ledger.update(entry, replace(entry.run, status="succeeded"))
    assert eventually(lambda: len(demo.events) == 2 * len(RANGES))
    filling.close()


def test_a_run_that_goes_on_already_is_waited_for_and_the_range_is_asked_for_then(demo: Demo) -> None:
    leases, at = Leases(demo.lake, demo.clock), demo.clock()
    lease = leases.take("weather", "daily", at.date())
    entry = Ledger(demo.lake).open(Run("daily", "weather", at.date(), at, at))
    filling = demo.backfills()
    filling.begin()
    assert not eventually(lambda: bool(demo.events), seconds=0.1)
    leases.release(lease)
    Ledger(demo.lake).update(entry, replace(entry.run, status="succeeded"))
    assert eventually(lambda: len(demo.events) == 2 * len(RANGES))
    filling.close()


def test_a_run_that_nobody_has_seen_is_started_again(demo: Demo) -> None:
    demo.answers = [""]
    demo.backfills().fill(demo.settings, demo.cloud)
    assert demo.ranges()[0] == demo.ranges()[1]
    assert len(demo.events) == 2 * len(RANGES) + 1


def test_it_ends_in_the_midst_when_it_is_told_to(demo: Demo) -> None:
    demo.answers = ["running"]
    filling = demo.backfills()
    filling.begin()
    filling.begin()
    assert eventually(lambda: len(demo.events) == 1)
    filling.close()
    assert not any(thread.name == "demo-backfills" for thread in threading.enumerate())
    assert len(demo.events) == 1


def test_they_are_over_when_every_demo_has_had_its_ranges_and_where_nobody_fills_them(demo: Demo) -> None:
    backfills = demo.backfills()
    assert backfills.are_over()
    backfills.begin()
    assert not backfills.are_over()
    assert eventually(backfills.are_over, 20)
    assert len(demo.events) == len(RANGES) * 2
    backfills.close()


def test_each_demo_is_filled_once_also_one_that_comes_later_and_after_one_that_could_not_be(demo: Demo) -> None:
    broken = replace(demo.settings, bucket="no-such-lake")
    demos = {broken: demo.cloud}
    filling = Backfills(lambda: dict(demos), demo.clock, QUICK)
    filling.begin()
    demos[demo.settings] = demo.cloud
    assert eventually(lambda: len(demo.events) == 2 * len(RANGES))
    assert not eventually(lambda: len(demo.events) > 2 * len(RANGES), seconds=0.2)
    filling.close()


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    """A whole demo with its function, filled."""
    made = build_app({**dict.fromkeys(NAMES, "half-a-year"), "PIPELINE_SCHEDULE": "half-a-year"})
    cloud = backend.start(made.settings)
    Backfills(lambda: {made.settings: cloud}, pace=Pace(look=0.1, rest=0.0)).fill(made.settings, cloud)
    yield made
    as_ever()


def asked_again(app: App, source: str, first: int, last: int) -> Run:
    """A person's run of days that lie so far back, once it has ended."""
    entry = app.board.config().entry(source)
    assert entry
    started = app.board.start(entry, day_ago(app, first), day_ago(app, last))

    def ended() -> Run | None:
        found = app.ledger.find(started.run_id, (started.day,))
        return found.run if found and found.run.status != "running" else None

    assert eventually(lambda: ended() is not None, seconds=30)
    run = ended()
    assert run
    return run


def calendar(app: App, source: str) -> dict[date, DayEntry]:
    today = day_ago(app, 0)
    known = SourceDays(app.lake).load(source, today - timedelta(days=DAYS - 1), today).days
    return {day: entry for day, entry in known.items() if day > today - timedelta(days=DAYS)}


def day_ago(app: App, days: int) -> date:
    entry = app.board.config().entry("weather")
    assert entry
    return app.board.today(entry) - timedelta(days=days)


def odd(app: App, source: str, state: str) -> list[int]:
    """How many days ago, up to the last week, whose days may not be over."""
    today = day_ago(app, 0)
    found = [(today - day).days for day, entry in calendar(app, source).items() if entry.state == state]
    return sorted(ago for ago in found if ago > 7)


def test_every_day_of_the_half_year_is_known(app: App) -> None:
    for source in ("weather", "google-health"):
        assert len(calendar(app, source)) == DAYS
        assert odd(app, source, "missing") == []


def test_one_day_failed_and_one_is_partial(app: App) -> None:
    assert (odd(app, "weather", "failed"), odd(app, "google-health", "failed")) == ([], [FAILED_DAYS_AGO])
    assert (odd(app, "weather", "partial"), odd(app, "google-health", "partial")) == ([PARTIAL_DAYS_AGO], [])


def test_some_days_have_fields_that_were_refused(app: App) -> None:
    days = calendar(app, "google-health")
    today = day_ago(app, 0)
    assert {(today - day).days for day, entry in days.items() if entry.rejected} == {HEART_DAYS_AGO, STEPS_DAYS_AGO}


def test_the_board_is_green_afterwards(app: App) -> None:
    overview = app.board.overview(lambda: app.history(7))
    assert board_standing(overview.cards).state == "ok", overview.cards
    assert overview.problems == ()


def test_its_runs_are_in_the_history_and_the_one_that_failed_says_why(app: App) -> None:
    runs = [run for run in app.history(7).runs if run.table != app.settings.table]
    assert {(run.trigger, run.engine) for run in runs} == {("backfill", "fetch")}
    assert len(runs) == 2 * len(RANGES)
    (failed,) = (run for run in runs if run.status != "succeeded")
    assert failed.error and str(day_ago(app, FAILED_DAYS_AGO)) in failed.error.message
    assert (failed.table, failed.error.code) == ("google-health", "E003")


def test_asked_again_a_day_that_is_over_says_the_same(app: App) -> None:
    for source in ("weather", "google-health"):
        before = calendar(app, source)
        run = asked_again(app, source, HEART_DAYS_AGO, HEART_DAYS_AGO - 9)
        assert (run.status, run.records, run.updated_days) == ("succeeded", 10, 0)
        days = {day: entry for day, entry in calendar(app, source).items() if entry.run_id == run.run_id}
        assert len(days) == 10
        assert [entry.version_id for entry in days.values()] == [before[day].version_id for day in days]


def test_the_day_that_failed_is_got_when_a_person_asks_for_it_again(app: App) -> None:
    assert asked_again(app, "google-health", FAILED_DAYS_AGO, FAILED_DAYS_AGO).status == "succeeded"
    assert calendar(app, "google-health")[day_ago(app, FAILED_DAYS_AGO)].state == "got"


def test_the_time_of_day_is_japan_s(demo: Demo) -> None:
    demo.clock.time = datetime(2024, 2, 1, 15, 30, tzinfo=UTC)
    demo.backfills().fill(demo.settings, demo.cloud)
    assert demo.events[-1]["to"] == "2024-02-02"
