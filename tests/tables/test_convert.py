"""pipeline.tables.convert: any records become tables, and not a digit or a record is lost on the way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import orjson
import polars as pl
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import DataInvalid
from pipeline.lake.reading.lines import Pair
from pipeline.tables.convert import Source, Written, write
from pipeline.tables.entities import OTHERS, entity_of
from pipeline.tables.manifest import ALL_RECORDS
from pipeline.tables.schema import MORE, TableSchema, columns_of
from tests.embedded.test_sample_file import MOVIES, needs_movies
from tests.lake.reading.test_lines import plain
from tests.support.forms.records import OF_KINDS, VALUES
from tests.support.tables.days import Records, decoded, files, row_of, same, schema_of, source

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def rows(file: Written) -> list[dict[str, Any]]:
    return [dict(row) for row in pq.read_table(file.path).to_pylist()]


@given(OF_KINDS)
@SLOW
def test_every_record_is_in_the_table_of_its_kind_with_every_digit(records: Records) -> None:
    schema = schema_of(records)
    names = schema.names()
    with TemporaryDirectory() as folder:
        found = files(schema, records, Path(folder))
        wanted: dict[str, list[dict[str, Any]]] = {}
        for record in decoded(records):
            name = names.get(entity_of(record, "SK"), OTHERS)
            wanted.setdefault(name, []).append(row_of(record, schema, name))
        assert {name: file.records for name, file in found.items() if name != ALL_RECORDS} == {
            name: len(each) for name, each in wanted.items()
        }
        for name, each in wanted.items():
            held = rows(found[name])
            assert [column.name for column in columns_of(schema, name)] == pq.read_schema(found[name].path).names
            assert_alike(held, each)


def assert_alike(held: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    """The same rows, in whatever order."""
    left = list(wanted)
    for row in held:
        match = next((each for each in left if all(same(row[name], each[name]) for name in each)), None)
        assert match is not None, row
        left.remove(match)
    assert left == []


@given(OF_KINDS)
@SLOW
def test_all_records_stand_in_one_table_as_exact_text(records: Records) -> None:
    with TemporaryDirectory() as folder:
        held = rows(files(schema_of(records), records, Path(folder))[ALL_RECORDS])
    wanted = decoded(records)
    assert [plain(json.loads(row["record"], parse_float=Decimal)) for row in held] == list(map(plain, wanted))
    assert [row["entity"] for row in held] == [entity_of(record, "SK") for record in wanted]


@given(OF_KINDS, OF_KINDS)
@settings(SLOW, max_examples=25)
def test_any_two_days_are_read_together(monday: Records, tuesday: Records) -> None:
    schema = schema_of(monday, tuesday)
    with TemporaryDirectory() as folder, duckdb.connect() as base:
        base.execute("SET TimeZone = 'UTC'")
        days = [files(schema, records, Path(folder) / str(number)) for number, records in enumerate((monday, tuesday))]
        for name in {*days[0], *days[1]}:
            paths = [str(day[name].path) for day in days if name in day]
            wanted = sum(day[name].records for day in days if name in day)
            assert ds.dataset(paths).to_table().num_rows == wanted
            assert pl.read_parquet(paths).height == wanted
            together = base.execute("SELECT * FROM read_parquet(?, union_by_name = true)", [paths])
            assert len(together.fetchall()) == wanted
            one_by_one = [base.execute("SELECT * FROM read_parquet(?)", [path]).fetchall() for path in paths]
            plainly = base.execute("SELECT * FROM read_parquet(?)", [paths]).fetchall()
            assert Counter(map(repr, plainly)) == Counter(map(repr, (row for day in one_by_one for row in day)))


@given(st.lists(st.tuples(st.sampled_from("abc"), VALUES), min_size=1, max_size=6))
@SLOW
def test_what_was_known_before_changes_no_value(values: list[tuple[str, Any]]) -> None:
    """Whatever other days have widened the types to."""
    days: list[Records] = [[{name: value}] for name, value in values]
    schema = schema_of(*days)
    with TemporaryDirectory() as folder:
        for number, records in enumerate(days):
            held = rows(files(schema, records, Path(folder) / str(number))["records"])
            assert_alike(held, [row_of(record, schema, "records") for record in decoded(records)])


def test_times_have_japans_clock_beside_them(tmp_path: Path) -> None:
    at = ["2024-02-01T23:30:00.123456Z", "2024-02-01T23:30:00+09:00", "9999-12-31T20:00:00Z", None]
    records: Records = [{"at": each} for each in at]
    held = pq.read_table(files(schema_of(records), records, tmp_path)["records"].path)
    assert [str(field.type) for field in held.schema] == ["timestamp[us, tz=UTC]", "timestamp[us]"]
    shown = [str(moment) if moment else None for moment in held.column("at_jst").to_pylist()]
    # A year of five digits no reader of ours can hold.
    assert shown == ["2024-02-02 08:30:00.123456", "2024-02-01 23:30:00", None, None]
    assert [str(moment) for moment in held.column("at").to_pylist()][2] == "9999-12-31 20:00:00+00:00"


def test_an_attribute_may_be_called_like_japans_clock(tmp_path: Path) -> None:
    records: Records = [{"at": "2024-02-01T23:30:00Z", "AT_jst": 1}]
    names = pq.read_schema(files(schema_of(records), records, tmp_path)["records"].path).names
    assert names == ["at", "at_jst\\~jst", "AT_jst"]


@pytest.mark.parametrize("announced", [0, 1, 3])
def test_more_or_fewer_records_than_were_counted_are_no_tables(tmp_path: Path, announced: int) -> None:
    records: Records = [{"a": 1}, {"a": 2}]
    whole = source(records)
    other = Source(whole.key, None, "c", announced, whole.read)
    with pytest.raises(DataInvalid) as error:
        write(other, schema_of(records), tmp_path, lambda rows: None)
    assert error.value.state == "tables_count"


@pytest.mark.parametrize(
    ("known", "later"),
    [
        ({"a": 1}, {"a": "text"}),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": 1, "entity_type": "user"}),
        ({"a": 1}, {"a": Decimal("0.5")}),
        ({"a": 1}, {"a": 2**63}),
        ({"a": 1}, {"a": True}),
        ({"a": Decimal("0.5")}, {"a": True}),
        ({"a": [1]}, {"a": [True]}),
        ({"a": True}, {"a": "text"}),
        ({"a": Decimal("0.5")}, {"a": Decimal("0.12345678901234567890")}),
        ({"a": Decimal("0.5")}, {"a": 2**53 + 1}),
        ({"a": Decimal("0.12345678901234567890")}, {"a": Decimal("0.123456789012345678901")}),
        ({"a": "2024-02-01T00:00:00Z"}, {"a": "2024-02-01"}),
        ({"a": [1]}, {"a": [Decimal("0.5")]}),
        ({"a": [True]}, {"a": ["text"]}),
        ({"a": ["2024-02-01T00:00:00Z"]}, {"a": ["text"]}),
    ],
)
def test_records_that_do_not_fit_the_known_types_are_refused(
    tmp_path: Path, known: dict[str, Any], later: dict[str, Any]
) -> None:
    """A document that was changed between the passes, or a schema that is not whole."""
    with pytest.raises(DataInvalid) as error:
        files(schema_of([known]), [known, later], tmp_path)
    assert error.value.state == "tables_unfit"


def test_attributes_past_the_most_columns_are_kept_as_json(tmp_path: Path) -> None:
    records: Records = [{"n": number, "by": {f"k{number}": number}, "é" * 150: None} for number in range(1_200)]
    schema = schema_of(records)
    held = rows(files(schema, records, tmp_path)["records"])
    assert len(schema.kinds["records"].layout) == 1_000
    for row in held:
        name = f"by.k{row['n']}"
        others = orjson.loads(row[MORE])
        assert row.get(name, others.get(name)) == row["n"]
        assert others["é" * 150] is None


@needs_movies
def test_the_films_are_a_table_of_881_rows(tmp_path: Path) -> None:
    films: Records = json.loads(MOVIES.read_text("utf-8"), parse_float=Decimal)
    schema = schema_of(films)
    found = files(schema, films, tmp_path)
    assert {name: file.records for name, file in found.items()} == {ALL_RECORDS: 881, "records": 881}
    assert_alike(rows(found["records"]), [row_of(film, schema, "records") for film in films])
    texts = [json.loads(row["record"], parse_float=Decimal) for row in rows(found[ALL_RECORDS])]
    assert texts == films


def test_a_document_is_read_once_a_pass() -> None:
    asked = []
    records: Records = [{"a": 1}]

    def read() -> Iterator[Pair]:
        asked.append(1)
        return source(records).read()

    whole = Source("d", None, "c", 1, read)
    with TemporaryDirectory() as folder:
        write(whole, TableSchema("t", schema_of(records).kinds), Path(folder), lambda rows: None)
    assert len(asked) == 1
