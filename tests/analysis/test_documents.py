"""From a document to what a person is answered: odd documents, and days that a run has left half, or is making anew.

Through all there is: an export in the lake, a run that makes tables, queries and hand-overs as the console has them.
"""

from __future__ import annotations

import csv
import io
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

from pipeline.access import LOCAL
from pipeline.analysis.query import forms
from pipeline.analysis.query.engines import Engines
from pipeline.analysis.query.face import Query, Result
from pipeline.check.tables import TableCheck
from pipeline.console.audit import Actor, Audit
from pipeline.console.explore import Explore
from pipeline.console.queries import Queries
from pipeline.documents.forms import csv_of_texts
from pipeline.errors import NotFound
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.tables.entities import MOST_ENTITIES, OTHERS
from pipeline.tables.manifest import ALL_RECORDS, Manifests
from pipeline.tables.schema import MORE, MOST_COLUMNS
from tests.analysis.query.days import engine
from tests.conftest import Clock
from tests.faults.proxy import Proxy, Seen
from tests.faults.tables_victim import DAYS, RECORDS, make
from tests.faults.tables_victim import shop as victim_shop
from tests.support.places import ROOT
from tests.support.tables.workshop import DAY, TABLE, Workshop, days_after

Records = list[dict[str, Any]]


class Desk:
    """The console's queries and hand-overs over a lake, in an operator's hands."""

    def __init__(self, lake: Lake, now: Callable[[], Any], folder: Path) -> None:
        actor = Actor(lambda: LOCAL, Audit(lambda line: None, now))
        self.queries = Queries(Manifests(lake), Engines({"server": engine(lake, folder)}), now, actor)
        self.explore = Explore(lake, TABLE, actor)

    def ask(self, sql: str, day: date | None = None) -> Result:
        query = Query(sql, (TABLE,), day)
        return self.queries.run(query, self.queries.read(query))

    def count(self, table: str, day: date | None = None) -> int:
        return int(self.ask(f"select count(*) from {table}", day).rows[0][0] or "")  # noqa: S608 - our own names

    def handed(self, table: str) -> int:
        """Rows of a table as a browser is handed it."""
        offer = self.explore.offer()
        (one,) = [each for each in offer.tables if each.name == table]
        body = self.explore.hand_over(offer, [one.identity])
        return int(pq.read_table(io.BytesIO(body[4 + int.from_bytes(body[:4], "little") :])).num_rows)


@pytest.fixture
def shop(lake: Lake, clock: Clock) -> Workshop:
    return Workshop(lake, clock)


@pytest.fixture
def desk(lake: Lake, clock: Clock, tmp_path: Path) -> Desk:
    return Desk(lake, clock, tmp_path)


def made(shop: Workshop, records: Records, day: date = DAY, run_id: str = "t1") -> dict[str, int]:
    """Export and convert; how many records each table has."""
    shop.export(records, day)
    shop.convert(run_id, day)
    manifest = shop.manifest(day)
    assert manifest and manifest.records == len(records)
    return {file.name: file.records for file in manifest.files}


def test_an_empty_document_is_asked_and_handed_over(shop: Workshop, desk: Desk) -> None:
    assert made(shop, []) == {ALL_RECORDS: 0}
    assert desk.count(ALL_RECORDS) == desk.handed(ALL_RECORDS) == 0


def test_a_document_of_one_entity_is_one_table_and_all_records(shop: Workshop, desk: Desk) -> None:
    assert made(shop, [{"PK": "a", "SK": "USER#1", "n": 1}]) == {"user": 1, ALL_RECORDS: 1}
    assert desk.ask("select n from user").rows == desk.ask("select record ->> 'n' from all_records").rows == (("1",),)


def test_a_thousand_entities_can_all_be_asked(shop: Workshop, desk: Desk) -> None:
    counts = made(shop, [{"PK": str(n), "entity_type": f"kind {n}", "of": n} for n in range(1_000)])
    named = [name for name in counts if name not in {OTHERS, ALL_RECORDS}]
    assert len(named) == MOST_ENTITIES
    everyone = " union all ".join(f"select of from {name}" for name in [*named, OTHERS])  # noqa: S608 - our own names
    found = desk.ask(f"select count(*), sum(of) from ({everyone})")  # noqa: S608 - as above
    assert found.rows == (("1000", str(sum(range(1_000)))),)
    assert desk.count(f"{OTHERS} where entity_type = 'kind 999'") + desk.count("all_records") == 1_001


ODD: dict[str, Any] = {
    "a b": 1,
    "select": "x",
    "日本語": True,
    "userId": "U",
    "userid": "u",
    "USERID": "V",
    'q"': "quote",
    "a.b": "dot",
    "a": {"b": "inner"},
    "": "nameless",
    "ß": 1,
    "SS": 2,
    "\\more": "mine",
    "x\ny": "line",
    "=1+1": "formula",
}


