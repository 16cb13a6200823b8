"""pipeline.check.tables: manifests against their files, both ways, and the schemas that they need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.check.findings import Finding
from pipeline.check.runs import Check
from pipeline.check.tables import TableCheck
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from tests.conftest import REGION, Clock
from tests.faults.proxy import Fault, Proxy
from tests.support.tables.workshop import DAY, TABLE, Workshop, days_after

AGAIN = "python -m pipeline tables --table things --from 2024-02-01 --to 2024-02-01 --rebuild"
USER = "tables/things/user/v=1/dt=2024-02-01/data.parquet"
MANIFEST = keys.table_day_key(TABLE, DAY)
SCHEMA = keys.schema_key(TABLE)
SINCE = days_after(-2)


@pytest.fixture
def shop(lake: Lake, clock: Clock) -> Workshop:
    made = Workshop(lake, clock)
    at = {"_exported_at": "2024-02-01T12:00:00Z"}
    made.export([{"PK": "a", "entity_type": "user", "n": 1} | at, {"PK": "b", "n": 2} | at])
    made.convert()
    return made


def findings(lake: Lake, read_data: bool = True, first: date = SINCE) -> list[Finding]:
    return list(TableCheck(lake, first, read_data).findings())


def put(lake: Lake, key: str, body: bytes = b"x") -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=body, ChecksumAlgorithm="SHA256")


def version_of(shop: Workshop, name: str) -> dict[str, Any]:
    manifest = shop.manifest()
    file = manifest.file(name) if manifest else None
    assert file
    return {"Bucket": shop.lake.bucket, "Key": file.key, "VersionId": file.version_id}


def test_tables_as_a_run_left_them_are_whole(shop: Workshop) -> None:
    report = Check(shop.lake, shop.ledger, shop.now(), 2).run(lambda name: ("PK",), read_data=True)
    assert report.findings == ()


def test_it_is_asked_by_check(shop: Workshop) -> None:
    put(shop.lake, "tables/notes.txt")
    report = Check(shop.lake, shop.ledger, shop.now(), 2).run(None, read_data=False)
    assert [(each.kind, each.key) for each in report.findings] == [("foreign_object", "tables/notes.txt")]


def test_a_file_that_is_gone_is_missing(shop: Workshop) -> None:
    shop.lake.s3.delete_object(**version_of(shop, "user"))
    assert [(each.kind, each.key, each.next_command, each.run_id) for each in findings(shop.lake)] == [
        ("missing_object", USER, AGAIN, "t1")
    ]


@pytest.mark.parametrize("read_data", [False, True])
def test_a_file_that_is_not_the_one_that_was_sent_is_altered(shop: Workshop, read_data: bool) -> None:
    """Where the bucket keeps no versions, what is written over is gone."""
    manifest = shop.manifest()
    assert manifest
    body = shop.file("user")
    put(shop.lake, USER, body[:-1] + b"!")
    _without_versions(shop)
    kinds = [each.kind for each in findings(shop.lake, read_data)]
    assert kinds == ["checksum_differs"] * (2 if read_data else 1)


def _without_versions(shop: Workshop) -> None:
    raw, etag = shop.lake.read_json(MANIFEST) or ({}, "")
    for file in raw["files"]:
        file["version_id"] = None
    shop.lake.write_json(MANIFEST, raw, etag)


def test_a_manifest_that_is_none_is_unreadable_and_its_files_are_no_orphans(shop: Workshop) -> None:
    put(shop.lake, MANIFEST, b'{"manifest_version": 9}')
    assert [(each.kind, each.key) for each in findings(shop.lake)] == [("unreadable_entry", MANIFEST)]


def test_a_manifest_of_another_day_is_unreadable(shop: Workshop) -> None:
    raw, _ = shop.lake.read_json(MANIFEST) or ({}, "")
    other = keys.table_day_key(TABLE, days_after(-1))
    shop.lake.write_json(other, raw, None)
    assert [(each.kind, each.key) for each in findings(shop.lake)] == [("unreadable_entry", other)]


def test_counts_that_do_not_add_up_are_damage(shop: Workshop) -> None:
    raw, etag = shop.lake.read_json(MANIFEST) or ({}, "")
    shop.lake.write_json(MANIFEST, raw | {"records": 3}, etag)
    assert [(each.kind, each.grade) for each in findings(shop.lake)] == [("count_differs", "damage")]


def _lose(lake: Lake) -> None:
    lake.s3.delete_object(Bucket=lake.bucket, Key=SCHEMA)


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (_lose, "missing_object"),
        (lambda lake: put(lake, SCHEMA, b"{}"), "unreadable_entry"),
        (lambda lake: put(lake, SCHEMA, b"\xff"), "unreadable_entry"),
    ],
)
def test_a_schema_that_is_needed_is_looked_for(shop: Workshop, damage: Callable[[Lake], None], kind: str) -> None:
    damage(shop.lake)
    assert [(each.kind, each.key) for each in findings(shop.lake)] == [(kind, SCHEMA)]


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("tables/things/task/v=1/dt=2024-02-01/data.parquet", "orphaned_object"),
        ("tables/things/user/v=2/dt=2024-02-01/data.parquet", "orphaned_object"),
        ("tables/others/user/v=1/dt=2024-02-01/data.parquet", "orphaned_object"),
        ("tables/things/../user/v=1/dt=2024-02-01/data.parquet", "foreign_object"),
        ("tables/things/user/v=1/dt=2024-02-31/data.parquet", "foreign_object"),
        ("metadata/tables/things/dt=2024-02-01/other.json", "foreign_object"),
        ("metadata/schemas/things.txt", "foreign_object"),
    ],
)
def test_what_nobody_names_is_a_warning(shop: Workshop, key: str, kind: str) -> None:
    put(shop.lake, key)
    assert [(each.kind, each.key, each.grade) for each in findings(shop.lake)] == [(kind, key, "warning")]


def test_what_a_widening_left_is_no_finding(shop: Workshop) -> None:
    shop.export([{"PK": "a", "entity_type": "user", "n": "text"}], days_after(-1))
    shop.convert("t2", days_after(-1))
    assert shop.schema().version("user") == 2
    assert findings(shop.lake) == []


def test_days_before_the_looked_at_ones_are_left_alone(shop: Workshop) -> None:
    shop.lake.s3.delete_object(**version_of(shop, "user"))
    assert findings(shop.lake, first=DAY + timedelta(days=1)) == []


@pytest.fixture
def denied(shop: Workshop, emulator_url: str) -> Iterator[Lake]:
    """The lake for somebody who may list the tables' files and not read them."""
    with Proxy(emulator_url) as proxy:
        operations = ("s3.HeadObject", "s3.GetObject")
        proxy.plan(
            *(
                Fault(operation, "access_denied", times=1_000, key=f"{shop.lake.bucket}/tables/")
                for operation in operations
            )
        )
        yield Lake(Cloud(REGION, proxy.url, Credentials("testing", "testing")).s3, shop.lake.bucket)


def looked(lake: Lake, read_data: bool = False) -> list[tuple[str, str]]:
    with_manifests = findings(lake, read_data)
    return [(each.kind, each.key) for each in with_manifests if each.key.startswith("tables/")]


def test_who_may_not_read_rows_is_told_what_the_listing_tells(shop: Workshop, denied: Lake) -> None:
    assert looked(denied) == []
    put(shop.lake, USER, b"x")
    assert looked(denied) == [("size_differs", USER)]
    shop.lake.s3.delete_object(Bucket=shop.lake.bucket, Key=USER)
    assert looked(denied) == [("missing_object", USER)]


def test_who_wants_to_read_them_all_is_told_what_was_refused(denied: Lake) -> None:
    assert {kind for kind, _ in looked(denied, read_data=True)} == {"refused_object"}
