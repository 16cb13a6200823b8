"""What goes into a build: the newest day with tables, the sources' newest, and claims that nobody has met."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pipeline.analysis.builds.inputs import chosen
from pipeline.errors import NotFound
from pipeline.lake.bucket import Lake
from tests.analysis.builds.world import failing
from tests.analysis.query.days import stored
from tests.conftest import Clock
from tests.support.tables.workshop import DAY, TABLE, Workshop

RECORDS: list[dict[str, Any]] = [{"PK": "a", "SK": "SESSION#1", "entity_type": "session"}]


@pytest.fixture
def shop(lake: Lake, clock: Clock) -> Workshop:
    return Workshop(lake, clock)


def test_where_there_are_no_tables_nothing_can_be_built(lake: Lake) -> None:
    with failing(NotFound, "build_nothing"):
        chosen(lake, TABLE, None, DAY)
    with failing(NotFound, "build_nothing"):
        chosen(lake, TABLE, DAY, DAY)


def test_the_newest_day_goes_in_unless_another_is_named(shop: Workshop) -> None:
    for day in (DAY - timedelta(days=1), DAY):
        shop.export(RECORDS, day)
        shop.convert(f"t-{day}", day)
    newest, before = (chosen(shop.lake, TABLE, day, DAY) for day in (None, DAY - timedelta(days=1)))
    assert (newest.day, before.day) == (DAY, DAY - timedelta(days=1))
    assert newest.files.keys() == {"all_records", "session"} and (newest.records, newest.size > 0) == (1, True)
    (claim,) = newest.claims
    assert (claim.source_table, claim.claimed, claim.found, claim.day) == ("all_records", 1, 1, DAY)
    assert claim.exported_at == shop.now() and claim.document.endswith(f"dt={DAY}/{TABLE}.json")


def test_a_newer_export_without_tables_is_a_claim_that_nobody_has_met(shop: Workshop) -> None:
    shop.export(RECORDS)
    shop.convert()
    shop.export(RECORDS, DAY + timedelta(days=1), announced=7)
    found = chosen(shop.lake, TABLE, None, DAY + timedelta(days=1))
    assert [(claim.day, claim.claimed, claim.found) for claim in found.claims] == [
        (DAY, 1, 1),
        (DAY + timedelta(days=1), 7, None),
    ]


def test_tables_of_an_older_version_of_the_day_s_document_are_no_answer_to_the_newer_one(shop: Workshop) -> None:
    shop.export(RECORDS)
    shop.convert()
    shop.export(RECORDS * 2, run_id="e2")
    claims = chosen(shop.lake, TABLE, None, DAY).claims
    assert [(claim.claimed, claim.found) for claim in claims] == [(1, 1), (2, None)]


def test_the_sources_newest_tables_go_in_under_their_own_names(shop: Workshop) -> None:
    shop.export(RECORDS)
    shop.convert()
    weather: list[dict[str, Any]] = [{"date": "2024-02-01", "rain": 1.5}, {"date": "2024-02-02", "rain": 0.5}]
    for day in (DAY, DAY + timedelta(days=1)):
        stored(shop.lake, {"weather": weather, "all_records": RECORDS}, "weather", day)
    stored(shop.lake, {"google_health": weather[:1]}, "google-health", DAY)
    found = chosen(shop.lake, TABLE, DAY, DAY)
    assert found.files.keys() == {"all_records", "session", "weather", "google_health"}
    assert [one.table for one in found.recorded()] == [TABLE, "weather", "google-health"]
    named = {claim.source_table: claim for claim in found.claims}
    assert named["weather"].day == DAY and named["weather"].exported_at is None
    assert named["google_health"].claimed == named["google_health"].found == 1
    # What the table has of its own is not written over by what a source has in a table of that kind.
    assert found.files["all_records"].records == 1
