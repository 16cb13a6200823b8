"""pipeline.sources.fetch meets what should not be: odd answers, other runs' names, errors that nobody foresaw."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipeline.errors import (
    ConfigInvalid,
    DataInvalid,
    SchemaMismatch,
)
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.sources.day_documents import MOST_RAW_BYTES
from tests.conftest import Clock
from tests.support.sources.tides import FIRST, Lab, lab_of


@pytest.fixture
def lab(lake: Lake, ledger: Ledger, leases: Leases, clock: Clock) -> Lab:
    return lab_of(lake, ledger, leases, clock)


def test_days_that_all_failed_for_one_reason_give_the_run_its_code(lab: Lab) -> None:
    no_json = SchemaMismatch("no JSON", key="tides", expected="JSON", found="<html>")
    lab.source.faults = dict.fromkeys((date(2024, 1, 1), date(2024, 1, 2)), no_json)
    with pytest.raises(SchemaMismatch, match="2 of 2 days failed, first 2024-01-01: E010 no JSON"):
        lab.run(last=date(2024, 1, 2))


def test_a_source_of_another_name_is_refused_before_it_writes_the_days_of_that_one(lab: Lab) -> None:
    lab.source.name = "tides-of-the-north"
    with pytest.raises(ConfigInvalid, match="the source tides would write the days of tides-of-the-north"):
        lab.run()
    assert list(lab.fetcher.lake.list_after("", "")) == []


def test_an_answer_nested_too_deeply_to_be_kept_fails_its_day_only(lab: Lab) -> None:
    deep: Any = 1
    for _ in range(253):
        deep = [deep]
    lab.source.values[date(2024, 1, 4)] = deep
    with pytest.raises(DataInvalid, match="1 of 10 days failed, first 2024-01-04: E010 cannot be written as JSON"):
        lab.run()
    assert lab.states() == "gggfggggg" + "p"
    assert lab.fetcher.lake.head(keys.raw_key("tides", date(2024, 1, 4))) is None


def test_an_answer_that_is_too_much_to_keep_of_a_day_fails_it(lab: Lab) -> None:
    lab.source.values[FIRST] = "x" * MOST_RAW_BYTES  # type: ignore[assignment]
    with pytest.raises(SchemaMismatch, match="tides 2024-01-01: expected at most 524288 bytes a day, found 524"):
        lab.run(last=FIRST)


def test_the_run_counts_what_was_rejected_beyond_what_the_calendar_keeps(lab: Lab) -> None:
    lab.source.refused = 120
    run = lab.run(last=FIRST)
    assert (run.rejected, len(lab.calendar()[FIRST].rejected)) == (120, 51)


def test_an_error_of_before_is_over_once_the_provider_has_nothing_of_the_day(lab: Lab) -> None:
    lab.run()
    lab.source.faults[FIRST] = SchemaMismatch("no JSON", key="tides", expected="JSON", found="<html>")
    with pytest.raises(SchemaMismatch):
        lab.run("r2", last=FIRST)
    lab.source.faults.clear()
    lab.source.values[FIRST] = None
    assert (lab.run("r3", last=FIRST).records, lab.calendar()[FIRST].error) == (1, None)
