"""pipeline.tables.beside: sources and the ledger as tables, all that there is as of today."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.clock import utc_text
from pipeline.jsonlog import JsonLog
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.document import Head
from pipeline.lake.publish import Target
from pipeline.lake.upload import publish_lines
from pipeline.runs.lease import Leases
from pipeline.runs.run import Run
from pipeline.sources.calendar import DayEntry, SourceDays
from pipeline.tables.beside import LEDGER, LedgerRuns, SourceRecords, inputs_of
from pipeline.tables.inputs import Exports
from pipeline.tables.job import Converter, tables_request
from pipeline.tables.manifest import Manifest, Manifests
from tests.conftest import Clock
from tests.support.tables.days import exact
from tests.support.tables.workshop import DAY, TABLE, Workshop, days_after

SOURCE = "open-meteo"


@pytest.fixture
def shop(lake: Lake, clock: Clock) -> Workshop:
    return Workshop(lake, clock)


def bring(shop: Workshop, day: date, lines: list[bytes]) -> None:
    """A source's daily document, and its line in the calendar."""
    head = Head(SOURCE, utc_text(shop.now()), len(lines))
    sent = publish_lines(shop.lake, Target(shop.lake.bucket, keys.daily_key(SOURCE, day), "f1", 0), head, lines)
    entry = DayEntry("got", "f1", shop.now(), len(lines), sent.size, sent.checksum, sent.version_id)
    days = SourceDays(shop.lake)
    days.save(days.load(SOURCE, day, day).with_days({day: entry}), [day])


def convert(shop: Workshop, name: str, run_id: str = "t1") -> Run:
    find = inputs_of(shop.lake, shop.ledger, shop.now, lambda name: ("place_id", "date"))
    converter = Converter(shop.lake, shop.ledger, Leases(shop.lake, shop.now), shop.now, find)
    return converter.run(tables_request(run_id, name), JsonLog("f", None, shop.lines.append), lambda: 900.0).run


def manifest(shop: Workshop, name: str) -> Manifest:
    found = Manifests(shop.lake).newest(name, days_after(-1))
    assert found
    return found


def rows(shop: Workshop, name: str, table: str, folder: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq  # noqa: PLC0415 - one reader of one file

    file = manifest(shop, name).file(table)
    assert file
    path = folder / "f.parquet"
    path.write_bytes(b"".join(shop.lake.stream(file.key, file.version_id)))
    return [dict(row) for row in pq.read_table(path).to_pylist()]


def test_a_source_is_one_table_of_all_its_days(shop: Workshop, tmp_path: Path) -> None:
    bring(shop, date(2023, 12, 31), [b'{"place_id": "tokyo", "date": "2023-12-31", "rain_mm": 1.25}'])
    bring(shop, DAY, [b'{"place_id": "tokyo", "date": "2024-02-01", "rain_mm": 0}'])
    run = convert(shop, SOURCE)
    assert (run.table, run.records, dict(run.day_states)) == ("open-meteo.tables", 2, {"made": 1})
    held = rows(shop, SOURCE, "open_meteo", tmp_path)
    assert [(row["date"], exact(row["rain_mm"])) for row in held] == [("2023-12-31", exact(1.25)), ("2024-02-01", 0)]
    assert [file.name for file in manifest(shop, SOURCE).files] == ["all_records", "open_meteo"]


def test_it_is_made_again_once_the_source_has_brought_something(shop: Workshop) -> None:
    bring(shop, DAY, [b'{"place_id": "tokyo", "rain_mm": 1}'])
    convert(shop, SOURCE)
    assert dict(convert(shop, SOURCE, "t2").day_states) == {"standing": 1}
    bring(shop, DAY, [b'{"place_id": "tokyo", "rain_mm": 2}'])
    assert dict(convert(shop, SOURCE, "t3").day_states) == {"made": 1}


def test_the_ledger_is_the_table_runs(shop: Workshop, tmp_path: Path) -> None:
    shop.export([{"a": 1}], days_after(-1))
    export = shop.export([{"a": 1}, {"a": 2}])
    convert(shop, LEDGER)
    held = rows(shop, LEDGER, "runs", tmp_path)
    assert [(row["table"], row["run_id"], row["records"]) for row in held] == [
        (TABLE, export.run_id, 2),
        (TABLE, "e1-2024-01-31", 1),
    ]
    assert str(held[0]["started_at_jst"]) == "2024-02-01 21:00:00"


def test_runs_that_make_tables_do_not_change_the_ledgers_table(shop: Workshop) -> None:
    shop.export([{"a": 1}])
    convert(shop, LEDGER)
    assert dict(convert(shop, LEDGER, "t2").day_states) == {"standing": 1}


def test_what_a_name_means_is_found_by_what_the_lake_has(shop: Workshop) -> None:
    find = inputs_of(shop.lake, shop.ledger, shop.now, lambda name: ("PK",))
    bring(shop, DAY, [b"{}"])
    assert [type(find(name)) for name in (LEDGER, SOURCE, "weather", TABLE)] == [
        LedgerRuns,
        SourceRecords,
        Exports,
        Exports,
    ]
