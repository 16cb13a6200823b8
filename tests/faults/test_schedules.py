"""Seeded schedules of faults between the real client and the emulator: after each, the lake and the ledger are true."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.check.runs import Check
from pipeline.errors import PipelineError
from pipeline.export.job import Exporter, Options
from pipeline.export.wiring import build_exporter
from pipeline.function.handler import ExportFunction
from pipeline.jsonlog import JsonLog
from pipeline.runs.request import ExportRequest
from tests.conftest import REGION, Clock, MakeTable
from tests.faults.lake_oracle import digest, document_digests, open_uploads
from tests.faults.proxy import Fault, Proxy
from tests.support.quick import NoWait

DAY = date(2024, 2, 1)
ITEMS: list[dict[str, Any]] = [{"PK": f"u{n}", "SK": "s", "pad": f"{n}" + "x" * 340_000} for n in range(45)]
TRUE = Counter(map(digest, ITEMS))
SCAN_KINDS = ("throttle", "error500", "reset", "lost_answer", "slow", "truncated", "bad_crc32")
S3_KINDS = ("slowdown", "error500", "reset", "lost_answer")
LASTING = ("access_denied", "expired_token")
OPERATIONS = (
    "s3.UploadPart",
    "s3.PutObject",
    "s3.CreateMultipartUpload",
    "s3.CompleteMultipartUpload",
    "s3.HeadObject",
)


def schedule(rng: random.Random) -> tuple[Fault, ...]:
    """One to four faults: most pass, some stay."""
    faults = []
    for _ in range(rng.randrange(1, 5)):
        operation = rng.choice(("dynamodb.Scan", *OPERATIONS))
        kinds = SCAN_KINDS if operation == "dynamodb.Scan" else S3_KINDS
        if rng.random() < 0.25:
            faults.append(Fault(operation, rng.choice(LASTING), nth=rng.randrange(1, 8), times=99))
        else:
            faults.append(Fault(operation, rng.choice(kinds), nth=rng.randrange(1, 8)))
    return tuple(faults)


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return {}


@pytest.fixture
def table(made: dict[str, str], make_table: MakeTable) -> str:
    return made.setdefault("table", made.get("table") or make_table(ITEMS))


@pytest.fixture
def plain(make_function: Callable[[str], ExportFunction]) -> Exporter:
    return make_function("any-table").exporter


def through(proxy: Proxy, plain: Exporter, clock: Clock) -> Exporter:
    settings = ExportFunction.from_env({"S3_BUCKET_NAME": plain.lake.bucket}).settings
    exporter = build_exporter(settings, Cloud(REGION, proxy.url, Credentials("testing", "testing")), clock)
    return replace(exporter, options=Options(segments=2, checkpoint_seconds=0.0, rng=NoWait()))


@pytest.mark.parametrize("seed", [*range(60), *(pytest.param(n, marks=pytest.mark.soak) for n in range(60, 560))])
def test_after_any_faults_the_lake_and_the_ledger_are_true(
    plain: Exporter, clock: Clock, emulator_url: str, table: str, seed: int
) -> None:
    faults = schedule(random.Random(seed))  # noqa: S311 - a reproducible choice, no secret
    key = f"raw/internal/dynamodb-exports/dt={DAY}/{table}.json"
    s3, bucket = plain.lake.s3, plain.lake.bucket
    outcome = None
    with Proxy(emulator_url, faults) as proxy:
        try:
            request = ExportRequest("r1", table)
            outcome = through(proxy, plain, clock).run(request, JsonLog("test", None, lambda line: None), lambda: 900.0)
        except PipelineError:
            pass
    held = plain.lake.head(key)
    if held:
        assert document_digests(s3, bucket, key) == TRUE
    assert not (outcome and not held)
    entry = plain.ledger.find("r1", (DAY,))
    if outcome:
        assert not entry or outcome.warnings or entry.run == outcome.run
    if entry and entry.run.status == "succeeded":
        assert held and held.size == entry.run.bytes
    findings = Check(plain.lake, plain.ledger, clock(), 2).run(None, read_data=False).findings
    assert set(open_uploads(s3, bucket)) <= {finding.key for finding in findings} | {key}
    assert [finding for finding in findings if finding.grade == "damage"] == []
