"""pipeline.notices.looks.troubles: what is not over is kept once, whoever writes it, and read whatever stands there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import TROUBLES
from pipeline.notices.looks.run_notices import Trouble
from pipeline.notices.looks.troubles import MOST, Troubles

AT = datetime(2026, 11, 30, 5, tzinfo=UTC)
FAILED = Trouble("run_failed", "things", AT, "r1")
LATE = Trouble("run_late", "things", AT)


def put(lake: Lake, body: bytes) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=TROUBLES, Body=body)


def test_what_began_is_kept_until_it_is_over(lake: Lake) -> None:
    kept = Troubles(lake)
    kept.change([FAILED, LATE])
    kept.change([replace(FAILED, run_id="part", whole=False)])
    assert set(kept.load()) == {FAILED, LATE, replace(FAILED, run_id="part", whole=False)}
    kept.change(ended=[FAILED, LATE])
    assert [one.run_id for one in kept.load()] == ["part"]


def test_what_changes_nothing_writes_nothing(lake: Lake) -> None:
    Troubles(lake).change([FAILED])
    seen = lake.head(TROUBLES)
    Troubles(lake).change([FAILED], [LATE])
    assert seen == lake.head(TROUBLES)


def test_of_several_that_write_at_once_none_is_lost(lake: Lake) -> None:
    found = [replace(FAILED, run_id=f"r{number}") for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: Troubles(lake).change([one]), found))
    assert set(Troubles(lake).load()) == set(found)


def test_of_a_storm_the_newest_stay(lake: Lake) -> None:
    found = [replace(FAILED, run_id=f"r{n:04}", at=AT + timedelta(seconds=n)) for n in range(MOST + 5)]
    Troubles(lake).change(found)
    assert Troubles(lake).load() == tuple(found[5:])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"troubles": 5}', b'{"troubles": [5, {}, {"kind": "x"}]}'])
def test_what_is_no_list_of_them_holds_none_and_is_written_anew(lake: Lake, body: bytes) -> None:
    put(lake, body)
    assert Troubles(lake).load() == ()
    Troubles(lake).change([FAILED])
    assert Troubles(lake).load() == (FAILED,)


def test_an_odd_entry_keeps_no_other_back(lake: Lake) -> None:
    good = {"kind": "run_failed", "table": "things", "at": "2026-11-30T05:00:00Z", "run_id": "r1", "whole": True}
    odd = [good | {"kind": "boom"}, good | {"at": "soon"}, good | {"whole": 1}, good | {"at": None}, [], None]
    put(lake, orjson.dumps({"format": 1, "troubles": [*odd, good]}))
    assert Troubles(lake).load() == (FAILED,)
