"""pipeline.tables.glue.definition: what Glue is to hold of a document's tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tables.glue.definition import LEFT_OUT, OURS, Definition, definitions, same
from pipeline.tables.glue.names import LONGEST
from pipeline.tables.schema import Kind, TableSchema
from tests.support.places import ROOT
from tests.support.tables.days import schema_of

FIRST = date(2024, 1, 5)
RECORDS = [
    {"PK": "u", "SK": "TASK#1", "userId": "a", "minutes": 5, "done": True, "at": "2024-02-01T00:00:00Z", "ratio": 0.5},
    {"PK": "u", "SK": "TASK#2", "a.b": [1, 2], "語": "x", "dt": "2024-02-01", "sum": Decimal("12345678901234567.25")},
]


def made(records: list[dict[str, Any]]) -> dict[str, Definition]:
    schema = replace(schema_of(records), table="my-things")
    return {one.name: one for one in definitions(schema, "lake", FIRST)}


def test_a_definition_is_as_it_was_looked_at_and_agreed() -> None:
    given = [one.to_input() for one in made(RECORDS).values()]
    kept = ROOT / "tests" / "golden" / "glue.json"
    assert orjson.dumps(given, option=orjson.OPT_INDENT_2).decode() + "\n" == kept.read_text("utf-8")


def test_each_kind_and_all_records_have_a_table_in_the_folder_of_their_version() -> None:
    schema = TableSchema("things", {"task": Kind("task", "TASK", version=3)})
    found = {one.name: one.folder for one in definitions(schema, "lake", FIRST)}
    assert found == {
        "things__task": "s3://lake/tables/things/task/v=3/",
        "things__all_records": "s3://lake/tables/things/all_records/v=1/",
    }


def test_a_column_that_is_called_like_the_day_keeps_its_name_and_the_day_takes_another() -> None:
    given = made(RECORDS)["my_things__task"].to_input()
    assert given["PartitionKeys"] == [{"Name": "dt_", "Type": "string"}]
    assert given["Parameters"]["storage.location.template"].endswith("/v=1/dt=${dt_}/")
    assert given["Parameters"]["projection.dt_.range"] == "2024-01-05,NOW"


def test_a_column_that_glue_does_not_take_is_left_out_and_named() -> None:
    task = made([{"PK": "u", "SK": "TASK#1", "a\nb": 1, "fine": 2}])["things__task".replace("things", "my_things")]
    assert "fine" in dict(task.columns) and task.left_out == ("a\nb",)
    assert orjson.loads(task.to_input()["Parameters"][LEFT_OUT]) == ["a\nb"]


@given(st.lists(st.dictionaries(st.text(min_size=1, max_size=6), st.integers() | st.text(max_size=3)), max_size=4))
def test_columns_of_any_records_are_legal_and_apart(records: list[dict[str, Any]]) -> None:
    for one in made([{**record, "SK": "T#1"} for record in records]).values():
        names = [column["Name"] for column in one.to_input()["StorageDescriptor"]["Columns"]]
        day = one.to_input()["PartitionKeys"][0]["Name"]
        assert len({*names, day}) == len(names) + 1 and all(name == name.lower() for name in names)
        assert all(0 < len(name.encode()) <= LONGEST and name.isprintable() for name in names if name.isascii())


def there() -> dict[str, Any]:
    return made(RECORDS)["my_things__task"].to_input()


def test_what_others_add_to_a_table_is_no_difference() -> None:
    wanted, found = there(), there()
    found["Parameters"] |= {"comment": "by somebody", "UPDATED_BY_CRAWLER": "c"}
    found |= {"Description": "ours", "VersionId": "7"}
    found["StorageDescriptor"] |= {"Compressed": False}
    found["StorageDescriptor"]["Columns"] = [
        {**each, "Comment": "x"} for each in wanted["StorageDescriptor"]["Columns"]
    ]
    assert same(wanted, found)


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table["Parameters"].update({"projection.enabled": "false"}),
        lambda table: table["Parameters"].update({"projection.dt.type": "date"}),
        lambda table: table["Parameters"].pop("projection.dt_.range"),
        lambda table: table["Parameters"].update({OURS: "s3://other/"}),
        lambda table: table["PartitionKeys"].clear(),
        lambda table: table.update(TableType="VIRTUAL_VIEW"),
        lambda table: table["StorageDescriptor"]["Columns"].pop(),
        lambda table: table["StorageDescriptor"]["Columns"][0].update(Type="double"),
        lambda table: table["StorageDescriptor"]["Columns"].reverse(),
        lambda table: table["StorageDescriptor"].update(Location="s3://lake/elsewhere/"),
        lambda table: table["StorageDescriptor"].update(InputFormat="text"),
        lambda table: table["StorageDescriptor"]["SerdeInfo"].update(SerializationLibrary="json"),
    ],
)
def test_whatever_decides_what_is_read_is_a_difference(change: Any) -> None:
    found = orjson.loads(orjson.dumps(there()))
    change(found)
    assert not same(there(), found)
