"""A ledger entry as it lies in the lake: what each field may be, as types. ``run.py`` makes a run of it. Pure.

A foreign value would break the page far from here, when it is drawn; fields of a later version are left out.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from pipeline.untrusted import MOST

Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=0, le=MOST)]


class FileEntry(Struct, frozen=True):
    """One file of a native export."""

    key: str
    size: Count
    items: Count
    md5: str
    etag: str


class RunEntry(Struct, frozen=True, kw_only=True):
    """One run. ``error`` and ``engine_why`` are read by their own rooms; derived fields are not read back."""

    run_id: Text
    table: Text
    day: date
    started_at: datetime
    updated_at: datetime
    mode: Literal["full", "incremental"] = "full"
    engine: Text = "scan"
    trigger: Literal["schedule", "manual", "backfill"] = "manual"
    status: Literal["running", "succeeded", "failed"] = "running"
    finished_at: datetime | None = None
    records: Count | None = 0
    bytes: Count | None = 0
    key: str | None = None
    version_id: str | None = None
    checksum: str | None = None
    error: dict[str, Any] | None = None
    request_id: str | None = None
    opened_at: datetime | None = None
    engine_reason: str | None = None
    engine_why: dict[str, Any] | None = None
    consumed_units: Annotated[float, Meta(ge=0, le=MOST)] | None = None
    throttles: Count = 0
    segments: Count = 1
    hops: Count = 0
    table_id: str | None = None
    part_sizes: tuple[Count, ...] | None = ()
    exports: tuple[str, ...] | None = ()
    exported_at: datetime | None = None
    files: tuple[FileEntry, ...] | None = ()
    since: datetime | None = None
    until: datetime | None = None
    window: Literal["last", "days", "beginning"] | None = None
    changed_by: str | None = None
    unjudged: Count = 0
    renamed: Count = 0
    store_lacks: tuple[str, ...] | None = ()
    first_day: date | None = None
    last_day: date | None = None
    day_states: tuple[tuple[str, Count], ...] | None = ()
    rejected: Count = 0
    updated_days: Count = 0
