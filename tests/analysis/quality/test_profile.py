"""pipeline.analysis.quality.profile: the SQL's figures equal plain Python's, whatever names and values there are."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline.analysis.quality import profile as profiles
from pipeline.analysis.quality.expectations import Expectations, Range, Reference, expectations, parsed
from pipeline.analysis.quality.profile import Profile, profiled
from pipeline.analysis.query.face import Watch
from pipeline.lake.bucket import Lake
from tests.analysis.query.days import engine, stored

EXPECTED = Expectations(
    (Range("session", "focus", 1, 10), Range("mood", "focus", 0, 2)), (Reference("session", "task", "T#"),)
)


def rows(*records: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """As ``all_records`` has them: kind and record; keys count up."""
    named = ((number, entity, record) for number, (entity, record) in enumerate(records))
    return [
        {"pk": "p", "sk": record.get("SK", f"S#{number}"), "entity": entity, "record": json.dumps(record)}
        for number, entity, record in named
    ]


def made(lake: Lake, folder: Path, *records: tuple[str, dict[str, Any]]) -> Profile:
    manifest = stored(lake, {"all_records": rows(*records)})
    return profiled(engine(lake, folder), manifest, EXPECTED, Watch())


RECORDS: list[tuple[str, dict[str, Any]]] = [
    ("session", {"focus": 3, "task": "1", "note": "x"}),
    ("session", {"focus": 11.5, "task": "2", "note": None}),
    ("session", {"focus": None}),
    ("session", {"focus": "high", "list": [1], "map": {"a": 1}, "flag": True}),
    ("session", {"focus": 0, "task": "gone"}),
    ("mood", {"focus": 2}),
    ("mood", {"focus": -(2**70), "big": 12345678901234567890123456789012345678}),
    ("task", {"SK": "T#1"}),
    ("task", {"SK": "T#2"}),
    ("", {"we\"ird.'k": 1, "": 2, "日本語": "x", "$[0]": 1}),
    ("'; drop table all_records; --", {"a": 1}),
]


def test_the_figures_are_those_of_the_records(lake: Lake, tmp_path: Path) -> None:
    found = made(lake, tmp_path, *RECORDS)
    assert (found.records, found.duplicates, found.cut) == (len(RECORDS), 0, False)
    assert found.entities == dict(sorted(Counter(entity for entity, _ in RECORDS).items()))
    values: dict[tuple[str, str], list[Any]] = {}
    for entity, record in RECORDS:
        for name, value in record.items():
            values.setdefault((entity, name), []).append(value)
    assert set(found.columns) == set(values)
    for names, column in found.columns.items():
        numbers = [float(value) for value in values[names] if type(value) in {int, float}]
        assert (column.present, column.nulls) == (len(values[names]), values[names].count(None))
        assert (column.low, column.high) == ((min(numbers), max(numbers)) if numbers else (None, None))


def test_types_bounds_and_references_are_told(lake: Lake, tmp_path: Path) -> None:
    found = made(lake, tmp_path, *RECORDS)
    assert found.columns["session", "focus"].types == ("decimal", "integer", "text")
    types = {name: found.columns["session", name].types for name in ("list", "map", "flag", "note")}
    assert types == {"list": ("list",), "map": ("object",), "flag": ("boolean",), "note": ("text",)}
    assert (found.columns["session", "focus"].outside, found.columns["mood", "focus"].outside) == (2, 1)
    assert found.orphans == {("session", "task"): 1}
    assert found.null_rate("session", "focus") == 1 / 5 and found.null_rate("session", "task") == 2 / 5


def test_keys_that_stand_more_than_once_are_counted_by_key(lake: Lake, tmp_path: Path) -> None:
    twice = [("user", {"SK": "a"}), ("user", {"SK": "a"}), ("user", {"SK": "a"}), ("user", {"SK": "b"})]
    assert made(lake, tmp_path, *twice, ("user", {"SK": "b"}), ("user", {"SK": "c"})).duplicates == 2


def test_a_table_without_records_has_a_profile(lake: Lake, tmp_path: Path) -> None:
    manifest = stored(lake, {"all_records": [{"pk": "p", "sk": "s", "entity": "user", "record": "{}"}]})
    found = profiled(engine(lake, tmp_path), manifest, Expectations(), Watch())
    assert found == Profile(1, 0, {"user": 1}, {})


def test_of_many_kinds_and_columns_the_most_frequent_are_kept(lake: Lake, tmp_path: Path) -> None:
    wide = {f"c{number:05}": 1 for number in range(profiles.MOST_COLUMNS + 5)}
    found = made(lake, tmp_path, ("user", wide), ("user", {"c00001": 2, "x" * 201: 1}))
    assert found.cut and len(found.columns) == profiles.MOST_COLUMNS
    assert found.columns["user", "c00001"].present == 2
    kinds = made(lake, tmp_path, *((f"k{number}", {"a": 1}) for number in range(profiles.MOST_ENTITIES + 3)))
    assert kinds.cut and len(kinds.entities) == profiles.MOST_ENTITIES
    assert {entity for entity, _ in kinds.columns} <= kinds.entities.keys()


def test_a_profile_holds_no_text_of_a_record_and_comes_back_as_it_was(lake: Lake, tmp_path: Path) -> None:
    found = made(lake, tmp_path, ("user", {"name": "hanako-private", "weight": 51.5}))
    assert "hanako" not in json.dumps(found.to_json())
    assert profiles.profile_of(json.loads(json.dumps(found.to_json()))) == found


def test_what_is_expected_of_the_sample_is_read() -> None:
    expected = expectations()
    assert Range("session", "focus_level", 1, 10) in expected.ranges
    assert Range("mood", "mood_rating", 1, 5) in expected.ranges
    assert expected.references == (Reference("session", "small_task_id", "SMALLTASK#"),)


@pytest.mark.parametrize("name", ["x'; drop table y", "", "Größe", 'a"b', "a b"])
def test_an_expectation_of_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not of the form"):
        parsed({"ranges": [{"entity": name, "column": "a", "low": 1, "high": 2}]})
