"""A mart's columns in the words of tables: DuckDB's names of types are another engine's. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from pipeline.tables.manifest import Column

_WORDS: Final = {
    "BOOLEAN": "boolean",
    "DOUBLE": "double",
    "FLOAT": "double",
    "VARCHAR": "text",
    "TIMESTAMP": "timestamp_jst",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"), "int64"),
}


def columns(described: Iterable[Sequence[str]]) -> tuple[Column, ...]:
    """Of names and DuckDB's types, in their order."""
    return tuple(Column(str(name), word(str(kind))) for name, kind in described)


def word(kind: str) -> str:
    """What tables call a type of DuckDB's; what they have no word for (``date``) keeps its own, in small letters."""
    if kind.endswith("[]"):
        return f"list<{word(kind[:-2])}>"
    return _WORDS.get(kind, kind.lower())
