"""pipeline.console.analysis.watcher: quality without a person: once for all consoles, told in the log, never dead."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.analysis.quality.builds import MODELS
from pipeline.analysis.quality.store import Results
from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.console.analysis import watcher
from pipeline.console.analysis.watcher import LEASE, Rhythm, Watcher
from pipeline.console.app import App
from pipeline.console.wiring import wire
from pipeline.errors import ConfigInvalid
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from tests.analysis.quality.lakeside import Lakeside
from tests.conftest import Clock
from tests.support.eventually import eventually
from tests.support.tables.workshop import TABLE, Workshop

RECORD = {"PK": "USER#u", "SK": "PROFILE", "entity_type": "user"}


class Console:
    """A console on a lake, whose watcher is asked to look; ``lines`` are its audit's."""

    def __init__(self, cloud: Cloud, lake: Lake, clock: Clock, folder: Path) -> None:
        self.lake, self.clock = lake, clock
        environ = {"S3_BUCKET_NAME": lake.bucket, "DYNAMODB_TABLE_NAME": TABLE, "PIPELINE_QUERY_CACHE": str(folder)}
        environ |= {"PIPELINE_BUILD_AFTER_TABLES": "off"}
        app = replace(wire(Settings.from_env(environ), cloud), now=clock, leases=Leases(lake, clock))
        self.lines: list[str] = []
        self.app: App = app.for_person(app.actor.who, self.lines.append)
        self.watcher = Watcher(lambda: self.app, Rhythm(0.02))

    def export(self, records: int = 1) -> None:
        """Today's export and its tables, of so many records whose key is one: more than one is an error."""
        day, shop = self.clock().date(), Workshop(self.lake, self.clock)
        shop.export([RECORD] * records, day, f"e{records}")
        shop.convert(f"t-{records}-{day}", day)

    def looks(self, table: str = TABLE) -> list[str]:
        day = self.clock().date()
        return [run_id for _, run_id in Results(self.lake).listed(table, day.replace(day=1), day)]

    def told(self) -> list[tuple[str, str, str]]:
        audit = [json.loads(line) for line in self.lines]
        return [(one["who"], one["via"], one["outcome"]) for one in audit]


@pytest.fixture
def make(cloud: Cloud, lake: Lake, clock: Clock, tmp_path: Path) -> Callable[[], Console]:
    clock.time = datetime.now(UTC).replace(day=20, hour=5, microsecond=0)
    return lambda: Console(cloud, lake, clock, tmp_path)


@pytest.fixture
def console(make: Callable[[], Console]) -> Console:
    return make()


def test_a_day_s_tables_are_looked_at_in_the_console_s_own_name(console: Console) -> None:
    console.export()
    console.watcher.look()
    assert len(console.looks()) == 1 and console.told() == [("schedule", "schedule", "done")]
    assert console.app.quality.standing(TABLE).grade == "learning"


def test_nothing_new_is_nothing_to_do_and_nothing_to_tell(console: Console, caplog: pytest.LogCaptureFixture) -> None:
    console.export()
    console.watcher.look()
    caplog.set_level(logging.INFO, watcher.__name__)
    for _ in range(3):
        console.clock.tick(60)
        console.watcher.look()
    assert len(console.looks()) == len(console.lines) == 1
    assert [one for one in caplog.records if one.name == watcher.__name__] == []


def test_a_build_is_looked_at_too(console: Console) -> None:
    builds = Lakeside(console.lake, console.clock)
    builds.build({"test.p.one_user": "fail"})
    builds.saved("parse")
    console.watcher.look()
    assert console.app.quality.standing(MODELS).grade == "error" and len(console.looks(MODELS)) == 2


def test_of_consoles_at_the_same_moment_one_looks(make: Callable[[], Console]) -> None:
    consoles = [make() for _ in range(4)]
    consoles[0].export()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: one.watcher.look(), consoles))
    for one in consoles:
        one.watcher.look()
    assert len(consoles[0].looks()) == 1 and sum(len(one.lines) for one in consoles) == 1


