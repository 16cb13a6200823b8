"""Any records, as tables: the browser's grid and its Parquet hold what the server's engine gives, to the last digit.

That the server's engine gives what the records are: tests.analysis.test_any_records.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from playwright.sync_api import Page, expect

from pipeline.analysis.query.face import Query, ResultColumn, Watch
from pipeline.aws import Cloud
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.tables.manifest import Manifest, TableFile
from pipeline.tables.values import text
from tests.analysis.query.days import engine
from tests.browser.conftest import running_server, settled
from tests.browser.test_explore import lab, opened, run
from tests.browser.test_explore_examples import GRID, Cells, shown
from tests.conftest import Clock
from tests.support.forms.records import OF_KINDS
from tests.support.quick import examples
from tests.support.tables.days import Records
from tests.support.tables.workshop import DAY, TABLE, Workshop

BUCKET = "exact"


@dataclass(frozen=True)
class Both:
    """A lake, and a server over it."""

    shop: Workshop
    url: str

    def made(self, records: Records) -> Manifest:
        """The tables of these records, which know of no others."""
        assert isinstance(self.shop.now, Clock)
        self.shop.now.tick(60)
        run_id = f"{self.shop.now():%H%M%S}"
        for key in (keys.schema_key(TABLE), keys.table_day_key(TABLE, DAY)):
            self.shop.lake.s3.delete_object(Bucket=self.shop.lake.bucket, Key=key)
        # Halves of surrogate pairs are left out, as an export does.
        self.shop.publish([text({"_": record})[5:-1].encode() for record in records], self.shop.now(), f"e{run_id}")
        self.shop.convert(f"t{run_id}", rebuild=True)
        manifest = self.shop.manifest(DAY)
        assert manifest and manifest.records == len(records)
        return manifest


@pytest.fixture(scope="module")
def both(cloud: Cloud, emulator_url: str) -> Iterator[Both]:
    cloud.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    cloud.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    shop = Workshop(Lake(cloud.s3, BUCKET), Clock())
    with running_server(**lab(emulator_url) | {"S3_BUCKET_NAME": BUCKET}) as url:
        yield Both(shop, url)


def of_server(lake: Lake, manifest: Manifest, file: TableFile, folder: Path) -> tuple[list[ResultColumn], list[Cells]]:
    """A table as the server's engine gives it."""
    found = engine(lake, folder).run(Query(f"from {file.name}", (TABLE,)), [manifest], Watch())
    return list(found.columns), [list(row) for row in found.rows]


def assert_same(page: Page, table: str, columns: list[ResultColumn], rows: list[Cells]) -> None:
    run(page, f"from {table}")
    grid: list[Cells] = page.evaluate(GRID)
    assert len(grid) == len(rows)
    for one, other in zip(grid, rows, strict=True):
        for column, browser, server in zip(columns, one, other, strict=True):
            # Text for text: both are what DuckDB itself writes. Of a long one the grid shows the beginning.
            assert browser == (server and shown(server)), (column, browser, server)


def assert_taken(page: Page, columns: list[ResultColumn], rows: list[Cells]) -> None:
    with page.expect_download() as pressed:
        page.get_by_role("button", name="結果全体をParquetで保存").click()
    taken = pq.read_table(io.BytesIO(pressed.value.path().read_bytes()))
    expect(page.locator('.explore[data-busy="false"]')).to_be_visible()
    assert taken.column_names == [column.name for column in columns] and taken.num_rows == len(rows)
    for number, column in enumerate(columns):
        if column.type.startswith(("DECIMAL(", "BIGINT", "VARCHAR")) and not column.type.endswith("[]"):
            cells = [row[number] for row in rows]
            exact = cells if column.type == "VARCHAR" else [cell and Decimal(cell) for cell in cells]
            assert taken[column.name].to_pylist() == exact, column


# What it fails for is a cell that is named; to look for a smaller document would take minutes.
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@given(OF_KINDS)
@settings(max_examples=examples(4), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
def test_the_browser_gives_what_the_server_gives(page: Page, both: Both, records: Records) -> None:
    manifest = both.made(records)
    # The server keeps what there is for some seconds, unless it is told to look.
    opened(page, both.url).get_by_role("button", name="更新").click()
    settled(page)
    with TemporaryDirectory() as folder:
        for file in manifest.files:
            if file.columns:
                columns, rows = of_server(both.shop.lake, manifest, file, Path(folder))
                assert_same(page, file.name, columns, rows)
                assert_taken(page, columns, rows)
