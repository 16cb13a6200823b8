"""The seven planted faults, each alone among the sample's records: told by quality before anything was built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from pipeline.aws import Cloud
from pipeline.clock import utc_text
from pipeline.embedded.sample.items import items as sample_items
from pipeline.export.dynamodb_json import encode_record
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.sources.calendar import Calendar, DayEntry, SourceDays
from pipeline.sources.config import SourceEntry
from tests.analysis.quality.test_sources import PLACE
from tests.analysis.quality.world import World, told, world
from tests.conftest import Clock

Item = dict[str, Any]
Plant = Callable[["Sample"], None]


class Sample:
    """A person's records in a lake, a day after the other; a fault changes what is exported."""

    def __init__(self, here: World) -> None:
        self.here, self.more = here, 0
        self.items = [dict(item) for item in sample_items(here.day) if "akari" in f"{item['PK']} {item['SK']}"]

    def of(self, kind: str) -> Item:
        return next(item for item in self.items if item["entity_type"] == kind)

    def export(self) -> None:
        at, serialize = self.here.clock(), TypeSerializer().serialize
        encoded = partial(encode_record, exported_at=utc_text(at), key_names=("PK", "SK"))
        lines = [encoded({name: serialize(value) for name, value in item.items()}) for item in self.items]
        run = self.here.shop.publish(lines, at, f"e-{at.date()}", len(lines) + self.more)
        if not self.more:
            self.here.shop.convert(f"t-{run.run_id}", at.date())

    def fetched(self, hours_ago: int = 0) -> None:
        """The weather came, and at no other time."""
        lake, at = self.here.lake, self.here.clock() - timedelta(hours=hours_ago)
        lake.s3.delete_object(Bucket=lake.bucket, Key=keys.source_days_key("weather", at.year))
        entries = {at.date(): DayEntry("got", "r1", at, 1, 9, "sum")}
        SourceDays(lake).save(Calendar("weather", entries, {}), entries)


@pytest.fixture
def records(cloud: Cloud, lake: Lake, clock: Clock, tmp_path: Path) -> Iterator[Sample]:
    """A day without a fault has been looked at, and the next one has come."""
    here = world(cloud, lake, clock, tmp_path)
    configs = here.inspection.sources.configs
    seen = configs.load()
    configs.change(seen, seen.with_entry(SourceEntry("weather", "weather", options={"places": [PLACE]})), "p", "add")
    made = Sample(here)
    made.fetched()
    made.export()
    assert told(here.look()) == set()
    here.tomorrow()
    yield made


def duplicate_user(records: Sample) -> None:
    records.items.append({**records.of("user"), "name": "Somebody"})


def unknown_entity(records: Sample) -> None:
    records.items.append({**records.of("mood"), "SK": "GADGET#1", "entity_type": "gadget"})


def missing_day(records: Sample) -> None:
    records.here.tomorrow()
    records.fetched()


def late_source(records: Sample) -> None:
    records.fetched(hours_ago=37)


def wrong_head(records: Sample) -> None:
    records.more = 1


def out_of_range(records: Sample) -> None:
    records.of("session")["focus_level"] = Decimal(11)


def orphan_session(records: Sample) -> None:
    records.of("session")["small_task_id"] = "gone"


FAULTS: dict[Plant, set[tuple[str, str]]] = {
    duplicate_user: {("duplicate_keys", "pk, sk")},
    unknown_entity: {("entity_new", "gadget")},
    missing_day: {("missing_day", "2024-02-02")},
    late_source: {("late_source", "weather")},
    wrong_head: {("count_differs", "*"), ("no_tables", "*")},
    out_of_range: {("out_of_range", "session.focus_level")},
    orphan_session: {("orphans", "session.small_task_id")},
}


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_told_by_its_own_check_and_by_no_other(records: Sample, plant: Plant) -> None:
    records.fetched()
    plant(records)
    records.export()
    found = records.here.look()
    assert told(found) == FAULTS[plant]
    assert {one.kind for one in found.changes} == {"new"}


def test_a_day_without_a_fault_has_none(records: Sample) -> None:
    records.fetched()
    records.export()
    assert told(records.here.look()) == set()
