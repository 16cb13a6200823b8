"""What runs have written, in the forms that a person asks for: first rows, tables, differences, links, restores.

Ranged reads and streams only; what is larger than 50 MB never passes through the app, but by a link.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import orjson

from pipeline.access import Doing, unguarded
from pipeline.clock import utc_text
from pipeline.documents import diff as differences
from pipeline.documents import forms
from pipeline.errors import DataInvalid, NotFound
from pipeline.export import native_files
from pipeline.lake.bucket import Lake, StoredObject
from pipeline.lake.compression import unpacked
from pipeline.lake.document import EXPORTED_AT, SEPARATOR, TAIL, Head, Reader, exact, written_out
from pipeline.runs.history import SharedDays, shared_days
from pipeline.runs.run import DataFile, Run

PRESIGN_ABOVE = 50 * 1024 * 1024


@dataclass(frozen=True)
class Preview:
    """First rows of a document: its metadata, ``rows`` as decoded records, and whether more follow."""

    metadata: dict[str, Any]
    rows: tuple[dict[str, Any], ...]
    more: bool


DIFF_ABOVE = 512 * 1024 * 1024
RESTORE_DAYS = 7


@dataclass(frozen=True)
class Documents:
    """The documents of one lake; ``key_names`` gives a table's keys, ``doing`` checks downloads and restores."""

    lake: Lake
    key_names: Callable[[str], tuple[str, ...]]
    doing: Doing = unguarded

    def preview(self, run: Run, rows: int = 50) -> Preview:
        """First rows of what this run wrote, by ranged reads. Raise SchemaMismatch, NotFound, DataInvalid."""
        if run.engine == "native":
            return self._native_preview(run, rows)
        key = document_key(run)
        reader = Reader(unpacked(key, self.lake.ranges(key, run.version_id)), key)
        return _first(reader.metadata, reader.records(), rows)

    def raw(self, run: Run) -> bytes:
        """The whole document as this run wrote it, up to 50 MB; larger ones go by ``link``."""
        with self.doing("download", f"{run.run_id} json"):
            self._small(run)
            return b"".join(self.lake.stream(document_key(run), run.version_id))

    def stream(self, run: Run) -> Generator[bytes, None, None]:
        """The whole document as this run wrote it, of any size, in pieces; of a native export one document of all its
        files. The audit line tells how it ended."""
        with self.doing("download", f"{run.run_id} json"):
            if run.engine == "native":
                yield from _as_document(run, self.records(run))
            else:
                yield from self.lake.stream(document_key(run), run.version_id)

    def csv_stream(self, run: Run) -> Generator[bytes, None, None]:
        """The records as CSV, of a document of any size, in pieces; it is read twice."""
        with self.doing("download", f"{run.run_id} csv"):
            yield from forms.csv_pieces(lambda: self.records(run))

    def csv(self, run: Run) -> bytes:
        """The records as CSV, up to 50 MB of document."""
        with self.doing("download", f"{run.run_id} csv"):
            self._small(run)
            return forms.to_csv(lambda: self.records(run))

    def parquet(self, run: Run) -> bytes:
        """The records as Parquet, up to 50 MB of document."""
        with self.doing("download", f"{run.run_id} parquet"):
            self._small(run)
            return forms.to_parquet(lambda: self.records(run))

    def records(self, run: Run) -> Iterator[dict[str, Any]]:
        """Every record that this run wrote, as a stream."""
        if run.engine == "native":
            return map(written_out, chain.from_iterable(map(self._part, run.files)))
        key = document_key(run)
        return Reader(unpacked(key, self.lake.stream(key, run.version_id)), key).records()

    def diff(self, before: Run, after: Run) -> differences.Diff:
        """What changed from one run to another, by the table's own key; of a source's runs on the days that both asked
        for: others would seem added or removed. Raise DataInvalid for two tables."""
        if before.table != after.table:
            raise DataInvalid(f"{before.table} and {after.table} are two tables", record=after.run_id, field="table")
        for run in (before, after):
            if (run.bytes or 0) > DIFF_ABOVE:
                raise DataInvalid(f"{run.key} is too large to be compared here", record=run.run_id, field="bytes")
        days = shared_days(before, after)
        return differences.diff(
            lambda: _of_days(self.records(before), days),
            lambda: _of_days(self.records(after), days),
            self.key_names(after.table),
        )

    def link(self, run: Run) -> str:
        """A link to what this run wrote, valid for five minutes."""
        with self.doing("download", f"{run.run_id} link"):
            return self.lake.presign(document_key(run), run.version_id, run.file_name)

    def part_link(self, run: Run, key: str) -> str:
        """A link to one file of a native export, valid for five minutes. Raise NotFound for a key that is none."""
        with self.doing("download", f"{run.run_id} link to {key.rpartition('/')[2]}"):
            if key not in {file.key for file in run.files}:
                message = f"{key!r:.200} is no file of run {run.run_id}"
                raise NotFound(message, resource=key[:200], action="s3:GetObject")
            return self.lake.presign(key, None, f"{run.table}-{run.run_id}-{key.rpartition('/')[2]}")

    def location(self, run: Run) -> str:
        """The s3:// address of the document."""
        return self.lake.location(document_key(run))

    def stored(self, run: Run) -> StoredObject:
        """What S3 says of the document: its storage class, whether it is archived. Raise NotFound."""
        held = self.lake.head(document_key(run), run.version_id)
        if held is None:
            where = self.location(run)
            raise NotFound(f"{where} does not exist", resource=where, action="s3:GetObject")
        return held

    def restore(self, run: Run) -> None:
        """Ask S3 to bring an archived document back for a week; it takes hours."""
        with self.doing("restore", run.run_id):
            self.lake.restore(document_key(run), run.version_id, RESTORE_DAYS)

    def _part(self, file: DataFile) -> Iterator[dict[str, Any]]:
        return native_files.records(unpacked(file.key, self.lake.stream(file.key)), file.key)

    def _native_preview(self, run: Run, rows: int) -> Preview:
        beginnings = (
            native_files.records(unpacked(file.key, self.lake.ranges(file.key)), file.key)
            for file in run.files
            if file.items
        )
        about = {"exported_at": utc_text(run.exported_at) if run.exported_at else None, "consistency": run.consistency}
        facts = {"table_name": run.table, **about, "record_count": run.records, "files": len(run.files)}
        return _first(facts, map(written_out, chain.from_iterable(beginnings)), rows)

    def _small(self, run: Run) -> None:
        if (run.bytes or 0) > PRESIGN_ABOVE:
            facts = {"record": run.run_id, "field": "bytes", "situation": "too_large"}
            raise DataInvalid(f"{run.key} is too large to pass through the app", **facts)


