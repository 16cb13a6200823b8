"""The function's contract (PRODUCT §4): events in, responses out; old shapes included. Pure.

A scheduled event's identity is its schedule and its scheduled time, so that a second delivery is the same run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast, get_args

import orjson

from pipeline.clock import parse_day, parse_utc, utc_text
from pipeline.errors import AlreadyRunning, DataInvalid, PipelineError
from pipeline.lake import keys
from pipeline.runs.request import ExportRequest, ExportResult, FetchRequest
from pipeline.runs.run import Mode, Trigger, new_run_id
from pipeline.untrusted import quoted

MAX_INCREMENTAL_DAYS = 3650
MOST_ECHOED = 255
_AWS_SOURCES = ("aws.events", "aws.scheduler")


@dataclass(frozen=True)
class Occasion:
    """When and by what a run was asked for; ``identity`` is stable over repeated deliveries of one schedule."""

    trigger: Trigger
    identity: str | None
    scheduled_at: datetime | None


def parse_event(event: Any, table: str, now: datetime, request_id: str | None = None) -> ExportRequest:
    """Read an event of the contract, or an EventBridge one; ``table`` is the default. Raise DataInvalid."""
    if not isinstance(event, Mapping):
        raise DataInvalid("the event is not a JSON object", record="event", field="event")
    occasion = _occasion(event)
    name = keys.valid_table(event.get("tableName") or table)
    # One schedule starts several tables: each of them is a run of its own.
    run_id = event.get("runId") or _run_id(occasion, name if event.get("tableName") else None, now)
    return ExportRequest(
        run_id=keys.valid_run_id(run_id),
        table=name,
        mode=_choice(event, "mode", Mode, "full"),
        incremental_days=_whole_number(event, "incrementalDays", 1) if "incrementalDays" in event else None,
        trigger=occasion.trigger,
        request_id=request_id,
        hop=_whole_number(event, "hop", 0, least=0),
    )


def parse_fetch(event: Mapping[str, Any], now: datetime, request_id: str | None = None) -> FetchRequest:
    """Read an event that asks for days of a source: ``source``, at choice ``from`` and ``to``. Raise DataInvalid."""
    source = keys.valid_source(event["source"])
    occasion = _occasion(event)
    run_id = event.get("runId") or _run_id(occasion, source, now)
    return FetchRequest(
        run_id=keys.valid_run_id(run_id),
        table=source,
        trigger=occasion.trigger,
        request_id=request_id,
        hop=_whole_number(event, "hop", 0, least=0),
        first=_day(event, "from"),
        last=_day(event, "to"),
    )


def _run_id(occasion: Occasion, name: str | None, now: datetime) -> str:
    identity = f"{occasion.identity} {name}" if occasion.identity and name else occasion.identity
    return new_run_id(occasion.scheduled_at or now, identity)


def is_fetch(event: Any) -> bool:
    """Whether the event asks for days of a source."""
    return isinstance(event, Mapping) and event.get("source") is not None and event["source"] not in _AWS_SOURCES


def is_due(event: Any) -> bool:
    """Whether the event asks for the newest days of every source that is on."""
    return isinstance(event, Mapping) and event.get("sources") == "due"


def started(names: Sequence[str]) -> dict[str, Any]:
    """The 200 response to an event that started other invocations."""
    return _response(200, {"message": f"{len(names)} sources started", "sources": list(names)})


def is_scheduled(event: Any) -> bool:
    """Whether AWS's scheduler sent the event: then a failure must be raised, so that alarms and retries see it."""
    return isinstance(event, Mapping) and (_by_aws(event) or event.get("trigger") == "schedule")


def is_look(event: Any) -> bool:
    """Whether the event only asks to look after a native export that goes on in DynamoDB."""
    return isinstance(event, Mapping) and event.get("look") is True


def nothing_to_look_after(table: str) -> dict[str, Any]:
    """The 200 response to a look when nothing goes on."""
    return _response(200, {"message": "No native export goes on", "tableName": table})


def success(result: ExportResult) -> dict[str, Any]:
    """The 200 response."""
    return _response(200, success_body(result))


