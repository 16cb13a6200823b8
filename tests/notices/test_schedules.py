"""pipeline.notices.schedules: what the function reads, whoever writes it at once, and whatever somebody puts there."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.errors import DataInvalid, ExternalApiDown, SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import SCHEDULES
from pipeline.notices.moments import next_due
from pipeline.notices.schedules import TRIES, Scheduled, Schedules

SINCE = datetime(2026, 11, 29, tzinfo=UTC)
WEEKLY = Scheduled("weekly", "週次", ("monday", 15, "last"), "09:00", "Asia/Tokyo", SINCE)
ENTRY = {
    "name": "weekly",
    "title": "週次",
    "days": ["monday", 15, "last"],
    "at": "09:00",
    "zone": "Asia/Tokyo",
    "since": "2026-11-29T00:00:00Z",
}


def plant(lake: Lake, body: bytes) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=SCHEDULES, Body=body)


def index(*entries: Any) -> bytes:
    return json.dumps({"format": 1, "reports": entries}).encode()


def test_nothing_is_due_before_anybody_wanted_it(lake: Lake) -> None:
    assert Schedules(lake).load() == ()


def test_a_schedule_comes_back_as_it_was_put(lake: Lake) -> None:
    Schedules(lake).put("weekly", WEEKLY)
    assert Schedules(lake).load() == (WEEKLY,)
    stored = lake.read_json(SCHEDULES)
    assert stored and stored[0] == {"format": 1, "reports": [ENTRY]}
    assert next_due(WEEKLY, SINCE) == datetime(2026, 11, 30, tzinfo=UTC)


def test_they_stand_by_name_and_each_once(lake: Lake) -> None:
    for name in ("b", "a", "c", "a"):
        Schedules(lake).put(name, replace(WEEKLY, name=name))
    assert [one.name for one in Schedules(lake).load()] == ["a", "b", "c"]


def test_none_takes_one_away_and_leaves_the_others(lake: Lake) -> None:
    for name in ("a", "b"):
        Schedules(lake).put(name, replace(WEEKLY, name=name))
    Schedules(lake).put("a", None)
    Schedules(lake).put("never-there", None)
    assert [one.name for one in Schedules(lake).load()] == ["b"]


def test_what_is_so_already_is_not_written_again(lake: Lake) -> None:
    Schedules(lake).put("weekly", WEEKLY)
    before = lake.head(SCHEDULES)
    Schedules(lake).put("weekly", WEEKLY)
    assert before and lake.head(SCHEDULES) == before


def test_of_many_who_write_at_once_none_is_lost(lake: Lake) -> None:
    names = [f"report-{number}" for number in range(8)]
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: Schedules(lake).put(name, replace(WEEKLY, name=name)), names))
    assert [one.name for one in Schedules(lake).load()] == names


def test_who_is_slower_decides_again_on_what_is_there_then(lake: Lake) -> None:
    known: list[Scheduled | None] = []
    theirs = replace(WEEKLY, title="theirs")

    def decide(found: Scheduled | None) -> Scheduled:
        known.append(found)
        if len(known) == 1:
            Schedules(lake).put("weekly", theirs)
        return WEEKLY

    Schedules(lake).change("weekly", decide)
    assert known == [None, theirs]
    assert Schedules(lake).load() == (WEEKLY,)


def test_who_is_slower_each_time_is_told(lake: Lake) -> None:
    others = iter(range(TRIES))

    def decide(found: Scheduled | None) -> Scheduled:
        Schedules(lake).put("other", replace(WEEKLY, name="other", title=str(next(others))))
        return WEEKLY

    with pytest.raises(ExternalApiDown):
        Schedules(lake).change("weekly", decide)
    assert [one.name for one in Schedules(lake).load()] == ["other"]


@pytest.mark.parametrize("name", ["", "..", "Weekly", "a/b", "x" * 61])
def test_nothing_is_put_under_a_name_that_is_none(lake: Lake, name: str) -> None:
    with pytest.raises(DataInvalid):
        Schedules(lake).put(name, None)


@pytest.mark.parametrize(
    "bad",
    [
        {"name": "../x"},
        {"name": 3},
        {"title": None},
        {"title": "x" * 201},
        {"days": []},
        {"days": "monday"},
        {"days": [32]},
        {"days": [1.5]},
        {"days": [None]},
        {"days": ["every"] * 41},
        {"at": "25:00"},
        {"at": "09:00+09:00"},
        {"at": 870},
        {"zone": "Mars/Base"},
        {"zone": "../etc/passwd"},
        {"zone": "Asia"},
        {"since": "yesterday"},
        {"since": None},
    ],
)
def test_an_entry_that_means_nothing_keeps_no_other_from_being_due(lake: Lake, bad: dict[str, Any]) -> None:
    plant(lake, index({**ENTRY, "name": "broken", **bad}, "no entry", None, [], ENTRY))
    assert Schedules(lake).load() == (WEEKLY,)


def test_a_name_that_stands_twice_is_the_first(lake: Lake) -> None:
    plant(lake, index(ENTRY, {**ENTRY, "at": "10:00"}))
    assert Schedules(lake).load() == (WEEKLY,)


def test_no_more_are_read_than_there_may_be(lake: Lake) -> None:
    plant(lake, index(*({**ENTRY, "name": f"report-{number}"} for number in range(1100))))
    assert len(Schedules(lake).load()) == 1000


@pytest.mark.parametrize(
    "body", [b"", b"no json", b"[]", b"null", b'{"format": 2, "reports": []}', b'{"format": 1}', b"\xff"]
)
def test_an_object_that_is_no_index_is_told(lake: Lake, body: bytes) -> None:
    plant(lake, body)
    with pytest.raises(SchemaMismatch) as caught:
        Schedules(lake).load()
    assert (caught.value.state, caught.value.facts["key"]) == ("schedules_unread", SCHEDULES)


def test_times_are_the_same_whatever_the_title_and_since_when() -> None:
    assert WEEKLY.same_times(replace(WEEKLY, title="x", since=SINCE + timedelta(days=1)))
    assert not WEEKLY.same_times(replace(WEEKLY, at="10:00"))
