"""pipeline.analysis.query.kept.past: a person's own history of queries, newest first, nobody else's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.analysis.query.kept import past
from pipeline.analysis.query.kept.past import Asked, Past
from pipeline.lake import keys
from pipeline.lake.bucket import MAX_SMALL_OBJECT, Lake

NOW = datetime(2026, 11, 30, 4, tzinfo=UTC)
ONE = Asked(NOW, "select 1", "server", 1, 0.25)
ME = "花子@example.com"


@pytest.fixture
def history(lake: Lake) -> Past:
    return Past(lake)


def test_what_was_asked_comes_back_newest_first(history: Past) -> None:
    later = Asked(NOW + timedelta(minutes=1), "select 2", "athena", None, 0.0, "E003")
    history.add(ME, ONE)
    history.add(ME, later)
    assert history.of(ME) == (later, ONE)


def test_the_same_sql_stands_there_once(history: Past) -> None:
    again = replace(ONE, at=NOW + timedelta(hours=1))
    for one in (ONE, replace(ONE, sql="select 2"), again):
        history.add(ME, one)
    assert [one.sql for one in history.of(ME)] == ["select 1", "select 2"]
    assert history.of(ME)[0] == again


def test_nobody_sees_another_s_and_no_key_tells_a_name(lake: Lake, history: Past) -> None:
    history.add(ME, ONE)
    assert history.of("taro@example.com") == ()
    written = [one.key for one in lake.list_after(keys.QUERIES, "")]
    assert len(written) == 1 and "example" not in written[0]


def test_the_oldest_ones_go(lake: Lake) -> None:
    history = Past(lake, most=2)
    for number in range(3):
        history.add(ME, replace(ONE, sql=f"select {number}"))
    assert [one.sql for one in history.of(ME)] == ["select 2", "select 1"]


def test_together_they_stay_small_enough_to_be_read_again(lake: Lake) -> None:
    history = Past(lake, most_bytes=30)
    for number in range(4):
        history.add(ME, replace(ONE, sql=f"select {number}"))
    assert len(history.of(ME)) == 3


def test_a_long_text_is_kept_by_its_beginning(history: Past) -> None:
    history.add(ME, replace(ONE, sql="x" * (past.MOST_LETTERS + 5)))
    assert history.of(ME)[0].sql == "x" * past.MOST_LETTERS


def test_it_can_be_cleared(history: Past) -> None:
    history.add(ME, ONE)
    history.clear(ME)
    assert history.of(ME) == ()
    history.add(ME, ONE)
    assert history.of(ME) == (ONE,)


def test_of_two_tabs_at_once_neither_loses_a_line(lake: Lake) -> None:
    history = Past(lake, tries=50)
    asked = [replace(ONE, sql=f"select {number:02}") for number in range(10)]
    with ThreadPoolExecutor(5) as together:
        list(together.map(lambda one: history.add(ME, one), asked))
    assert sorted(one.sql for one in history.of(ME)) == [one.sql for one in asked]


def line(**more: Any) -> dict[str, Any]:
    return {"version": 1, "asked": [ONE.to_json() | more]}


@pytest.mark.parametrize(
    "raw",
    [
        [],
        {"version": 9, "asked": []},
        {"version": 1, "asked": [{"at": 1}]},
        line(rows="1180591620717411303424"),
        line(rows=1e300),
        line(rows=-1),
        line(seconds="inf"),
        line(seconds=None),
    ],
)
def test_a_damaged_history_begins_anew(lake: Lake, history: Past, raw: Any) -> None:
    history.add(ME, ONE)
    (key,) = [one.key for one in lake.list_after(keys.QUERIES, "")]
    stored = lake.read_json(key)
    assert stored
    lake.write_json(key, raw, stored[1])
    assert history.of(ME) == ()
    history.add(ME, ONE)
    assert history.of(ME) == (ONE,)


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[" * 2000, b'{"version": 1e999}', b" " * (MAX_SMALL_OBJECT + 1)])
def test_what_is_no_object_of_ours_begins_anew_and_can_be_cleared(lake: Lake, history: Past, body: bytes) -> None:
    for action in (lambda: history.clear(ME), lambda: history.add(ME, ONE)):
        history.add(ME, ONE)
        (key,) = [one.key for one in lake.list_after(keys.QUERIES, "")]
        lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=body)
        assert history.of(ME) == ()
        action()
    assert history.of(ME) == (ONE,)


def test_a_hundred_of_the_longest_are_written_whatever_their_letters(history: Past) -> None:
    for number in range(past.MOST_ASKED):
        history.add(ME, replace(ONE, sql=f"{number} " + "\x01" * past.MOST_LETTERS))
    assert history.of(ME)[0].sql.startswith("99 ")