def success_body(result: ExportResult) -> dict[str, Any]:
    """The body of the 200 response, as an object."""
    run = result.run
    body: dict[str, Any] = {
        "message": _message(result),
        "tableName": run.table,
        "exportMode": run.mode,
        "itemCount": run.records,
        "s3Location": result.location,
        "exportDate": run.day.isoformat(),
        "runId": run.run_id,
        "bytes": run.bytes,
        "durationMs": result.duration_ms,
    }
    if run.until:
        body |= {"since": utc_text(run.since) if run.since else None, "until": utc_text(run.until)}
        body |= {"changedBy": run.changed_by, "unjudgedItems": run.unjudged}
    if run.renamed:
        body |= {"renamedRecords": run.renamed}
    if run.engine == "native":
        body |= {"engine": run.engine, "consistency": run.consistency, "files": len(run.files)}
    if run.engine == "fetch":
        body |= {"source": run.table, "from": str(run.first_day), "to": str(run.last_day)}
        body |= {"days": dict(run.day_states), "rejected": run.rejected, "updated": run.updated_days}
    warnings = dict.fromkeys([*result.warnings, *run.remarks])
    if warnings:
        body["warnings"] = list(warnings)
    return body


def _message(result: ExportResult) -> str:
    if not result.continues:
        return "Export completed successfully"
    elsewhere = "DynamoDB" if result.run.engine == "native" else "another invocation"
    return f"Export continues in {elsewhere}"


def failure(error: PipelineError, event: Any, request: ExportRequest | None) -> dict[str, Any]:
    """The 500 response. For AlreadyRunning ``runId`` is the run that is going."""
    asked = event if isinstance(event, Mapping) else {}
    run_id = request.run_id if request else _echo(asked, "runId")
    if isinstance(error, AlreadyRunning):
        run_id = error.facts.get("run_id") or run_id
    body = {
        "error": error.slug,
        "code": error.code,
        "message": error.message,
        "tableName": request.table if request else _echo(asked, "tableName"),
        "exportMode": request.mode if request else _echo(asked, "mode"),
        "runId": run_id,
    }
    return _response(500, body)


def _echo(event: Mapping[Any, Any], field: str) -> str | None:
    """What the event says, when it is a text that the answer can hold; the message quotes what it is otherwise."""
    value = event.get(field)
    if not isinstance(value, str) or len(value) > MOST_ECHOED or not value.isprintable():
        return None
    return value


def _response(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "body": orjson.dumps(body, default=str).decode()}


def _occasion(event: Mapping[Any, Any]) -> Occasion:
    if _by_aws(event):
        resources = event.get("resources")
        schedule = resources[0] if isinstance(resources, list) and resources else event.get("id")
        return _scheduled(schedule, event.get("time"))
    if event.get("trigger") == "schedule":
        return _scheduled(event.get("scheduleArn"), event.get("scheduledTime"))
    return Occasion(_choice(event, "trigger", Trigger, "manual"), None, None)


def _by_aws(event: Mapping[Any, Any]) -> bool:
    return event.get("detail-type") == "Scheduled Event" or event.get("source") in _AWS_SOURCES


def _scheduled(schedule: Any, time: Any) -> Occasion:
    try:
        moment = parse_utc(time)
    except (TypeError, ValueError):
        return Occasion("schedule", None, None)
    named = schedule if isinstance(schedule, str) else quoted(schedule)
    return Occasion("schedule", f"{named} {moment.isoformat()}", moment)


def _choice(event: Mapping[Any, Any], field: str, kind: Any, default: str) -> Any:
    value = event.get(field) or default
    if value not in get_args(kind):
        raise DataInvalid(f"{field} {quoted(value)!r} is not one of {get_args(kind)}", record="event", field=field)
    return cast(str, value)


def _day(event: Mapping[Any, Any], field: str) -> date | None:
    value = event.get(field)
    if value is None:
        return None
    try:
        return parse_day(value)
    except (TypeError, ValueError) as error:
        raise DataInvalid(f"{field} {quoted(value)!r} is no day (YYYY-MM-DD)", record="event", field=field) from error


def _whole_number(event: Mapping[Any, Any], field: str, default: int, least: int = 1) -> int:
    value = event.get(field, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MAX_INCREMENTAL_DAYS:
        text = f"{field} {quoted(value)!r} is not a whole number from {least} up"
        raise DataInvalid(text, record="event", field=field)
    return value
