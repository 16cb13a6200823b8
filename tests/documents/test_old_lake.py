"""pipeline.documents on an old lake: every good document is read, whichever way its writer wrote it."""

from __future__ import annotations

import csv
import io
from datetime import date

import pandas as pd
import pytest

from pipeline.aws import Cloud
from pipeline.documents.columns import profile
from pipeline.documents.documents import Documents
from pipeline.errors import SchemaMismatch
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from tests.support.lakes.old_lake import FORMS, OldDocument, OldLake, build_old_lake, day_of

LAST = date(2024, 2, 20)


@pytest.fixture(scope="module")
def old(cloud: Cloud) -> OldLake:
    return build_old_lake(cloud.s3, LAST)


@pytest.fixture(scope="module")
def runs(old: OldLake) -> dict[str, Run]:
    return {run.key or "": run for run in Ledger(old.lake).history(old.first, old.last).runs}


@pytest.fixture
def documents(old: OldLake) -> Documents:
    return Documents(old.lake, lambda table: ("id",))


def of_form(old: OldLake, form: str) -> OldDocument:
    return next(document for document in old.good if document.form == form)


@pytest.mark.parametrize("form", FORMS)
def test_a_preview_shows_first_rows_and_what_the_document_says_of_itself(
    old: OldLake, runs: dict[str, Run], documents: Documents, form: str
) -> None:
    good = of_form(old, form)
    preview = documents.preview(runs[good.key], 2)
    assert (preview.rows, preview.more) == (good.records[:2], True)
    assert preview.metadata["record_count"] == len(good.records)
    assert [column.name for column in profile(preview.rows)] == list(good.records[0])


@pytest.mark.parametrize("form", FORMS)
def test_downloads_hold_every_record(old: OldLake, runs: dict[str, Run], documents: Documents, form: str) -> None:
    good = of_form(old, form)
    ids = [record["id"] for record in good.records]
    run = runs[good.key]
    assert documents.raw(run) == good.body
    assert [row["id"] for row in csv.DictReader(io.StringIO(documents.csv(run).decode("utf-8-sig")))] == ids
    assert list(pd.read_parquet(io.BytesIO(documents.parquet(run)))["id"]) == ids


def test_the_history_dates_each_by_its_day_and_calls_none_fine(old: OldLake, runs: dict[str, Run]) -> None:
    assert set(runs) == {document.key for document in old.good} | set(old.broken)
    assert {key for key, run in runs.items() if run.started_at.date() != day_of(key)} == set()
    assert not any(run.is_good for run in runs.values())
    # Only a reading to the end knows that a count is false.
    assert {key for key, run in runs.items() if run.foreign} == {
        key for key, why in old.broken.items() if why != "a false count"
    }


def test_each_of_a_hundred_days_comes_back_as_it_was_written(
    old: OldLake, runs: dict[str, Run], documents: Documents
) -> None:
    assert len(old.good) > 100
    for good in old.good:
        assert documents.raw(runs[good.key]) == good.body
        assert tuple(documents.records(runs[good.key])) == good.records


def test_days_in_different_writing_are_compared(old: OldLake, runs: dict[str, Run], documents: Documents) -> None:
    plain, turned = of_form(old, "plain"), of_form(old, "data-first-gzip")
    found = documents.diff(runs[plain.key], runs[turned.key])
    assert (found.removed_count, found.added_count) == (len(plain.records), len(turned.records))
    assert documents.diff(runs[turned.key], runs[turned.key]).empty


def test_a_truncated_document_whose_records_come_first_is_not_shown_as_data(
    old: OldLake, runs: dict[str, Run], documents: Documents
) -> None:
    good = of_form(old, "data-first")
    key = good.key.replace(good.day.isoformat(), "2023-12-31")
    old.lake.s3.put_object(Bucket=old.lake.bucket, Key=key, Body=good.body[:-30])
    (cut,) = Ledger(old.lake).history(date(2023, 12, 31), date(2023, 12, 31)).runs
    with pytest.raises(SchemaMismatch):
        documents.preview(cut)
