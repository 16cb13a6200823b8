"""What the Lambda does with an event, apart from the runtime that calls it.

Clients are built once per execution environment; nothing here imports anything of the dashboard.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from pipeline import contract, scan
from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.errors import PipelineError
from pipeline.export import CarryOn, Exporter, Options
from pipeline.invoke import LambdaStarter
from pipeline.jsonlog import Emit, JsonLog
from pipeline.lease import Leases
from pipeline.memory import keep_flat
from pipeline.models import ExportRequest
from pipeline.runs import Ledger
from pipeline.store import Lake


class Context(Protocol):
    """The part of the runtime's context object that is used. Source: AWS Lambda Developer Guide, "Python context"."""

    aws_request_id: str
    function_name: str

    def get_remaining_time_in_millis(self) -> int: ...


@dataclass(frozen=True)
class ExportFunction:
    """The export function with its clients."""

    settings: Settings
    exporter: Exporter
    emit: Emit | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> ExportFunction:
        """Wire it for AWS; clients follow AWS_ENDPOINT_URL as boto3 does."""
        settings = Settings.from_env(environ)
        cloud = Cloud(settings.region)
        # The function's own name comes from the runtime. AWS Lambda Developer Guide, "Environment variables".
        itself = environ.get("AWS_LAMBDA_FUNCTION_NAME")
        carry_on = LambdaStarter(cloud.invoker, itself).start if itself else None
        return cls(settings, build_exporter(settings, cloud, utc_now, carry_on))

    def answer(self, event: Any, context: Context) -> dict[str, Any]:
        """Response of the contract; on the schedule a failure is raised instead."""
        log = JsonLog(context.function_name, context.aws_request_id, self.emit)
        request: ExportRequest | None = None
        try:
            if contract.is_look(event):
                looked = self.exporter.look(self.settings.table, log, lambda: math.inf)
                return contract.success(looked) if looked else contract.nothing_to_look_after(self.settings.table)
            request = contract.parse_event(event, self.settings.table, self.exporter.now(), context.aws_request_id)
            result = self.exporter.run(request, log, lambda: context.get_remaining_time_in_millis() / 1000)
            return contract.success(result)
        except PipelineError as error:
            log.error("no export", code=error.code, cause=error.message)
            if contract.is_scheduled(event):
                raise
            return contract.failure(error, event, request)


def build_exporter(
    settings: Settings, cloud: Cloud, now: Callable[[], datetime], carry_on: CarryOn | None = None
) -> Exporter:
    """An exporter of this bucket whose scans skip botocore's parser."""
    scan.keep_raw_bodies(cloud.dynamodb)
    keep_flat()
    lake = Lake(cloud.s3, settings.bucket, settings.kms_key)
    options = Options(settings.compress, settings.max_rcu, settings.segments, engine=settings.engine)
    return Exporter(cloud.dynamodb, lake, Ledger(lake), Leases(lake, now), now, options, carry_on)


def utc_now() -> datetime:
    return datetime.now(UTC)
