"""pipeline.sources.fetch: a source's days become raw, daily and run documents; cut off, no day is asked for twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from pipeline.errors import (
    AuthFailed,
    DataInvalid,
    ExternalApiDown,
    SchemaMismatch,
    TimedOut,
)
from pipeline.function.events import parse_fetch
from pipeline.jsonlog import JsonLog
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.document import EXPORTED_AT
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.request import FetchRequest
from pipeline.sources.fetch import Fetcher
from pipeline.sources.protocol import FetchedDay, Span
from tests.conftest import Clock
from tests.support.sources.tides import FIRST, LAST, Lab, Tides, lab_of
from tests.support.sudden_death import killed_after


@pytest.fixture
def lab(lake: Lake, ledger: Ledger, leases: Leases, clock: Clock) -> Lab:
    return lab_of(lake, ledger, leases, clock)


def test_every_day_is_kept_raw_and_as_a_daily_record(lab: Lab) -> None:
    lab.run()
    (raw,) = lab.records(keys.raw_key("tides", FIRST))
    assert raw["data"] == {"metres": 1}
    assert {"source", "user", "date", "fetched_at", "api_version", "data"} <= set(raw)
    (daily,) = lab.records(keys.daily_key("tides", FIRST))
    assert daily == {"date": "2024-01-01", "height_m": 1, EXPORTED_AT: "2024-02-01T12:00:00Z"}


def test_a_retry_of_the_schedule_is_the_same_run_and_asks_for_no_finished_day(lab: Lab, clock: Clock) -> None:
    event = {"source": "tides", "trigger": "schedule", "scheduleArn": "arn:s", "scheduledTime": "2024-02-01T05:30:00Z"}
    lab.source.faults[date(2024, 1, 31)] = ExternalApiDown("down", provider="tides")
    with pytest.raises(ExternalApiDown):
        lab.fetcher.run(parse_fetch(event, clock()), JsonLog("f", "1", lab.lines.append), lambda: 900)
    clock.tick(120)
    lab.source.faults.clear()
    lab.source.asked.clear()
    run = lab.fetcher.run(parse_fetch(event, clock()), JsonLog("f", "2", lab.lines.append), lambda: 900).run
    assert (run.status, run.trigger, run.error) == ("succeeded", "schedule", None)
    assert lab.source.asked == [date(2024, 1, 31), date(2024, 2, 1)]
    assert [held.run_id for held in lab.fetcher.ledger.history(run.day, run.day).runs] == [run.run_id]


def test_the_runs_document_holds_all_of_its_days(lab: Lab) -> None:
    run = lab.run()
    records = lab.records(run.key or "", run.version_id)
    assert [record["height_m"] for record in records] == list(range(1, 11))
    assert (run.status, run.records, run.trigger, run.engine) == ("succeeded", 10, "backfill", "fetch")
    assert (run.first_day, run.last_day) == (FIRST, LAST)


def test_the_entry_counts_how_the_days_stand_and_what_was_rejected(lab: Lab) -> None:
    lab.source.values[date(2024, 1, 5)] = None
    run = lab.run()
    assert dict(run.day_states) == {"got": 8, "partial": 1, "missing": 1, "failed": 0}
    assert run.rejected == 1
    assert lab.states() == "ggggmggggp"
    assert lab.calendar()[date(2024, 1, 7)].rejected == (("colour", "unknown field"),)


def test_pieces_are_no_longer_than_the_source_allows(lab: Lab) -> None:
    asked: list[Span] = []
    fetch = lab.source.fetch

    @dataclass
    class Watched(Tides):
        def fetch(self, span: Span) -> Iterator[FetchedDay]:
            asked.append(span)
            return fetch(span)

    lab.source = Watched()
    fetcher = Fetcher(
        lab.fetcher.lake, lab.fetcher.ledger, lab.fetcher.leases, lab.fetcher.now, lambda name: lab.source
    )
    fetcher.run(FetchRequest("r1", "tides", first=FIRST, last=LAST), JsonLog("f", None, lab.lines.append), lambda: 900)
    assert [len(span.days()) for span in asked] == [3, 3, 3, 1]


def test_a_day_fetched_again_without_change_is_not_written_again(lab: Lab, clock: Clock) -> None:
    lab.run()
    before = lab.calendar()
    lab.run("r2")
    after = lab.calendar()
    assert {day: entry.version_id for day, entry in before.items()} == {
        day: entry.version_id for day, entry in after.items()
    }
    assert {entry.run_id for entry in after.values()} == {"r2"}


def test_a_late_correction_replaces_its_day_and_each_run_keeps_what_it_saw(lab: Lab) -> None:
    first = lab.run()
    lab.source.values[date(2024, 1, 3)] = 33
    second = lab.run("r2")
    assert lab.records(keys.daily_key("tides", date(2024, 1, 3)))[0]["height_m"] == 33
    seen = [lab.records(run.key or "", run.version_id)[2]["height_m"] for run in (first, second)]
    assert seen == [3, 33]


def test_a_provider_that_is_down_stops_the_run_and_keeps_what_was_got(lab: Lab) -> None:
    lab.source.faults[date(2024, 1, 5)] = ExternalApiDown("down", provider="tides")
    with pytest.raises(ExternalApiDown):
        lab.run()
    assert lab.states() == "ggggff"
    entry = lab.fetcher.ledger.find("r1", (date(2024, 2, 1),))
    assert entry is not None and entry.run.status == "failed" and entry.run.error is not None
    assert (entry.run.error.code, entry.run.records) == ("E006", 4)


def test_a_day_that_cannot_be_read_does_not_stop_the_others_and_the_run_says_which(lab: Lab) -> None:
    lab.source.faults[date(2024, 1, 6)] = SchemaMismatch("no JSON", key="tides", expected="JSON", found="<html>")
    with pytest.raises(DataInvalid, match="1 of 10 days failed, first 2024-01-06: E010 no JSON"):
        lab.run()
    assert lab.states() == "gggggfgggp"


def test_a_failing_day_keeps_its_last_good_document_and_tells_the_error(lab: Lab) -> None:
    lab.run()
    lab.source.faults[date(2024, 1, 6)] = SchemaMismatch("no JSON", key="tides", expected="JSON", found="<html>")
    with pytest.raises(DataInvalid):
        lab.run("r2")
    entry = lab.calendar()[date(2024, 1, 6)]
    assert (entry.state, entry.error and entry.error.code) == ("got", "E010")
    assert lab.records(keys.daily_key("tides", date(2024, 1, 6)))[0]["height_m"] == 6


def test_a_day_that_vanished_at_the_provider_keeps_its_last_good_document(lab: Lab) -> None:
    lab.run()
    lab.source.values[date(2024, 1, 2)] = None
    run = lab.run("r2")
    assert (lab.calendar()[date(2024, 1, 2)].state, run.records) == ("got", 10)


def test_a_retry_of_a_run_asks_only_for_what_is_not_finished(lab: Lab) -> None:
    lab.source.faults[date(2024, 1, 8)] = ExternalApiDown("down", provider="tides")
    with pytest.raises(ExternalApiDown):
        lab.run()
    lab.source.faults.clear()
    lab.source.asked.clear()
    run = lab.run()
    assert lab.source.asked == [date(2024, 1, 8) + timedelta(days=more) for more in range(3)]
    assert run.records == 10


def test_a_run_that_was_killed_is_gone_on_with_by_the_next_start_of_the_same_days(lab: Lab, clock: Clock) -> None:
    request = FetchRequest("r1", "tides", first=FIRST, last=LAST)
    log = JsonLog("f", None, lab.lines.append)
    killed_after(lab.fetcher, 2, lambda remaining: lab.fetcher.run(request, log, remaining))
    clock.tick(200)
    lab.source.asked.clear()
    run = lab.run("r2")
    assert (run.run_id, run.records) == ("r1", 10)
    assert lab.source.asked == [date(2024, 1, 7) + timedelta(days=more) for more in range(4)]


def test_before_its_time_is_over_a_run_goes_on_in_another_invocation(lab: Lab) -> None:
    times = iter([900.0, 900.0, 30.0])
    request = FetchRequest("r1", "tides", trigger="manual", first=FIRST, last=LAST)
    result = lab.fetcher.run(request, JsonLog("f", None, lab.lines.append), lambda: next(times))
    assert result.continues
    (event,) = lab.handed_over
    assert event == {
        "source": "tides",
        "from": "2024-01-01",
        "to": "2024-01-10",
        "runId": "r1",
        "trigger": "manual",
        "hop": 1,
    }
    lab.source.asked.clear()
    run = lab.run(hop=1)
    assert (run.status, run.hops, run.records) == ("succeeded", 1, 10)
    assert lab.source.asked[0] == date(2024, 1, 7)


@pytest.mark.parametrize("slow", [date(2024, 1, 7), LAST])
def test_a_piece_that_the_time_was_too_short_for_is_the_next_invocations(lab: Lab, slow: date) -> None:
    lab.source.faults[slow] = TimedOut("no time is left to ask the harbour")
    result = lab.fetcher.run(
        FetchRequest("r1", "tides", first=FIRST, last=LAST),
        JsonLog("f", None, lab.lines.append),
        lambda: 20.0 if slow in lab.source.asked else 900.0,
    )
    assert result.continues and len(lab.handed_over) == 1
    lab.source.faults.clear()
    assert lab.run(hop=1).records == 10


def test_a_piece_that_a_whole_invocation_was_too_short_for_ends_the_run(lab: Lab) -> None:
    lab.source.faults[FIRST] = TimedOut("no time is left to ask the harbour")
    with pytest.raises(TimedOut):
        lab.fetcher.run(
            FetchRequest("r1", "tides", first=FIRST, last=LAST),
            JsonLog("f", None, lab.lines.append),
            lambda: 20.0 if lab.source.asked else 900.0,
        )
    assert lab.handed_over == [] and lab.source.asked == [FIRST]


def test_what_a_source_lacks_is_said_before_anything_is_asked(lab: Lab) -> None:
    lab.source.missing = AuthFailed("not connected", provider="tides")
    with pytest.raises(AuthFailed):
        lab.run()
    assert lab.source.asked == []


@pytest.mark.parametrize(
    ("first", "last", "named"),
    [
        (date(2024, 1, 2), date(2024, 1, 1), "is after"),
        (date(2019, 1, 1), date(2024, 1, 1), "where this source begins"),
        (date(2024, 2, 1), date(2024, 2, 2), "in the future"),
        (date(2020, 1, 1), date(2024, 1, 1), "longer than"),
    ],
)
def test_a_range_that_cannot_be_is_refused_by_name(lab: Lab, first: date, last: date, named: str) -> None:
    with pytest.raises(DataInvalid, match=named):
        lab.run(first=first, last=last)


def test_without_a_range_the_newest_days_are_fetched(lab: Lab) -> None:
    request = FetchRequest("r1", "tides", trigger="schedule")
    run = lab.fetcher.run(request, JsonLog("f", None, lab.lines.append), lambda: 900).run
    assert (run.first_day, run.last_day) == (date(2024, 1, 25), date(2024, 2, 1))


def test_a_second_delivery_of_a_finished_run_asks_for_nothing(lab: Lab) -> None:
    lab.run()
    lab.source.asked.clear()
    assert lab.run().records == 10
    assert lab.source.asked == []
