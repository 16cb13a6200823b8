"""pipeline.console.insights.foreseeing.exports: the last whole export of each day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pipeline.console.insights.foreseeing.exports import Exports, exports_of
from pipeline.errors import NotFound
from pipeline.lake.bucket import Lake
from pipeline.runs.ledger import Ledger
from tests.conftest import Clock
from tests.console.insights.foreseeing.world import NOW
from tests.support.tables.workshop import TABLE, Workshop

DAY = NOW.date()


@pytest.fixture
def shop(lake: Lake, clock: Clock) -> Workshop:
    clock.time = NOW
    return Workshop(lake, clock)


def found(shop: Workshop) -> Exports:
    return exports_of(Ledger(shop.lake), TABLE, NOW)


def export(shop: Workshop, back: int, records: int, run_id: str = "e1", **facts: Any) -> None:
    run = shop.export([{"PK": str(number), "SK": "s"} for number in range(records)], DAY - timedelta(days=back), run_id)
    if facts:
        ledger = Ledger(shop.lake)
        entry = ledger.find(run.run_id, (run.day,))
        assert entry
        ledger.update(entry, replace(run, **facts))


def test_each_day_has_its_records_and_bytes(shop: Workshop) -> None:
    for back, records in ((3, 5), (2, 6), (1, 8)):
        export(shop, back, records)
    assert found(shop).series("growth_records").values.tolist() == [5.0, 6.0, 8.0]
    sizes = found(shop).series("growth_bytes").values
    assert sizes[0] < sizes[1] < sizes[2]


def test_a_day_that_is_not_over_does_not_count(shop: Workshop) -> None:
    for back in (1, 0):
        export(shop, back, 4)
    assert found(shop).series("growth_records").values.tolist() == [4.0]


@pytest.mark.parametrize("facts", [{"mode": "incremental"}, {"status": "failed"}, {"table": "others"}])
def test_what_is_no_whole_export_that_succeeded_does_not_count(shop: Workshop, facts: dict[str, Any]) -> None:
    export(shop, 2, 3)
    export(shop, 1, 9, **facts)
    assert [run.records for run in found(shop).runs] == [3]


def test_what_was_foreseen_names_the_newest_document(shop: Workshop) -> None:
    for back in (2, 1):
        export(shop, back, 3)
    (one,) = found(shop).data
    assert str(DAY - timedelta(days=1)) in one.key and one.version_id and one.checksum


def test_without_exports_there_is_nothing(shop: Workshop) -> None:
    nothing = found(shop)
    assert nothing.data == () and len(nothing.series("growth_records").values) == 0


def test_what_exports_do_not_have_is_not_found(shop: Workshop) -> None:
    with pytest.raises(NotFound):
        found(shop).series("mood")
