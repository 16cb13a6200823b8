"""What runs have written, in the forms that a person asks for: first rows, tables, differences, links, restores.

Ranged reads and streams only; what is larger than 50 MB never passes through the app, but by a link.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import orjson

from pipeline.access import Doing, unguarded
from pipeline.clock import utc_text
from pipeline.documents import diff as differences
from pipeline.documents import forms
from pipeline.documents.forms import Records
from pipeline.documents.kept_types import KeptTypes
from pipeline.errors import AuthFailed, DataInvalid, NotFound
from pipeline.export import native_files
from pipeline.lake.bucket import PRESIGN_SECONDS, Lake, StoredObject, archived
from pipeline.lake.compression import unpacked
from pipeline.lake.document import (
    EXPORTED_AT,
    SEPARATOR,
    TAIL,
    Head,
    Reader,
    exact,
    metadata_at_end,
    written_out,
)
from pipeline.runs.history import SharedDays, shared_days
from pipeline.runs.run import DataFile, Run
from pipeline.words.catalogue import Words

PRESIGN_ABOVE = 50 * 1024 * 1024
# What a conversion holds in memory of what it reads and of what it writes; the rest lies in files that have no name.
SPOOLED = 8 * 1024 * 1024
_CHUNK = 256 * 1024


@dataclass(frozen=True)
class Preview:
    """First rows of a document: its metadata, ``rows`` as decoded records, and whether more follow."""

    metadata: dict[str, Any]
    rows: tuple[dict[str, Any], ...]
    more: bool


@dataclass(frozen=True)
class Link:
    """An address that anybody may follow for ``seconds``, or less: None where the credentials that signed it are
    temporary and nobody says until when."""

    url: str
    seconds: int | None = PRESIGN_SECONDS


DIFF_ABOVE = 512 * 1024 * 1024
RESTORE_DAYS = 7


@dataclass(frozen=True)
class Documents:
    """The documents of one lake; ``key_names`` gives a table's keys, ``doing`` checks downloads and restores, ``kept``
    gives the runs whose documents of a table are kept, newest first, ``kept_types`` what is known of those;
    ``signs_for`` says for how many seconds, at most so many, the credentials sign (None: nobody knows)."""

    lake: Lake
    key_names: Callable[[str], tuple[str, ...]]
    doing: Doing = unguarded
    kept: Callable[[str], Iterable[Run]] = lambda table: ()
    kept_types: KeptTypes = field(default_factory=KeptTypes)
    signs_for: Callable[[int], int | None] = int

    def preview(self, run: Run, rows: int = 50) -> Preview:
        """First rows of what this run wrote, by ranged reads. Raise SchemaMismatch, NotFound, DataInvalid."""
        if run.engine == "native":
            return self._native_preview(run, rows)
        key = document_key(run)
        reader = Reader(unpacked(key, self.lake.ranges(key, run.version_id)), key)
        return _first(self._metadata(run, reader), reader.records(), rows)

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
        """The records as CSV, of a document of any size, in pieces."""
        with self.doing("download", f"{run.run_id} csv"), self._read_once(run) as records:
            yield from forms.csv_pieces(records)

    def csv(self, run: Run) -> bytes:
        """The records as CSV, up to 50 MB of document."""
        with self.doing("download", f"{run.run_id} csv"):
            return self._converted(run, forms.write_csv)

    def parquet(self, run: Run) -> bytes:
        """The records as Parquet, up to 50 MB of document; columns and types are those of the table's kept days."""
        with self.doing("download", f"{run.run_id} parquet"):
            self._small(run)
            known = self.kept_types.of(self.kept(run.table), self.records)
            return self._converted(run, lambda records, out: forms.write_parquet(records, out, known))

    def xlsx(self, run: Run, words: Words) -> bytes:
        """The records as an XLSX workbook, up to 50 MB of document; what it says of itself is in these words."""
        from pipeline.documents import workbook  # noqa: PLC0415 - XlsxWriter is loaded where it is used

        with self.doing("download", f"{run.run_id} xlsx"):
            return self._converted(run, lambda records, out: workbook.write_xlsx(records, out, words))

    def records(self, run: Run) -> Iterator[dict[str, Any]]:
        """Every record that this run wrote, as a stream."""
        if run.engine == "native":
            return map(written_out, chain.from_iterable(map(self._part, run.files)))
        return self._reader(run).records()

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

    def link(self, run: Run) -> Link:
        """A link to what this run wrote, valid for five minutes, or as long as the credentials that sign it."""
        with self.doing("download", f"{run.run_id} link"):
            self._readable(document_key(run), run.version_id)
            return self._signed(document_key(run), run.version_id, run.file_name)

    def part_link(self, run: Run, key: str) -> Link:
        """The same to one file of a native export. Raise NotFound for a key that is none."""
        with self.doing("download", f"{run.run_id} link to {key.rpartition('/')[2]}"):
            if key not in {file.key for file in run.files}:
                message = f"{key!r:.200} is no file of run {run.run_id}"
                raise NotFound(message, resource=key[:200], action="s3:GetObject")
            self._readable(key, None)
            return self._signed(key, None, f"{run.table}-{run.run_id}-{key.rpartition('/')[2]}")

    def location(self, run: Run) -> str:
        """The s3:// address of the document."""
        return self.lake.location(document_key(run))

    def stored(self, run: Run) -> StoredObject:
        """What S3 says of the document: its storage class, whether it is archived. Raise NotFound."""
        return self._held(document_key(run), run.version_id)

    def restore(self, run: Run) -> None:
        """Ask S3 to bring an archived document, or all files of a native export, back for a week; it takes hours. From
        a tier of Intelligent-Tiering it comes back for good. Raise DataInvalid, ``not_archived``."""
        with self.doing("restore", run.run_id):
            files: list[tuple[str, str | None]] = [(file.key, None) for file in run.files]
            places = files or [(document_key(run), run.version_id)]
            for key, version_id in places:
                tiered = self._held(key, version_id).storage.tiered
                self.lake.restore(key, version_id, None if tiered else RESTORE_DAYS)

    def _held(self, key: str, version_id: str | None) -> StoredObject:
        held = self.lake.head(key, version_id)
        if held is None:
            where = self.lake.location(key)
            raise NotFound(f"{where} does not exist", resource=where, action="s3:GetObject")
        return held

    def _readable(self, key: str, version_id: str | None) -> None:
        # Whoever follows a link to an archived object meets S3's XML.
        if self._held(key, version_id).archived:
            raise archived(self.lake.location(key))

    def _reader(self, run: Run) -> Reader:
        key = document_key(run)
        return Reader(unpacked(key, self.lake.stream(key, run.version_id)), key)

    def _metadata(self, run: Run, reader: Reader) -> dict[str, Any]:
        if not reader.metadata_is_last:
            return reader.metadata
        # Where the last bytes do not show it (a packed document, a damaged one), all of it is read once more.
        tail = self.lake.tail(document_key(run), run.version_id)
        return metadata_at_end(tail) or self._reader(run).read_on()

    def _converted(self, run: Run, write: Callable[[Records, IO[bytes]], None]) -> bytes:
        self._small(run)
        with self._read_once(run) as records, SpooledTemporaryFile(SPOOLED) as out:
            write(records, out)
            out.seek(0)
            return out.read()

    @contextmanager
    def _read_once(self, run: Run) -> Iterator[Records]:
        """Its records, to be gone through several times; the document is fetched once, so all see the same."""
        if run.engine == "native":
            yield lambda: self.records(run)
            return
        key = document_key(run)
        with SpooledTemporaryFile(SPOOLED) as held:
            for chunk in self.lake.stream(key, run.version_id):
                held.write(chunk)
            yield lambda: Reader(unpacked(key, _from_the_start(held)), key).records()

    def _signed(self, key: str, version_id: str | None, name: str) -> Link:
        seconds = self.signs_for(PRESIGN_SECONDS)
        if seconds == 0:
            raise AuthFailed("the credentials end before a link could be followed", action="s3:GetObject", resource=key)
        return Link(self.lake.presign(key, version_id, name, seconds or PRESIGN_SECONDS), seconds)

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


def _from_the_start(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk


def _of_days(records: Iterator[dict[str, Any]], days: SharedDays | None) -> Iterator[dict[str, Any]]:
    if days is None or not days.partly:
        return records
    first, last = days.first.isoformat(), days.last.isoformat()
    return (record for record in records if first <= str(record.get("date")) <= last)


def _first(metadata: dict[str, Any], records: Iterator[dict[str, Any]], rows: int) -> Preview:
    read = list(islice(records, rows + 1))
    return Preview(metadata=metadata, rows=tuple(read[:rows]), more=len(read) > rows)
