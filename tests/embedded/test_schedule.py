"""pipeline.embedded.schedule: the demo's schedules fire in its process, each time once, by a clock that is moved."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from werkzeug import Request, Response

from pipeline.aws import Cloud, Credentials
from pipeline.clock import utc_now
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.console.wiring import build_app
from pipeline.embedded import backend
from pipeline.embedded.local_server import LocalServer
from pipeline.embedded.past_runs import last_scheduled
from pipeline.embedded.schedule import Timekeeper
from pipeline.function.events import parse_event
from pipeline.lake.bucket import Lake
from pipeline.lake.keys import export_key
from pipeline.monitor.schedule import Schedules
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from pipeline.sources.config import SourceConfig, SourceEntry
from pipeline.sources.wiring import build_sources
from pipeline.tables.manifest import Manifest, Manifests
from tests.conftest import REGION, Clock
from tests.support.demo import NAMES
from tests.support.eventually import eventually

# 14:00 in Asia/Tokyo; the sources' time is half an hour later.
FOURTEEN = datetime(2024, 2, 2, 5, 0, tzinfo=UTC)
HALF_PAST = FOURTEEN + timedelta(minutes=30)


@dataclass
class Demo:
    """A lake with a schedule, in front of a function that notes what it is sent, and a clock."""

    settings: Settings
    cloud: Cloud
    clock: Clock
    events: list[dict[str, Any]] = field(default_factory=list)
    status: int = 202

    @property
    def lake(self) -> Lake:
        return Lake(self.cloud.s3, self.settings.bucket)

    @property
    def schedules(self) -> Schedules:
        return Schedules(self.cloud.scheduler, self.settings.schedule)

    def keeper(self) -> Timekeeper:
        """One process's; another one has seen nothing of what it did."""
        return Timekeeper(lambda: {self.settings: self.cloud}, self.clock)

    def ran(self, event: dict[str, Any], *tables: str) -> None:
        """What the function leaves behind of an event."""
        run_id = parse_event(event, self.settings.table, self.clock()).run_id
        for table in tables or (self.settings.table,):
            named = f"{run_id[:17]}{len(table):08x}"
            moment = self.clock()
            Ledger(self.lake).open(Run(named, table, moment.date(), moment, moment, status="failed"))

    def answer(self, request: Request) -> Response:
        if self.status == 202:
            self.events.append(orjson.loads(request.get_data()))
        return Response(status=self.status)

    def times(self) -> list[str]:
        return [event["scheduledTime"] for event in self.events]


@pytest.fixture
def demo(cloud: Cloud, bucket: str, clock: Clock) -> Iterator[Demo]:
    """Nothing has run; the clock says 13:59."""
    clock.time = FOURTEEN - timedelta(minutes=1)
    settings = replace(Settings.from_env({}), bucket=bucket, table=bucket, function=bucket, schedule=bucket)
    server = LocalServer(Request.application(lambda request: made.answer(request)), "function")
    reached = Cloud(REGION, cloud.endpoint_url, Credentials("testing", "testing"), invoke_url=server.url)
    made = Demo(settings, reached, clock)
    cloud.scheduler.create_schedule(
        Name=bucket,
        ScheduleExpression="cron(0 14 * * ? *)",
        ScheduleExpressionTimezone="Asia/Tokyo",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:lambda:ap-northeast-1:123456789012:function:x", "RoleArn": "arn:aws:iam::1:role/x"},
    )
    server.start()
    yield made
    server.close()


@pytest.fixture
def sources(demo: Demo) -> Demo:
    """The same with a source that is on."""
    configs = build_sources(demo.settings, demo.cloud, demo.lake, demo.clock, None).configs
    configs.change(SourceConfig(), SourceConfig((SourceEntry("weather", "weather"),)), "a", "b")
    return demo


@pytest.fixture
def looked(demo: Demo) -> Timekeeper:
    """It has looked at 13:59, when yesterday's run was there."""
    demo.clock.tick(-86400)
    demo.ran({"trigger": "schedule", "scheduledTime": "2024-02-01T05:00:00Z", "scheduleArn": "x"})
    demo.clock.tick(86400)
    timekeeper = demo.keeper()
    timekeeper.look()
    assert demo.events == []
    return timekeeper


