"""What goes into a build: the newest day that has tables, the sources' newest, and what their documents claim to hold.

A newest export that has no tables goes in as a claim that nobody has met: a build then says so, in place of publishing
the day before as if nothing was the matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pipeline.analysis.models.builds import InputDocument
from pipeline.analysis.quality import documents
from pipeline.analysis.quality.documents import Head
from pipeline.clock import utc_text
from pipeline.errors import NotFound
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.tables.manifest import ALL_RECORDS, Manifest, Manifests, TableFile

# The sources that models read, beside the table.
SOURCES = ("weather", "google-health")


@dataclass(frozen=True)
class Claim:
    """A row of the landed ``documents``; ``found`` None: it has no tables. ``exported_at`` None: as its newest record
    says."""

    source_table: str
    document: str
    version_id: str | None
    day: date
    claimed: int | None
    found: int | None
    exported_at: datetime | None

    def to_json(self) -> dict[str, Any]:
        """As the child lands it."""
        at = utc_text(self.exported_at) if self.exported_at else None
        return {**self.__dict__, "day": self.day.isoformat(), "exported_at": at}


@dataclass(frozen=True)
class Inputs:
    """``day`` (UTC) of the table's tables, files by the names that models' sources have, and one claim a document."""

    day: date
    manifests: tuple[Manifest, ...]
    files: Mapping[str, TableFile]
    claims: tuple[Claim, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files.values())

    @property
    def records(self) -> int:
        """Records of all documents."""
        return sum(manifest.records for manifest in self.manifests)

    def recorded(self) -> tuple[InputDocument, ...]:
        """What a build's record says of them."""
        return tuple(_recorded(manifest) for manifest in self.manifests)


def chosen(lake: Lake, table: str, day: date | None, today: date) -> Inputs:
    """What a build of ``day`` (None: the newest) is made of. Raise NotFound (``build_nothing``) where the table has no
    tables, and what the lake raises."""
    manifest = _newest(lake, table, day)
    if manifest is None:
        text = f"{table} has no tables{f' of {day}' if day else ''} to build models of"
        raise NotFound(text, resource=table, action="build", situation="build_nothing")
    beside = [found for name in SOURCES if name != table and (found := _until(lake, name, day or today))]
    files = {file.name: file for file in manifest.files if file.columns}
    files |= {_called(one): _largest(one) for one in beside if one.files}
    claims = (_of_table(lake, manifest), *_unmet(lake, manifest, day or today), *map(_of_source, beside))
    return Inputs(manifest.day, (manifest, *beside), files, claims)


def _newest(lake: Lake, table: str, day: date | None) -> Manifest | None:
    if day is None:
        return Manifests(lake).newest(table, date.min)
    found = Manifests(lake).load(table, day)
    return found[0] if found else None


def _until(lake: Lake, name: str, day: date) -> Manifest | None:
    """A source's newest tables of that day or one before: they hold all of its days."""
    days = [one for one in Manifests(lake).days(name, date.min) if one <= day]
    found = Manifests(lake).load(name, days[-1]) if days else None
    return found[0] if found else None


def _of_table(lake: Lake, manifest: Manifest) -> Claim:
    head = documents.head_of(lake, manifest.source_key, manifest.source_version_id)
    # Of what has no head of ours, or cannot be read any more, the run that made the tables has counted.
    claimed = None if head.damaged else manifest.records if head.claimed is None else head.claimed
    at = head.exported_at or manifest.made_at
    place = (manifest.source_key, manifest.source_version_id, manifest.day)
    return Claim(ALL_RECORDS, *place, claimed, manifest.records, at)


def _unmet(lake: Lake, manifest: Manifest, last: date) -> Iterator[Claim]:
    """The newest document, where the tables are of another one."""
    found = documents.document_days(lake, manifest.table, manifest.day, last)
    if not found or keys.parse_export_key(manifest.source_key) is None:
        return
    day = max(found)
    held = lake.head(found[day])
    if held is None or (day == manifest.day and held.version_id in {manifest.source_version_id, None, "null"}):
        return
    head: Head = documents.head_of(lake, held.key, held.version_id)
    yield Claim(ALL_RECORDS, held.key, held.version_id, day, head.claimed, None, head.exported_at)


def _of_source(manifest: Manifest) -> Claim:
    where = f"{keys.TABLE_DAYS}{manifest.table}/"
    return Claim(_called(manifest), where, None, manifest.day, manifest.records, manifest.records, None)


def _called(manifest: Manifest) -> str:
    return manifest.table.replace("-", "_")


def _largest(manifest: Manifest) -> TableFile:
    own = [file for file in manifest.files if file.name != ALL_RECORDS]
    return max(own or manifest.files, key=lambda file: file.records)


def _recorded(manifest: Manifest) -> InputDocument:
    key = manifest.source_key
    return InputDocument(manifest.table, key, manifest.source_version_id, manifest.day, manifest.records)
