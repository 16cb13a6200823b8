"""A process that exports and may be killed at any request: ``python -m tests.faults.victim URL BUCKET TABLE RUN``."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from datetime import UTC, datetime

from pipeline.aws import Cloud, Credentials
from pipeline.config import Settings
from pipeline.export.job import Options
from pipeline.export.wiring import build_exporter
from pipeline.jsonlog import JsonLog
from pipeline.runs.request import ExportRequest


def main(url: str, bucket: str, table: str, run_id: str) -> None:
    # Without an address it is the environment that says where.
    cloud = Cloud("ap-northeast-1", url, Credentials("testing", "testing")) if url else Cloud("ap-northeast-1")
    settings = Settings.from_env({"S3_BUCKET_NAME": bucket, "DYNAMODB_TABLE_NAME": table})
    exporter = build_exporter(settings, cloud, lambda: datetime.now(UTC))
    exporter = replace(exporter, options=Options(segments=2, checkpoint_seconds=0.0))
    log = JsonLog("victim", None, lambda line: None)
    exporter.run(ExportRequest(run_id, table), log, lambda: math.inf)


if __name__ == "__main__":
    main(*sys.argv[1:5])
