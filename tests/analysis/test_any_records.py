"""Any records, through the converter, as tables that the server engine is asked for: nothing is lost on any way out.

Rows are counted against the document's own count; each cell of the grid, its CSV, JSON and Parquet against the record.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings

from pipeline.analysis.query import forms, process, server
from pipeline.analysis.query.face import Result
from pipeline.analysis.query.process import BUILD, QUERY
from pipeline.documents.forms import csv_of_texts, unguarded
from pipeline.tables.entities import OTHERS, entity_of
from pipeline.tables.manifest import ALL_RECORDS
from pipeline.tables.names import flat
from pipeline.tables.schema import TableSchema
from tests.analysis.query.test_exact import same
from tests.lake.reading.test_lines import plain
from tests.support.forms.records import OF_KINDS
from tests.support.quick import examples
from tests.support.tables.days import Records, decoded, document, files, schema_of


def grids(records: Records, schema: TableSchema) -> dict[str, Result]:
    """Every table of a document, whole, as the server engine gives it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        written = files(schema, records, folder / "day")
        base = folder / "made.duckdb"
        tables = [(table, str(file.path)) for table, file in written.items()]
        job: dict[str, Any] = {"job": "build", "tables": tables, "folder": f"{folder}/", "file": str(base)}
        counted = json.loads(process.run(job, BUILD, lambda: False).output)["counts"]
        assert counted == {table: file.records for table, file in written.items()}
        return {table: asked(base, table) for table in written}


def asked(base: Path, table: str) -> Result:
    job = {"job": "query", "sql": f"from {table}", "parameters": {}, "databases": [["t_things", str(base)]]}
    ended = process.run({**job, "rows": 10_000, "bytes": 2**25, "columns": 5000}, QUERY, lambda: False)
    return server.read(ended, QUERY)


def in_csv(found: Result) -> Iterator[list[str]]:
    text = b"".join(csv_of_texts([column.name for column in found.columns], found.rows)).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text, newline="")):
        yield list(map(unguarded, row))


def assert_forms_agree(found: Result) -> None:
    """CSV, JSON and Parquet have the rows of the grid, and what is a number there is that number."""
    names = [column.name for column in found.columns]
    head, *lines = in_csv(found)
    assert head == names and lines == [[cell or "" for cell in row] for row in found.rows]
    written = json.loads(b"".join(forms.json_pieces(found)), parse_float=Decimal)
    kept = pq.read_table(io.BytesIO(forms.parquet(found)))
    assert len(written) == kept.num_rows == len(found.rows) and kept.column_names == names
    for number, column in enumerate(found.columns):
        cells = [row[number] for row in found.rows]
        if forms.is_number(column) and column.type != "DOUBLE":
            wanted = [None if cell is None else Decimal(cell) for cell in cells]
            assert [row[column.name] for row in written] == kept[column.name].to_pylist() == wanted
        elif column.type == "VARCHAR":
            assert [row[column.name] for row in written] == kept[column.name].to_pylist() == cells


def assert_holds(found: Result, records: Records, schema: TableSchema, name: str) -> None:
    """The table's rows are these records, cell by cell, in whatever order."""
    kind, left = schema.kinds[name], list(records)
    types, shown = kind.types(), [column.name for column in found.columns]

    def is_row(record: dict[str, Any], cells: dict[str, str | None]) -> bool:
        values = flat(record)
        assert set(values) <= set(kind.layout)
        placed = kind.layout.items()
        return all(same(cells[each.shown], values.get(column), types[column]) for column, each in placed)

    for row in found.rows:
        cells = dict(zip(shown, row, strict=True))
        left.remove(next(record for record in left if is_row(record, cells)))
    assert left == []


@given(OF_KINDS)
@settings(max_examples=examples(10), deadline=None, suppress_health_check=list(HealthCheck))
def test_no_record_and_no_digit_is_lost_on_any_way_out(records: Records) -> None:
    schema, whole = schema_of(records), decoded(records)
    found, names = grids(records, schema), schema.names()
    told = json.loads(document(records))["export_metadata"]["record_count"]
    assert told == len(found[ALL_RECORDS].rows) == len(whole)
    kinds = {name: grid for name, grid in found.items() if name != ALL_RECORDS}
    assert sum(len(grid.rows) for grid in kinds.values()) == len(whole)
    for name, grid in kinds.items():
        mine = [record for record in whole if names.get(entity_of(record, "SK"), OTHERS) == name]
        assert_holds(grid, mine, schema, name)
    texts = [json.loads(row[-1] or "", parse_float=Decimal) for row in found[ALL_RECORDS].rows]
    assert list(map(plain, texts)) == list(map(plain, whole))
    for grid in found.values():
        assert_forms_agree(grid)
