"""Documents without a ledger entry: what each says of itself, by two small ranged reads, before it counts for anything.

Of a copied or restored lake S3 knows only when it was copied: such a document is dated by its ``dt=`` day.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any, Literal

from cachetools import LRUCache

from pipeline.errors import NotFound, PipelineError, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Lake, StoredObject
from pipeline.lake.compression import unpacked
from pipeline.lake.document import METADATA_KEYS
from pipeline.lake.publish import RUN_ID
from pipeline.runs.run import Run
from pipeline.untrusted import is_count

READERS = 16
REMEMBERED = 20_000
BEGINNING_BYTES = 64 * 1024
END_BYTES = 4 * 1024
# Packed ones are read whole, since their end cannot be read alone; larger ones are believed by their beginning.
MOST_PACKED = 1024 * 1024
MOST_UNPACKED = 64 * 1024 * 1024
_METADATA = re.compile(r'"export_metadata"\s*:\s*(?=\{)')
_DECODER = json.JSONDecoder()
_END = re.compile(rb"[\]}]\s*\}\s*\Z")
What = Literal["document", "foreign", "unread"]


@dataclass(frozen=True)
class Looked:
    """What a document turns out to be; ``unread`` when it may not or cannot be read now (archived, no right)."""

    what: What
    run_id: str | None = None
    records: int | None = None


class Unrecorded:
    """Looks into the documents of one lake, each once as long as it stays the same."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._known: LRUCache[tuple[str, str], Looked] = LRUCache(REMEMBERED)
        self._lock = threading.Lock()

    def join(self, runs: Sequence[Run], documents: Sequence[StoredObject]) -> list[Run]:
        """The runs, and those documents that none of them describes as runs of their own.

        A document that names a run which did not succeed, of its own table and day, is what that one left, never a
        success of its own. What names another's run is a copy, and stands alone.
        """
        by_id = {run.run_id: run for run in runs}
        left: dict[str, StoredObject] = {}
        alone: list[Run] = []
        for document, looked in self._look(documents):
            owner = by_id.get(looked.run_id or _named_by_key(document.key) or "")
            if owner is None or owner.run_id in left or not _may_have_left(owner, document.key):
                alone.append(_alone(document, looked))
            else:
                left[owner.run_id] = document
        return [*(_with_what_it_left(run, left.get(run.run_id)) for run in runs), *alone]

    def _look(self, documents: Sequence[StoredObject]) -> Iterator[tuple[StoredObject, Looked]]:
        with ThreadPoolExecutor(READERS) as pool:
            yield from zip(documents, pool.map(self._once, documents), strict=True)

    def _once(self, document: StoredObject) -> Looked:
        mark = (document.key, document.etag)
        with self._lock:
            known = self._known.get(mark)
        if known:
            return known
        try:
            looked = Looked("unread") if document.archived else self._read(document)
        except PipelineError:
            # No right to read it, or not now: it stays in the list, unchecked, and is asked for again.
            return Looked("unread")
        if looked.what != "unread":
            with self._lock:
                self._known[mark] = looked
        return looked

    def _read(self, document: StoredObject) -> Looked:
        beginning, beside = self._lake.peek(document.key, f"bytes=0-{BEGINNING_BYTES - 1}")
        if document.key.endswith(".gz"):
            beginning, end = self._unpacked(document, beginning)
            if len(end) > END_BYTES:
                return Looked("unread", beside.get(RUN_ID))
        elif document.size <= len(beginning):
            end = beginning
        else:
            end, _ = self._lake.peek(document.key, f"bytes=-{END_BYTES}")
        metadata = _metadata(beginning) or _metadata(end)
        if metadata is None or (end and not _END.search(end)):
            return Looked("foreign", beside.get(RUN_ID))
        named = beside.get(RUN_ID) or metadata.get("run_id")
        return Looked("document", named if isinstance(named, str) else None, metadata["record_count"])

    def _unpacked(self, document: StoredObject, packed: bytes) -> tuple[bytes, bytes]:
        """The first and last bytes of a packed document; no last ones of one that is too large to be read whole, and
        more than those of one that unpacks to more than is looked at."""
        beginning, end, given = b"", b"", 0
        whole = document.size <= MOST_PACKED
        chunks = self._lake.stream(document.key) if whole else iter((packed,))
        try:
            for chunk in unpacked(document.key, chunks):
                beginning = beginning if len(beginning) >= BEGINNING_BYTES else beginning + chunk
                given += len(chunk)
                if given > MOST_UNPACKED:
                    return beginning, end + b" " * END_BYTES
                end = (end + chunk)[-END_BYTES:]
        except SchemaMismatch:
            # Cut off: expected where only the beginning was fetched, and no export where all of it was.
            return beginning, b"" if not whole else b"cut off"
        return beginning, end if whole else b""


def _metadata(part: bytes) -> dict[str, Any] | None:
    """The metadata of a document among these bytes: records may hold what looks like it, and lack its keys."""
    text = part.decode("utf-8", "replace")
    for match in _METADATA.finditer(text):
        try:
            found, _ = _DECODER.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            continue
        if all(name in found for name in METADATA_KEYS) and is_count(found["record_count"]):
            return dict(found)
    return None


def _may_have_left(run: Run, key: str) -> bool:
    parsed = keys.parse_export_key(key)
    return run.status != "succeeded" and parsed is not None and (parsed.table, parsed.day) == (run.table, run.day)


def _named_by_key(key: str) -> str | None:
    parsed = keys.parse_export_key(key)
    return parsed.run_id if parsed else None


def _with_what_it_left(run: Run, document: StoredObject | None) -> Run:
    if document is None or run.key:
        return run
    return replace(run, key=document.key, bytes=document.size)


def _alone(document: StoredObject, looked: Looked) -> Run:
    parsed = keys.parse_export_key(document.key)
    if parsed is None:
        raise NotFound(f"{document.key} is no export's key", resource=document.key, action="s3:GetObject")
    at = datetime.combine(parsed.day, time(), UTC)
    return Run(
        run_id=parsed.run_id or f"{parsed.day.isoformat()}-{parsed.table.replace('.', '-')[:60]}",
        table=parsed.table,
        day=parsed.day,
        started_at=at,
        updated_at=at,
        finished_at=at,
        mode="incremental" if parsed.run_id else "full",
        trigger="schedule",
        status="succeeded",
        records=looked.records,
        bytes=document.size,
        key=document.key,
        legacy=True,
        foreign=looked.what == "foreign",
    )
