"""A lake in which whole exports stand and tables are made of them; what a reader then finds."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

import orjson
import pyarrow.parquet as pq

from pipeline.clock import utc_text
from pipeline.jsonlog import JsonLog
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.document import Head, exact
from pipeline.lake.publish import Target
from pipeline.lake.upload import publish_lines
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.request import ExportResult
from pipeline.runs.run import Run
from pipeline.tables.glue.catalogue import Catalogue
from pipeline.tables.inputs import Exports
from pipeline.tables.job import Converter, tables_request
from pipeline.tables.manifest import Manifest, Manifests
from pipeline.tables.schema import Schemas, TableSchema

TABLE = "things"
DAY = date(2024, 2, 1)


@dataclass
class Workshop:
    """``now`` stands on DAY."""

    lake: Lake
    now: Callable[[], datetime]
    keys: tuple[str, ...] = ("PK", "SK")
    lines: list[str] = field(default_factory=list)
    catalogue: Catalogue | None = None

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.lake)

    @property
    def converter(self) -> Converter:
        exports = Exports(self.lake, self.ledger, lambda table: self.keys)
        leases = Leases(self.lake, self.now)
        return Converter(self.lake, self.ledger, leases, self.now, lambda name: exports, catalogue=self.catalogue)

    def export(self, records: list[dict[str, Any]], day: date = DAY, run_id: str = "e1", **facts: Any) -> Run:
        """A whole export of ``records``, as one that succeeded at noon of ``day`` left it."""
        at = self.now().replace(year=day.year, month=day.month, day=day.day)
        lines = [orjson.dumps(exact(record)) for record in records]
        return self.publish(lines, at, f"{run_id}-{day}", **facts)

    def publish(self, lines: list[bytes], at: datetime, run_id: str, announced: int | None = None) -> Run:
        """The same of lines that are JSON, or are not."""
        head = Head(TABLE, utc_text(at), len(lines) if announced is None else announced)
        target = Target(self.lake.bucket, keys.export_key(TABLE, at.date()), run_id, 0)
        sent = publish_lines(self.lake, target, head, lines)
        run = Run(run_id, TABLE, at.date(), at, at, status="succeeded", finished_at=at, records=len(lines))
        told = {"key": sent.key, "version_id": sent.version_id, "checksum": sent.checksum, "bytes": sent.size}
        run = Run(**{**run.__dict__, **told})
        self.ledger.open(run)
        return run

    def convert(
        self, run_id: str = "t1", first: date | None = None, last: date | None = None, **parts: Any
    ) -> ExportResult:
        """One run over these days (by default DAY)."""
        remaining = parts.pop("remaining", lambda: 900.0)
        wanted = tables_request(run_id, TABLE, first or DAY, last or first or DAY, **parts)
        return self.converter.run(wanted, JsonLog("f", None, self.lines.append), remaining)

    def manifest(self, day: date = DAY) -> Manifest | None:
        found = Manifests(self.lake).load(TABLE, day)
        return found[0] if found else None

    def schema(self) -> TableSchema:
        return Schemas(self.lake).load(TABLE)[0]

    def file(self, name: str, day: date = DAY) -> bytes:
        """The bytes of a table's file, of the version that the manifest names."""
        manifest = self.manifest(day)
        file = manifest.file(name) if manifest else None
        assert file, name
        return b"".join(self.lake.stream(file.key, file.version_id))

    def read(self, name: str, day: date = DAY) -> Any:
        """A table as Arrow reads it."""
        return pq.read_table(io.BytesIO(self.file(name, day)))

    def rows(self, name: str, day: date = DAY) -> list[dict[str, Any]]:
        """Its rows, without the columns that were made of others."""
        return [dict(row) for row in self.read(name, day).to_pylist()]


def days_after(count: int) -> date:
    return DAY + timedelta(days=count)


JST = timezone(timedelta(hours=9))