def test_odd_names_are_asked_by_and_come_back_in_every_form(shop: Workshop, desk: Desk) -> None:
    made(shop, [ODD])
    found = desk.ask("from records")
    assert len({column.name.lower() for column in found.columns}) == len(ODD) == len(found.columns)
    values = {orjson.dumps(value) if isinstance(value, dict) else str(value) for value in ODD.values()}
    assert {str(cell) for cell in found.rows[0]} == {
        "inner" if isinstance(value, bytes) else {"True": "true"}.get(value, value) for value in values
    }
    for column, cell in zip(found.columns, found.rows[0], strict=True):
        name = column.name.replace('"', '""')
        assert desk.ask(f'select "{name}" from records').rows == ((cell,),)  # noqa: S608 - quoted as SQL has it
    head, line = csv.reader(io.StringIO(b"".join(csv_of_texts([c.name for c in found.columns], found.rows)).decode()))
    assert len(head) == len(line) == len(ODD)
    assert pq.read_table(io.BytesIO(forms.parquet(found))).column_names == [column.name for column in found.columns]


def test_a_record_of_ten_thousand_attributes_loses_none(shop: Workshop, desk: Desk) -> None:
    record = {f"c{number}": number for number in range(10_000)}
    assert made(shop, [record, {"c0": 5}]) == {"records": 2, ALL_RECORDS: 2}
    found = desk.ask("from records where c1 = 1")
    names = [column.name for column in found.columns]
    row = dict(zip(names, found.rows[0], strict=True))
    assert len(names) == MOST_COLUMNS + 1
    others = orjson.loads(row.pop(MORE) or "")
    assert {name: int(value or "") for name, value in row.items()} | others == record
    assert desk.ask(f"""select "{MORE}" ->> 'c9999' from records where c1 = 1""").rows == (("9999",),)  # noqa: S608


WEEK: list[Any] = [1, Decimal("0.5"), "2024-01-01T00:00:00Z", True, ["a"], 2**63, None]


def test_an_attribute_that_changes_its_type_daily_is_one_type_in_all_days_of_the_week(
    shop: Workshop, desk: Desk, clock: Clock
) -> None:
    for number, value in enumerate(WEEK):
        made(shop, [{"PK": str(number), "x": value}], days_after(number), f"t{number}")
        # Whatever has widened today, the days before are asked as today is.
        types = {desk.ask("select typeof(x) from records", days_after(back)).rows for back in {0, number}}
        assert len(types) == 1, number
        clock.tick(86_400)
    found = [desk.ask("select x from records", days_after(number)).rows[0][0] for number in range(len(WEEK))]
    assert found == ["1", "0.5", "2024-01-01T00:00:00Z", "true", '["a"]', str(2**63), None]


def test_a_day_that_is_being_made_anew_is_asked_and_handed_over_as_it_was(
    lake: Lake, emulator_url: str, tmp_path: Path
) -> None:
    before = victim_shop(emulator_url, lake.bucket)
    before.export([{"PK": f"{n}", "entity_type": "user"} for n in range(3)], DAYS[0])
    before.convert("t1", DAYS[0])
    before.export([{"PK": "1", "entity_type": "user"}], DAYS[0], "e2")
    desk, seen = Desk(lake, before.now, tmp_path), list[tuple[int, int]]()

    def look(passed: Seen) -> None:
        if passed.operation == "s3.PutObject" and "/tables/" in passed.path:
            seen.append((desk.count("user"), desk.handed("user")))

    with Proxy(emulator_url) as proxy:
        proxy.on_request = look
        victim_shop(proxy.url, lake.bucket).convert("t2", DAYS[0], rebuild=True)
    # Each of the two files, and the manifest.
    assert seen == [(3, 3)] * 3
    assert (desk.count("user"), desk.handed("user")) == (1, 1)


def test_a_day_whose_run_is_killed_before_its_manifest_is_not_there_until_the_next_run_ends_it(
    lake: Lake, emulator_url: str, tmp_path: Path
) -> None:
    where = victim_shop(emulator_url, lake.bucket)
    where.export(RECORDS[0], DAYS[0])
    desk = Desk(lake, where.now, tmp_path)

    def strike(passed: Seen) -> None:
        if passed.operation == "s3.PutObject" and passed.path.endswith("/manifest.json"):
            victim.kill()

    with Proxy(emulator_url) as proxy:
        command = [sys.executable, "-m", "tests.faults.tables_victim", proxy.url, lake.bucket, "first"]
        with subprocess.Popen(command, cwd=ROOT) as victim:
            proxy.on_request = strike
        written = [seen.path for seen in proxy.log if seen.operation == "s3.PutObject" and ".parquet" in seen.path]
    assert victim.returncode == -signal.SIGKILL and len(written) == len(RECORDS[0]) + 1
    # The request that it died at may have gone on to the lake, or not; here it is taken back.
    lake.s3.delete_object(Bucket=lake.bucket, Key=keys.table_day_key(TABLE, DAYS[0]))
    with pytest.raises(NotFound):
        desk.count("user")
    assert desk.explore.offer().tables == ()
    run = make(victim_shop(emulator_url, lake.bucket, later=True), "second")
    assert (run.run_id, run.status) == ("first", "succeeded")
    assert (desk.count("user"), desk.handed(ALL_RECORDS)) == (1, 2)
    assert list(TableCheck(lake, DAYS[0], read_data=True).findings()) == []
