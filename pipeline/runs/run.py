"""The nouns of the console as frozen dataclasses, and their JSON forms in the ledger and the function's contract.

Times are aware datetimes in UTC everywhere; only ``pages/ui/format.py`` knows Asia/Tokyo.
"""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

import msgspec

from pipeline.clock import utc_text, within_days, within_time
from pipeline.errors import PipelineError, SchemaMismatch
from pipeline.runs.engine_reason import EngineReason
from pipeline.runs.entry import RunEntry
from pipeline.runs.error import RunError as RunError

Mode = Literal["full", "incremental"]
Trigger = Literal["schedule", "manual", "backfill"]
Status = Literal["running", "succeeded", "failed"]
# Where an incremental export's window begins: at the last success, so many days back, or at the very beginning.
Window = Literal["last", "days", "beginning"]
Consistency = Literal["snapshot", "scan", "fetch", "other"]
DERIVED = frozenset(("tables", "dbt", "report"))  # engines that make something of documents, and no document
# What a person is shown: "lost" is a running entry without progress; "legacy" is a document without a ledger entry,
# "foreign" one that turns out to be no export at all; "gone" and "replaced" are successes whose document is not the one
# that they wrote any more.
Spoiled = Literal["gone", "replaced"]
Shown = Literal["running", "succeeded", "failed", "lost", "legacy", "foreign", "gone", "replaced"]

# On-demand read request units in ap-northeast-1. Source: Amazon DynamoDB pricing, "Read request units".
USD_PER_READ_UNIT = 0.1425e-6


@dataclass(frozen=True)
class DataFile:
    """One file of a native export. ``size`` in bytes as stored, ``md5`` (base64) of what is stored, by the manifest."""

    key: str
    size: int
    items: int
    md5: str
    etag: str


@dataclass(frozen=True)
class Run:
    """One ledger entry (PRODUCT §4). ``day`` is the UTC partition, fixed when the run starts; ``bytes`` is the
    document's size, ``checksum`` S3's own SHA-256 (base64; composite ``…-N`` for N parts)."""

    run_id: str
    table: str
    day: date
    started_at: datetime
    updated_at: datetime
    mode: Mode = "full"
    engine: str = "scan"
    trigger: Trigger = "manual"
    status: Status = "running"
    finished_at: datetime | None = None
    records: int | None = 0
    bytes: int | None = 0
    key: str | None = None
    version_id: str | None = None
    checksum: str | None = None
    error: RunError | None = None
    request_id: str | None = None
    # When its first entry was written, by S3's own clock: the run's may have been wrong.
    opened_at: datetime | None = None
    # How it was done: why this engine (in a sentence, and as fields), read capacity units, throttles, segments,
    # invocations beyond the first.
    engine_reason: str | None = None
    engine_why: EngineReason | None = None
    consumed_units: float | None = None
    throttles: int = 0
    segments: int = 1
    hops: int = 0
    table_id: str | None = None
    part_sizes: tuple[int, ...] = ()
    # Of a native export: DynamoDB's export ARNs, the moment of the snapshot, and its files.
    exports: tuple[str, ...] = ()
    exported_at: datetime | None = None
    files: tuple[DataFile, ...] = ()
    # Of an incremental export: what it holds was written from ``since`` (None: the beginning) until ``until``, by the
    # attributes ``changed_by``; so many items could not be judged by them, and are in it all the same.
    since: datetime | None = None
    until: datetime | None = None
    window: Window | None = None
    changed_by: str | None = None
    unjudged: int = 0
    # Records whose own _exported_at stands under another name.
    renamed: int = 0
    # Which of S3's conditions the store ignores, where that was allowed: another run may have written over this one.
    store_lacks: tuple[str, ...] = ()
    # Of a source's run: its civil days, and how many of them stand how; of a build, how many steps do.
    first_day: date | None = None
    last_day: date | None = None
    day_states: tuple[tuple[str, int], ...] = ()
    rejected: int = 0
    # How many of them said something else before.
    updated_days: int = 0
    # Found in the lake without an entry: by whom and when is not known, and nobody has checked what is in it.
    legacy: bool = False
    foreign: bool = False
    # Of a success: what the listing says of its document, where that is no more the one that it wrote.
    spoiled: Spoiled | None = None

    @property
    def is_good(self) -> bool:
        """Whether it is known to have succeeded, and its document stands: nothing else may turn anything green."""
        return self.status == "succeeded" and not self.legacy and self.spoiled is None

    @property
    def has_document(self) -> bool:
        """Whether what it left may be shown as data: not what a failed run left, and nothing that is no export."""
        return self.key is not None and self.status == "succeeded" and not self.foreign

    @property
    def estimated_cost_usd(self) -> float | None:
        """What the reads cost on demand, in US dollars; None when they were not counted."""
        return None if self.consumed_units is None else self.consumed_units * USD_PER_READ_UNIT

    @property
    def consistency(self) -> Consistency:
        """A native export is a snapshot of one moment, a scan is not; ``fetch``: days asked of a provider; ``other``:
        the document of a job that promises neither."""
        return _CONSISTENCY.get(self.engine, "other")

    @property
    def reads_table(self) -> bool:
        """Whether it read a table, so that it used (or, as a native export, spared) that one's capacity."""
        return self.consistency in {"snapshot", "scan"}

    @property
    def file_name(self) -> str:
        """What the document is called on a person's disk."""
        return f"{self.table}-{self.day.isoformat()}.json{'.gz' if (self.key or '').endswith('.gz') else ''}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What whoever reads of the run must know, in words."""
        sentences = (
            (
                self.renamed,
                f"{self.renamed} records had an _exported_at of their own: it stands under _exported_at_previous",
            ),
            (self.window == "beginning", f"no earlier success of {self.table} is known: everything is exported"),
            (
                self.unjudged,
                f"{self.unjudged} items could not be judged by {self.changed_by}: they are exported all the same",
            ),
            (self.store_lacks, f"unsafe store: {_ignored(self.store_lacks)}"),
        )
        return tuple(sentence for holds, sentence in sentences if holds)

    @property
    def duration_seconds(self) -> float | None:
        """Seconds from start to end; None while the run goes on or when the start is not known."""
        if self.finished_at is None or self.legacy:
            return None
        return max(0.0, (self.finished_at - self.started_at).total_seconds())

    def to_json(self) -> dict[str, Any]:
        """The ledger's form: plain JSON, times as ISO 8601 UTC."""
        raw = dataclasses.asdict(self)
        for name in _FOUND:
            del raw[name]
        raw["error"] = self.error.to_json() if self.error else None
        derived = {"consistency": self.consistency, "estimated_cost_usd": self.estimated_cost_usd}
        return {name: _plain(value) for name, value in raw.items()} | derived

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Run:
        """Read a ledger entry; unknown keys are ignored. Raise SchemaMismatch when it is not one."""
        try:
            return cls(**_run_fields(raw))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SchemaMismatch(
                f"ledger entry not understood: {type(error).__name__} {error}",
                expected="run entry with run_id, table, status, started_at",
                found=", ".join(sorted(map(str, raw)))[:200] if isinstance(raw, Mapping) else type(raw).__name__,
            ) from error


