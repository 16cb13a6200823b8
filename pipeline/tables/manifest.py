"""A day's manifest: which Parquet files belong together, of which version each, and what they were made of.

Written last and by compare-and-set: who reads a day reads what one run made, whatever is being rebuilt meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pipeline.clock import parse_day, parse_utc, utc_text
from pipeline.errors import DataInvalid, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.untrusted import count, quoted

MANIFEST_VERSION = 1
ALL_RECORDS = "all_records"


@dataclass(frozen=True)
class Column:
    """A column as readers see it; ``type``: boolean, int64, double, decimal(38,s), timestamp, timestamp_jst, text or
    list<…>."""

    name: str
    type: str


@dataclass(frozen=True)
class TableFile:
    """One table of a day. ``name`` is what SQL calls it and its folder's name; ``entity`` what its records call
    themselves (None: ``all_records``); ``checksum`` S3's own SHA-256 (base64), ``size`` in bytes."""

    name: str
    entity: str | None
    version: int
    key: str
    version_id: str | None
    checksum: str
    size: int
    records: int
    columns: tuple[Column, ...]

    @property
    def identity(self) -> str:
        """What tells this file from every other version of it: for caches."""
        return f"{self.key}@{self.version_id or self.checksum}"


@dataclass(frozen=True)
class Manifest:
    """What one run made of one document (or of a source's day, or of the ledger); ``records`` is the document's own
    count, and the sum of the entity tables' records."""

    table: str
    day: date
    run_id: str
    made_at: datetime
    source_key: str
    source_version_id: str | None
    source_checksum: str | None
    schema_etag: str | None
    records: int
    files: tuple[TableFile, ...]

    def file(self, name: str) -> TableFile | None:
        """The file of the table that SQL calls ``name``."""
        return next((file for file in self.files if file.name == name), None)

    def to_json(self) -> dict[str, Any]:
        """Its form in the lake."""
        source = {"key": self.source_key, "version_id": self.source_version_id, "checksum": self.source_checksum}
        return {
            "manifest_version": MANIFEST_VERSION,
            "table": self.table,
            "day": self.day.isoformat(),
            "run_id": self.run_id,
            "made_at": utc_text(self.made_at),
            "source": source,
            "schema_etag": self.schema_etag,
            "records": self.records,
            "files": [_file_json(file) for file in self.files],
        }


class Manifests:
    """Reads and writes manifests. Raises what Lake raises; SchemaMismatch for what is no manifest."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake

    def load(self, table: str, day: date) -> tuple[Manifest, str] | None:
        """A day's manifest and its ETag; None when the day has no tables."""
        key = keys.table_day_key(table, day)
        stored = self.lake.read_json(key)
        return (parsed(stored[0], key), stored[1]) if stored else None

    def save(self, manifest: Manifest, seen: str | None) -> str:
        """Write a day's manifest over the one that was seen (None: none). Raise Conflict when it has changed."""
        return self.lake.write_json(keys.table_day_key(manifest.table, manifest.day), manifest.to_json(), seen)

    def days(self, table: str, first: date) -> Iterator[date]:
        """The days from ``first`` on that have tables, oldest first."""
        prefix = f"{keys.TABLE_DAYS}{keys.valid_table(table)}/"
        for stored in self.lake.list_after(prefix, keys.before_day(prefix, first)):
            found = keys.parse_table_day_key(stored.key)
            if found and found[0] == table:
                yield found[1]

    def newest(self, table: str, first: date) -> Manifest | None:
        """The newest day's manifest from ``first`` on; None when there is none."""
        days = list(self.days(table, first))
        found = self.load(table, days[-1]) if days else None
        return found[0] if found else None


def parsed(raw: Any, key: str) -> Manifest:
    """Read a manifest's JSON. Raise SchemaMismatch naming ``key``."""
    try:
        if raw["manifest_version"] != MANIFEST_VERSION:
            raise ValueError(f"manifest_version {quoted(raw['manifest_version'])}, expected {MANIFEST_VERSION}")
        source = raw["source"]
        return Manifest(
            table=keys.valid_table(raw["table"]),
            day=parse_day(raw["day"]),
            run_id=keys.valid_run_id(raw["run_id"]),
            made_at=parse_utc(raw["made_at"]),
            source_key=_text(source["key"]),
            source_version_id=_text_or_none(source["version_id"]),
            source_checksum=_text_or_none(source["checksum"]),
            schema_etag=_text_or_none(raw["schema_etag"]),
            records=count(raw["records"]),
            files=tuple(map(_file, raw["files"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError, DataInvalid) as error:
        raise SchemaMismatch(f"{key} is no manifest of tables: {quoted(str(error), 200)}", resource=key) from error


def _file(raw: Mapping[str, Any]) -> TableFile:
    key = _text(raw["key"])
    named = keys.parse_table_file_key(key)
    if named is None or named[1] != raw["name"]:
        raise ValueError(f"{quoted(key)} is no file of the table {quoted(raw['name'])}")
    return TableFile(
        name=named[1],
        entity=_text_or_none(raw["entity"]),
        version=named[2],
        key=key,
        version_id=_text_or_none(raw["version_id"]),
        checksum=_text(raw["checksum"]),
        size=count(raw["size"]),
        records=count(raw["records"]),
        columns=tuple(Column(_text(name), _text(kind)) for name, kind in raw["columns"]),
    )


def _file_json(file: TableFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "entity": file.entity,
        "key": file.key,
        "version_id": file.version_id,
        "checksum": file.checksum,
        "size": file.size,
        "records": file.records,
        "columns": [[column.name, column.type] for column in file.columns],
    }


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{quoted(value)} is no text")
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)
