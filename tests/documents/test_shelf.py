"""pipeline.documents.shelf: how the documents of a page are kept, by one listing and a HEAD of each archived one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.documents.shelf import place, storages
from pipeline.errors import S3AccessDenied
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.storage import Storage
from pipeline.runs.run import DataFile, Run
from tests.conftest import REGION
from tests.faults.proxy import Fault, Proxy

NOW = datetime(2024, 2, 20, 12, tzinfo=UTC)
TABLE = "t-1"


def written(lake: Lake, day: int, storage_class: str = "STANDARD", key: str | None = None) -> Run:
    """A run of some day of January whose document is kept so."""
    at = datetime(2024, 1, day, 5, tzinfo=UTC)
    key = key or keys.export_key(TABLE, at.date())
    answer = lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b"x", StorageClass=storage_class)  # type: ignore[arg-type]
    return Run(f"r{day}", TABLE, at.date(), at, at, status="succeeded", key=key, version_id=answer.get("VersionId"))


@pytest.fixture
def proxy(emulator_url: str) -> Iterator[Proxy]:
    with Proxy(emulator_url) as proxy:
        yield proxy


def through(proxy: Proxy, lake: Lake) -> Lake:
    return Lake(Cloud(REGION, proxy.url, Credentials("testing", "testing")).s3, lake.bucket)


def states(lake: Lake, runs: list[Run], known: list[Run] | None = None) -> list[str]:
    found = storages(lake, runs, runs[::-1] if known is None else known, NOW)
    return [found[place(run)].state for run in runs]


def test_a_page_of_rows_costs_one_listing_and_a_head_of_each_archived_one(lake: Lake, proxy: Proxy) -> None:
    classes = ["STANDARD", "STANDARD_IA", "GLACIER", "GLACIER_IR", "DEEP_ARCHIVE", "STANDARD"]
    runs = [written(lake, day, name) for day, name in enumerate(classes, start=1)]
    assert states(through(proxy, lake), runs) == ["online", "online", "archived", "online", "archived", "online"]
    assert sorted(proxy.operations()) == ["s3.HeadObject", "s3.HeadObject", "s3.ListObjectsV2"]


def test_only_what_lies_between_the_rows_is_listed(lake: Lake) -> None:
    runs = [written(lake, day) for day in range(1, 6)]
    assert set(storages(lake, runs[1:3], runs[::-1], NOW)) == {place(run) for run in runs[1:3]}


def test_a_restore_is_followed(lake: Lake, slow_restores: None) -> None:
    run = written(lake, 1, "GLACIER")
    assert states(lake, [run]) == ["archived"]
    lake.restore(run.key or "", run.version_id, 7)
    assert states(lake, [run]) == ["restoring"]
    (restored,) = storages(lake, [run], [run], NOW).values()
    assert (restored.state, restored.until is not None) == ("restored", True)


def test_a_version_that_was_replaced_is_asked_for_by_itself(lake: Lake, proxy: Proxy) -> None:
    old = written(lake, 1, "GLACIER")
    new = replace(written(lake, 1), run_id="later", started_at=old.started_at + timedelta(hours=1))
    assert states(through(proxy, lake), [old, new], [new, old]) == ["archived", "online"]
    assert sorted(proxy.operations()) == ["s3.HeadObject", "s3.ListObjectsV2"]


def test_a_version_that_was_replaced_within_a_day_is_where_it_was(lake: Lake, proxy: Proxy) -> None:
    old = replace(written(lake, 1), updated_at=NOW - timedelta(hours=3))
    new = replace(written(lake, 1), run_id="later")
    assert states(through(proxy, lake), [old, new], [new, old]) == ["online", "online"]
    assert proxy.operations() == ["s3.ListObjectsV2"]


def test_files_of_a_native_export_are_kept_as_their_archived_ones_are(lake: Lake) -> None:
    prefix = keys.native_prefix(TABLE, date(2024, 1, 1), "native")
    names = [f"{prefix}/AWSDynamoDB/01/data/{name}.json.gz" for name in ("a", "b")]
    for name, kept in zip(names, ("STANDARD", "GLACIER"), strict=True):
        written(lake, 1, kept, name)
    files = tuple(DataFile(name, 1, 1, "m", "e") for name in names)
    run = replace(written(lake, 1, key=f"{prefix}/AWSDynamoDB/01/manifest-files.json"), engine="native", files=files)
    assert states(lake, [run]) == ["archived"]
    assert states(lake, [replace(run, files=files[:1])]) == ["online"]


def test_tables_and_sources_of_one_page_are_listed_each_by_itself(lake: Lake) -> None:
    fetched = written(lake, 2, "GLACIER", keys.fetched_key("weather", date(2024, 1, 2), "r2"))
    assert states(lake, [written(lake, 1), fetched]) == ["online", "archived"]


def test_without_a_document_nothing_is_asked(lake: Lake, proxy: Proxy) -> None:
    run = replace(written(lake, 1), key=None)
    assert storages(through(proxy, lake), [run], [run], NOW) == {}
    assert proxy.operations() == []


def test_what_may_not_be_asked_stays_as_the_listing_has_it(lake: Lake, proxy: Proxy) -> None:
    run = written(lake, 1, "GLACIER")
    proxy.plan(Fault("s3.HeadObject", "access_denied", times=99))
    assert storages(through(proxy, lake), [run], [run], NOW) == {place(run): Storage("GLACIER", "archived")}


def test_a_refused_listing_is_told(lake: Lake, proxy: Proxy) -> None:
    run = written(lake, 1, "GLACIER")
    proxy.plan(Fault("s3.ListObjectsV2", "access_denied", times=99))
    with pytest.raises(S3AccessDenied):
        states(through(proxy, lake), [run])
