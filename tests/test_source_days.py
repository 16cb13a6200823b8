"""pipeline.source_days: a calendar that says what no day can is named, and reading it never breaks anything else."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest

from pipeline import layout
from pipeline.errors import SchemaMismatch
from pipeline.source_days import SourceDays
from pipeline.store import Lake

DAY = date(2024, 1, 2)
KEY = layout.source_days_key("tides", 2024)
GOOD = {"state": "got", "run_id": "r1", "fetched_at": "2024-01-03T00:00:00Z", "records": 1, "checksum": "sum"}


def put(lake: Lake, body: bytes) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=body)


def calendar(day: str = DAY.isoformat(), **fields: Any) -> bytes:
    return orjson.dumps({"source": "tides", "days": {day: GOOD | fields}})


def test_a_good_day_is_read(lake: Lake) -> None:
    put(lake, calendar())
    assert SourceDays(lake).load("tides", DAY, DAY).days[DAY].records == 1


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
