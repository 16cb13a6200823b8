"""A day's document as it stands in the lake: what its head claims, and where there are no tables, what is really in it.

Nothing is believed of a document but its own bytes: the converter makes no tables of one that counts wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pipeline.clock import parse_utc
from pipeline.errors import NotFound, S3AccessDenied, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.compression import unpacked
from pipeline.lake.document import Reader
from pipeline.tables.manifest import Manifest
from pipeline.untrusted import is_count


@dataclass(frozen=True)
class Counted:
    """``claimed`` records by the head, ``found`` by counting; None: nobody knows. ``damaged``: it is no document (any
    more)."""

    claimed: int | None = None
    found: int | None = None
    damaged: bool = False


@dataclass(frozen=True)
class Head:
    """What a document's head says: ``claimed`` records, and when it was exported; None: nobody knows."""

    claimed: int | None = None
    exported_at: datetime | None = None
    damaged: bool = False


def document_days(lake: Lake, table: str, first: date, last: date) -> dict[date, str]:
    """The days that have a whole document of a table, and its key. Raise what listing raises."""
    found: dict[date, str] = {}
    for held in lake.list_after(keys.EXPORTS, keys.before_day(keys.EXPORTS, first)):
        named = keys.parse_export_key(held.key)
        if named and named.day > last:
            break
        if named and named.table == table and named.run_id is None:
            found[named.day] = held.key
    return found


def of_manifest(lake: Lake, manifest: Manifest) -> Counted:
    """What the head of the document claims that the tables were made of. Raise what reading raises, but for a document
    that is archived, gone or not to be read: then nothing is known."""
    head = head_of(lake, manifest.source_key, manifest.source_version_id)
    return Counted(head.claimed, damaged=head.damaged)


def head_of(lake: Lake, key: str, version_id: str | None) -> Head:
    """What the head of one version of a document says. Raises as ``of_manifest`` does."""
    # A native export, a source's day, the ledger: no head of ours.
    if keys.parse_export_key(key) is None:
        return Head()
    try:
        reader = Reader(unpacked(key, lake.ranges(key, version_id)), key)
        return Head() if reader.metadata_is_last else Head(_claimed(reader), _exported_at(reader))
    except (NotFound, S3AccessDenied):
        return Head()
    except SchemaMismatch:
        return Head(damaged=True)


def of_document(lake: Lake, key: str) -> Counted:
    """The same of a document without tables, which is read to its end. Raises as ``of_manifest`` does."""
    try:
        reader = Reader(unpacked(key, lake.stream(key)), key)
        found = sum(1 for _ in reader.raw_records())
        return Counted(_claimed(reader), found)
    except (NotFound, S3AccessDenied):
        return Counted()
    except SchemaMismatch:
        return Counted(damaged=True)


def _claimed(reader: Reader) -> int | None:
    claimed = reader.metadata.get("record_count")
    return claimed if is_count(claimed) else None


def _exported_at(reader: Reader) -> datetime | None:
    try:
        return parse_utc(str(reader.metadata.get("exported_at")))
    except ValueError:
        return None
