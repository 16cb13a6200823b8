"""pipeline.tables.parquet: values come back; DuckDB, Arrow, polars and pandas read any two days together."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import orjson
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from pipeline.tables import parquet, types
from pipeline.tables.names import apart, flat, path_of
from pipeline.tables.types import Type, file_type, observed, table_type
from pipeline.tables.values import moment, text, whole
from tests.support.forms.records import RECORDS

Days = list[list[dict[str, Any]]]
# Case 05, with its numbers as they were.
MONDAY: list[dict[str, Any]] = [
    {"user": "u1", "steps": 980, "weight": Decimal("61.5"), "note": "a", "tags": ["x"], "gone": None},
    {"user": "u2", "steps": 120, "weight": 70, "note": "b", "tags": ["x", "y"]},
]
TUESDAY: list[dict[str, Any]] = [
    {"user": "u1", "steps": 12034, "weight": Decimal("61.55"), "note": 5, "tags": ["x"], "gone": 1},
    {"user": "u2", "steps": 9000, "weight": Decimal("101.2"), "note": "b", "tags": []},
]
WEDNESDAY: list[dict[str, Any]] = [{"user": "u1", "steps": Decimal("0.5"), "weight": None, "note": True}]


def written(records: list[dict[str, Any]], kind: Callable[[types.Facts], Type] = file_type, *others: Any) -> bytes:
    out = io.BytesIO()
    schema = types.widened(observed(day) for day in (records, *others))
    parquet.write(records, {name: kind(facts) for name, facts in schema.items()}, out)
    return out.getvalue()


def files(folder: Path, days: Days, kind: Callable[[types.Facts], Type] = file_type) -> list[str]:
    paths = [folder / f"{number}.parquet" for number in range(len(days))]
    for path, day in zip(paths, days, strict=True):
        path.write_bytes(written(day, kind, *days))
    return [str(path) for path in paths]


def come_back(value: Any, kind: Type) -> Any:
    """What a reader gives for a value in a column of this type."""
    if value is None:
        return None
    if kind.name == "list" and kind.element:
        element = kind.element
        return [come_back(each, element) for each in value]
    if kind.name == "double":
        assert Decimal(repr(float(value))) == value
        return float(value)
    return moment(value) if kind.name == "timestamp" else text(value) if kind.name == "text" else value


@given(RECORDS)
@settings(deadline=None)
def test_names_and_values_come_back(records: list[dict[str, Any]]) -> None:
    for kind in (table_type, file_type):
        schema = observed(records)
        raw = written(records, kind)
        found = pq.read_table(io.BytesIO(raw))
        shown = apart(schema)
        paths = [tuple(orjson.loads(field.metadata[b"path"])) for field in found.schema]
        assert paths == [tuple(map(whole, path_of(name))) for name in schema]
        for name, facts in schema.items():
            held = found.column(shown[name]).to_pylist()
            assert held == [come_back(flat(record).get(name), kind(facts)) for record in records]


def readers(paths: list[str]) -> dict[str, list[list[Any]]]:
    """Column names and values as each reader gives them, files in this order."""
    with duckdb.connect() as base:
        base.execute("SET TimeZone = 'UTC'")
        plain = base.execute("SELECT * FROM read_parquet(?)", [paths]).fetchall()
        by_name = base.execute("SELECT * FROM read_parquet(?, union_by_name = true)", [paths]).fetchall()
    arrow = ds.dataset(paths).to_table()
    frame = pd.concat([pd.read_parquet(path) for path in paths])
    assert list(frame.columns) == list(pd.read_parquet(paths).columns) == arrow.column_names
    return {
        "duckdb": [list(row) for row in plain],
        "duckdb by name": [list(row) for row in by_name],
        "pyarrow": [list(row.values()) for row in arrow.to_pylist()],
        "polars": [list(row) for row in pl.read_parquet(paths).rows()],
        "pandas": pa.Table.from_pandas(frame, arrow.schema, preserve_index=False).to_pylist(),
    }


@given(RECORDS, RECORDS)
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_any_two_days_are_read_together(monday: list[dict[str, Any]], tuesday: list[dict[str, Any]]) -> None:
    schema = types.widened([observed(monday), observed(tuesday)])
    if not schema:
        return
    with TemporaryDirectory() as folder:
        for days in ([monday, tuesday], [tuesday, monday]):
            wanted = [
                [come_back(flat(record).get(name), file_type(facts)) for name, facts in schema.items()]
                for record in [*days[0], *days[1]]
            ]
            order = list(types.widened([observed(days[0]), observed(days[1])]))
            places = [order.index(name) for name in schema]
            for reader, rows in readers(files(Path(folder), days)).items():
                values = [list(row.values()) if isinstance(row, dict) else row for row in rows]
                assert [[row[place] for place in places] for row in values] == wanted, reader


@pytest.mark.parametrize("kind", [table_type, file_type])
@pytest.mark.parametrize("days", [[MONDAY, TUESDAY], [TUESDAY, MONDAY], [WEDNESDAY, MONDAY, TUESDAY]])
def test_case_05_the_days_are_read_together(tmp_path: Path, days: Days, kind: Callable[[types.Facts], Type]) -> None:
    paths = files(tmp_path, days, kind)
    records = [record for day in days for record in day]
    for rows in readers(paths).values():
        assert len(rows) == len(records)
    every = duckdb.execute("SELECT steps, note FROM read_parquet(?)", [paths]).fetchall()
    assert every == [(record["steps"], text(record["note"])) for record in records]


def test_case_05_a_day_by_itself_is_made_of_numbers_for_pandas() -> None:
    found = pd.read_parquet(io.BytesIO(written(MONDAY)))
    assert found.steps.mean() == 550 and (found.steps * 1.5).sum() == 1650
    assert found.groupby("user").weight.mean()["u1"] == 61.5
    assert {"steps", "weight"} <= set(found.describe().columns)
    assert [list(tags) for tags in found.tags] == [["x"], ["x", "y"]]


@pytest.mark.parametrize("order", [1, -1])
def test_days_that_knew_nothing_of_each_other_lose_no_number(tmp_path: Path, order: int) -> None:
    """Monday's file was taken on Monday: 980 and 0.5 are read together all the same."""
    for name, day in (("a", MONDAY), ("b", TUESDAY), ("c", WEDNESDAY)):
        kept = [{"user": record["user"], "steps": record["steps"]} for record in day]
        (tmp_path / f"{name}.parquet").write_bytes(written(kept))
    paths = sorted(map(str, tmp_path.iterdir()))[::order]
    wanted = [980, 120, 12034, 9000, 0.5]
    assert sorted(row[1] for row in readers(paths)["duckdb"]) == sorted(wanted)
    assert sorted(ds.dataset(paths).to_table()["steps"].to_pylist()) == sorted(wanted)


def test_case_12_more_than_38_digits_are_text_and_none_is_lost() -> None:
    found = pq.read_table(io.BytesIO(written([{"v": 12345678901234567890123456789012345678}, {"v": Decimal("0.5")}])))
    assert found["v"].to_pylist() == ["12345678901234567890123456789012345678", "0.5"]


def test_case_01_names_that_differ_in_case_only_are_two_columns_for_duckdb(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(written([{"userId": "U1", "userid": "u1", "a.b": "dotted", "a": {"b": "nested"}}]))
    found = duckdb.read_parquet(str(path))
    assert [column for column in found.columns if column.endswith("_1")] == []
    assert found.columns[0].startswith("userId\\~") and found.columns[1].startswith("userid\\~")
    assert found.fetchall() == [("U1", "u1", "dotted", "nested")]


def test_many_records_are_written_in_batches() -> None:
    records = ({"n": number, "text": "x" * 3000} for number in range(25_000))
    out = io.BytesIO()
    parquet.write(records, {"n": Type("double"), "text": types.TEXT}, out)
    file = pq.ParquetFile(out)
    assert file.metadata.num_rows == 25_000
    assert max(file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)) < 6_000
