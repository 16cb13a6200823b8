"""The part of check that looks at tables: manifests against their files, both ways, and the schemas that they need.

Files of an older version than a day's manifest names are what a widening left: nobody reads them, and nobody is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain

from pipeline.check.content import read_checksum
from pipeline.check.findings import READERS, Finding
from pipeline.check.refusals import Subject
from pipeline.errors import AuthFailed, PipelineError, S3AccessDenied, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Lake, StoredObject
from pipeline.lake.publish import checksums_agree
from pipeline.tables.manifest import ALL_RECORDS, Manifest, Manifests, TableFile
from pipeline.tables.schema import Schemas

_LIST = "python -m pipeline tables"
Found = dict[tuple[str, date], Manifest | None]


@dataclass(frozen=True)
class TableCheck:
    """Tables of the days from ``first`` on; ``read_data`` reads their files to the end."""

    lake: Lake
    first: date
    read_data: bool

    def findings(self) -> Iterator[Finding]:
        """What is wrong, and nothing else. Raise what listing the lake raises."""
        found: Found = {}
        yield from self._manifests(found)
        manifests = [manifest for manifest in found.values() if manifest]
        yield from self._schemas({table for table, _ in found})
        listed: dict[str, int] = {}
        yield from Subject(keys.TABLES, "a listing", _LIST).going_on(self._strays(found, listed))
        with ThreadPoolExecutor(READERS) as pool:
            files = [(manifest, file) for manifest in manifests for file in manifest.files]
            yield from chain.from_iterable(pool.map(partial(self._looked_at, listed), files))

    def _manifests(self, found: Found) -> Iterator[Finding]:
        """Fills ``found``; None stands for a manifest that cannot be read."""
        for held in self.lake.list_after(keys.TABLE_DAYS, ""):
            named = keys.parse_table_day_key(held.key)
            if named is None:
                yield Finding("foreign_object", held.key, "manifests of tables only", f"{held.size} bytes", _LIST)
            elif named[1] >= self.first:
                found[named] = None
                yield from self._manifest(held, named, found)

    def _manifest(self, held: StoredObject, named: tuple[str, date], found: Found) -> Iterator[Finding]:
        about = Subject(held.key, "a manifest of tables", _again(*named))
        try:
            loaded = Manifests(self.lake).load(*named)
        except PipelineError as error:
            yield _unread(about, error)
            return
        if loaded is None:
            return
        manifest = found[named] = loaded[0]
        if (manifest.table, manifest.day) != named:
            yield about.finding("unreadable_entry", f"{manifest.table} {manifest.day}", "its own table and day")
        of_kinds = sum(file.records for file in manifest.files if file.name != ALL_RECORDS)
        if not of_kinds == manifest.records == sum(file.records for file in manifest.files) - of_kinds:
            yield about.finding("count_differs", f"{of_kinds} in tables of kinds", f"{manifest.records} records")

    def _schemas(self, needed: set[str]) -> Iterator[Finding]:
        there = set()
        for held in self.lake.list_after(keys.SCHEMAS, ""):
            table = keys.parse_schema_key(held.key)
            if table is None:
                yield Finding("foreign_object", held.key, "schemas of tables only", f"{held.size} bytes", _LIST)
                continue
            there.add(table)
            try:
                Schemas(self.lake).load(table)
            except PipelineError as error:
                yield _unread(Subject(held.key, "types of tables", f"{_LIST} --table {table} --rebuild"), error)
        for table in sorted(needed - there):
            about = Subject(keys.schema_key(table), "types of tables", f"{_LIST} --table {table} --rebuild")
            yield about.finding("missing_object", "nothing")

    def _looked_at(self, listed: Mapping[str, int], wanted: tuple[Manifest, TableFile]) -> list[Finding]:
        manifest, file = wanted
        about = Subject(file.key, "a table's file", _again(manifest.table, manifest.day), manifest.run_id)
        try:
            return list(self._file(about, file))
        except AuthFailed:
            raise
        except PipelineError as error:
            # Who may look at the lake need not be allowed to read rows: then the listing tells what it can.
            no_right = isinstance(error, S3AccessDenied) and not error.state
            return _by_listing(about, file, listed) if no_right and not self.read_data else [about.ended_by(error)]

    def _file(self, about: Subject, file: TableFile) -> Iterator[Finding]:
        held = self.lake.head(file.key, file.version_id)
        if held is None:
            yield about.finding("missing_object", "nothing")
            return
        if held.size != file.size:
            yield about.finding("size_differs", f"{held.size} bytes", f"{file.size} bytes")
        if held.checksum and not checksums_agree(held.checksum, file.checksum):
            yield about.finding("checksum_differs", held.checksum, file.checksum)
        if held.archived:
            yield about.archived(self.lake, held.storage, file.version_id)
        elif self.read_data:
            checksum = read_checksum(self.lake, file.key, file.version_id)
            if checksum != file.checksum:
                yield about.finding("checksum_differs", checksum, file.checksum)

    def _strays(self, found: Mapping[tuple[str, date], Manifest | None], listed: dict[str, int]) -> Iterator[Finding]:
        """Fills ``listed`` with the bytes of each object."""
        for held in self.lake.list_after(keys.TABLES, ""):
            listed[held.key] = held.size
            named = keys.parse_table_file_key(held.key)
            size = f"{held.size} bytes"
            if named is None:
                yield Finding("foreign_object", held.key, "files of tables only", size, _LIST)
                continue
            table, name, version, day = named
            manifest = found.get((table, day))
            unread = (table, day) in found and manifest is None
            file = manifest.file(name) if manifest else None
            if day >= self.first and not unread and (file is None or file.version < version):
                yield Finding("orphaned_object", held.key, "a manifest that names it", size, _again(table, day))


def _by_listing(about: Subject, file: TableFile, listed: Mapping[str, int]) -> list[Finding]:
    size = listed.get(file.key)
    if size is None:
        return [about.finding("missing_object", "nothing")]
    return [] if size == file.size else [about.finding("size_differs", f"{size} bytes", f"{file.size} bytes")]


def _again(table: str, day: date) -> str:
    return f"{_LIST} --table {table} --from {day} --to {day} --rebuild"


def _unread(about: Subject, error: PipelineError) -> Finding:
    if isinstance(error, SchemaMismatch):
        return about.finding("unreadable_entry", error.message)
    if isinstance(error, AuthFailed):
        raise error
    return about.ended_by(error)
