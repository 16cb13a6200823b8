"""What a job is asked for, and what comes of it. Pure.

The event's form is the function's matter; here are its checked values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipeline.runs.run import Mode, Run, Trigger


@dataclass(frozen=True)
class ExportRequest:
    """What to export and under which identity. ``trigger`` and ``run_id`` come from the event or the caller;
    ``incremental_days`` back from now, or (None) from the last success."""

    run_id: str
    table: str
    mode: Mode = "full"
    incremental_days: int | None = None
    trigger: Trigger = "manual"
    request_id: str | None = None
    hop: int = 0


@dataclass(frozen=True)
class FetchRequest(ExportRequest):
    """Which days of a source to fetch (``table`` is its name), both ends included; None: what is still wanted of the
    newest days."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class ExportResult:
    """A finished export, or one that ``continues`` in another invocation. ``warnings`` are things that went wrong
    beside it (for example an unwritable ledger)."""

    run: Run
    location: str
    duration_ms: int
    warnings: tuple[str, ...] = ()
    continues: bool = False