def test_at_its_time_the_export_is_asked_for_as_the_template_s_schedule_asks(demo: Demo, looked: Timekeeper) -> None:
    demo.clock.tick(60)
    looked.look()
    arn = f"arn:aws:scheduler:ap-northeast-1:123456789012:schedule/{demo.settings.schedule}"
    assert demo.events == [{"trigger": "schedule", "scheduleArn": arn, "scheduledTime": "2024-02-02T05:00:00Z"}]


def test_a_time_is_sent_once(demo: Demo, looked: Timekeeper) -> None:
    for _ in range(4):
        demo.clock.tick(60)
        looked.look()
    assert demo.times() == ["2024-02-02T05:00:00Z"]


def test_the_sources_that_are_on_follow_half_an_hour_later(sources: Demo) -> None:
    sources.clock.time = HALF_PAST - timedelta(seconds=1)
    timekeeper = sources.keeper()
    timekeeper.look()
    sources.events.clear()
    sources.clock.tick(1)
    timekeeper.look()
    (event,) = sources.events
    assert (event["sources"], event["scheduledTime"]) == ("due", "2024-02-02T05:30:00Z")


def test_at_the_start_what_is_missing_of_the_last_times_is_made_up_for(sources: Demo) -> None:
    sources.clock.time = HALF_PAST + timedelta(hours=2)
    sources.keeper().look()
    assert sources.times() == ["2024-02-02T05:00:00Z", "2024-02-02T05:30:00Z"]


def test_at_the_start_what_has_run_is_not_sent_again_good_or_bad(sources: Demo) -> None:
    sources.clock.time = HALF_PAST + timedelta(hours=2)
    sources.keeper().look()
    export, due = sources.events
    sources.ran(export)
    sources.ran(due, "weather")
    sources.events.clear()
    sources.keeper().look()
    assert sources.events == []


def test_a_run_by_hand_is_not_the_schedule_s(demo: Demo) -> None:
    demo.ran({})
    demo.clock.time = FOURTEEN
    demo.keeper().look()
    assert demo.times() == ["2024-02-02T05:00:00Z"]


def test_a_second_process_s_event_is_the_same_run(demo: Demo) -> None:
    for _ in range(2):
        demo.keeper().look()
    first, second = (parse_event(event, demo.settings.table, demo.clock()).run_id for event in demo.events)
    assert first == second


def test_a_machine_that_slept_sends_the_newest_time_once(demo: Demo, looked: Timekeeper) -> None:
    demo.clock.tick(3 * 86400 + 120)
    looked.look()
    assert demo.times() == ["2024-02-05T05:00:00Z"]


def test_what_could_not_be_sent_is_sent_at_the_next_look(demo: Demo, looked: Timekeeper) -> None:
    demo.clock.tick(60)
    demo.status = 400
    looked.look()
    demo.status = 202
    looked.look()
    assert demo.times() == ["2024-02-02T05:00:00Z"]


def test_a_schedule_that_is_off_sends_nothing_and_makes_up_for_nothing(demo: Demo, looked: Timekeeper) -> None:
    demo.schedules.change(False, 14, 0)
    demo.clock.tick(60)
    looked.look()
    demo.schedules.change(True, 14, 0)
    demo.clock.tick(60)
    looked.look()
    assert demo.events == []


@pytest.mark.parametrize(("minute", "sent"), [(20, ["2024-02-02T05:20:00Z"]), (0, [])])
def test_a_schedule_that_is_moved_sends_at_its_new_time_only(
    demo: Demo, looked: Timekeeper, minute: int, sent: list[str]
) -> None:
    demo.schedules.change(True, 15, 0)
    demo.clock.tick(10 * 60)
    looked.look()
    # Back to a time that lies ahead, or one that has gone by meanwhile.
    demo.schedules.change(True, 14, minute)
    demo.clock.tick(15 * 60)
    looked.look()
    assert demo.times() == sent


def test_it_looks_by_itself_until_it_is_closed(demo: Demo) -> None:
    timekeeper = Timekeeper(lambda: {demo.settings: demo.cloud}, demo.clock, pause=0.02)
    timekeeper.begin()
    timekeeper.begin()
    assert eventually(lambda: len(demo.events) == 1)
    demo.clock.tick(60)
    assert eventually(lambda: len(demo.events) == 2)
    timekeeper.close()
    demo.clock.tick(86400)
    assert not any(thread.name == "demo-schedule" for thread in threading.enumerate())
    assert len(demo.events) == 2


