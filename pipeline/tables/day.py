"""Single days, in the name of one run: a document is looked at, files are made and sent, a manifest is written last.

What has been done stands in the lake: which documents' facts are in the schema, and what each day's files were made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.lake import keys
from pipeline.lake.bucket import Conflict, Lake
from pipeline.lake.files import publish_file
from pipeline.lake.publish import Target
from pipeline.runs.recorder import Record, TakenOver
from pipeline.tables.convert import Source, Tell, Written, observed, write
from pipeline.tables.manifest import ALL_RECORDS, Manifest, Manifests, TableFile
from pipeline.tables.schema import Schemas, TableSchema, columns_of

WRITERS = 8


@dataclass(frozen=True)
class Settled:
    """The schema that files are written by, the state of its object, and the tables whose files of an older version
    have other types."""

    schema: TableSchema
    etag: str | None
    widened: tuple[str, ...]


@dataclass(frozen=True)
class Days:
    """The days of one table. ``now`` gives aware UTC times; ``tell`` is told how many rows a pass has gone through."""

    lake: Lake
    table: str
    record: Record
    now: Callable[[], datetime]
    tell: Tell

    def look(self, day: date, source: Source, again: bool = False) -> None:
        """Widen the schema by what a document holds, unless that is in it already. Raise what reading raises."""
        schema, _ = self._schemas.load(self.table)
        if schema.seen.get(day.isoformat()) == source.identity and not again:
            return
        self.record.confirm_lease()
        profile = observed(source, schema, self.tell)
        self._schemas.change(self.table, lambda held: held.widened(profile, day, source.identity))

    def settle(self) -> Settled:
        """The layouts that the schema's facts ask for now."""
        before, _ = self._schemas.load(self.table)
        schema, etag = self._schemas.change(self.table, TableSchema.settled)
        changed = (name for name, kind in before.kinds.items() if kind.layout and schema.version(name) > kind.version)
        return Settled(schema, etag, tuple(changed))

    def make(self, day: date, source: Source, settled: Settled) -> Manifest:
        """A day's files, then its manifest. Raise TakenOver where another run has written it meanwhile."""
        seen = self._manifests.load(self.table, day)
        self.record.confirm_lease()
        with TemporaryDirectory(prefix="pipeline-tables-") as folder:
            written = write(source, settled.schema, Path(folder), self.tell)
            self.record.confirm_lease()
            with ThreadPoolExecutor(WRITERS) as pool:
                files = tuple(pool.map(lambda file: self._sent(day, file, settled.schema), written))
        self.record.confirm_lease()
        manifest = self._manifest(day, source, settled, files)
        run_id = manifest.run_id
        try:
            self._manifests.save(manifest, seen[1] if seen else None)
        except Conflict as error:
            raise TakenOver(f"run {run_id} goes on elsewhere", run_id=run_id, table=self.table) from error
        return manifest

    def stands(self, day: date, source: Source, by: str | None = None) -> bool:
        """Whether a day's tables are those of this document, in the types that are known (and made ``by`` a run)."""
        found = self._manifests.load(self.table, day)
        if found is None or not fits(found[0], self._schemas.load(self.table)[0]):
            return False
        manifest, _ = found
        same = f"{manifest.source_key}@{manifest.source_version_id or manifest.source_checksum}" == source.identity
        return same and by in {None, manifest.run_id}

    def behind(self, first: date) -> Iterator[date]:
        """The days from ``first`` on whose files have older types than are known."""
        schema, _ = self._schemas.load(self.table)
        for day in self._manifests.days(self.table, first):
            found = self._manifests.load(self.table, day)
            if found and not fits(found[0], schema):
                yield day

    @property
    def _schemas(self) -> Schemas:
        return Schemas(self.lake)

    @property
    def _manifests(self) -> Manifests:
        return Manifests(self.lake)

    def _sent(self, day: date, file: Written, schema: TableSchema) -> TableFile:
        version = schema.version(file.name)
        key = keys.table_file_key(self.table, file.name, version, day)
        target = Target(self.lake.bucket, key, self.record.current().run_id, self.record.fencing_token)
        sent = publish_file(self.lake, target, file.path)
        return TableFile(
            name=file.name,
            entity=None if file.name == ALL_RECORDS else schema.kinds[file.name].entity,
            version=version,
            key=key,
            version_id=sent.version_id,
            checksum=sent.checksum,
            size=sent.size,
            records=file.records,
            columns=columns_of(schema, file.name),
        )

    def _manifest(self, day: date, source: Source, settled: Settled, files: tuple[TableFile, ...]) -> Manifest:
        return Manifest(
            table=self.table,
            day=day,
            run_id=self.record.current().run_id,
            made_at=self.now(),
            source_key=source.key,
            source_version_id=source.version_id,
            source_checksum=source.checksum,
            schema_etag=settled.etag,
            records=sum(file.records for file in files if file.name == ALL_RECORDS),
            files=files,
        )


def fits(manifest: Manifest, schema: TableSchema) -> bool:
    """Whether a day's files are of the versions that are written now."""
    return all(file.version == schema.version(file.name) for file in manifest.files)
