"""A process that makes tables and may be killed: ``python -m tests.faults.tables_victim URL BUCKET RUN``."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipeline.aws import Cloud, Credentials
from pipeline.jsonlog import JsonLog
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import LEASE_SECONDS
from pipeline.runs.run import Run
from pipeline.tables.job import tables_request
from tests.support.tables.workshop import TABLE, Workshop

DAYS = [date(2026, 1, day) for day in (1, 2, 3)]
# The second day widens what the first one has, so that it is made again.
RECORDS: list[list[dict[str, Any]]] = [
    [{"PK": f"u{number}", "entity_type": "user", "n": value}, {"PK": "x", "m": number}]
    for number, value in enumerate([1, "text", 3])
]


def shop(url: str, bucket: str, later: bool = False) -> Workshop:
    """The lake of the test; ``later``: by a clock on which a dead run's lease has expired."""
    offset = timedelta(seconds=LEASE_SECONDS + 1 if later else 0)
    lake = Lake(Cloud("ap-northeast-1", url, Credentials("testing", "testing")).s3, bucket)
    return Workshop(lake, lambda: datetime.now(UTC) + offset)


def make(where: Workshop, run_id: str) -> Run:
    """Make the tables of all of the days."""
    wanted = tables_request(run_id, TABLE, DAYS[0], DAYS[-1])
    return where.converter.run(wanted, JsonLog("victim", None, lambda line: None), lambda: 900.0).run


if __name__ == "__main__":
    make(shop(sys.argv[1], sys.argv[2]), sys.argv[3])
