"""The tables that a project's sources declare, made of a day's Parquet files in the database that dbt then builds in.

Exactly the declared columns, each of the Parquet's own type; what is not there is null, or an empty table. It runs in
the child, beside dbt, and holds no credentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

DOCUMENTS = "documents"
# When the document was exported that a table's records are of.
LANDED_AT = "_landed_at"
_EXPORTED_AT = "_exported_at"
_TYPE = re.compile(
    r"[A-Za-z][A-Za-z0-9_]{0,40}(?: ?\(\d{1,4}(?: ?, ?\d{1,4})?\))?(?: with(?:out)? time zone)?(?:\[\]){0,3}", re.I
)
_DOCUMENT_TYPES = {
    "source_table": "VARCHAR",
    "document": "VARCHAR",
    "version_id": "VARCHAR",
    "day": "DATE",
    "claimed": "BIGINT",
    "found": "BIGINT",
    "exported_at": "TIMESTAMPTZ",
}


@dataclass(frozen=True)
class Declared:
    """A table of a project's sources: where it stands, and its columns with their types (empty: not said)."""

    schema: str
    name: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Files:
    """Parquet files by their tables' names, and when what they hold was exported (ISO 8601)."""

    paths: Mapping[str, str]
    exported_at: Mapping[str, str] = field(default_factory=dict)


def land(
    base: Any, declared: Iterable[Declared], files: Files, documents: Sequence[Mapping[str, Any]]
) -> dict[str, int]:
    """Make the declared tables in an open DuckDB; ``documents`` are what went in: one without its ``exported_at`` has
    that of its table's newest record. Gives the rows of each; raise ValueError for a type that is none, and what DuckDB
    raises."""
    counts = {}
    for table in declared:
        base.execute(f"CREATE SCHEMA IF NOT EXISTS {_name(table.schema)}")
        if table.name == DOCUMENTS:
            _documents(base, table, [_dated(base, document, files) for document in documents])
        else:
            _records(base, table, files)
        counts[table.name] = int(base.execute(f"SELECT count(*) FROM {_place(table)}").fetchone()[0])  # noqa: S608 - quoted
    return counts


def _records(base: Any, table: Declared, files: Files) -> None:
    path = files.paths.get(table.name)
    has = _columns(base, path) if path else frozenset()
    at = files.exported_at.get(table.name)
    columns = ", ".join(_column(name, kind, has, at) for name, kind in table.columns) or "NULL AS nothing"
    rows = f"FROM read_parquet({_text(path)})" if path else "WHERE false"
    base.execute(f"CREATE TABLE {_place(table)} AS SELECT {columns} {rows}")


def _column(name: str, kind: str, has: frozenset[str], exported_at: str | None) -> str:
    if name.lower() in has:
        return _name(name)
    value = _text(exported_at) if name == LANDED_AT and exported_at else "NULL"
    return f"CAST({value} AS {_type(kind)}) AS {_name(name)}"


def _columns(base: Any, path: str) -> frozenset[str]:
    described = base.execute(f"DESCRIBE SELECT * FROM read_parquet({_text(path)})").fetchall()  # noqa: S608 - quoted
    # DuckDB sees no case in names.
    return frozenset(row[0].lower() for row in described)


def _documents(base: Any, table: Declared, documents: Sequence[Mapping[str, Any]]) -> None:
    declared = dict(table.columns) or _DOCUMENT_TYPES
    typed = {name: _DOCUMENT_TYPES.get(name) or _type(kind) for name, kind in declared.items()}
    base.execute(f"CREATE TABLE {_place(table)} ({', '.join(f'{_name(name)} {kind}' for name, kind in typed.items())})")
    places = ", ".join("?" for _ in typed)
    for document in documents:
        base.execute(f"INSERT INTO {_place(table)} VALUES ({places})", [document.get(name) for name in typed])  # noqa: S608


def _dated(base: Any, document: Mapping[str, Any], files: Files) -> Mapping[str, Any]:
    path = files.paths.get(document["source_table"])
    if document.get("exported_at") or not path or _EXPORTED_AT not in _columns(base, path):
        return document
    newest = f"SELECT max(TRY_CAST({_name(_EXPORTED_AT)} AS TIMESTAMPTZ)) FROM read_parquet({_text(path)})"  # noqa: S608
    return {**document, "exported_at": base.execute(f"SELECT CAST(({newest}) AS VARCHAR)").fetchone()[0]}  # noqa: S608


def _place(table: Declared) -> str:
    return f"{_name(table.schema)}.{_name(table.name)}"


def _type(kind: str) -> str:
    if kind and not _TYPE.fullmatch(kind):
        raise ValueError(f"{kind[:60]!r} is no type of a column")
    return kind or "VARCHAR"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str | None) -> str:
    return "'" + str(text).replace("'", "''") + "'"
