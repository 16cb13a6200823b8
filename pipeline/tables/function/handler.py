"""What the tables' function does with an event, apart from the runtime that calls it.

One name that fails stops no other, and is raised after the last where nobody reads the answer; clients are built once
per execution environment.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from pipeline import boto3_version
from pipeline.aws import Cloud
from pipeline.clock import utc_now
from pipeline.config import Settings
from pipeline.errors import AlreadyRunning, PipelineError
from pipeline.export import scan
from pipeline.jsonlog import Emit, JsonLog
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.starter import LambdaStarter
from pipeline.sources.wiring import Sources, build_sources
from pipeline.tables.beside import LEDGER, inputs_of
from pipeline.tables.function import events
from pipeline.tables.function.events import Made, Wanted
from pipeline.tables.glue.catalogue import catalogue_of
from pipeline.tables.job import Converter, tables_request


class Context(Protocol):
    """The part of the runtime's context object that is used. Source: AWS Lambda Developer Guide, "Python context"."""

    aws_request_id: str
    function_name: str

    def get_remaining_time_in_millis(self) -> int: ...


@dataclass(frozen=True)
class TablesFunction:
    """The tables' function with its clients; ``names`` gives whose tables there are to make."""

    converter: Converter
    names: Callable[[], list[str]]
    now: Callable[[], datetime]
    emit: Emit | None = None
    boto3: str = field(default_factory=boto3_version.found)
    # What an environment says with its first event, and no other.
    unsaid: list[str] = field(default_factory=list)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> TablesFunction:
        """Wire it for AWS; clients follow AWS_ENDPOINT_URL as boto3 does."""
        settings = Settings.from_env(environ)
        # The demo says that its emulator is its own: nothing needs to be asked of that store (lake/store.py).
        own = environ.get("AWS_ENDPOINT_URL") if environ.get("PIPELINE_BACKEND") == "embedded" else None
        cloud = Cloud(settings.region, own, invoke_url=environ.get("AWS_ENDPOINT_URL_LAMBDA") if own else None)
        # The function's own name comes from the runtime. AWS Lambda Developer Guide, "Environment variables".
        itself = environ.get("AWS_LAMBDA_FUNCTION_NAME")
        carry_on = LambdaStarter(cloud.invoker, itself).start if itself else None
        return replace(tables_function(settings, cloud, utc_now, carry_on), unsaid=[boto3_version.STARTED])

    def answer(self, event: Any, context: Context) -> dict[str, Any]:
        """The response of the contract (``events``). Raise what names failed of where nobody waits for an answer."""
        log = JsonLog(context.function_name, context.aws_request_id, self.emit)
        if self.unsaid:
            log.info(self.unsaid.pop(), boto3=self.boto3, python=platform.python_version())
        try:
            boto3_version.check(self.boto3)
            wanted = events.parse(event)
            names = [wanted.of] if wanted.of else self.names()
        except PipelineError as error:
            log.error("no tables", code=error.code, cause=error.message)
            if events.is_unattended(event):
                raise
            return events.refusal(error)
        remaining = partial(_seconds_left, context)
        made = [self._make(name, wanted, context, log, remaining) for name in names]
        failed = events.failure(made)
        if failed and events.is_unattended(event):
            raise failed
        return events.answer(made)

    def _make(self, name: str, wanted: Wanted, context: Context, log: JsonLog, remaining: Callable[[], float]) -> Made:
        request = tables_request(wanted.run_of(name, self.now()), name, wanted.first, wanted.last, wanted.rebuild)
        request = replace(request, trigger="schedule", request_id=context.aws_request_id, hop=wanted.hop)
        try:
            return Made(name, self.converter.run(request, log, remaining).run)
        except PipelineError as error:
            # Another invocation is at it, or nothing of this name has been exported so far: no failure of a sweep.
            if isinstance(error, AlreadyRunning) or error.state == "tables_nothing":
                log.info("no tables to be made", table=name, code=error.code, cause=error.message)
                return Made(name, error=error if wanted.of else None)
            log.error("no tables", table=name, code=error.code, cause=error.message)
            return Made(name, error=error)


def tables_function(
    settings: Settings,
    cloud: Cloud,
    now: Callable[[], datetime],
    carry_on: Callable[[dict[str, Any]], None] | None = None,
    emit: Emit | None = None,
) -> TablesFunction:
    """Wire it; nothing is asked yet."""
    lake = Lake(cloud.s3, settings.bucket, settings.kms_key)
    ledger, sources = Ledger(lake), build_sources(settings, cloud, lake, now, None)
    inputs = inputs_of(lake, ledger, now, partial(_key_names, settings, cloud, sources))
    catalogue = catalogue_of(settings, cloud, lake)
    converter = Converter(lake, ledger, Leases(lake, now), now, inputs, carry_on, catalogue=catalogue)
    return TablesFunction(converter, partial(_names, settings, sources), now, emit)


def _names(settings: Settings, sources: Sources) -> list[str]:
    """The settings' table, what else is exported or fetched, and the ledger."""
    return list(dict.fromkeys([settings.table, *(entry.name for entry in sources.configs.load().sources), LEDGER]))


def _key_names(settings: Settings, cloud: Cloud, sources: Sources, name: str) -> tuple[str, ...]:
    # The table's own name is the table's, whatever sources there are.
    entry = None if name == settings.table else sources.configs.load().entry(name)
    if entry and sources.registry.kind(entry.kind).has_days:
        return sources.build(entry).key_names
    return scan.describe(cloud.dynamodb, name).key_names


def _seconds_left(context: Context) -> float:
    return context.get_remaining_time_in_millis() / 1000
