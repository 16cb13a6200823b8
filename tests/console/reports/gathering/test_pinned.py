"""pipeline.console.reports.gathering.pinned and reading: what was read is read again at its version, nothing else."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from pipeline.aws import Cloud
from pipeline.console.reports.gathering.pinned import Objects
from pipeline.console.reports.gathering.reading import Reading
from pipeline.console.reports.told import Pin
from pipeline.errors import DataInvalid, NotFound, PipelineError, SchemaMismatch
from pipeline.lake.bucket import Lake
from tests.conftest import REGION

DAY = date(2026, 11, 29)


def put(lake: Lake, key: str, body: bytes) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=body)


def state(error: PipelineError) -> str:
    return error.state


def test_an_object_that_has_changed_since_is_read_as_it_was(lake: Lake) -> None:
    put(lake, "a", b"1")
    first = Reading(lake, 3)
    assert first.read("a") == b"1"
    put(lake, "a", b"2")
    again = Reading(lake, 3, first.pins)
    assert (again.read("a"), again.pins) == (b"1", first.pins)
    assert Reading(lake, 3).read("a") == b"2"


def test_what_came_later_is_not_there_and_what_was_not_there_stays_away(lake: Lake) -> None:
    put(lake, f"m/dt={DAY}/1.json", b"{}")
    first = Reading(lake, 0)
    listed = first.keys("m/", DAY, DAY)
    assert first.all(listed) and first.read("later") is None
    put(lake, f"m/dt={DAY}/0.json", b"{}")
    put(lake, "later", b"1")
    again = Reading(lake, 0, first.pins)
    assert (again.keys("m/", DAY, DAY), again.read("later")) == (listed, None)
    assert (again.lake.head("later"), again.lake.head(listed[0]) is None) == (None, False)


def test_keys_are_those_of_the_days_and_no_others(lake: Lake) -> None:
    keys = [f"m/dt=2026-11-{day}/x.json" for day in (27, 28, 29, 30)]
    for key in (*keys, "m/marks.json"):
        put(lake, key, b"{}")
    first = Reading(lake, 0)
    assert first.keys("m/", date(2026, 11, 28), DAY) == tuple(keys[1:3])
    first.all(keys)
    assert Reading(lake, 0, first.pins).keys("m/", date(2026, 11, 28), DAY) == tuple(keys[1:3])


def test_another_block_s_pins_are_its_own(lake: Lake) -> None:
    put(lake, "a", b"1")
    first = Reading(lake, 0)
    first.read("a")
    other = Reading(lake, 1, first.pins)
    assert other.again and other.read("a") is None


def test_a_version_that_is_no_more_is_told(lake: Lake) -> None:
    put(lake, "a", b"1")
    first = Reading(lake, 0)
    first.read("a")
    (pin,) = first.pins
    lake.s3.delete_object(Bucket=lake.bucket, Key="a", VersionId=str(pin.version_id))
    for read in (Reading.read, lambda reading, key: reading.lake.head(key)):
        with pytest.raises(NotFound) as told:
            read(Reading(lake, 0, first.pins), "a")
        assert state(told.value) == "report_version_gone"


def test_without_versions_what_has_changed_is_told_by_its_checksum(cloud: Cloud) -> None:
    name = f"lake-{uuid.uuid4().hex[:12]}"
    cloud.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    lake = Lake(cloud.s3, name)
    put(lake, "a", b"1")
    first = Reading(lake, 0)
    first.read("a")
    assert Reading(lake, 0, first.pins).read("a") == b"1"
    put(lake, "a", b"2")
    with pytest.raises(DataInvalid) as told:
        Reading(lake, 0, first.pins).read("a")
    assert state(told.value) == "report_version_changed"


def test_streams_and_pieces_are_of_the_pinned_version(lake: Lake) -> None:
    put(lake, "a", b"first")
    first = Reading(lake, 0)
    assert b"".join(first.lake.stream("a")) == b"first"
    put(lake, "a", b"other")
    assert first.lake.peek("a", "bytes=0-2")[0] == b"fir"
    again = Reading(lake, 0, first.pins)
    assert (b"".join(again.lake.stream("a")), again.lake.peek("a", "bytes=-2")[0]) == (b"first", b"st")


def test_a_stream_of_what_is_not_there_is_told(lake: Lake) -> None:
    with pytest.raises(NotFound):
        next(Reading(lake, 0).lake.stream("nothing"))


def test_two_blocks_of_one_report_see_one_version(lake: Lake) -> None:
    put(lake, "a", b"1")
    objects = Objects()
    one, other = Reading(lake, 0, objects=objects), Reading(lake, 1, objects=objects)
    assert one.read("a") == b"1"
    put(lake, "a", b"2")
    assert other.read("a") == b"1"
    assert one.pins[0].version_id == other.pins[0].version_id


def test_json_that_is_none_is_told_with_its_key(lake: Lake) -> None:
    put(lake, "a", b"{")
    with pytest.raises(SchemaMismatch) as told:
        Reading(lake, 0).json("a")
    assert told.value.facts["key"] == "a"


def test_a_fact_is_asked_once_and_told_again(lake: Lake) -> None:
    first = Reading(lake, 0)
    assert first.fact("table", lambda: "one") == "one"
    assert first.pins == (Pin(0, "fact:table", "one"),)
    again = Reading(lake, 0, first.pins)
    assert (again.fact("table", lambda: "other"), again.pins) == ("one", first.pins)


def test_a_fact_that_was_not_pinned_is_told(lake: Lake) -> None:
    with pytest.raises(NotFound) as told:
        Reading(lake, 0, ()).fact("table", lambda: "other")
    assert state(told.value) == "report_version_gone"


def test_pins_are_in_the_order_of_their_keys_however_they_were_read(lake: Lake) -> None:
    keys = [f"k{number:02}" for number in range(40)]
    for key in keys:
        put(lake, key, key.encode())
    reading = Reading(lake, 0)
    assert [body.decode() for _, body in reading.all(keys[::-1])] == keys[::-1]
    assert [pin.key for pin in reading.pins] == keys


def test_sql_is_told_in_the_order_that_it_was_asked_in(lake: Lake) -> None:
    reading = Reading(lake, 2)
    reading.ask("SELECT 2")
    reading.ask("SELECT 1", [("from", "x")])
    assert [(one.block, one.sql, one.parameters) for one in reading.asked] == [
        (2, "SELECT 2", ()),
        (2, "SELECT 1", (("from", "x"),)),
    ]
