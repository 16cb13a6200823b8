"""DuckDB's types in the words of tables."""

from __future__ import annotations

import pytest

from pipeline.analysis.builds.columns import columns, word
from pipeline.tables.manifest import Column


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("BIGINT", "int64"),
        ("INTEGER", "int64"),
        ("DOUBLE", "double"),
        ("DECIMAL(38,9)", "decimal(38,9)"),
        ("TIMESTAMP WITH TIME ZONE", "timestamp"),
        ("VARCHAR[][]", "list<list<text>>"),
        ("DATE", "date"),
    ],
)
def test_a_type_has_the_word_that_tables_have_for_it(kind: str, named: str) -> None:
    assert word(kind) == named


def test_columns_keep_their_order() -> None:
    assert columns([["b", "VARCHAR"], ["a", "BOOLEAN"]]) == (Column("b", "text"), Column("a", "boolean"))
