"""pipeline.lake.answers: the time that S3 tells, whatever it is worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.lake.answers import time_there
from pipeline.lake.bucket import Lake


def dated(header: Any) -> dict[str, Any]:
    return {"ResponseMetadata": {"HTTPHeaders": {"date": header}}}


@pytest.mark.parametrize(
    "header", ["Fri, 27 Nov 2026 21:00:05 GMT", "Fri, 27 Nov 2026 21:00:05 -0000", "Sat, 28 Nov 2026 06:00:05 +0900"]
)
def test_the_time_of_an_answer_is_read_in_utc(header: str) -> None:
    assert time_there(dated(header)) == datetime(2026, 11, 27, 21, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize("header", ["", "soon", "Fri, 31 Feb 2026 21:00:05 GMT", "Thu, 01 Jan 1801 00:00:00 GMT", None])
def test_an_answer_without_a_time_that_can_be_believed_tells_none(header: Any) -> None:
    assert time_there(dated(header)) is None
    assert time_there({}) is None


def test_a_small_object_is_written_with_the_time_of_the_store(lake: Lake) -> None:
    written = lake.put_json("metadata/x.json", {"a": 1}, None)
    assert written.at and abs(datetime.now(UTC) - written.at) < timedelta(seconds=10)
    assert written.etag == lake.write_json("metadata/x.json", {"a": 1}, None)
