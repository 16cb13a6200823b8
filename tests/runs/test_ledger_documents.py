"""pipeline.runs.ledger: a success is believed as long as the lake lists the document that it wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.lake import keys
from pipeline.lake.bucket import Lake, StoredObject
from pipeline.runs.ledger import Ledger, Told, judged
from pipeline.runs.run import Run, Spoiled
from tests.conftest import REGION
from tests.faults.proxy import Fault, Proxy

DAY = date(2024, 2, 1)
KEY = keys.export_key("t-1", DAY)
NOON = datetime(2024, 2, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def run(run_id: str = "r1", hours: float = 0, **fields: Any) -> Run:
    at = NOON + hours * HOUR
    facts: dict[str, Any] = {"status": "succeeded", "key": KEY, "bytes": 3} | fields
    return replace(Run(run_id, "t-1", DAY, at, at), **facts)


def told(run: Run, late: float = 0) -> Told:
    """An entry that S3 dates so many hours after its own last word."""
    return Told(run, run.updated_at + late * HOUR)


def held(size: int = 3, hours: float = -0.1) -> StoredObject:
    return StoredObject(KEY, size, NOON + hours * HOUR, '"x"')


def verdicts(entries: list[Told], *documents: StoredObject) -> list[Spoiled | None]:
    return [one.spoiled for one in judged(entries, documents, DAY, DAY)]


@pytest.mark.parametrize(
    ("entry", "document", "spoiled"),
    [
        (told(run()), held(), None),
        (told(run()), held(hours=0), None),
        (told(run()), None, "gone"),
        (told(run()), held(size=4), "replaced"),
        (told(run()), held(hours=0.1), "replaced"),
        # A lake that was copied or restored: all of it is of another time, in any order.
        (told(run(), late=500), held(hours=501), None),
        (told(run(), late=500), held(hours=499), None),
        (told(run(), late=500), held(size=4, hours=499), "replaced"),
        (told(run(), late=500), None, "gone"),
        # What an entry does not say is not held against it.
        (told(run(bytes=None)), held(size=4), None),
        (told(run(bytes=0)), held(size=4), None),
        (told(run(key=None)), None, None),
        (
            told(run(key="raw/internal/dynamodb-native-exports/dt=2024-02-01/t-1/r1/m.json", engine="native")),
            None,
            None,
        ),
        (told(run(key=keys.export_key("t-1", DAY - timedelta(days=1)))), None, None),
        # Neither what failed, nor what goes on, nor what changed between the listing and the reading.
        (told(run(status="failed")), None, None),
        (told(run(status="running")), None, None),
        (Told(run(), None), None, None),
        (Told(run(), None), held(size=4), None),
    ],
)
def test_a_success_is_judged_by_what_is_listed(
    entry: Told, document: StoredObject | None, spoiled: Spoiled | None
) -> None:
    assert verdicts([entry], *[document] if document else []) == [spoiled]


def test_of_a_key_the_newest_run_is_judged() -> None:
    older, newer = told(run("r1", bytes=9)), told(run("r2", 1))
    assert verdicts([older, newer], held(hours=0.9)) == [None, None]
    assert verdicts([older, newer]) == [None, "gone"]


def test_an_older_run_s_document_that_was_put_back_is_none_of_the_newest() -> None:
    older, newer = told(run("r1", bytes=9)), told(run("r2", 1))
    assert verdicts([older, newer], held(size=9, hours=2)) == [None, "replaced"]


def test_by_a_clock_that_was_ahead_the_newest_is_not_the_last() -> None:
    ahead = Told(run("r1", 0.2, bytes=9), NOON)
    assert verdicts([ahead, told(run("r2", 0.1))], held(hours=0.1)) == [None, None]


def test_what_is_being_published_spoils_no_earlier_success() -> None:
    going = told(run("r2", 1, status="running", key=None))
    assert verdicts([told(run()), going], held(size=4, hours=1)) == [None, None]


def test_a_run_that_failed_after_it_had_published_is_told_of_as_failed() -> None:
    failed = told(run("r2", 1, status="failed", bytes=4))
    assert verdicts([told(run()), failed], held(size=4, hours=0.9)) == [None, None]


def put(lake: Lake, body: bytes) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=body)


def shown(ledger: Ledger) -> list[Spoiled | None]:
    return [one.spoiled for one in ledger.history(DAY, DAY).runs]


def test_what_becomes_of_a_document_is_seen_at_the_next_look(ledger: Ledger, lake: Lake) -> None:
    put(lake, b"123")
    ledger.open(run())
    assert shown(ledger) == [None]
    put(lake, b"1234")
    assert shown(ledger) == ["replaced"]
    lake.s3.delete_object(Bucket=lake.bucket, Key=KEY)
    assert shown(ledger) == ["gone"]
    put(lake, b"123")
    assert shown(ledger) == [None]


def test_it_is_no_part_of_the_entry(ledger: Ledger) -> None:
    ledger.open(run())
    (found,) = ledger.history(DAY, DAY).runs
    assert found.spoiled == "gone"
    assert Run.from_json(found.to_json() | {"spoiled": "replaced"}).spoiled is None
    assert [one.spoiled for one in ledger.entries(DAY, DAY).runs] == [None]


def test_documents_that_may_not_be_listed_are_not_said_to_be_gone(lake: Lake, emulator_url: str) -> None:
    Ledger(lake).open(run())
    with Proxy(emulator_url, (Fault("s3.ListObjectsV2", "access_denied", nth=2, times=99),)) as proxy:
        seen = Ledger(Lake(Cloud(REGION, proxy.url, Credentials("t", "t")).s3, lake.bucket)).history(DAY, DAY)
    assert [one.spoiled for one in seen.runs] == [None]
    assert [problem.code for problem in seen.problems] == ["E004"]


def test_it_costs_no_request(lake: Lake, emulator_url: str) -> None:
    for name in ("r1", "r2"):
        Ledger(lake).open(run(name))
    with Proxy(emulator_url) as proxy:
        Ledger(Lake(Cloud(REGION, proxy.url, Credentials("t", "t")).s3, lake.bucket)).history(DAY, DAY)
        assert sorted(seen.operation for seen in proxy.log) == ["s3.GetObject"] * 2 + ["s3.ListObjectsV2"] * 2
