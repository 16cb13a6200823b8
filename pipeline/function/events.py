"""The function's contract (PRODUCT §4): events in, responses out; old shapes included. Pure.

What a schedule says in its event is read by pipeline.runs.request, for all functions alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast, get_args

import orjson

from pipeline.clock import parse_day, utc_text
from pipeline.errors import AlreadyRunning, DataInvalid, PipelineError
from pipeline.lake import keys
from pipeline.runs.request import (
    AWS_SOURCES,
    ExportRequest,
    ExportResult,
    FetchRequest,
    Occasion,
    is_scheduled,
    scheduled,
)
from pipeline.runs.run import Mode, Trigger
from pipeline.untrusted import quoted

MAX_INCREMENTAL_DAYS = 3650
MOST_ECHOED = 255


def parse_event(event: Any, table: str, now: datetime, request_id: str | None = None) -> ExportRequest:
    """Read an event of the contract, or an EventBridge one; ``table`` is the default. Raise DataInvalid."""
    if not isinstance(event, Mapping):
        raise DataInvalid("the event is not a JSON object", record="event", field="event")
    occasion = _occasion(event)
    name = keys.valid_table(event.get("tableName") or table)
    # One schedule starts several tables: each of them is a run of its own.
    run_id = event.get("runId") or occasion.run_id(name if event.get("tableName") else None, now)
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
    run_id = event.get("runId") or occasion.run_id(source, now)
    return FetchRequest(
        run_id=keys.valid_run_id(run_id),
        table=source,
        trigger=occasion.trigger,
        request_id=request_id,
        hop=_whole_number(event, "hop", 0, least=0),
        first=_day(event, "from"),
        last=_day(event, "to"),
    )


def is_fetch(event: Any) -> bool:
    """Whether the event asks for days of a source."""
    return isinstance(event, Mapping) and event.get("source") is not None and event["source"] not in AWS_SOURCES


def is_due(event: Any) -> bool:
    """Whether the event asks for the newest days of every source that is on."""
    return isinstance(event, Mapping) and event.get("sources") == "due"


def started(names: Sequence[str]) -> dict[str, Any]:
    """The 200 response to an event that started other invocations."""
    return _response(200, {"message": f"{len(names)} sources started", "sources": list(names)})


def is_tick(event: Any) -> bool:
    """Whether the event asks to look at what is due and whom to tell."""
    return isinstance(event, Mapping) and event.get("notices") == "due"


def ticked(marked: int, sent: int, unsent: int, problems: Sequence[PipelineError]) -> dict[str, Any]:
    """The response to a look at notices: 500 where a part of it went wrong. Never raised, since the next one comes in
    minutes, and would only fill the dead letters."""
    body = {"message": "Notices looked after", "marked": marked, "sent": sent, "unsent": unsent}
    if problems:
        first = problems[0]
        body |= {"message": first.message, "error": first.slug, "code": first.code}
    return _response(500 if problems else 200, body)


def is_look(event: Any) -> bool:
    """Whether the event only asks to look after a native export that goes on in DynamoDB."""
    return isinstance(event, Mapping) and event.get("look") is True


def tables_of(result: ExportResult) -> dict[str, Any] | None:
    """What the tables' function is asked for after a run; None after one that goes on, that brought a part of a table
    only, or that is one of a row: the pieces of a backfill, whose tables the nightly sweep makes at once."""
    run = result.run
    if result.continues or run.mode != "full" or run.trigger == "backfill":
        return None
    return {"tables": run.table, "trigger": "export"}


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
    return scheduled(event) if is_scheduled(event) else Occasion(_choice(event, "trigger", Trigger, "manual"))


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
