"""pipeline.check.content: what a document holds, read in a stream that is never held."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from pipeline.check.content import read_content
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.run import Run
from tests.support.lakes.old_lake import TABLE, metadata

DAY = date(2024, 2, 1)
NOW = datetime(2024, 2, 1, 12, tzinfo=UTC)


def stored(lake: Lake, records: list[dict[str, Any]]) -> Run:
    key = keys.export_key(TABLE, DAY)
    body = orjson.dumps({"export_metadata": metadata(DAY, len(records)), "data": records})
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=body)
    return Run("old", TABLE, DAY, NOW, NOW, key=key, legacy=True)


ONE, OTHER, OLD = {"PK": "a", "SK": 1}, {"PK": "a", "SK": 2}, {"id": "a"}


@pytest.mark.parametrize(
    ("records", "repeated"),
    [
        ([ONE, OTHER], 0),
        ([ONE, OTHER, ONE, ONE], 2),
        # A table that had other keys: nobody knows which, and nothing is said of them.
        ([OLD, OLD], 0),
        ([ONE, ONE, {"PK": "a"}], 0),
        ([{"PK": "a"}, ONE, ONE], 0),
    ],
)
def test_keys_are_compared_where_every_record_has_them(
    lake: Lake, records: list[dict[str, Any]], repeated: int
) -> None:
    assert read_content(lake, stored(lake, records), ("PK", "SK")).duplicates == repeated


def test_whoever_watches_is_told_of_every_byte(lake: Lake) -> None:
    seen: list[int] = []
    run = stored(lake, [{"PK": "a", "SK": n, "pad": "x" * 500} for n in range(2_000)])
    read_content(lake, run, None, seen.append)
    held = lake.head(run.key or "")
    assert held is not None and sum(seen) == held.size and len(seen) > 1
