"""What a job is asked for and on which occasion, and what comes of it. Pure.

An event's form is its function's matter; here are its checked values, and what all functions' events say of a schedule.
A scheduled event's identity is its schedule and its scheduled time, so that a second delivery is the same run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pipeline.clock import parse_utc
from pipeline.runs.run import Mode, Run, Trigger, new_run_id
from pipeline.untrusted import quoted

AWS_SOURCES = ("aws.events", "aws.scheduler")


@dataclass(frozen=True)
class Occasion:
    """When and by what a run was asked for; ``identity`` is stable over repeated deliveries of one schedule."""

    trigger: Trigger
    identity: str | None = None
    scheduled_at: datetime | None = None

    def run_id(self, name: str | None, now: datetime) -> str:
        """The id of its run, the same at each delivery; one schedule has a run of its own for each ``name``."""
        identity = f"{self.identity} {name}" if self.identity and name else self.identity
        return new_run_id(self.scheduled_at or now, identity)


def is_scheduled(event: Any) -> bool:
    """Whether AWS's scheduler sent the event: then a failure must be raised, so that alarms and retries see it."""
    return isinstance(event, Mapping) and (_by_aws(event) or event.get("trigger") == "schedule")


def scheduled(event: Mapping[Any, Any]) -> Occasion:
    """The occasion of an event that AWS's scheduler sent."""
    if _by_aws(event):
        resources = event.get("resources")
        schedule = resources[0] if isinstance(resources, list) and resources else event.get("id")
        return _occasion(schedule, event.get("time"))
    return _occasion(event.get("scheduleArn"), event.get("scheduledTime"))


def _by_aws(event: Mapping[Any, Any]) -> bool:
    return event.get("detail-type") == "Scheduled Event" or event.get("source") in AWS_SOURCES


def _occasion(schedule: Any, time: Any) -> Occasion:
    try:
        moment = parse_utc(time)
    except (TypeError, ValueError):
        return Occasion("schedule")
    named = schedule if isinstance(schedule, str) else quoted(schedule)
    return Occasion("schedule", f"{named} {moment.isoformat()}", moment)


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