def test_while_another_console_looks_this_one_leaves_it_alone(console: Console) -> None:
    console.export()
    held = console.app.leases.take(LEASE, "other", console.clock().date())
    console.watcher.look()
    assert console.looks() == []
    console.app.leases.release(held)
    console.watcher.look()
    assert len(console.looks()) == 1 and console.app.leases.current(LEASE) is None


def test_a_console_that_died_is_followed_by_another(console: Console) -> None:
    console.export()
    console.app.leases.take(LEASE, "dead", console.clock().date())
    console.clock.tick(121)
    console.watcher.look()
    assert len(console.looks()) == 1


def damaged(console: Console) -> Callable[[], None]:
    """Today's manifest is none; what is given puts the earlier version back."""
    key, lake = keys.table_day_key(TABLE, console.clock().date()), console.lake
    good = b"".join(lake.stream(key))
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b"{")
    return lambda: lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=good) and None


def test_what_goes_wrong_is_told_once_and_tried_less_and_less_often(
    console: Console, caplog: pytest.LogCaptureFixture
) -> None:
    console.export()
    damaged(console)
    tried = []
    for _ in range(20):
        console.watcher.look()
        tried.append(len(console.lines))
        console.clock.tick(60)
    told = [one.getMessage() for one in caplog.records if one.name == watcher.__name__]
    assert len(told) == 1 and "E010" in told[0] and "manifest.json" in told[0]
    assert tried[-1] == 4 and tried[:4] == [1, 1, 2, 2]


def test_what_is_mended_is_looked_at_again(console: Console) -> None:
    console.export()
    mend = damaged(console)
    console.watcher.look()
    mend()
    console.watcher.look()
    assert console.looks() == []
    console.clock.tick(120)
    console.watcher.look()
    assert len(console.looks()) == 1


def test_a_day_that_cannot_be_looked_at_keeps_no_other_from_it(console: Console) -> None:
    console.export()
    console.clock.tick(86_400)
    console.export()
    console.clock.tick(-86_400)
    damaged(console)
    console.clock.tick(86_400)
    console.watcher.look()
    assert console.looks() == [f"q0001-t-1-{console.clock():%Y-%m-%d}"]


def test_it_looks_by_itself_until_it_is_closed(console: Console) -> None:
    console.watcher.begin()
    console.watcher.begin()
    console.export()
    assert eventually(lambda: len(console.looks()) == 1, 20)
    console.watcher.close()
    assert not any(thread.name.startswith("watcher") for thread in threading.enumerate())
    console.export(2)
    assert len(console.looks()) == 1


def test_whatever_goes_wrong_it_goes_on(console: Console, caplog: pytest.LogCaptureFixture) -> None:
    wrongs: list[Exception] = [ValueError("private"), ConfigInvalid("private"), KeyError("private")]

    def app() -> App:
        if wrongs:
            raise wrongs.pop()
        return console.app

    console.export()
    stubborn = Watcher(app, Rhythm(0.02))
    stubborn.begin()
    assert eventually(lambda: len(console.looks()) == 1, 20)
    stubborn.close()
    told = [one.getMessage() for one in caplog.records if one.name == watcher.__name__]
    assert told == [f"a look for what is due ended with {name}" for name in ("KeyError", "ValueError")]


def test_one_that_is_closed_while_it_looks_ends_at_once(console: Console) -> None:
    # A query is cancelled within a tenth of a second; its own bound is 90 s.
    console.export()
    console.watcher.begin()
    console.watcher.close()
    assert not any(thread.name.startswith("watcher") for thread in threading.enumerate())


def test_a_process_has_one(console: Console) -> None:
    console.export()
    for _ in range(2):
        watcher.begin(lambda: console.app, Rhythm(0.02))
    assert eventually(lambda: len(console.looks()) == 1, 20)
    assert sum(thread.name == "watcher" for thread in threading.enumerate()) == 1
    watcher.stop()
    assert not any(thread.name == "watcher" for thread in threading.enumerate())