def exported(demo: Demo, run_id: str, table: str | None = None, engine: str = "scan") -> Run:
    """What a whole export, or a source's run, leaves in the ledger."""
    at, ended = demo.clock(), {"status": "succeeded", "version_id": run_id, "engine": engine}
    run = Run(run_id, table or demo.settings.table, at.date(), at, at, finished_at=at, **ended)  # type: ignore[arg-type]
    Ledger(demo.lake).open(run)
    return run


def of_tables(demo: Demo) -> list[dict[str, Any]]:
    return [event for event in demo.events if "tables" in event]


def made_of(demo: Demo, run: Run) -> None:
    """What the tables' function leaves behind of a run."""
    key = export_key(run.table, run.day)
    made = Manifest(run.table, run.day, "t1", demo.clock(), key, run.version_id, None, None, 0, ())
    Manifests(demo.lake).save(made, None)


def test_what_an_export_lacks_is_asked_for_once_when_its_function_had_time_to(demo: Demo, looked: Timekeeper) -> None:
    for run_id in ("e1", "e2"):
        exported(demo, run_id)
        looked.look()
        for _ in range(3):
            demo.clock.tick(60)
            looked.look()
    assert of_tables(demo) == [{"tables": "missing"}] * 2


def test_an_export_whose_tables_stand_asks_for_none(demo: Demo, looked: Timekeeper) -> None:
    made_of(demo, exported(demo, "e1"))
    demo.clock.tick(60)
    looked.look()
    assert of_tables(demo) == []


@pytest.mark.parametrize(("before", "asked"), [(True, [{"tables": "missing"}]), (False, [])])
def test_tables_of_a_source_that_are_older_than_its_newest_run_are_asked_for(
    demo: Demo, looked: Timekeeper, before: bool, asked: list[dict[str, Any]]
) -> None:
    if before:
        made_of(demo, exported(demo, "f0", "weather", "fetch"))
        demo.clock.tick(1)
    run = exported(demo, "f1", "weather", "fetch")
    if not before:
        made_of(demo, run)
    demo.clock.tick(60)
    looked.look()
    assert of_tables(demo) == asked


def test_what_lacks_tables_is_looked_for_once_a_minute(demo: Demo, looked: Timekeeper) -> None:
    listed: list[str] = []
    demo.schedules.change(False, 14, 0)
    demo.cloud.s3.meta.events.register("before-call.s3.ListObjectsV2", lambda **_: listed.append("ListObjectsV2"))
    counts = []
    for _ in range(5):
        demo.clock.tick(15)
        looked.look()
        counts.append(len(listed))
    assert counts == [0, 0, 0, 1, 1]


@pytest.fixture(scope="module")
def app() -> App:
    """A whole demo with its function, which has a week behind it."""
    return build_app({**dict.fromkeys(NAMES, "clockwork"), "PIPELINE_SCHEDULE": "clockwork"})


def test_in_the_demo_the_sources_run_at_the_start_and_the_export_at_its_time(app: App) -> None:
    clock = Clock()
    clock.time = last_scheduled(utc_now()) + timedelta(minutes=45)
    cloud = backend.start(app.settings)
    timekeeper, past = Timekeeper(lambda: {app.settings: cloud}, clock), len(_runs(app))
    timekeeper.look()
    ran = _ended(app, past + 2)
    assert {run.table for run in ran[:2]} == {"weather", "google-health"}
    clock.tick(86400 - 45 * 60)
    timekeeper.look()
    newest = _ended(app, past + 3)[0]
    assert (newest.table, newest.trigger, newest.status) == ("clockwork", "schedule", "succeeded")
    assert newest.run_id.startswith(f"{clock():%Y%m%dT%H%M%SZ}-")


def _ended(app: App, count: int) -> tuple[Run, ...]:
    """The history, once it holds so many runs and none is going."""

    def ended() -> bool:
        return [run.status == "running" for run in _runs(app)] == [False] * count

    assert eventually(ended, seconds=60), [(run.run_id, run.table, run.status) for run in _runs(app)]
    return _runs(app)


def _runs(app: App) -> tuple[Run, ...]:
    """The history without the runs that make tables of an export, whose number depends on when one is looked for."""
    return tuple(run for run in app.history(8).runs if run.engine != "tables")
