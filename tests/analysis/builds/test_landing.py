"""What is landed: the declared columns and no others, each of the Parquet's own type, nulls for what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.analysis.builds.landing import DOCUMENTS, Declared, Files, land

WEIGHT = Decimal("1234567890123456789012345678.0123456789")


@pytest.fixture
def base() -> Iterator[Any]:
    with duckdb.connect(":memory:") as base:
        base.execute("SET TimeZone = 'UTC'")
        yield base


@pytest.fixture
def parquet(tmp_path: Path) -> str:
    kind = pa.decimal128(38, 10)
    table = pa.table({"PK": ["a", "b"], "weight": pa.array([WEIGHT, None], kind), "more": [1, 2]})
    table = table.append_column("_exported_at", pa.array(["2024-02-01T00:00:00Z", "2024-02-01T12:00:00Z"]))
    pq.write_table(table, tmp_path / "it's.parquet")
    return str(tmp_path / "it's.parquet")


def types(base: Any, table: str) -> dict[str, str]:
    return {row[0]: row[1] for row in base.execute(f"DESCRIBE lake.{table}").fetchall()}


def test_declared_columns_are_landed_of_the_parquet_s_own_types(base: Any, parquet: str) -> None:
    session = Declared(
        "lake", "session", (("pk", "varchar"), ("weight", "double"), ("day", "timestamp with time zone"))
    )
    assert land(base, [session], Files({"session": parquet}), []) == {"session": 2}
    assert types(base, "session") == {"PK": "VARCHAR", "weight": "DECIMAL(38,10)", "day": "TIMESTAMP WITH TIME ZONE"}
    assert base.execute("SELECT * FROM lake.session").fetchall() == [("a", WEIGHT, None), ("b", None, None)]


def test_a_table_that_is_not_there_is_empty_and_one_without_columns_has_no_values(base: Any, parquet: str) -> None:
    tables = [Declared("lake", "mood", (("rating", "bigint"), ("tags", "varchar[]"))), Declared("lake", "session", ())]
    assert land(base, tables, Files({"session": parquet}), []) == {"mood": 0, "session": 2}
    assert types(base, "mood") == {"rating": "BIGINT", "tags": "VARCHAR[]"}


def test_when_it_was_exported_is_a_column_for_whoever_declares_it(base: Any, parquet: str) -> None:
    session = Declared("lake", "session", (("PK", ""), ("_landed_at", "timestamptz")))
    land(base, [session], Files({"session": parquet}, {"session": "2024-02-01T12:00:00Z"}), [])
    assert base.execute("SELECT DISTINCT _landed_at::varchar FROM lake.session").fetchall() == [
        ("2024-02-01 12:00:00+00",)
    ]


def test_documents_are_landed_and_a_source_s_is_as_old_as_its_newest_record(base: Any, parquet: str) -> None:
    documents = [
        {"source_table": "all_records", "document": "d", "day": "2024-02-01", "claimed": 3, "found": None}
        | {"exported_at": "2024-02-01T03:00:00Z"},
        {"source_table": "weather", "document": "w", "day": "2024-02-01", "claimed": 2, "found": 2},
    ]
    names = [(name, "") for name in ("source_table", "claimed", "found", "day", "exported_at")]
    declared = Declared("lake", DOCUMENTS, tuple(names))
    assert land(base, [declared], Files({"weather": parquet}), documents) == {DOCUMENTS: 2}
    rows = base.execute("SELECT source_table, claimed, found, exported_at::varchar FROM lake.documents").fetchall()
    assert rows == [("all_records", 3, None, "2024-02-01 03:00:00+00"), ("weather", 2, 2, "2024-02-01 12:00:00+00")]
    assert types(base, DOCUMENTS)["day"] == "DATE"


@pytest.mark.parametrize("kind", ["varchar); drop table x; --", "decimal(38", "1int", "a b c"])
def test_a_type_that_is_none_lands_nothing(base: Any, kind: str) -> None:
    with pytest.raises(ValueError, match="is no type of a column"):
        land(base, [Declared("lake", "session", (("x", kind),))], Files({}), [])


def test_names_are_names_whatever_they_hold(base: Any) -> None:
    odd = 'a"; drop schema lake; --'
    land(base, [Declared("lake", odd, ((odd, "varchar"),))], Files({}), [])
    assert base.execute("SELECT table_name, column_name FROM information_schema.columns").fetchall() == [(odd, odd)]
