"""pipeline.tables.schema: it only widens, its layout changes by versions, and its object gives it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import RateLimited, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.tables.entities import MOST_ENTITIES, OTHERS
from pipeline.tables.schema import MOST_COLUMNS_OF_ALL, MOST_SEEN, Kind, Schemas, TableSchema, parsed, to_json
from pipeline.tables.types import NOTHING
from tests.support.forms.records import RECORDS
from tests.support.tables.days import Records, schema_of


def types(schema: TableSchema) -> dict[str, Any]:
    return {name: kind.types() for name, kind in schema.kinds.items()}


@given(RECORDS, RECORDS)
@settings(deadline=None)
def test_its_object_gives_it_back(monday: Records, tuesday: Records) -> None:
    schema = schema_of(monday)
    back = parsed(orjson.loads(orjson.dumps(to_json(schema))), "k")
    assert (types(back), back.seen, back.names()) == (types(schema), schema.seen, schema.names())
    assert back.settled() == back
    assert types(schema_of(tuesday, known=back)) == types(schema_of(tuesday, known=schema))


@given(st.lists(RECORDS, max_size=3))
@settings(deadline=None)
def test_looking_at_a_day_again_changes_nothing(days: list[Records]) -> None:
    schema = schema_of(*days)
    assert schema_of(*days, known=schema).kinds == schema.kinds


@pytest.mark.parametrize(
    ("first", "then", "version"),
    [
        ({"a": 1}, {"a": 2}, 1),
        ({"a": 1}, {"b": 2}, 1),
        ({"a": 1}, {"a": "text"}, 2),
        ({"a": None}, {"a": 1}, 2),
        ({"a": 1}, {"A": 1}, 2),
        ({"a": "2024-02-01T00:00:00Z"}, {"a_jst": 1}, 2),
    ],
)
def test_a_column_whose_name_or_type_changes_begins_a_version(
    first: dict[str, Any], then: dict[str, Any], version: int
) -> None:
    assert schema_of([then], known=schema_of([first])).version("records") == version


def test_a_kind_that_widens_leaves_the_others_versions_alone() -> None:
    schema = schema_of([{"entity_type": "a", "x": 1}, {"entity_type": "b", "x": 1}])
    later = schema_of([{"entity_type": "a", "x": "text"}], known=schema)
    assert (later.version("a"), later.version("b"), later.version("all_records")) == (2, 1, 1)


def test_a_kind_keeps_its_name_whatever_comes_later() -> None:
    schema = schema_of([{"entity_type": "user"}])
    later = schema_of([{"entity_type": "USER"}] * 3, known=schema)
    assert later.names()["user"] == "user" != later.names()["USER"]


def test_the_larger_kinds_are_the_first_to_have_a_table() -> None:
    records: Records = [{"entity_type": f"k{number}"} for number in range(MOST_ENTITIES)]
    schema = schema_of([*records, {"entity_type": "z"}, {"entity_type": "z"}])
    assert "z" in schema.names() and OTHERS in schema.kinds
    assert len(schema.kinds) == MOST_ENTITIES + 1


def test_all_kinds_together_have_a_bounded_number_of_columns() -> None:
    records: Records = [
        {"entity_type": f"k{kind}", "by": {f"c{number}": 1 for number in range(900)}} for kind in range(20)
    ]
    schema = schema_of(records)
    assert sum(len(kind.columns) for kind in schema.kinds.values()) == MOST_COLUMNS_OF_ALL
    assert any(kind.more for kind in schema.kinds.values())


def test_it_can_be_read_again_at_its_largest(lake: Lake) -> None:
    wide = {f"{number:04}" + "\u3042" * 65: NOTHING for number in range(500)}
    kinds = {f"k{number}": Kind(f"k{number}", "x" * 200, columns=wide).settled() for number in range(20)}
    schema = TableSchema("t" * 10, kinds, {f"20{number:02}-01-01": "i" * 100 for number in range(90)})
    Schemas(lake).change(schema.table, lambda held: schema)
    assert Schemas(lake).load(schema.table)[0] == schema


def test_only_the_newest_documents_are_remembered() -> None:
    seen = {f"1{number:03}-01-01": "i" for number in range(MOST_SEEN + 20)}
    schema = schema_of([{"a": 1}], known=TableSchema("t", seen=seen))
    assert len(schema.seen) == MOST_SEEN and "2024-02-01" in schema.seen


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {},
        {"table": "x y", "kinds": {}, "seen": {}},
        {"table": "things", "kinds": {"../x": {"entity": "x"}}, "seen": {}},
        {
            "table": "things",
            "kinds": {"x": {"entity": "x", "version": -1, "more": 0, "columns": {}}},
            "seen": {},
        },
        {"table": "things", "kinds": {}, "seen": {"soon": "x"}},
        {
            "table": "things",
            "kinds": {
                "x": {
                    "entity": "x",
                    "version": 1,
                    "more": 0,
                    "columns": {"a": [["odd"], 0, 0, 1, 1, None]},
                    "layout": {},
                }
            },
            "seen": {},
        },
    ],
)
def test_what_is_no_schema_is_refused(raw: Any) -> None:
    with pytest.raises(SchemaMismatch):
        parsed(raw, "k")


def widened_by(name: str) -> Callable[[TableSchema], TableSchema]:
    return lambda held: replace(held, kinds={**held.kinds, name: Kind(name, name)})


def test_two_that_widen_it_at_once_both_get_what_they_wanted(lake: Lake) -> None:
    schemas = Schemas(lake)

    def interrupted(held: TableSchema) -> TableSchema:
        if "other" not in held.kinds:
            schemas.change("things", widened_by("other"))
        return widened_by("one")(held)

    schemas.change("things", interrupted)
    assert set(schemas.load("things")[0].kinds) == {"one", "other"}


def test_one_that_keeps_changing_is_given_up(lake: Lake) -> None:
    schemas, numbers = Schemas(lake), iter(range(100))

    def hindered(held: TableSchema) -> TableSchema:
        schemas.change("things", widened_by(f"k{next(numbers)}"))
        return widened_by("mine")(held)

    with pytest.raises(RateLimited):
        schemas.change("things", hindered)


def test_what_changes_nothing_writes_nothing(lake: Lake) -> None:
    assert Schemas(lake).change("things", lambda held: held)[1] is None
    assert lake.head(keys.schema_key("things")) is None
