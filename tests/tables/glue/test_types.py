"""pipeline.tables.glue.types: every type that manifests write is one of Hive's, and no other is guessed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SchemaMismatch
from pipeline.tables import types
from pipeline.tables.glue.types import glue_type
from pipeline.tables.types import Type

PLAIN = st.sampled_from([Type(name) for name in ("boolean", "int64", "double", "timestamp", "text")])  # type: ignore[arg-type]
DECIMALS = st.integers(0, 38).map(lambda scale: Type("decimal", scale))
TYPES = st.recursive(PLAIN | DECIMALS, lambda inner: inner.map(lambda kind: Type("list", element=kind)), max_leaves=3)
LEGAL = re.compile(r"(array<)*(boolean|bigint|double|timestamp|string|decimal\(38,\d{1,2}\))>*")


@pytest.mark.parametrize(
    ("written", "glue"),
    [
        ("boolean", "boolean"),
        ("int64", "bigint"),
        ("double", "double"),
        ("decimal(38,2)", "decimal(38,2)"),
        ("timestamp", "timestamp"),
        ("timestamp_jst", "timestamp"),
        ("text", "string"),
        ("list<int64>", "array<bigint>"),
        ("list<list<decimal(38,38)>>", "array<array<decimal(38,38)>>"),
    ],
)
def test_a_type_has_its_name_in_hive(written: str, glue: str) -> None:
    assert glue_type(written) == glue


@given(TYPES)
def test_every_type_that_a_schema_has_is_legal(kind: Type) -> None:
    made = glue_type(types.written(kind))
    assert LEGAL.fullmatch(made) and made.count("<") == made.count(">")


@pytest.mark.parametrize("written", ["", "int32", "decimal(38,39)", "decimal(10,2)", "list<>", "list<int64", "map<a>"])
def test_a_type_that_is_none_is_told(written: str) -> None:
    with pytest.raises(SchemaMismatch):
        glue_type(written)