def document_key(run: Run) -> str:
    """The key of what a run wrote. Raise NotFound when it wrote nothing."""
    if run.key is None:
        raise NotFound(f"run {run.run_id} wrote no document", resource=run.run_id, action="s3:GetObject")
    return run.key


def _as_document(run: Run, records: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    exported_at = utc_text(run.exported_at or run.started_at)
    extra = (("export_mode", run.mode), ("run_id", run.run_id))
    before = Head(run.table, exported_at, run.records or 0, extra).encode()
    for record in records:
        yield before + orjson.dumps(exact({**record, EXPORTED_AT: exported_at}))
        before = SEPARATOR
    # Without a record the head has not gone yet.
    yield TAIL if before == SEPARATOR else before + TAIL


def _of_days(records: Iterator[dict[str, Any]], days: SharedDays | None) -> Iterator[dict[str, Any]]:
    if days is None or not days.partly:
        return records
    first, last = days.first.isoformat(), days.last.isoformat()
    return (record for record in records if first <= str(record.get("date")) <= last)


def _first(metadata: dict[str, Any], records: Iterator[dict[str, Any]], rows: int) -> Preview:
    read = list(islice(records, rows + 1))
    return Preview(metadata=metadata, rows=tuple(read[:rows]), more=len(read) > rows)
