"""pipeline.console.examples: what is offered runs as it is, whatever the columns are called."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipeline.console.examples import examples
from pipeline.tables.manifest import Column
from tests.support.lakes.tables import TABLES, manifest_type

ODD = pa.table(
    {'a "b"': ["x"], "select": ["y"], "group": pa.array([1], pa.int64()), "日本語": [0.5], "sum_jst": ["z"], "A": ["w"]}
)


def columns(table: Any) -> tuple[Column, ...]:
    return tuple(Column(field.name, manifest_type(field.type)) for field in table.schema)


@pytest.mark.parametrize("name", [*TABLES, "select", "odd"])
def test_every_example_runs_and_gives_rows(name: str) -> None:
    table = TABLES.get(name, ODD)
    with duckdb.connect() as engine:
        engine.register(name, table)
        for example in examples(name, columns(table)):
            assert engine.execute(example.sql).fetchall(), example.sql


def test_moments_and_numbers_and_groups_have_one_each() -> None:
    kinds = [example.kind for example in examples("session", columns(TABLES["session"]))]
    assert kinds == ["rows", "groups", "days", "figures"]


def test_keys_are_not_grouped_by() -> None:
    (rows,) = examples("t", (Column("PK", "text"), Column("user_id", "text"), Column("created_at", "text")))
    assert rows.kind == "rows"
