"""pipeline.documents.documents: what runs have written, in the forms that a person asks for."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from pipeline.documents.documents import Documents
from pipeline.errors import AuthFailed, DataInvalid, NotFound, PipelineError
from pipeline.function.handler import ExportFunction
from pipeline.jsonlog import JsonLog
from pipeline.runs.request import ExportRequest
from pipeline.runs.run import Run
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


@pytest.mark.parametrize(("good", "seconds", "expires"), [(300, 300, "300"), (41, 41, "41"), (None, None, "300")])
def test_a_link_lives_no_longer_than_the_credentials_that_sign_it(
    lake: Any, run: Run, good: int | None, seconds: int | None, expires: str
) -> None:
    link = Documents(lake, lambda table: (), signs_for=lambda most: good).link(run)
    assert link.seconds == seconds
    assert parse_qs(urlsplit(link.url).query)["X-Amz-Expires"] == [expires]


def test_credentials_that_have_ended_sign_no_link(lake: Any, run: Run) -> None:
    with pytest.raises(AuthFailed):
        Documents(lake, lambda table: (), signs_for=lambda most: 0).link(run)


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