@dataclass(frozen=True)
class History:
    """Runs newest first, and what could not be read of them; the runs hold what could."""

    runs: tuple[Run, ...]
    problems: tuple[PipelineError, ...] = ()


@dataclass(frozen=True)
class Started:
    """The run that a start led to; ``joined`` when another run of the table was already going."""

    run_id: str
    day: date
    joined: bool


def new_run_id(now: datetime, identity: str | None = None) -> str:
    """A sortable run id: the UTC second, then eight hex digits (of the identity, or random)."""
    tail = (
        hashlib.sha256(identity.encode("utf-8", "backslashreplace")).hexdigest()[:8]
        if identity
        else secrets.token_hex(4)
    )
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{tail}"


def _ignored(lacks: tuple[str, ...]) -> str:
    if lacks == ("unknown",):
        return "it could not be asked which conditions it heeds"
    return f"it ignores conditions ({', '.join(lacks)})"


_CONSISTENCY: Mapping[str, Consistency] = {"scan": "scan", "native": "snapshot", "fetch": "fetch"}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc_text(value)
    return value.isoformat() if isinstance(value, date) else value


_MOMENTS = ("started_at", "updated_at", "finished_at", "opened_at", "exported_at", "since", "until")
_DAYS = ("day", "first_day", "last_day")
_LISTS = ("part_sizes", "exports", "store_lacks", "day_states")
# What the lake shows beside the entry: none of it is kept there.
_FOUND = frozenset(("legacy", "foreign", "spoiled"))


def _run_fields(raw: Mapping[str, Any]) -> dict[str, Any]:
    entry = msgspec.convert(raw, RunEntry)
    fields = msgspec.structs.asdict(entry)
    for name in _MOMENTS:
        fields[name] = None if fields[name] is None else within_time(fields[name])
    for name in _DAYS:
        fields[name] = None if fields[name] is None else within_days(fields[name])
    for name in _LISTS:
        fields[name] = fields[name] or ()
    fields["files"] = tuple(DataFile(**msgspec.structs.asdict(file)) for file in entry.files or ())
    fields["error"] = None if entry.error is None else RunError.from_json(entry.error)
    fields["engine_why"] = None if entry.engine_why is None else EngineReason.from_json(entry.engine_why)
    return fields
