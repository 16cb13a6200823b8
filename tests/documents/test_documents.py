"""pipeline.documents.documents: what runs have written, in the forms that a person asks for."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipeline.documents import forms, workbook
from pipeline.documents.documents import Documents
from pipeline.errors import AuthFailed, DataInvalid, NotFound, PipelineError
from pipeline.function.handler import ExportFunction
from pipeline.jsonlog import JsonLog
from pipeline.lake.document import Reader
from pipeline.runs.request import ExportRequest
from pipeline.runs.run import DataFile, Run
from pipeline.words.catalogue import Words
from tests.conftest import MakeTable
from tests.support.forms.workbooks import sheets

ITEMS: list[dict[str, Any]] = [{"PK": f"u{n}", "SK": "s", "n": n, "deep": {"x": n}} for n in range(5)]


@pytest.fixture
def run(make_function: Callable[[str], ExportFunction], make_table: MakeTable) -> Run:
    exporter = make_function("any").exporter
    request = ExportRequest("r1", make_table(ITEMS))
    return exporter.run(request, JsonLog("t", None, lambda line: None), lambda: 900.0).run


@pytest.fixture
def documents(lake: Any) -> Documents:
    return Documents(lake, lambda table: ("PK", "SK"))


FORMS: dict[str, Callable[[Documents, Run], bytes]] = {
    "raw": Documents.raw,
    "csv": Documents.csv,
    "xlsx": lambda documents, run: documents.xlsx(run, Words("en")),
    "parquet": Documents.parquet,
}


def test_every_form_holds_the_records(documents: Documents, run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(documents.csv(run).decode("utf-8-sig"))))
    assert sorted((row["PK"], row["deep.x"]) for row in rows) == [(f"u{n}", str(n)) for n in range(5)]
    assert sorted(pd.read_parquet(io.BytesIO(documents.parquet(run)))["PK"]) == [f"u{n}" for n in range(5)]
    header, *cells = sheets(FORMS["xlsx"](documents, run))[0].rows()
    assert sorted(str(row[header.index("PK")]) for row in cells) == [f"u{n}" for n in range(5)]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_too_large_never_passes_through_the_app(documents: Documents, run: Run, form: str) -> None:
    with pytest.raises(DataInvalid, match="too large"):
        FORMS[form](documents, replace(run, bytes=51 * 1024 * 1024))


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


def stored(documents: Documents, run: Run, records: list[dict[str, Any]]) -> Run:
    """Another day's run, whose document holds these records."""
    head = {"table_name": run.table, "exported_at": "2026-11-01T00:00:00Z", "export_version": "1.0"}
    body = orjson.dumps({"export_metadata": {**head, "record_count": len(records)}, "data": records})
    key = f"{run.key}-{len(body)}.json"
    documents.lake.s3.put_object(Bucket=documents.lake.bucket, Key=key, Body=body)
    return replace(run, key=key, version_id=None, bytes=len(body))


def test_parquet_of_one_day_has_the_columns_and_types_of_all_kept_days(documents: Documents, run: Run) -> None:
    days = [stored(documents, run, day) for day in ([{"PK": "a", "v": 1}], [{"PK": "b", "v": "x", "w": True}])]
    kept = replace(documents, kept=lambda table: days if table == run.table else [])
    files = [pq.read_table(io.BytesIO(kept.parquet(day))) for day in days]
    assert files[0].schema == files[1].schema
    assert files[0].to_pylist() == [{"PK": "a", "v": "1", "w": None}]


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_a_document_is_fetched_once_however_often_it_is_gone_through(documents: Documents, run: Run, form: str) -> None:
    fetched: list[str] = []
    events = documents.lake.s3.meta.events
    events.register("before-call.s3.GetObject", lambda **_: fetched.append(form), unique_id="counted")
    try:
        FORMS[form](documents, run)
    finally:
        events.unregister("before-call.s3.GetObject", unique_id="counted")
    assert fetched == [form]


def many_records() -> Iterator[dict[str, Any]]:
    return ({"n": number, "text": f"{number:08d}" * 256} for number in range(12_000))


@pytest.mark.parametrize(
    "write",
    [forms.write_csv, forms.write_parquet, lambda records, out: workbook.write_xlsx(records, out, Words("en"))],
    ids=["csv", "parquet", "xlsx"],
)
def test_a_conversion_holds_neither_the_document_nor_what_it_becomes(write: Callable[..., None]) -> None:
    """24 MB of text in at most 12."""
    with TemporaryFile() as out:
        write(lambda: [{"n": 1}], out)
        out.seek(0)
        tracemalloc.start()
        try:
            write(many_records, out)
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert most < 12 * 1024 * 1024


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
