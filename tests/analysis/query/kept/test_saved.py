"""pipeline.analysis.query.kept.saved: named queries for everybody; nobody's change is lost to another's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.analysis.query.kept.saved import KEY, SavedQueries
from pipeline.errors import DataInvalid, NotFound, PipelineError, SchemaMismatch
from pipeline.lake.bucket import Lake

NOW = datetime(2026, 11, 30, 4, tzinfo=UTC)


@pytest.fixture
def shelf(lake: Lake) -> SavedQueries:
    return SavedQueries(lake, lambda: NOW)


def situation(action: Callable[[], Any]) -> str:
    with pytest.raises(PipelineError) as met:
        action()
    return met.value.facts.get("situation", "")


def test_a_saved_query_is_found_by_its_name_and_by_its_id(shelf: SavedQueries) -> None:
    made = shelf.save("週のまとめ", "select {{day}}", {"day": "2026-11-30"}, "a@example.com")
    assert shelf.named("週のまとめ") == shelf.named(made.id) == made
    assert (made.version, made.by, made.at, dict(made.parameters)) == (1, "a@example.com", NOW, {"day": "2026-11-30"})


def test_they_are_listed_by_name(shelf: SavedQueries) -> None:
    for name in ("b", "a", "c"):
        shelf.save(name, "select 1", {}, "a")
    assert [one.name for one in shelf.all()] == ["a", "b", "c"]


def test_nothing_was_saved_yet(shelf: SavedQueries) -> None:
    assert shelf.all() == ()
    with pytest.raises(NotFound):
        shelf.named("none")


def test_a_change_counts_its_version_and_keeps_the_id(shelf: SavedQueries) -> None:
    first = shelf.save("a", "select 1", {}, "one")
    second = shelf.save("b", "select 2", {}, "two", first)
    assert (second.id, second.version, second.by) == (first.id, 2, "two")
    assert [one.name for one in shelf.all()] == ["b"]


def test_a_change_of_what_was_changed_meanwhile_is_refused(shelf: SavedQueries) -> None:
    first = shelf.save("a", "select 1", {}, "one")
    shelf.save("a", "select 2", {}, "two", first)
    assert situation(lambda: shelf.save("a", "select 3", {}, "three", first)) == "query_changed"
    assert situation(lambda: shelf.remove(first)) == "query_changed"
    assert shelf.named("a").sql == "select 2"


def test_a_change_of_what_was_removed_meanwhile_is_refused(shelf: SavedQueries) -> None:
    first = shelf.save("a", "select 1", {}, "one")
    shelf.remove(first)
    assert shelf.all() == ()
    assert situation(lambda: shelf.save("a", "select 2", {}, "two", first)) == "query_changed"


def test_a_name_is_one_query_s(shelf: SavedQueries) -> None:
    shelf.save("a", "select 1", {}, "one")
    assert situation(lambda: shelf.save(" a ", "select 2", {}, "two")) == "query_taken"


@pytest.mark.parametrize(
    ("name", "sql"),
    [("", "select 1"), (" ", "select 1"), ("a\nb", "select 1"), ("x" * 101, "select 1"), ("a", ""), ("a", " \n")]
    + [("a", "select 1\0"), ("a", "s" * 10_001)],
)
def test_a_name_or_sql_that_cannot_be_kept_is_refused(shelf: SavedQueries, name: str, sql: str) -> None:
    assert situation(lambda: shelf.save(name, sql, {}, "one")) == "query_name"
    assert shelf.all() == ()


@pytest.mark.parametrize("parameters", [{"a b": "1"}, {"a": "x" * 1001}, {f"p{n}": "1" for n in range(51)}])
def test_parameters_that_no_sql_can_have_are_refused(shelf: SavedQueries, parameters: dict[str, str]) -> None:
    with pytest.raises(DataInvalid):
        shelf.save("a", "select 1", parameters, "one")


def test_a_full_shelf_says_so_and_takes_changes(lake: Lake) -> None:
    shelf = SavedQueries(lake, lambda: NOW, most=2)
    first = shelf.save("a", "select 1", {}, "one")
    shelf.save("b", "select 1", {}, "one")
    assert situation(lambda: shelf.save("c", "select 1", {}, "one")) == "query_shelf_full"
    assert shelf.save("a", "select 2", {}, "one", first).version == 2


def test_of_many_who_save_at_once_none_is_lost(lake: Lake) -> None:
    shelf = SavedQueries(lake, lambda: NOW, tries=50)
    names = [f"query {number:02}" for number in range(12)]
    with ThreadPoolExecutor(6) as together:
        list(together.map(lambda name: shelf.save(name, "select 1", {}, "one"), names))
    assert [one.name for one in shelf.all()] == names


@pytest.mark.parametrize("raw", [[], {"version": 2, "queries": []}, {"version": 1, "queries": [{}]}, {"version": 1}])
def test_an_object_of_another_shape_is_said_and_never_written_over(lake: Lake, shelf: SavedQueries, raw: Any) -> None:
    lake.write_json(KEY, raw, None)
    with pytest.raises(SchemaMismatch):
        shelf.save("a", "select 1", {}, "one")
    stored = lake.read_json(KEY)
    assert stored and stored[0] == raw


def test_an_id_is_its_query_s_though_another_one_is_called_like_it(shelf: SavedQueries) -> None:
    made = shelf.save("weekly", "select 1", {}, "one")
    shelf.save(made.id, "select 2", {}, "two")
    assert shelf.named(made.id) == made


@pytest.mark.parametrize(
    ("sql", "parameters"), [("\x01" * 9990, {}), ("select 1", {f"p{number}": "😀" * 1000 for number in range(50)})]
)
def test_a_shelf_of_the_longest_is_full_before_it_cannot_be_written(
    shelf: SavedQueries, sql: str, parameters: dict[str, str]
) -> None:
    def fill() -> None:
        for number in range(100):
            shelf.save(f"{number}", sql, parameters, "me")

    assert situation(fill) == "query_shelf_full"


@pytest.mark.parametrize("version", [True, 1.0, "1", None, -1, 2**63, 2**64 - 1])
def test_a_version_that_is_no_count_is_told(lake: Lake, shelf: SavedQueries, version: object) -> None:
    made = shelf.save("a", "select 1", {}, "me")
    stored = lake.read_json(KEY)
    assert stored
    lake.write_json(KEY, {"version": 1, "queries": [made.to_json() | {"version": version}]}, stored[1])
    with pytest.raises(SchemaMismatch):
        shelf.all()
