"""pipeline.sources.day_documents: last good data stay, and what is lost or damaged is written again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from pipeline.jsonlog import JsonLog
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.request import FetchRequest
from pipeline.sources.calendar import DayEntry
from pipeline.sources.protocol import Envelope, FetchedDay, Rejected, Span
from tests.conftest import Clock
from tests.sources.test_fetch import FIRST, Lab, Tides, lab  # noqa: F401 - the fixture

DAILY, RAW = keys.daily_key("tides", FIRST), keys.raw_key("tides", FIRST)
UNIT = Rejected(FIRST, "height", "1", "unknown unit")


@dataclass
class Harbours(Tides):
    """Tides of two harbours, as a test says: ``told`` changes what is fetched of a day."""

    told: Callable[[FetchedDay], FetchedDay] = field(default=lambda day: day)
    key_names: tuple[str, ...] = ("harbour", "date")

    def fetch(self, span: Span) -> Iterator[FetchedDay]:
        for day in span.days():
            yield self.told(self._harbours(day))

    def _harbours(self, day: date) -> FetchedDay:
        records = tuple(
            {"harbour": name, "date": day.isoformat(), "height_m": 3, "warm_c": 9} for name in ("east", "west")
        )
        return FetchedDay(day, (Envelope(self.name, "all", day, Clock()(), "v1", {"metres": [3, 3]}),), records)


@dataclass
class Desk:
    lab: Lab
    source: Harbours
    run_number: int = 0

    @property
    def lake(self) -> Lake:
        return self.lab.fetcher.lake

    def run(self, told: Callable[[FetchedDay], FetchedDay] = lambda day: day) -> DayEntry:
        self.source.told = told
        self.run_number += 1
        request = FetchRequest(f"r{self.run_number}", "tides", first=FIRST, last=FIRST)
        fetcher = replace(self.lab.fetcher, find=lambda name: self.source)
        fetcher.run(request, JsonLog("f", None, self.lab.lines.append), lambda: 900)
        return self.lab.calendar()[FIRST]

    def told(self) -> list[tuple[Any, Any]]:
        return [(record["height_m"], record["warm_c"]) for record in self.lab.records(DAILY)]

    def remove(self, key: str) -> None:
        for held in self.lake.s3.list_object_versions(Bucket=self.lake.bucket, Prefix=key).get("Versions", []):
            self.lake.s3.delete_object(Bucket=self.lake.bucket, Key=key, VersionId=held["VersionId"])

    def damage(self, key: str) -> None:
        self.lake.s3.put_object(Bucket=self.lake.bucket, Key=key, Body=b'{"export_meta')


@pytest.fixture
def desk(lab: Lab) -> Desk:  # noqa: F811
    return Desk(lab, Harbours())


def heights(*values: int | None, rejected: tuple[Rejected, ...] = ()) -> Callable[[FetchedDay], FetchedDay]:
    """The harbours' heights, and what was refused."""

    def told(day: FetchedDay) -> FetchedDay:
        records = tuple({**record, "height_m": value} for record, value in zip(day.records, values, strict=False))
        return replace(day, records=records, rejected=rejected)

    return told


def test_a_day_of_which_nothing_could_be_taken_keeps_its_document_and_names_what_was_refused(desk: Desk) -> None:
    desk.run()
    entry = desk.run(heights(rejected=(UNIT,)))
    assert (entry.state, entry.rejected, entry.records) == ("partial", (("height", "unknown unit"),), 2)
    assert desk.told() == [(3, 9), (3, 9)]


def test_a_first_day_of_which_nothing_could_be_taken_is_partial_and_not_missing(desk: Desk) -> None:
    entry = desk.run(heights(rejected=(UNIT,)))
    assert (entry.state, entry.has_document, entry.refused) == ("partial", False, 1)


@pytest.mark.parametrize("lost", [(None, 3), (3,)])
def test_a_value_lost_to_a_refusal_does_not_replace_the_good_one(desk: Desk, lost: tuple[int | None, ...]) -> None:
    desk.run()
    assert desk.run(heights(*lost, rejected=(UNIT,))).state == "partial"
    assert desk.told() == [(3, 9), (3, 9)]


def test_a_day_kept_so_is_replaced_once_the_provider_speaks_sense(desk: Desk) -> None:
    desk.run()
    desk.run(heights(None, 3, rejected=(UNIT,)))
    entry = desk.run(heights(4, 4))
    assert (entry.state, entry.rejected, desk.told()) == ("got", (), [(4, 9), (4, 9)])


def test_a_value_that_the_provider_takes_back_is_taken_back(desk: Desk) -> None:
    desk.run()
    unknown = Rejected(FIRST, "colour", "blue", "unknown field", takes_value=False)
    assert desk.run(heights(None, 5, rejected=(unknown,))).state == "got"
    assert desk.told() == [(None, 9), (5, 9)]


def test_a_refusal_that_costs_nothing_known_lets_a_correction_through(desk: Desk) -> None:
    desk.run()
    assert desk.run(heights(4, 5, rejected=(UNIT,))).state == "got"
    assert desk.told() == [(4, 9), (5, 9)]


@pytest.mark.parametrize("key", [DAILY, RAW])
@pytest.mark.parametrize("harm", [Desk.remove, Desk.damage])
@pytest.mark.parametrize("versions", ["Enabled", "Suspended"])
def test_a_document_that_is_gone_or_another_is_written_again(
    desk: Desk, key: str, harm: Callable[[Desk, str], None], versions: Any
) -> None:
    desk.lake.s3.put_bucket_versioning(Bucket=desk.lake.bucket, VersioningConfiguration={"Status": versions})
    desk.run()
    harm(desk, key)
    assert desk.run().state == "got"
    assert len(desk.lab.records(key)) == (2 if key == DAILY else 1)


def test_a_day_that_vanished_at_the_provider_and_in_the_lake_is_missing(desk: Desk) -> None:
    desk.run()
    desk.remove(DAILY)
    entry = desk.run(lambda day: FetchedDay(day.day, (), ()))
    assert (entry.state, entry.has_document) == ("missing", False)


def test_a_document_that_cannot_be_read_does_not_stand_in_the_way_of_a_worse_day(desk: Desk) -> None:
    desk.run()
    desk.remove(DAILY)
    assert desk.run(heights(None, 3, rejected=(UNIT,))).state == "got"
    assert desk.told() == [(None, 9), (3, 9)]


def test_a_day_that_stands_is_asked_of_s3_twice_and_written_by_nobody(desk: Desk) -> None:
    desk.run()
    asked: list[str] = []
    for name in ("HeadObject", "PutObject"):
        desk.lake.s3.meta.events.register(
            f"provide-client-params.s3.{name}", lambda params, model, **_: asked.append(f"{model.name} {params['Key']}")
        )
    desk.run()
    assert [one for one in asked if one.endswith((DAILY, RAW))] == [f"HeadObject {DAILY}", f"HeadObject {RAW}"]
