"""pipeline.tables.job: whole exports become tables of their days, once, whatever is cut off or widens meanwhile."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.dataset as ds
import pytest

from pipeline.errors import AlreadyRunning, DataInvalid, NotFound, PipelineError, SchemaMismatch, TimedOut
from pipeline.jsonlog import JsonLog
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import LEASE_SECONDS
from pipeline.runs.run import Run
from pipeline.tables.entities import MOST_ENTITIES, OTHERS
from pipeline.tables.job import KEPT_DAYS, tables_request
from pipeline.tables.manifest import ALL_RECORDS
from tests.conftest import Clock
from tests.support.sudden_death import killed_after
from tests.support.tables.workshop import DAY, TABLE, Workshop, days_after

Records = list[dict[str, Any]]
USERS: Records = [
    {"PK": "U#1", "SK": "PROFILE", "entity_type": "user", "name": "Ada", "born": "1815-12-10T00:00:00Z"},
    {"PK": "U#2", "SK": "PROFILE", "entity_type": "user", "name": "Bo", "weight": Decimal("61.5")},
]
TASKS: Records = [{"PK": "U#1", "SK": "TASK#1", "minutes": 25}, {"PK": "U#1", "SK": "note", "minutes": 3}]
YESTERDAY = days_after(-1)


@pytest.fixture
def shop(lake: Lake, clock: Clock) -> Workshop:
    return Workshop(lake, clock)


def states(run: Run) -> dict[str, int]:
    return dict(run.day_states)


def versions(lake: Lake, prefix: str = "") -> list[str]:
    """Every version of every object that was ever written there."""
    pages = lake.s3.get_paginator("list_object_versions").paginate(Bucket=lake.bucket, Prefix=prefix or keys.TABLES)
    return [f"{each['Key']} {each['VersionId']}" for page in pages for each in page.get("Versions", [])]


def test_every_record_stands_in_one_table_of_its_kind_and_in_all_records(shop: Workshop) -> None:
    export = shop.export(USERS + TASKS)
    run = shop.convert().run
    manifest = shop.manifest()
    assert manifest
    assert {file.name: file.records for file in manifest.files} == {"user": 2, "task": 1, "records": 1, ALL_RECORDS: 4}
    assert (manifest.records, manifest.run_id) == (4, "t1")
    assert (manifest.source_key, manifest.source_version_id) == (export.key, export.version_id)
    assert (run.status, run.records, run.table, run.engine) == ("succeeded", 4, "things.tables", "tables")
    assert shop.rows("task") == [TASKS[0]]


def test_the_manifest_names_the_columns_as_they_are(shop: Workshop) -> None:
    shop.export(USERS)
    shop.convert()
    manifest = shop.manifest()
    assert manifest
    user = manifest.file("user")
    assert user and (user.entity, user.version) == ("user", 1)
    assert [column.name for column in user.columns] == shop.read("user").column_names
    assert {column.name: column.type for column in user.columns} == {
        "PK": "text",
        "SK": "text",
        "entity_type": "text",
        "name": "text",
        "born": "timestamp",
        "born_jst": "timestamp_jst",
        "weight": "double",
    }


def test_it_stands_in_the_history_under_a_name_of_its_own(shop: Workshop) -> None:
    shop.export(USERS)
    run = shop.convert().run
    assert [each.table for each in shop.ledger.history(DAY, DAY).runs] == [run.table, TABLE]
    assert [json.loads(line)["message"] for line in shop.lines] == ["tables started", "tables succeeded"]
    assert (run.first_day, run.last_day, run.key) == (DAY, DAY, None)


def test_a_document_is_converted_once(shop: Workshop, lake: Lake) -> None:
    shop.export(USERS)
    shop.convert()
    before = versions(lake)
    again = shop.convert("t2").run
    assert states(again) == {"standing": 1}
    assert versions(lake) == before


def test_a_newer_export_of_the_day_takes_its_place(shop: Workshop, clock: Clock) -> None:
    shop.export(USERS)
    shop.convert()
    clock.tick(60)
    shop.export(USERS[:1], run_id="e2")
    assert states(shop.convert("t2").run) == {"made": 1}
    assert len(shop.rows("user")) == 1


def test_whoever_asks_for_it_has_them_made_anew(shop: Workshop, lake: Lake) -> None:
    shop.export(USERS)
    shop.convert()
    before = versions(lake)
    assert states(shop.convert("t2", rebuild=True).run) == {"made": 1}
    assert len(versions(lake)) == 2 * len(before)


def test_by_default_the_kept_days_that_have_none_are_made(shop: Workshop) -> None:
    for day in (DAY, YESTERDAY, days_after(1 - KEPT_DAYS), days_after(-KEPT_DAYS)):
        shop.export(USERS, day)
    run = shop.converter.run(tables_request("t1", TABLE), JsonLog("f", None, lambda line: None), lambda: 900.0).run
    assert states(run) == {"made": 3}
    assert (run.first_day, run.last_day) == (days_after(1 - KEPT_DAYS), DAY)


def test_an_empty_document_has_the_table_of_all_records_without_a_row(shop: Workshop) -> None:
    shop.export([])
    shop.convert()
    manifest = shop.manifest()
    assert manifest and [(file.name, file.records) for file in manifest.files] == [(ALL_RECORDS, 0)]
    assert shop.rows(ALL_RECORDS) == []


@pytest.mark.parametrize(
    ("lines", "announced"), [([b'{"a": 1}'], 2), ([b'{"a": 1}', b'{"a": '], None), ([b"{}", b"[]"], None)]
)
def test_a_half_written_day_has_no_tables(shop: Workshop, lines: list[bytes], announced: int | None) -> None:
    shop.publish(lines, shop.now(), "e1", announced)
    with pytest.raises((DataInvalid, SchemaMismatch)):
        shop.convert()
    assert shop.manifest() is None
    assert shop.ledger.history(DAY, DAY).runs[0].status == "failed"


def test_a_document_that_somebody_replaced_has_no_tables(shop: Workshop, lake: Lake) -> None:
    run = shop.export(USERS)
    entry = shop.ledger.find(run.run_id, (DAY,))
    assert entry
    shop.ledger.update(entry, replace(run, version_id=None))
    lake.s3.put_object(Bucket=lake.bucket, Key=run.key or "", Body=b"{}", ChecksumAlgorithm="SHA256")
    with pytest.raises(DataInvalid) as error:
        shop.convert()
    assert error.value.state == "tables_changed"
    assert shop.manifest() is None


def test_the_version_that_the_run_wrote_is_read_whatever_stands_there_now(shop: Workshop, lake: Lake) -> None:
    run = shop.export(USERS)
    lake.s3.put_object(Bucket=lake.bucket, Key=run.key or "", Body=b"{}")
    shop.convert()
    assert len(shop.rows("user")) == 2


def test_a_day_that_cannot_be_made_keeps_none_of_the_others_back(shop: Workshop) -> None:
    shop.publish([b"{"], shop.now() - timedelta(days=1), "broken")
    shop.export(USERS)
    with pytest.raises(PipelineError, match="1 of 2 days failed, first 2024-01-31"):
        shop.convert(first=YESTERDAY, last=DAY)
    assert shop.manifest(YESTERDAY) is None and shop.manifest(DAY)
    run = shop.ledger.history(DAY, DAY).runs[0]
    assert (states(run), run.status) == ({"failed": 1, "made": 1}, "failed")


def test_without_an_export_there_is_nothing_to_make(shop: Workshop) -> None:
    with pytest.raises(NotFound) as error:
        shop.convert()
    assert error.value.state == "tables_nothing"


def test_days_in_the_wrong_order_are_a_mistake(shop: Workshop) -> None:
    with pytest.raises(DataInvalid) as error:
        shop.convert(first=DAY, last=YESTERDAY)
    assert error.value.is_mistake


WIDER: list[tuple[Any, Any]] = [
    (1, Decimal("0.5")),
    (1, "text"),
    (Decimal("0.5"), Decimal("0.12345678901234567890")),
    ("2024-02-01T00:00:00Z", "soon"),
    (True, 1),
    ([1], ["a"]),
    (None, 5),
]


@pytest.mark.parametrize(("monday", "tuesday"), [pair for one, other in WIDER for pair in ((one, other), (other, one))])
def test_where_a_type_widens_the_kept_days_follow_in_a_version_of_their_own(
    shop: Workshop, tmp_path: Path, monday: Any, tuesday: Any
) -> None:
    shop.export([{"PK": "a", "x": monday}], YESTERDAY)
    shop.convert(first=YESTERDAY)
    shop.export([{"PK": "a", "x": tuesday}])
    result = shop.convert("t2")
    types = {day: shop.read("records", day).schema.field("x").type for day in (YESTERDAY, DAY)}
    assert types[YESTERDAY] == types[DAY]
    if shop.schema().version("records") == 2:
        assert states(result.run) == {"made": 1, "remade": 1}
        assert result.warnings == ("types of records have widened: the kept days of things follow",)
    paths = [tmp_path / f"{day}.parquet" for day in (YESTERDAY, DAY)]
    for path, day in zip(paths, (YESTERDAY, DAY), strict=True):
        path.write_bytes(shop.file("records", day))
    for order in (paths, paths[::-1]):
        assert ds.dataset([str(path) for path in order]).to_table().num_rows == 2
        assert len(duckdb.read_parquet([str(path) for path in order]).fetchall()) == 2
        assert pl.read_parquet(order).height == 2


def test_a_further_column_makes_no_new_version(shop: Workshop) -> None:
    shop.export([{"PK": "a"}], YESTERDAY)
    shop.convert(first=YESTERDAY)
    shop.export([{"PK": "a", "more": 1}])
    assert states(shop.convert("t2").run) == {"made": 1}
    assert shop.schema().version("records") == 1


def test_a_kind_whose_attributes_change_type_daily_ends_as_text(shop: Workshop, clock: Clock) -> None:
    values: list[Any] = [1, Decimal("0.5"), "2024-01-01T00:00:00Z", True, ["a"], {"b": 1}, None]
    for number, value in enumerate(values):
        shop.export([{"PK": "a", "x": value}], days_after(number))
        shop.convert(f"t{number}", days_after(number))
        clock.tick(86_400)
    held = [shop.rows("records", days_after(number))[0] for number in range(len(values))]
    assert [row["x"] for row in held] == ["1", "0.5", "2024-01-01T00:00:00Z", "true", '["a"]', None, None]
    assert held[5]["x.b"] == 1
    assert len({file.version for number in range(len(values)) for file in found(shop, days_after(number))}) == 2


def found(shop: Workshop, day: date) -> list[Any]:
    manifest = shop.manifest(day)
    return list(manifest.files) if manifest else []


def test_days_that_are_no_longer_kept_stay_as_they_are(shop: Workshop) -> None:
    old = days_after(-KEPT_DAYS)
    shop.export([{"PK": "a", "x": 1}], old)
    shop.convert(first=old)
    shop.export([{"PK": "a", "x": "text"}])
    assert states(shop.convert("t2").run) == {"made": 1}
    assert shop.rows("records", old) == [{"PK": "a", "x": 1}]


def test_a_kept_day_whose_document_is_gone_stays_as_it_is(shop: Workshop, lake: Lake) -> None:
    gone = shop.export([{"PK": "a", "x": 1}], YESTERDAY)
    shop.convert(first=YESTERDAY)
    for key in (gone.key or "", keys.run_key(gone.run_id, YESTERDAY)):
        lake.s3.delete_object(Bucket=lake.bucket, Key=key)
    shop.export([{"PK": "a", "x": "text"}])
    assert states(shop.convert("t2").run) == {"made": 1}
    assert shop.rows("records", YESTERDAY) == [{"PK": "a", "x": 1}]


def test_a_thousand_kinds_are_a_hundred_tables_and_one_of_the_others(shop: Workshop) -> None:
    records: Records = [{"PK": str(n), "entity_type": f"kind {n}", "of": n} for n in range(1_000)]
    records += [{"PK": "again", "entity_type": "kind 777"}] * 3
    shop.export(records)
    shop.convert()
    counts = {file.name: file.records for file in found(shop, DAY)}
    assert len(counts) == MOST_ENTITIES + 2
    assert counts["kind_777"] == 4 and counts[OTHERS] == 1_000 - MOST_ENTITIES
    assert sum(counts.values()) - counts[ALL_RECORDS] == len(records) == counts[ALL_RECORDS]


NAMES = {"A-B": "a_b", "a b": "a_b_", "select": "select_", "../x": "x", "日本語": "entity_", "5 x": "t_5_x"}


def test_kinds_have_names_made_by_us(shop: Workshop) -> None:
    kinds = [*NAMES, "user", "USER", "all_records", "records", "x" * 200]
    shop.export([{"PK": kind, "entity_type": kind} for kind in kinds])
    shop.convert()
    named = {file.entity: file.name for file in found(shop, DAY) if file.entity}
    assert set(named) == set(kinds) and len(set(named.values())) == len(kinds)
    assert all(keys.is_table_name(name) for name in named.values())
    plain = {kind: named[kind].startswith(name) for kind, name in NAMES.items()}
    assert plain == dict.fromkeys(NAMES, True)
    assert [row["PK"] for row in shop.rows(named["../x"])] == ["../x"]
    with duckdb.connect() as base:
        for name in named.values():
            base.execute(f"CREATE TABLE {name} (a int)")
            base.table(name).fetchall()


def test_a_second_run_at_once_is_refused(shop: Workshop, lake: Lake) -> None:
    shop.export(USERS)
    shop.converter.leases.take(keys.tables_of(TABLE), "first", DAY)
    with pytest.raises(AlreadyRunning):
        shop.convert()
    assert versions(lake) == []


def test_of_many_at_once_one_converts(shop: Workshop, lake: Lake) -> None:
    shop.export(USERS + TASKS)

    def one(number: int) -> str:
        try:
            return str(states(shop.convert(f"t{number}").run))
        except AlreadyRunning:
            return "refused"

    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(one, range(4)))
    assert ends.count("{'made': 1}") == 1
    assert len(versions(lake)) == 4
    assert len(versions(lake, keys.TABLE_DAYS)) == 1


@pytest.mark.parametrize("moments", [1, 2, 3, 4, 5])
def test_one_that_died_is_gone_on_with_and_no_day_is_made_twice(
    shop: Workshop, lake: Lake, clock: Clock, moments: int
) -> None:
    days = [days_after(-2), YESTERDAY, DAY]
    for day in days:
        shop.export(USERS, day)
    converter = shop.converter
    wanted = tables_request("dead", TABLE, days[0], DAY)
    log = JsonLog("f", None, lambda line: None)
    killed_after(converter, moments, lambda remaining: converter.run(wanted, log, remaining))
    made = [day for day in days if shop.manifest(day)]
    before = versions(lake)
    clock.tick(LEASE_SECONDS + 1)
    run = shop.convert("next", days[0], DAY).run
    assert (run.run_id, run.status) == ("dead", "succeeded")
    assert states(run).get("standing", 0) == len(made)
    assert all(shop.manifest(day) for day in days)
    assert len(versions(lake)) == 2 * len(days) >= len(before)


def test_one_whose_time_is_over_goes_on_in_another_invocation(shop: Workshop) -> None:
    shop.export(USERS, YESTERDAY)
    shop.export(USERS)
    handed: list[dict[str, Any]] = []
    left = iter([900.0, 900.0, 900.0])
    converter = replace(shop.converter, carry_on=handed.append)
    wanted = tables_request("t1", TABLE, YESTERDAY, DAY)
    log = JsonLog("f", None, lambda line: None)
    assert converter.run(wanted, log, lambda: next(left, 10.0)).continues
    days = {"tables": TABLE, "from": "2024-01-31", "to": "2024-02-01", "rebuild": False}
    assert handed == [{**days, "runId": "t1", "trigger": "manual", "hop": 1}]
    run = converter.run(replace(wanted, hop=1), log, lambda: 900.0).run
    assert (run.status, run.hops, states(run)) == ("succeeded", 1, {"made": 1, "standing": 1})


def test_one_that_nobody_goes_on_with_fails_in_time(shop: Workshop) -> None:
    shop.export(USERS)
    with pytest.raises(TimedOut):
        shop.convert(remaining=lambda: 10.0)
