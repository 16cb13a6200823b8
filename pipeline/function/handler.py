"""What the Lambda does with an event, apart from the runtime that calls it.

Clients are built once per execution environment; nothing here imports anything of the dashboard.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Protocol

from pipeline import boto3_version
from pipeline.aws import Cloud
from pipeline.clock import utc_now
from pipeline.config import Settings
from pipeline.errors import PipelineError
from pipeline.export.job import Exporter
from pipeline.export.wiring import build_exporter
from pipeline.function import events
from pipeline.jsonlog import Emit, JsonLog
from pipeline.runs.request import ExportRequest, ExportResult, is_scheduled
from pipeline.runs.starter import LambdaStarter, Starter

# A success is not risked for an index that whoever comes next can write.
FOLD_SECONDS = 60.0

if TYPE_CHECKING:
    from pipeline.notices.looks.ticking import Ticking
    from pipeline.sources.wiring import Sources


class Context(Protocol):
    """The part of the runtime's context object that is used. Source: AWS Lambda Developer Guide, "Python context"."""

    aws_request_id: str
    function_name: str

    def get_remaining_time_in_millis(self) -> int: ...


@dataclass(frozen=True)
class ExportFunction:
    """The export function with its clients, and the version of boto3 that they are made by."""

    settings: Settings
    exporter: Exporter
    emit: Emit | None = None
    sources: Callable[[], Sources] | None = None
    # The function that makes tables of what was published; None: tables are somebody else's matter.
    tables: Starter | None = None
    # Looks at what is due, and who tells of a failure; None: nobody is told of anything.
    ticking: Callable[[], Ticking] | None = None
    boto3: str = field(default_factory=boto3_version.found)
    # What an environment says with its first event, and no other.
    unsaid: list[str] = field(default_factory=list)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> ExportFunction:
        """Wire it for AWS; clients follow AWS_ENDPOINT_URL as boto3 does."""
        settings = Settings.from_env(environ)
        # The demo says that its emulator is its own: nothing needs to be asked of that store (lake/store.py).
        own = environ.get("AWS_ENDPOINT_URL") if environ.get("PIPELINE_BACKEND") == "embedded" else None
        cloud = Cloud(settings.region, own, invoke_url=environ.get("AWS_ENDPOINT_URL_LAMBDA") if own else None)
        # The function's own name comes from the runtime. AWS Lambda Developer Guide, "Environment variables".
        itself = environ.get("AWS_LAMBDA_FUNCTION_NAME")
        carry_on = LambdaStarter(cloud.invoker, itself).start if itself else None
        exporter = build_exporter(settings, cloud, utc_now, carry_on)
        sources = cache(partial(_sources, settings, cloud, exporter))
        named = settings.tables_function
        tables = LambdaStarter(cloud.invoker, named) if named else None
        ticking = cache(partial(_ticking, settings, cloud, exporter))
        said = [boto3_version.STARTED]
        return cls(settings, exporter, sources=sources, tables=tables, ticking=ticking, unsaid=said)

    def answer(self, event: Any, context: Context) -> dict[str, Any]:
        """Response of the contract; on the schedule a failure is raised instead."""
        log = JsonLog(context.function_name, context.aws_request_id, self.emit)
        request: ExportRequest | None = None
        if self.unsaid:
            log.info(self.unsaid.pop(), boto3=self.boto3, python=platform.python_version())
        try:
            boto3_version.check(self.boto3)
            remaining = partial(_seconds_left, context)
            if events.is_look(event):
                looked = self.exporter.look(self.settings.table, log, lambda: math.inf)
                return (
                    self._success(looked, log, remaining)
                    if looked
                    else events.nothing_to_look_after(self.settings.table)
                )
            if self.ticking and events.is_tick(event):
                return self._look_at_notices(self.ticking(), log)
            if self.sources and events.is_due(event):
                return events.started(self.sources().start_due(event))
            if self.sources and events.is_fetch(event):
                request = events.parse_fetch(event, self.exporter.now(), context.aws_request_id)
                return self._success(self.sources().fetcher.run(request, log, remaining), log, remaining)
            request = events.parse_event(event, self.settings.table, self.exporter.now(), context.aws_request_id)
            return self._success(self.exporter.run(request, log, remaining), log, remaining)
        except PipelineError as error:
            log.error("no export", code=error.code, cause=error.message)
            self._tell_failed(request, log)
            if is_scheduled(event):
                raise
            return events.failure(error, event, request)

    def _look_at_notices(self, ticking: Ticking, log: JsonLog) -> dict[str, Any]:
        from pipeline.notices.looks import function  # noqa: PLC0415

        found = function.look(ticking, log)
        return events.ticked(len(found.marked), len(found.sent), len(found.unsent), found.problems)

    def _tell_failed(self, request: ExportRequest | None, log: JsonLog) -> None:
        if self.ticking and request and self.settings.notices.channels:
            from pipeline.notices.looks import function  # noqa: PLC0415

            function.tell_failed(self.ticking(), request.run_id, log)

    def _success(self, result: ExportResult, log: JsonLog, remaining: Callable[[], float]) -> dict[str, Any]:
        """The response, after the history's index was brought up to it and the tables' function was started. That
        either could not be done fails no export."""
        if remaining() > FOLD_SECONDS:
            self._fold(log)
        event = events.tables_of(result)
        if self.tables and event:
            try:
                self.tables.start(event)
            except PipelineError as error:
                # The nightly sweep makes them.
                log.warning("tables were not started", code=error.code, cause=error.message, runId=result.run.run_id)
        return events.success(result)

    def _fold(self, log: JsonLog) -> None:
        try:
            self.exporter.ledger.fold(self.exporter.now().date())
        except PipelineError as error:
            # Whoever reads a long history reads the ledger, and folds it.
            log.warning("the history's index was not brought up to date", code=error.code, cause=error.message)


def _sources(settings: Settings, cloud: Cloud, exporter: Exporter) -> Sources:
    # Imported when a source is asked for: an export's cold start must not wait for the providers' code.
    from pipeline.sources.wiring import build_sources  # noqa: PLC0415

    return build_sources(settings, cloud, exporter.lake, exporter.now, exporter.carry_on)


def _ticking(settings: Settings, cloud: Cloud, exporter: Exporter) -> Ticking:
    # Imported when there is something to look at or to tell: an export's cold start does without.
    from pipeline.notices.looks.function import ticking_of  # noqa: PLC0415

    return ticking_of(settings, cloud, exporter)


def _seconds_left(context: Context) -> float:
    return context.get_remaining_time_in_millis() / 1000
