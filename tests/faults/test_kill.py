"""kill -9 at any request: nothing partial is ever visible, and the next start ends the run with the table whole."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
import uuid
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.aws import Cloud
from pipeline.check.runs import Check
from pipeline.config import Settings
from pipeline.export.job import Exporter, Options
from pipeline.export.wiring import build_exporter
from pipeline.jsonlog import JsonLog
from pipeline.runs.lease import LEASE_SECONDS
from pipeline.runs.request import ExportRequest
from tests.conftest import MakeTable
from tests.faults.lake_oracle import digest, document_digests, open_uploads
from tests.faults.proxy import Proxy
from tests.support.places import ROOT

ITEMS: list[dict[str, Any]] = [{"PK": f"u{n}", "SK": "s", "pad": f"{n}" + "x" * 330_000} for n in range(60)]
TRUE = Counter(map(digest, ITEMS))
# An export of this table asks 45 times or so: the last of these let it end by itself.
MOST_REQUESTS = 48


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return {}


@pytest.fixture
def table(made: dict[str, str], make_table: MakeTable) -> str:
    return made.setdefault("table", made.get("table") or make_table(ITEMS))


def later() -> datetime:
    """A clock on which the dead run's lease has expired."""
    return datetime.now(UTC) + timedelta(seconds=LEASE_SECONDS + 1)


def successor(cloud: Cloud, bucket: str, table: str) -> Exporter:
    settings = Settings.from_env({"S3_BUCKET_NAME": bucket, "DYNAMODB_TABLE_NAME": table})
    exporter = build_exporter(settings, cloud, later)
    return replace(exporter, options=Options(segments=2, checkpoint_seconds=0.0))


def kill_at(request: int, url: str, bucket: str, table: str, run_id: str) -> None:
    """Kill it when it asks for the n-th time; what it asked for then is done all the same, as after a lost answer."""
    asked = itertools.count(1)
    with Proxy(url) as proxy:
        command = [sys.executable, "-m", "tests.faults.victim", proxy.url, bucket, table, run_id]
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as victim:
            proxy.on_request = lambda seen: victim.kill() if next(asked) == request else None
        proxy.drain()


@pytest.mark.parametrize("seed", [*range(20), *(pytest.param(n, marks=pytest.mark.soak) for n in range(20, 200))])
def test_a_killed_export_is_ended_by_the_next_start(
    cloud: Cloud, emulator_url: str, bucket: str, table: str, seed: int
) -> None:
    rng = random.Random(seed)  # noqa: S311 - a reproducible choice, no secret
    dead = f"dead-{uuid.uuid4().hex[:8]}"
    kill_at(rng.randrange(1, MOST_REQUESTS), emulator_url, bucket, table, dead)
    visible = cloud.s3.list_objects_v2(Bucket=bucket, Prefix="raw/").get("Contents", [])
    assert all(document_digests(cloud.s3, bucket, found["Key"]) == TRUE for found in visible)

    exporter = successor(cloud, bucket, table)
    own_retry = rng.random() < 0.5
    log = JsonLog("test", None, lambda line: None)
    run = exporter.run(ExportRequest(dead if own_retry else "next", table), log, lambda: 900.0).run
    assert document_digests(cloud.s3, bucket, run.key or "") == TRUE
    assert run.records == len(ITEMS)
    named = {finding.key for finding in Check(exporter.lake, exporter.ledger, later(), 2).run(None, False).findings}
    assert set(open_uploads(cloud.s3, bucket)) <= named
