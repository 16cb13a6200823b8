"""pipeline.documents.documents: what runs have written, in the forms that a person asks for."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from pipeline.documents.documents import Documents
from pipeline.errors import DataInvalid, NotFound, PipelineError
from pipeline.function.handler import ExportFunction
from pipeline.jsonlog import JsonLog
from pipeline.lake.document import Reader
from pipeline.runs.request import ExportRequest
from pipeline.runs.run import DataFile, Run
from tests.conftest import MakeTable

ITEMS: list[dict[str, Any]] = [{"PK": f"u{n}", "SK": "s", "n": n, "deep": {"x": n}} for n in range(5)]


@pytest.fixture
def run(make_function: Callable[[str], ExportFunction], make_table: MakeTable) -> Run:
    exporter = make_function("any").exporter
    request = ExportRequest("r1", make_table(ITEMS))
    return exporter.run(request, JsonLog("t", None, lambda line: None), lambda: 900.0).run


@pytest.fixture
def documents(lake: Any) -> Documents:
    return Documents(lake, lambda table: ("PK", "SK"))


def test_csv_and_parquet_hold_the_records(documents: Documents, run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(documents.csv(run).decode("utf-8-sig"))))
    assert sorted((row["PK"], row["deep.x"]) for row in rows) == [(f"u{n}", str(n)) for n in range(5)]
    assert sorted(pd.read_parquet(io.BytesIO(documents.parquet(run)))["PK"]) == [f"u{n}" for n in range(5)]


@pytest.mark.parametrize("form", ["raw", "csv", "parquet"])
def test_what_is_too_large_never_passes_through_the_app(documents: Documents, run: Run, form: str) -> None:
    with pytest.raises(DataInvalid, match="too large"):
        getattr(documents, form)(replace(run, bytes=51 * 1024 * 1024))


def test_two_runs_are_compared_by_the_tables_key(documents: Documents, run: Run) -> None:
    assert documents.diff(run, run).empty


def test_runs_of_two_tables_are_not_compared(documents: Documents, run: Run) -> None:
    with pytest.raises(DataInvalid, match="two tables"):
        documents.diff(replace(run, table="another"), run)


def test_what_is_far_too_large_is_not_compared(documents: Documents, run: Run) -> None:
    with pytest.raises(DataInvalid, match="too large"):
        documents.diff(run, replace(run, bytes=600 * 1024 * 1024))


def test_a_run_that_wrote_nothing_says_so(documents: Documents, run: Run) -> None:
    with pytest.raises(NotFound, match="wrote no document"):
        documents.stored(replace(run, key=None))


def test_an_archived_document_says_so_and_can_be_restored(documents: Documents, run: Run) -> None:
    s3, bucket = documents.lake.s3, documents.lake.bucket
    s3.put_object(Bucket=bucket, Key=run.key or "", Body=b"x", StorageClass="GLACIER")
    cold = replace(run, version_id=None)
    assert documents.stored(cold).archived
    with pytest.raises(PipelineError, match="restore"):
        documents.raw(cold)
    documents.restore(cold)
    documents.restore(cold)
    assert "ongoing-request" in s3.head_object(Bucket=bucket, Key=run.key or "")["Restore"]


def test_a_native_export_is_streamed_as_one_document_of_all_its_files(documents: Documents, run: Run) -> None:
    s3, bucket, files = documents.lake.s3, documents.lake.bucket, []
    for number in range(2):
        lines = b"".join(b'{"Item":{"id":{"S":"%d-%d"},"n":{"N":"1.50"}}}\n' % (number, n) for n in range(3))
        key = f"raw/internal/dynamodb-native-exports/dt=2024-02-01/table/r1/data/{number}.json.gz"
        s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress(lines))
        files.append(DataFile(key, len(lines), 3, "", ""))
    native = replace(run, engine="native", files=tuple(files), records=6)
    raw = b"".join(documents.stream(native))
    document = json.loads(raw)
    assert list(document["export_metadata"])[:4] == ["table_name", "exported_at", "export_version", "record_count"]
    assert [record["id"] for record in document["data"]] == ["0-0", "0-1", "0-2", "1-0", "1-1", "1-2"]
    assert raw.count(b'"n":1.50') == 6 and all(record["_exported_at"] for record in document["data"])
    assert len(list(Reader(iter([raw]), "x").records())) == document["export_metadata"]["record_count"]
    empty = b"".join(documents.stream(replace(native, files=(), records=0)))
    assert json.loads(empty)["data"] == []


@pytest.mark.parametrize("form", ["stream", "csv_stream"])
def test_a_download_that_ends_early_is_audited_as_failed(lake: Any, run: Run, form: str) -> None:
    ends: list[str] = []

    @contextmanager
    def doing(action: str, target: str) -> Iterator[Any]:
        end = "failed"
        try:
            yield lambda detail: None
            end = "done"
        finally:
            ends.append(f"{action} {target} {end}")

    pieces = getattr(Documents(lake, lambda table: ("PK", "SK"), doing), form)(run)
    next(pieces)
    pieces.close()
    assert ends == [f"download r1 {'json' if form == 'stream' else 'csv'} failed"]


def test_csv_in_pieces_is_the_csv_of_the_page(documents: Documents, run: Run) -> None:
    assert b"".join(documents.csv_stream(run)) == documents.csv(run)
