"""The function's log in CloudWatch Logs: the newest events, of a level, a text, a run or a request.

Lines that are not ours (the runtime's own START, REPORT, tracebacks) are shown as they are, redacted.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import orjson

from pipeline.aws import translated
from pipeline.boto3_version import STARTED
from pipeline.redaction import MOST_READ, redact
from pipeline.untrusted import quoted

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
MOST_EVENTS = 500
MOST_PAGES = 20


@dataclass(frozen=True)
class LogEvent:
    """One event; ``metadata`` is the rest of a structured line."""

    at: datetime
    level: str
    message: str
    request_id: str | None = None
    run_id: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class LogQuery:
    """Which events: since when, at least this level, holding this text, of this run or this request."""

    since: datetime
    level: str = "DEBUG"
    text: str = ""
    run_id: str | None = None
    request_id: str | None = None
    until: datetime | None = None
    limit: int = 200


class Logs:
    """One function's log group."""

    def __init__(self, client: CloudWatchLogsClient, function: str) -> None:
        self._client = client
        self.group = f"/aws/lambda/{function}"

    def tail(self, query: LogQuery) -> tuple[LogEvent, ...]:
        """The newest matching events, newest last. Raise NotFound for a missing group, Forbidden, …"""
        events = [event for event in self._events(query) if _matches(event, query)]
        return tuple(sorted(events, key=lambda event: event.at)[-min(query.limit, MOST_EVENTS) :])

    def command(self, query: LogQuery, hours: int, follow: bool) -> str:
        """The same by the AWS command line, for a shell: ``hours`` back from now."""
        pattern = _pattern(query)
        parts = ["aws", "logs", "tail", self.group, "--since", f"{hours}h"]
        parts += ["--filter-pattern", pattern] if pattern else []
        return shlex.join([*parts, "--follow"] if follow else parts)

    def _events(self, query: LogQuery) -> Iterator[LogEvent]:
        arguments: dict[str, Any] = {"logGroupName": self.group, "startTime": _milliseconds(query.since)}
        if query.until:
            arguments["endTime"] = _milliseconds(query.until)
        wanted = query.request_id or query.run_id
        if wanted:
            # The service's own filter, so that one run is found among a busy day's events.
            arguments["filterPattern"] = f'"{wanted}"'
        pages = self._client.get_paginator("filter_log_events").paginate(**arguments)
        with translated("logs:FilterLogEvents", self.group):
            for page in islice(pages, MOST_PAGES):
                for event in page.get("events", []):
                    yield parse(event.get("message", ""), event.get("timestamp", 0))


def started_with(client: CloudWatchLogsClient, group: str, since: datetime) -> str | None:
    """The boto3 that the newest environment of the function said it has; None when none has started since then."""
    wanted: dict[str, Any] = {"logGroupName": group, "startTime": _milliseconds(since)}
    pages = client.get_paginator("filter_log_events").paginate(**wanted, filterPattern=_quoted(STARTED))
    with translated("logs:FilterLogEvents", group):
        lines = [event for page in islice(pages, MOST_PAGES) for event in page.get("events", [])]
    events = (parse(line.get("message", ""), line.get("timestamp", 0)) for line in lines)
    told = [(event.at, dict(event.metadata).get("boto3", "")) for event in events if event.message == STARTED]
    return max(told)[1][:40] or None if told else None


def parse(line: str, timestamp: int) -> LogEvent:
    """One line of the log; ``timestamp`` in milliseconds since the epoch."""
    at = datetime.fromtimestamp(timestamp / 1000, UTC)
    try:
        raw = orjson.loads(line)
    except orjson.JSONDecodeError:
        raw = None
    if isinstance(raw, dict) and "errorType" in raw:
        # An error that left the handler, as the runtime writes it with LogFormat JSON.
        trace = {"metadata": {"stackTrace": "".join(map(str, raw.get("stackTrace") or ()))}}
        raw = {**raw, **trace, "message": f"{raw['errorType']}: {raw.get('errorMessage', '')}"}
    if not isinstance(raw, dict) or "message" not in raw:
        return LogEvent(at, _guess(raw, line), redact(line.rstrip()))
    told = raw.get("metadata")
    metadata: dict[str, Any] = told if isinstance(told, dict) else {}
    return LogEvent(
        at=at,
        level=str(raw.get("level", "INFO")).upper(),
        message=redact(quoted(raw["message"], MOST_READ)),
        request_id=_text(raw.get("requestId")),
        run_id=_text(metadata.get("runId")),
        metadata=tuple((str(name), redact(quoted(value, MOST_READ))) for name, value in metadata.items()),
    )


def _pattern(query: LogQuery) -> str:
    """CloudWatch's own filter: terms that a line holds, or, where a level is asked for, conditions on its fields.

    Source: CloudWatch Logs User Guide, "Filter pattern syntax". It tells capital letters from small ones.
    """
    texts = [text for text in (query.run_id, query.text) if text]
    if query.level not in LEVELS or LEVELS.index(query.level) <= LEVELS.index("INFO"):
        # The function writes nothing below INFO.
        return " ".join(map(_quoted, texts))
    levels = " || ".join(f'$.level = "{level}"' for level in LEVELS[LEVELS.index(query.level) :])
    conditions = [f"({levels})"]
    if query.run_id:
        conditions.append(f"$.metadata.runId = {_quoted(f'*{query.run_id}*')}")
    if query.text:
        conditions.append(f"$.message = {_quoted(f'*{query.text}*')}")
    return f"{{ {' && '.join(conditions)} }}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _matches(event: LogEvent, query: LogQuery) -> bool:
    if event.level in LEVELS and query.level in LEVELS and LEVELS.index(event.level) < LEVELS.index(query.level):
        return False
    if query.text and query.text.casefold() not in _searched(event):
        return False
    if query.request_id and query.request_id not in (event.request_id, None) and query.request_id not in event.message:
        return False
    return not query.run_id or query.run_id in (event.run_id or "") or query.run_id in event.message


def _searched(event: LogEvent) -> str:
    return " ".join([event.message, *(f"{name} {value}" for name, value in event.metadata)]).casefold()


def _guess(raw: Any, line: str) -> str:
    # AWS Lambda Developer Guide, "Lambda Telemetry API": the service's own events say how an invocation ended.
    record = raw.get("record") if isinstance(raw, dict) else None
    if isinstance(record, dict) and record.get("status") in ("timeout", "error", "failure"):
        return "ERROR"
    return "ERROR" if "[ERROR]" in line or "Traceback" in line or "Task timed out" in line else "INFO"


def _text(value: Any) -> str | None:
    return None if value is None else quoted(value, MOST_READ)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
