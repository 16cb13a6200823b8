"""Whatever the pages, the segments and the moments of interruption: what is published is the table, once."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.aws import Cloud, Credentials
from pipeline.export.job import Exporter, Options
from pipeline.export.wiring import build_exporter
from pipeline.function.handler import ExportFunction
from pipeline.jsonlog import JsonLog
from pipeline.runs.request import ExportRequest
from pipeline.runs.run import Run
from tests.conftest import REGION, Clock, MakeTable
from tests.faults.lake_oracle import digest, document_digests, open_uploads
from tests.faults.scan_stub import ScriptedTable
from tests.support.quick import examples

# 300 kB each: three a page, and enough of them for several parts.
ITEMS: list[dict[str, Any]] = [{"PK": f"u{n}", "SK": "s", "pad": f"{n}" + "x" * 300_000} for n in range(54)]
SMALL, LARGE = 10, 1_200_000


@pytest.fixture(scope="module")
def scripted() -> Iterator[ScriptedTable]:
    with ScriptedTable() as table:
        yield table


def run_to_the_end(exporter: Exporter, table: str, chunks: list[int], log: JsonLog) -> tuple[Run, int]:
    """Invocations that hand over to each other; the n-th has time for ``chunks[n]`` chunks, the last for all."""
    events: list[dict[str, Any]] = []
    hopping = replace(exporter, carry_on=events.append)
    request = ExportRequest(f"run-{uuid.uuid4().hex[:8]}", table)
    while True:
        left = [900.0] * chunks.pop(0) if chunks else None
        result = hopping.run(request, log, lambda left=left: 900.0 if left is None else left.pop() if left else 10.0)
        if not result.continues:
            return result.run, len(events)
        request = replace(request, hop=events[-1]["hop"])


@pytest.fixture
def log() -> JsonLog:
    return JsonLog("test", None, lambda line: None)


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return {}


@pytest.fixture
def table(made: dict[str, str], make_table: MakeTable) -> str:
    return made.setdefault("table", made.get("table") or make_table(ITEMS))


@pytest.mark.parametrize("boundary", range(1, 20))
def test_a_deadline_at_any_page_boundary_loses_and_doubles_nothing(
    make_function: Callable[[str], ExportFunction], table: str, log: JsonLog, boundary: int
) -> None:
    exporter = replace(make_function(table).exporter, options=Options(segments=1, checkpoint_seconds=0.0))
    run, _ = run_to_the_end(exporter, table, [boundary], log)
    assert document_digests(exporter.lake.s3, exporter.lake.bucket, run.key or "") == Counter(map(digest, ITEMS))
    assert (run.status, run.records) == ("succeeded", len(ITEMS))
    assert open_uploads(exporter.lake.s3, exporter.lake.bucket) == []


page_sizes = st.lists(st.integers(0, 4), min_size=1, max_size=6)


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    segments=st.lists(page_sizes, min_size=1, max_size=5),
    chunks=st.lists(st.integers(1, 6), max_size=4),
    pad=st.sampled_from([SMALL, LARGE]),
    compress=st.sampled_from(["none", "gzip"]),
)
def test_the_published_set_is_the_tables_set(  # noqa: PLR0917
    scripted: ScriptedTable,
    cloud: Cloud,
    bucket: str,
    clock: Clock,
    log: JsonLog,
    make_function: Callable[[str], ExportFunction],
    segments: list[list[int]],
    chunks: list[int],
    pad: int,
    compress: Any,
) -> None:
    numbers = iter(range(10_000))
    records: list[dict[str, Any]] = []

    def item() -> dict[str, Any]:
        records.append({"PK": f"p{next(numbers)}", "pad": "x" * pad})
        return {"PK": {"S": records[-1]["PK"]}, "pad": {"S": records[-1]["pad"]}}

    scripted.pages = [[[item() for _ in range(size)] for size in sizes] for sizes in segments]
    client = Cloud(REGION, scripted.url, Credentials("testing", "testing"))
    plain = build_exporter(make_function("any-table").settings, client, clock)
    options = Options(segments=len(segments), checkpoint_seconds=0.0, compress=compress)
    ours = make_function("any-table").exporter
    exporter = replace(ours, dynamodb=plain.dynamodb, options=options)
    run, _ = run_to_the_end(exporter, f"table-{uuid.uuid4().hex[:8]}", list(chunks), log)
    assert run.records == len(records)
    assert document_digests(cloud.s3, bucket, run.key or "") == Counter(map(digest, records))
    assert open_uploads(cloud.s3, bucket) == []
