"""Any records, as a table, asked of the server's engine: no record and no digit is lost, in any form of the result."""

from __future__ import annotations

import io
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings

from pipeline.analysis.query import forms, process, server
from pipeline.analysis.query.face import Result
from pipeline.analysis.query.process import QUERY
from pipeline.tables import types
from pipeline.tables.names import apart, flat
from pipeline.tables.types import Type
from pipeline.tables.values import moment, text
from tests.analysis.query.days import built
from tests.support.forms.records import RECORDS
from tests.support.quick import examples

Records = list[dict[str, Any]]


def asked(records: Records) -> Result:
    with TemporaryDirectory() as folder:
        base = built(Path(folder), {"odd": records})
        job = {"job": "query", "sql": "from odd", "parameters": {}, "databases": [["t_craft", str(base)]]}
        ended = process.run({**job, "rows": 10_000, "bytes": 2**25, "columns": 5000}, QUERY, lambda: False)
    return server.read(ended, QUERY)


def same(shown: str | None, value: Any, kind: Type) -> bool:
    """Whether a cell says what the record's value is."""
    if value is None or shown is None:
        return value is None and shown is None
    if kind.name == "boolean":
        return shown == ("true" if value else "false")
    if kind.name == "double":
        return float(shown) == float(value)
    if kind.name in {"int64", "decimal"}:
        return Decimal(shown) == Decimal(value)
    if kind.name == "timestamp":
        return datetime.fromisoformat(shown) == moment(value)
    return listed(shown, value) if kind.name == "list" else shown == text(value)


def listed(shown: str, values: list[Any]) -> bool:
    """Whether a list's text has its values' digits; texts are quoted, each as DuckDB likes it."""
    if not all(value is None or isinstance(value, int | Decimal) for value in values):
        return shown[0] + shown[-1] == "[]"
    if not values:
        return shown == "[]"
    parts = [None if part == "NULL" else part for part in shown[1:-1].split(", ")]
    return [None if part is None else json.loads(part, parse_float=Decimal) for part in parts] == values


@given(RECORDS)
@settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
def test_no_record_and_no_digit_is_lost(records: Records) -> None:
    schema = types.observed(records)
    if not schema:
        return
    found, kinds = asked(records), {name: types.table_type(facts) for name, facts in schema.items()}
    assert [column.name for column in found.columns] == list(apart(schema).values())
    assert (len(found.rows), found.cut) == (len(records), "")
    for record, row in zip(records, found.rows, strict=True):
        values = flat(record)
        wrong = [name for name, cell in zip(kinds, row, strict=True) if not same(cell, values.get(name), kinds[name])]
        assert wrong == []
    written = json.loads(b"".join(forms.json_pieces(found)), parse_float=Decimal)
    kept = pq.read_table(io.BytesIO(forms.parquet(found)))
    assert len(written) == kept.num_rows == len(records)
    for name, column in zip(kinds, found.columns, strict=True):
        if kinds[name].name in {"int64", "decimal"}:
            exact = [flat(record).get(name) for record in records]
            assert [row[column.name] for row in written] == kept[column.name].to_pylist() == exact
