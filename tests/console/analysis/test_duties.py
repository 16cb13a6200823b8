"""pipeline.console.analysis.duties: what is due follows exports, tables and builds; what is done is due no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.aws import Cloud
from pipeline.console.analysis.duties import GRACE, PAST_DAYS, SETTLED, Duties
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from tests.analysis.quality.lakeside import Lakeside
from tests.analysis.quality.world import World, usual, world
from tests.conftest import Clock
from tests.support.tables.workshop import TABLE


@pytest.fixture
def here(cloud: Cloud, lake: Lake, clock: Clock, tmp_path: Path) -> World:
    # What S3 says of a document's age is told by its own clock.
    clock.time = datetime.now(UTC).replace(microsecond=0)
    return world(cloud, lake, clock, tmp_path)


def due(here: World) -> list[int]:
    """Days that are due, in days ago."""
    return [(here.day - one).days for one in Duties(here.lake, here.clock()).days(TABLE)]


def exported(here: World, ago: int, records: int = 3) -> None:
    """A day's export and its tables."""
    day = here.day - timedelta(days=ago)
    # Of two exports of a day the later one counts.
    here.clock.tick(1)
    here.shop.export(usual(records), day, f"e{records}")
    here.shop.convert(f"t-{records}-{day}", day)


def looked(here: World, ago: int = 0) -> None:
    here.inspection.look(TABLE, here.day - timedelta(days=ago))


def test_an_empty_lake_has_nothing_that_is_due(here: World) -> None:
    assert due(here) == []


def test_a_lake_that_nobody_has_looked_at_has_its_last_days_due_oldest_first(here: World) -> None:
    for ago in (PAST_DAYS + 1, PAST_DAYS, 2, 0):
        exported(here, ago)
    assert due(here) == [PAST_DAYS, 2, 0]


def test_what_was_looked_at_is_due_no_more_and_days_before_it_are_not(here: World) -> None:
    for ago in (3, 1, 0):
        exported(here, ago)
    looked(here, 1)
    assert due(here) == [0]
    looked(here)
    assert due(here) == []


def test_a_further_export_of_the_day_is_due_again(here: World) -> None:
    exported(here, 0)
    looked(here)
    exported(here, 0, records=4)
    assert due(here) == [0]


def test_a_document_without_tables_is_waited_for_and_then_looked_at_once(here: World) -> None:
    exported(here, 1)
    looked(here, 1)
    # No tables are made of what counts wrongly.
    here.export(usual(), announced=882)
    assert due(here) == []
    here.clock.tick(GRACE.total_seconds() + 2)
    assert due(here) == [0]
    looked(here)
    assert due(here) == []


def test_tables_that_come_after_a_look_without_them_are_due(here: World) -> None:
    here.export(usual(), announced=882)
    looked(here)
    exported(here, 0)
    assert due(here) == [0]


def test_days_after_one_whose_tables_may_be_coming_wait_for_it(here: World) -> None:
    exported(here, 2)
    here.shop.export(usual(), here.day - timedelta(days=1), "e", announced=882)
    exported(here, 0)
    assert due(here) == [2]
    here.clock.tick(GRACE.total_seconds() + 2)
    assert due(here) == [2, 1, 0]


def test_while_no_export_comes_the_newest_day_is_looked_at_once_a_day(here: World) -> None:
    exported(here, 0)
    looked(here)
    here.tomorrow()
    assert due(here) == []
    here.tomorrow()
    assert due(here) == [2]
    here.inspection.look(TABLE, here.day - timedelta(days=2))
    assert due(here) == []
    here.tomorrow()
    assert due(here) == [3]


def test_a_manifest_that_is_none_is_due_so_that_whoever_looks_names_it(here: World) -> None:
    exported(here, 0)
    looked(here)
    here.lake.s3.put_object(Bucket=here.lake.bucket, Key=keys.table_day_key(TABLE, here.day), Body=b"{")
    assert due(here) == [0]


def test_a_look_for_what_is_due_costs_a_few_requests_whatever_lies_in_the_lake(here: World) -> None:
    for ago in range(PAST_DAYS):
        exported(here, ago)
    looked(here)
    asked: list[str] = []
    events = here.lake.s3.meta.events
    events.register("before-call.s3", lambda model, **_: asked.append(model.name), unique_id="count")
    assert due(here) == []
    events.unregister("before-call.s3", unique_id="count")
    assert sorted(asked) == ["GetObject", "ListObjectsV2", "ListObjectsV2", "ListObjectsV2"]


@pytest.fixture
def builds(lake: Lake, clock: Clock) -> Lakeside:
    return Lakeside(lake, clock)


def duties(builds: Lakeside) -> Duties:
    return Duties(builds.lake, builds.clock())


def test_a_build_is_looked_at_once(builds: Lakeside) -> None:
    assert duties(builds).build_to_look_at() is None
    # It is looked at as soon as it was made.
    builds.build({})
    builds.clock.tick(-86_400)
    assert duties(builds).build_to_look_at() is None


def test_a_further_build_is_due_and_one_that_is_older_than_memory_is_not(builds: Lakeside) -> None:
    builds.build({})
    brief = builds.saved()
    assert duties(builds).build_to_look_at() == brief
    builds.clock.tick(29 * 86_400)
    assert duties(builds).build_to_look_at() is None


def to_build(here: World) -> datetime | None:
    return Duties(here.lake, here.clock()).tables_to_build([TABLE, "weather"])


def settled(here: World) -> datetime:
    """When the tables were made after which none has come for a while."""
    at = here.clock()
    here.clock.tick(SETTLED.total_seconds())
    return at


def test_a_first_build_follows_when_the_sources_tables_have_come_too(here: World) -> None:
    assert to_build(here) is None
    exported(here, 0)
    assert to_build(here) is None
    at = settled(here)
    assert to_build(here) == at


def test_a_further_build_follows_when_no_more_tables_come(here: World) -> None:
    exported(here, 0)
    made = Lakeside(here.lake, here.clock)
    made.saved()
    here.clock.tick(60)
    assert to_build(here) is None
    exported(here, 0, records=4)
    assert to_build(here) is None
    at = settled(here)
    assert to_build(here) == at
    made.saved()
    assert to_build(here) is None


def test_a_build_that_was_interrupted_is_made_up_for(here: World) -> None:
    exported(here, 0)
    at = settled(here)
    Lakeside(here.lake, here.clock).saved("interrupted")
    assert to_build(here) == at
    here.clock.tick(1)
    Lakeside(here.lake, here.clock).saved("parse")
    assert to_build(here) is None


def test_a_build_by_a_clock_that_was_ahead_keeps_no_other_back(here: World) -> None:
    here.clock.tick(366 * 86_400)
    Lakeside(here.lake, here.clock).saved()
    here.clock.tick(-366 * 86_400)
    exported(here, 0)
    at = settled(here)
    assert to_build(here) == at
