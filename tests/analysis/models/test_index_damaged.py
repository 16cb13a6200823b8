"""An index of builds that somebody has spoiled: refused by name, begun anew by the next build, and never in its way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.analysis.models.builds import OUR_PROJECT, Brief, Build, Builds
from pipeline.analysis.models.standing import Tally
from pipeline.errors import SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.lake.model_keys import builds_index_key

AT = datetime(2026, 11, 30, tzinfo=UTC)
BRIEF = Brief("run-1", AT.date(), AT, 1.0, "manual", "good", Tally(ok=1), Tally(ok=1), 1.0, published=True)
WRITTEN: dict[str, Any] = {
    "run_id": "run-0",
    "day": "2026-11-29",
    "started_at": "2026-11-29T00:00:00Z",
    "seconds": 1.0,
    "trigger": "manual",
    "level": "good",
    "models": {},
    "tests": {},
    "share": 1.0,
    "published": True,
}


def index_of(**changes: Any) -> bytes:
    return json.dumps({"builds": [{**WRITTEN, **changes}]}).encode()


SPOILED = {
    "no JSON": b"\x00\xff",
    "cut off": index_of()[:40],
    "empty": b"",
    "a list": b"[]",
    "a time without its zone": index_of(started_at="2026-11-29T00:00:00"),
    "a time before all times": index_of(started_at="0001-01-01T00:00:00Z"),
    "a time after all times": index_of(started_at="9999-12-31T23:59:59Z"),
    "seconds without end": index_of(seconds="inf"),
    "a run that is a path": index_of(run_id="../../x"),
    "a share that is no number": index_of(share="nan"),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_index_is_refused_and_the_next_build_begins_it_anew(lake: Lake, how: str) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=builds_index_key(OUR_PROJECT), Body=SPOILED[how])
    with pytest.raises(SchemaMismatch):
        Builds(lake).index()
    Builds(lake).save(Build(BRIEF))
    assert Builds(lake).index().builds == (BRIEF,)


def test_what_others_have_told_stays(lake: Lake) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=builds_index_key(OUR_PROJECT), Body=index_of())
    Builds(lake).save(Build(BRIEF))
    assert [one.run_id for one in Builds(lake).index().builds] == ["run-1", "run-0"]


def test_a_build_that_stands_twice_is_one(lake: Lake) -> None:
    body = json.dumps({"builds": [WRITTEN, WRITTEN, {**WRITTEN, "run_id": "run-2"}]})
    lake.s3.put_object(Bucket=lake.bucket, Key=builds_index_key(OUR_PROJECT), Body=body.encode())
    assert [one.run_id for one in Builds(lake).index().builds] == ["run-0", "run-2"]
