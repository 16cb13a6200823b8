"""pipeline.sources.calendar: a calendar can always be read again, and one that is none is said to be none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest

from pipeline.errors import DataInvalid, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import MAX_SMALL_OBJECT, Lake
from pipeline.runs.run import RunError
from pipeline.sources.calendar import Calendar, DayEntry, SourceDays, bounded

AT = datetime(2024, 2, 1, tzinfo=UTC)
DAY = date(2024, 1, 2)
GOT = DayEntry("got", "r1", AT, 1, 9, "sum", "version", "digest", (("colour", "unknown field"),), None, 8, "raw", 1)
KEY = keys.source_days_key("tides", 2024)


def saved(lake: Lake, entries: dict[date, DayEntry]) -> Calendar:
    return SourceDays(lake).save(Calendar("tides", entries, {}), entries)


def test_what_is_written_is_read_back(lake: Lake) -> None:
    failed = GOT.failed(RunError("E006", "down"), "r2", AT)
    days = {DAY: GOT, DAY + timedelta(days=1): failed, DAY + timedelta(days=366): DayEntry("missing", "r1", AT)}
    saved(lake, days)
    assert SourceDays(lake).load("tides", DAY, date(2025, 12, 31)).days == days


def test_only_the_years_that_are_named_are_read(lake: Lake) -> None:
    saved(lake, {DAY: GOT, date(2022, 1, 1): GOT, date(2020, 1, 1): GOT})
    assert sorted(SourceDays(lake).load_years("tides", (2020, 2024)).days) == [date(2020, 1, 1), DAY]


def test_of_many_rejected_fields_fifty_are_kept_and_the_others_are_counted() -> None:
    kept = bounded(("field", "why") for _ in range(450))
    assert kept == (*(("field", "why"),) * 50, ("…", "and 400 more"))


def test_few_rejected_fields_are_kept_as_they_are() -> None:
    assert bounded([("field", "why")] * 50) == (("field", "why"),) * 50


def test_long_names_and_reasons_are_cut() -> None:
    ((field, why),) = bounded([("x" * 1_500_000, "y" * 201)])
    assert (len(field), len(why), field[-1], why[-2:]) == (200, 200, "…", "y…")


def test_a_year_at_every_limit_can_be_read_again(lake: Lake) -> None:
    worst = [("\x00" * 300, "\x00" * 300), *[("漢" * 300, "字" * 300)] * 400]
    entry = replace(GOT, rejected=bounded(worst), refused=401, run_id="r" * 100, version_id="v" * 100)
    entry = entry.failed(RunError("E010", "漢" * 5000), "r2", AT)
    days = {date(2024, 1, 1) + timedelta(days=more): entry for more in range(366)}
    saved(lake, days)
    assert SourceDays(lake).load("tides", DAY, DAY).days == days


def test_a_year_too_large_to_be_read_again_is_not_written(lake: Lake) -> None:
    saved(lake, {DAY: GOT})
    with pytest.raises(DataInvalid, match=f"{KEY}: .* more than the {MAX_SMALL_OBJECT} that can be read again"):
        saved(lake, {DAY: replace(GOT, rejected=(("x" * MAX_SMALL_OBJECT, "why"),))})
    assert SourceDays(lake).load("tides", DAY, DAY).days == {DAY: GOT}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("records", 1e30),
        ("records", -5),
        ("records", True),
        ("size", 10.0**30),
        ("size", 2**53 + 1),
        ("raw_size", "9"),
        ("version_id", [1]),
        ("version_id", 5),
        ("checksum", {}),
        ("rejected", [1]),
        ("fetched_at", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_facts_that_cannot_be_are_a_mismatch_that_names_the_calendar(lake: Lake, name: str, value: Any) -> None:
    entry = {"state": "got", "run_id": "r1", "fetched_at": "2024-02-01T00:00:00Z", name: value}
    lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=orjson.dumps({"days": {DAY.isoformat(): entry}}))
    with pytest.raises(SchemaMismatch, match="not a calendar"):
        SourceDays(lake).load("tides", DAY, DAY)


def test_calendars_of_before_the_raw_answers_were_noted_are_read(lake: Lake) -> None:
    entry = {"state": "got", "run_id": "r1", "fetched_at": "2024-02-01T00:00:00Z", "rejected": [["a", "b"]]}
    lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=orjson.dumps({"days": {DAY.isoformat(): entry}}))
    found = SourceDays(lake).load("tides", DAY, DAY).days[DAY]
    assert (found.refused, found.raw_size, found.version_id) == (1, 0, None)


GOOD = {"state": "got", "run_id": "r1", "fetched_at": "2024-01-03T00:00:00Z", "records": 1, "checksum": "sum"}


def put(lake: Lake, body: bytes) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=body)


def calendar(day: str = DAY.isoformat(), **fields: Any) -> bytes:
    return orjson.dumps({"source": "tides", "days": {day: GOOD | fields}})


@pytest.mark.parametrize(
    "body",
    [
        calendar(records=1e30),
        calendar(records=-5),
        calendar(size=1e30),
        calendar(version_id=[1]),
        calendar(version_id=5),
        calendar(fetched_at="0001-01-01T00:00:00+14:00"),
        calendar(error={"code": "E006", "message": "m", "until": "0001-01-01T00:00:00+14:00"}),
        calendar(day="9999-12-31"),
        calendar(state="lost"),
        b'{"days":' + b"[" * 1000 + b"]" * 1000 + b"}",
        b"[]",
        b"",
    ],
)
def test_a_calendar_that_says_what_no_day_can_is_named(lake: Lake, body: bytes) -> None:
    put(lake, body)
    with pytest.raises(SchemaMismatch) as caught:
        SourceDays(lake).load("tides", DAY, DAY)
    assert caught.value.facts["key"] == KEY
