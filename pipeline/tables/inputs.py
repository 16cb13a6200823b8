"""What the tables of a day are made of: the newest whole export of that day that is known to have succeeded.

A document is read by its exact version; one that was replaced while it was being read is told from what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain
from typing import Protocol

import msgspec

from pipeline.errors import DataInvalid, NotFound
from pipeline.export import native_files
from pipeline.lake.bucket import Lake, StoredObject, archived
from pipeline.lake.compression import unpacked
from pipeline.lake.publish import checksums_agree
from pipeline.lake.reading.lines import Lines, Pair, of_line
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from pipeline.tables.convert import Source, check_count

KeyNames = Callable[[str], Sequence[str]]
_USUAL_KEYS = ("PK", "SK")


class Inputs(Protocol):
    """Where the days of a table, a source or the ledger come from."""

    def days(self, name: str, first: date, last: date) -> dict[date, Callable[[], Source]]:
        """How to come by what each of these UTC days is made of. What is called raises NotFound, S3AccessDenied,
        DataInvalid…"""
        ...


@dataclass(frozen=True)
class Exports(Inputs):
    """The whole exports of tables. ``key_names`` gives a table's keys."""

    lake: Lake
    ledger: Ledger
    key_names: KeyNames

    def days(self, name: str, first: date, last: date) -> dict[date, Callable[[], Source]]:
        runs = [run for run in self.ledger.history(first, last).runs if run.table == name and _is_whole(run)]
        # Newest last: it is the one that stands under the day's key.
        newest = {run.day: run for run in sorted(runs, key=lambda run: run.started_at)}
        return {day: partial(self._source, run) for day, run in sorted(newest.items())}

    def _source(self, run: Run) -> Source:
        keys = keys_of(self.key_names, run.table)
        if run.engine == "native":
            read = partial(native_pairs, self.lake, run)
            return Source(run.key or "", run.version_id, run.run_id, run.records, read, *keys)
        held = held_now(self.lake, run.key or "", run.version_id, run.checksum)
        version_id = run.version_id or _version(held)
        read = partial(pairs, self.lake, held.key, version_id, held.etag)
        return Source(held.key, version_id, held.checksum or held.etag, run.records, read, *keys)


def keys_of(key_names: KeyNames, name: str) -> tuple[str, str]:
    """The partition key and the sort key (empty: there is none) of a table or source. Raise what ``key_names`` raises,
    but for what is gone by now: that has the usual ones."""
    try:
        partition, *sort = key_names(name)
    except NotFound:
        return _USUAL_KEYS
    return partition, sort[0] if sort else ""


def held_now(lake: Lake, key: str, version_id: str | None, checksum: str | None) -> StoredObject:
    """A document as S3 has it. Raise NotFound, S3AccessDenied before a restore, DataInvalid for one that is not what
    was recorded."""
    held = lake.head(key, version_id)
    if held is None:
        where = lake.location(key)
        raise NotFound(f"{where} does not exist", resource=where, action="s3:GetObject")
    if held.archived:
        raise archived(lake.location(key))
    if checksum and held.checksum and not checksums_agree(held.checksum, checksum):
        raise _changed(key)
    return held


def pairs(lake: Lake, key: str, version_id: str | None, etag: str) -> Iterator[Pair]:
    """Every record of a document. Raise DataInvalid where it is another one now, or has not the records that it
    announces; SchemaMismatch for damage."""
    if version_id is None:
        now = lake.head(key)
        if now is None or now.etag != etag:
            raise _changed(key)
    reader = Lines(unpacked(key, lake.stream(key, version_id)), key)
    count = 0
    for each in reader.pairs():
        count += 1
        yield each
    check_count(key, count, reader.metadata["record_count"], "in the document")


def native_pairs(lake: Lake, run: Run) -> Iterator[Pair]:
    """Every record of a native export."""
    for record in chain.from_iterable(_of_files(lake, run)):
        raw = msgspec.json.encode(record)
        yield raw, of_line(raw)


def _of_files(lake: Lake, run: Run) -> Iterator[Iterable[dict[str, object]]]:
    for file in run.files:
        yield native_files.records(unpacked(file.key, lake.stream(file.key)), file.key)


def _is_whole(run: Run) -> bool:
    return run.has_document and run.mode == "full" and (run.legacy or run.reads_table)


def _version(held: StoredObject) -> str | None:
    # What stood there before the bucket kept versions is called "null", and is written over.
    return held.version_id if held.version_id != "null" else None


def _changed(key: str) -> DataInvalid:
    text = f"{key} is not the document that its run has written: no tables of it were published"
    return DataInvalid(text, record=key, field="checksum", situation="tables_changed")
