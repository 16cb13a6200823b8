"""A process that builds and may be killed: ``python -m tests.analysis.builds.victim URL BUCKET PROJECT LATER``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.analysis.builds.children import Project
from pipeline.analysis.builds.job import Builder, build_request
from pipeline.aws import Cloud, Credentials
from pipeline.jsonlog import JsonLog
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run, new_run_id

# Not imported: what the tests share would take longer to load than a build to begin.
REGION, TABLE = "ap-northeast-1", "things"


def build(url: str, bucket: str, project: str, later: float = 0.0) -> Run:
    """Build by a clock that is so many seconds ahead, on which a dead run's lease has expired."""
    lake = Lake(Cloud(REGION, url, Credentials("testing", "testing")).s3, bucket)

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=later)

    builder = Builder(lake, Ledger(lake), Leases(lake, now), now, Project(Path(project)))
    request = build_request(new_run_id(now()), TABLE)
    return builder.run(request, JsonLog("victim", None, lambda line: None), lambda: 900.0).run


if __name__ == "__main__":
    build(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))
