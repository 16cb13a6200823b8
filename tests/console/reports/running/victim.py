"""A console that makes what is due and may be killed: ``python -m tests.console.reports.running.victim URL BUCKET
FOLDER TOPIC MOMENT``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.access import SCHEDULE
from pipeline.aws import Cloud, Credentials
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.console.reports.building_duty import BuildingDuty
from pipeline.console.wiring import wire
from pipeline.runs.lease import Leases


def app_on(url: str, environ: dict[str, str], now: Callable[[], datetime]) -> App:
    """An App in the schedule's hands, by another clock."""
    app = wire(Settings.from_env(environ), Cloud("ap-northeast-1", url, Credentials("testing", "testing")))
    app = replace(app, now=now, leases=Leases(app.lake, now))
    return app.for_person(lambda: SCHEDULE, lambda line: None)


def work(url: str, bucket: str, folder: str, topic: str, moment: str) -> None:
    """Make what is due by a clock that goes on from a moment."""
    begun, first = time.monotonic(), datetime.fromisoformat(moment)
    environ = {"S3_BUCKET_NAME": bucket, "DYNAMODB_TABLE_NAME": "things", "PIPELINE_QUERY_CACHE": folder}
    environ |= {"PIPELINE_NOTICES": f"team=sns:{topic}", "PIPELINE_CONSOLE_URL": "https://console.example.com"}
    app = app_on(url, environ, lambda: first + timedelta(seconds=time.monotonic() - begun))
    BuildingDuty()(app)


if __name__ == "__main__":
    work(*sys.argv[1:6])
